#!/usr/bin/env python3
"""Writes the models of the `demo` pipeline: pip install onnx numpy; tools/make_demo_models.py

They are hand-written image processing, expressed as ONNX graphs; nothing in them was trained. models/demo/README.md says
what each of them does. The output is the same, byte for byte, on every run with the same version of `onnx`.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "models/demo"
OPSET = 17
F32, I64 = TensorProto.FLOAT, TensorProto.INT64


class Graph:
    """Collects nodes; each call of an operator returns the name of its (first) output."""

    def __init__(self, name):
        self.name = name
        self.nodes = []
        self.constants = {}

    def __getattr__(self, operator):
        def add(*inputs, outputs=1, name=None, **attributes):
            names = [self._input(i) for i in inputs]
            made = [name or f"{operator.lower()}_{len(self.nodes)}"]
            made += [f"{made[0]}_{k}" for k in range(1, outputs)]
            self.nodes.append(helper.make_node(operator, names, made, **attributes))
            return made[0] if outputs == 1 else made

        return add

    def _input(self, value):
        if isinstance(value, str):
            return value
        if isinstance(value, float):
            value = np.float32(value)
        elif isinstance(value, (int, list, tuple)):
            value = np.asarray(value, np.int64)
        array = np.array(value, order="C")
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = (f"c{len(self.constants)}", array)
        return self.constants[key][0]

    def save(self, inputs, outputs, doc):
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info(*i) for i in inputs],
            [helper.make_tensor_value_info(*o) for o in outputs],
            [numpy_helper.from_array(a, n) for n, a in self.constants.values()],
            doc_string=doc,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=8,
            producer_name="antenna-worker",
        )
        onnx.checker.check_model(model, full_check=True)
        path = OUT / f"{self.name}.onnx"
        path.write_bytes(model.SerializeToString())
        print(f"{path.name}: {len(self.nodes)} nodes, {path.stat().st_size} bytes")


def gaussian(sigma):
    radius = int(np.ceil(3 * sigma))
    x = np.arange(-radius, radius + 1)
    k = np.exp(-(x**2) / (2 * sigma**2))
    return (k / k.sum()).astype(np.float32)


def blur(g, image, sigma, channels=1):
    """Gaussian blur, rows then columns; zeros outside."""
    k = gaussian(sigma)
    r = len(k) // 2
    rows = np.broadcast_to(k.reshape(1, 1, 1, -1), (channels, 1, 1, len(k)))
    columns = np.broadcast_to(k.reshape(1, 1, -1, 1), (channels, 1, len(k), 1))
    image = g.Conv(image, rows, group=channels, pads=[0, r, 0, r])
    return g.Conv(image, columns, group=channels, pads=[r, 0, r, 0])


def half(g, image):
    return g.AveragePool(image, kernel_shape=[2, 2], strides=[2, 2])


def size_of(g, image):
    return g.Slice(g.Shape(image), [2], [4])


def range_below(g, count, limit):
    """1 for each place before `limit`, 0 for the padding after it."""
    return g.Cast(g.Less(g.Range(0, count, 1), limit), to=F32)


SIGMAS = (2.1, 2.1 * 2**0.5, 4.2)  # in cells of a level; the last one closes the octave
LEVELS = 4
PATCH = 12  # cells from a candidate's centre to the edge of the patch it is outlined in
STEPS = 14  # steps an outline grows
CANDIDATES = 160  # an image and level


def foreground(g, images):
    """How far each cell of the half-size image is from the sheet around it: 0 is background, near 1 is insect."""
    shape = g.Shape(images)
    height, width = g.Gather(shape, 2), g.Gather(shape, 3)
    inside_rows = range_below(g, height, g.Gather("image_size", 0))
    inside_columns = range_below(g, width, g.Gather("image_size", 1))
    inside = g.Mul(g.Unsqueeze(inside_rows, [0, 1, 3]), g.Unsqueeze(inside_columns, [0, 1, 2]))

    cells = half(g, images)
    # Only cells wholly inside the image count; the border between image and padding is neither.
    inside = g.Cast(g.Greater(half(g, inside), 0.99), to=F32)

    # The sheet: a blur of the image at 1/16, twice; the second time what stood out the first time is left out.
    small, small_inside = cells, inside
    for _ in range(3):
        small, small_inside = half(g, small), half(g, small_inside)
    weight = small_inside
    for spread in (0.08, 0.04):
        total = g.Add(blur(g, weight, 5.0), 1e-4)
        sheet = g.Div(blur(g, g.Mul(small, weight), 5.0, channels=3), total)
        distance = g.ReduceMax(g.Abs(g.Sub(small, sheet)), axes=[1], keepdims=1)
        weight = g.Mul(small_inside, g.Exp(g.Neg(g.Pow(g.Div(distance, spread), 2.0))))
    total = g.Add(blur(g, weight, 5.0), 1e-4)
    sheet = g.Div(blur(g, g.Mul(small, weight), 5.0, channels=3), total)

    shape = g.Shape(cells)
    full = g.Concat(g.Slice(shape, [0], [1]), [3], g.Slice(shape, [2], [4]), axis=0)
    sheet = g.Resize(sheet, "", "", full, mode="linear", coordinate_transformation_mode="half_pixel")
    distance = g.Mul(g.ReduceMax(g.Abs(g.Sub(cells, sheet)), axes=[1], keepdims=1), inside)

    # The sheet's own roughness: the mean distance of cells that are sheet.
    rough = distance
    for _ in range(3):
        rough = half(g, rough)
    rough = g.Div(blur(g, g.Mul(rough, weight), 5.0), total)
    full = g.Concat(g.Slice(shape, [0], [1]), [1], g.Slice(shape, [2], [4]), axis=0)
    rough = g.Resize(rough, "", "", full, mode="linear", coordinate_transformation_mode="half_pixel")

    excess = g.Relu(g.Sub(distance, g.Add(g.Mul(rough, 2.5), 0.03)))
    return g.Div(excess, g.Add(excess, 0.06))


def level_detections(g, field, cell):
    """Candidates of one level: (boxes in pixels, scores, image numbers)."""
    # Differences of Gaussians stand for the Laplacian: positive where a blob of that size is.
    blurred = [blur(g, field, s) for s in SIGMAS]
    ratio = SIGMAS[1] / SIGMAS[0]
    # A full disc of the best radius answers 1.
    gain = 1.0 / ((ratio - 1.0) * 2.0 * np.exp(-1.0) * 0.86)
    blobs = g.Concat(g.Sub(blurred[0], blurred[1]), g.Sub(blurred[1], blurred[2]), axis=1)
    blobs = g.Mul(g.ReduceMax(blobs, axes=[1], keepdims=1), float(gain))
    peak = g.MaxPool(blobs, kernel_shape=[5, 5], strides=[1, 1], pads=[2, 2, 2, 2])
    is_peak = g.And(g.GreaterOrEqual(blobs, peak), g.Greater(blobs, 0.16))
    peaks = g.Flatten(g.Mul(blobs, g.Cast(is_peak, to=F32)), axis=1)

    # The best ones of each image only, so that a noisy image costs no more than a full one, and nothing depends on the
    # other images of the batch.
    limit = g.Min(g.Slice(g.Shape(peaks), [1], [2]), [CANDIDATES])
    best, where = g.TopK(peaks, limit, outputs=2, axis=1, largest=1, sorted=1)
    found = g.Transpose(g.NonZero(g.Greater(best, 0.0)), perm=[1, 0])  # [K, 2]: image, rank
    # One more of no strength, which is dropped at the end: OpenVINO pools nothing when there is no candidate.
    strength = g.Concat(g.GatherND(best, found), np.zeros(1, np.float32), axis=0)
    where = g.Concat(g.GatherND(where, found), np.zeros(1, np.int64), axis=0)
    width = g.Gather(g.Shape(blobs), 3)
    image = g.Concat(g.Squeeze(g.Slice(found, [0], [1], [1]), [1]), np.zeros(1, np.int64), axis=0)
    row, column = g.Div(where, width), g.Mod(where, width)
    places = g.Concat(
        *[g.Unsqueeze(v, [1]) for v in (image, g.Mul(image, 0), row, column)], axis=1
    )  # [K, 4]: image, channel, row, column

    # The patch around each candidate, outlined: from the centre on through all cells that are foreground.
    span = np.arange(-PATCH, PATCH + 1)
    rows, columns = np.meshgrid(span, span, indexing="ij")
    offsets = np.stack([np.zeros_like(rows), np.zeros_like(rows), rows, columns], -1).reshape(1, -1, 4)
    padded = g.Pad(field, [0, 0, PATCH, PATCH, 0, 0, PATCH, PATCH])
    indices = g.Add(g.Unsqueeze(places, [1]), (offsets + [0, 0, PATCH, PATCH]).astype(np.int64))
    side = 2 * PATCH + 1
    patch = g.Reshape(g.GatherND(padded, indices), [-1, 1, side, side])
    foreground_cells = g.Cast(g.Greater(patch, 0.25), to=F32)
    seed = np.zeros((1, 1, side, side), np.float32)
    seed[0, 0, PATCH - 1 : PATCH + 2, PATCH - 1 : PATCH + 2] = 1
    outline = g.Mul(foreground_cells, seed)
    for _ in range(STEPS):
        grown = g.MaxPool(outline, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
        outline = g.Mul(grown, foreground_cells)

    column_has = g.ReduceMax(outline, axes=[1, 2], keepdims=0)  # [K, side]
    row_has = g.ReduceMax(outline, axes=[1, 3], keepdims=0)
    ends = []
    for has in (column_has, row_has):
        away = np.float32(side) - span.astype(np.float32)
        low = g.Sub(float(side), g.ReduceMax(g.Mul(has, away[None]), axes=[1], keepdims=0))
        high = g.Sub(g.ReduceMax(g.Mul(has, (span + side).astype(np.float32)[None]), axes=[1], keepdims=0), float(side))
        ends.append((low, high))
    (left, right), (top, bottom) = ends

    area = g.ReduceSum(outline, [1, 2, 3], keepdims=0)
    box_width, box_height = g.Add(g.Sub(right, left), 1.0), g.Add(g.Sub(bottom, top), 1.0)
    fill = g.Div(area, g.Add(g.Mul(box_width, box_height), 1e-3))
    longer, shorter = g.Max(box_width, box_height), g.Min(box_width, box_height)

    # An outline that reaches the patch's edge is cut off: a coarser level sees it whole.
    reach = g.Max(g.Max(g.Neg(left), right), g.Max(g.Neg(top), bottom))
    keep = g.Less(reach, float(PATCH) - 0.5)
    for condition in (
        g.Greater(area, 8.5),
        g.Greater(fill, 0.22),
        g.Less(longer, g.Mul(shorter, 4.5)),
        g.Greater(shorter, 2.5),
    ):
        keep = g.And(keep, condition)

    mean = g.Div(g.ReduceSum(g.Mul(outline, patch), [1, 2, 3], keepdims=0), g.Add(area, 1e-3))
    score = g.Mul(g.Sqrt(g.Mul(g.Min(strength, 1.0), mean)), g.Cast(keep, to=F32))

    cell = float(cell)
    y, x = g.Cast(row, to=F32), g.Cast(column, to=F32)
    corners = [
        g.Mul(g.Add(x, left), cell),
        g.Mul(g.Add(y, top), cell),
        g.Mul(g.Add(g.Add(x, right), 1.0), cell),
        g.Mul(g.Add(g.Add(y, bottom), 1.0), cell),
    ]
    boxes = g.Concat(*[g.Unsqueeze(c, [1]) for c in corners], axis=1)
    kept = g.Squeeze(g.NonZero(g.Greater(score, 0.05)), [0])
    return g.Gather(boxes, kept, axis=0), g.Gather(score, kept), g.Gather(image, kept)


def detector():
    g = Graph("detector")
    field = foreground(g, "images")
    found = []
    for level in range(LEVELS):
        found.append(level_detections(g, field, 2 ** (level + 1)))
        if level < LEVELS - 1:
            field = half(g, field)
    boxes = g.Concat(*[f[0] for f in found], axis=0)
    scores = g.Concat(*[f[1] for f in found], axis=0)
    images = g.Concat(*[f[2] for f in found], axis=0)

    size = g.Cast(g.Gather("image_size", [1, 0, 1, 0]), to=F32)
    boxes = g.Min(g.Max(boxes, 0.0), size)

    # Suppression within each image: boxes of different images are moved apart first
    # (all numbers are whole, so the move is exact).
    largest = g.Add(g.ReduceMax(g.Cast("image_size", to=F32), keepdims=0), 1.0)
    apart = g.Mul(g.Unsqueeze(g.Cast(images, to=F32), [1]), largest)
    selected = g.NonMaxSuppression(
        g.Unsqueeze(g.Add(boxes, apart), [0]),
        g.Unsqueeze(scores, [0, 1]),
        100_000,
        np.array([0.3], np.float32),
        np.array([0.05], np.float32),
    )
    chosen = g.Squeeze(g.Slice(selected, [2], [3], [1]), [1])
    g.Gather(boxes, chosen, axis=0, name="boxes")
    g.Gather(scores, chosen, name="scores")
    g.Gather(images, chosen, name="image_index")
    g.save(
        [("images", F32, ["n", 3, "height", "width"]), ("image_size", I64, [2])],
        [("boxes", F32, ["m", 4]), ("scores", F32, ["m"]), ("image_index", I64, ["m"])],
        "Multi-scale Laplacian-of-Gaussian blob detector; hand-written, not trained.",
    )


# Mean reflectance of the insect, relative to the sheet around it: red, green, blue. Hand-picked, not learned.
COLOURS = {
    "dark": (0.16, 0.14, 0.14),
    "grey": (0.52, 0.50, 0.50),
    "brown": (0.50, 0.37, 0.27),
    "orange": (0.72, 0.44, 0.20),
    "reddish": (0.55, 0.24, 0.20),
    "pale": (0.88, 0.84, 0.76),
    "yellow": (0.92, 0.78, 0.42),
    "green": (0.50, 0.66, 0.38),
}
PATTERNS = ("plain", "patterned")


def insect_mask(g, crops, size):
    """(mask of the insect, colour of the sheet), the sheet being what the crop's border mostly shows."""
    frame = np.zeros((1, 1, size, size), np.float32)
    frame[:, :, :2], frame[:, :, -2:], frame[..., :2], frame[..., -2:] = 1, 1, 1, 1
    weight = frame / frame.sum()
    sheet = g.ReduceSum(g.Mul(crops, weight), [2, 3], keepdims=1)
    # Legs and wing tips cross the border: a second look leaves out what differs from the first.
    for _ in range(3):
        off = g.ReduceMax(g.Abs(g.Sub(crops, sheet)), axes=[1], keepdims=1)
        weight = g.Mul(g.Exp(g.Neg(g.Pow(g.Div(off, 0.08), 2.0))), (frame + 0.05).astype(np.float32))
        total = g.Add(g.ReduceSum(weight, [2, 3], keepdims=1), 1e-6)
        sheet = g.Div(g.ReduceSum(g.Mul(crops, weight), [2, 3], keepdims=1), total)
    off = g.ReduceMax(g.Abs(g.Sub(crops, sheet)), axes=[1], keepdims=1)
    mask = g.Sigmoid(g.Mul(g.Sub(off, 0.10), 40.0))
    # At least most of what stands out on average: the blurred rim of a small insect is half sheet.
    mean = g.Div(g.ReduceSum(g.Mul(off, mask), [2, 3], keepdims=1), g.Add(g.ReduceSum(mask, [2, 3], keepdims=1), 1.0))
    mask = g.Sigmoid(g.Mul(g.Sub(off, g.Max(g.Mul(mean, 0.7), 0.10)), 40.0))
    return mask, sheet, off


def steady(g, numbers, name):
    """Rounds away the last bits, which depend on the batch's size in some releases of ONNX Runtime."""
    g.Mul(g.Round(g.Mul(numbers, 256.0)), 1 / 256.0, name=name)


def classifier(size=64):
    g = Graph("classifier")
    mask, sheet, _ = insect_mask(g, "crops", size)
    total = g.Add(g.ReduceSum(mask, [2, 3], keepdims=1), 1.0)
    reflectance = g.Min(g.Div("crops", g.Max(sheet, 0.08)), 1.3)
    mean = g.Div(g.ReduceSum(g.Mul(reflectance, mask), [2, 3], keepdims=1), total)  # [N, 3, 1, 1]
    spread = g.Mul(g.Pow(g.Sub(reflectance, mean), 2.0), mask)
    spread = g.Sqrt(g.ReduceMean(g.Div(g.ReduceSum(spread, [2, 3], keepdims=1), total), axes=[1], keepdims=0))

    # Nearest colour: lightness counts less than hue, which is what people name.
    wanted = np.array(list(COLOURS.values()), np.float32)
    lightness, hue = wanted.mean(1, keepdims=True), wanted - wanted.mean(1, keepdims=True)
    steady(g, g.Concat(g.Reshape(mean, [-1, 3]), g.Reshape(spread, [-1, 1]), axis=1), "features")
    mean = g.Reshape(mean, [-1, 1, 3])
    mean_lightness = g.ReduceMean(mean, axes=[2], keepdims=1)
    by_hue = g.ReduceSum(g.Pow(g.Sub(g.Sub(mean, mean_lightness), hue[None]), 2.0), [2], keepdims=1)
    by_lightness = g.Pow(g.Sub(mean_lightness, lightness[None]), 2.0)
    colour = g.Mul(g.Add(g.Mul(by_hue, 2.5), by_lightness), -40.0)  # [N, colours, 1]

    pattern = g.Mul(g.Sub(g.Reshape(spread, [-1, 1, 1]), 0.16), np.array([[[-15, 15]]], np.float32))
    steady(g, g.Reshape(g.Add(colour, pattern), [-1, len(COLOURS) * len(PATTERNS)]), "logits")
    g.save(
        [("crops", F32, ["n", 3, size, size])],
        [("logits", F32, ["n", len(COLOURS) * len(PATTERNS)]), ("features", F32, ["n", 4])],
        "Colour and pattern of an insect from the statistics of its pixels; hand-written, not trained.",
    )


def contrast_filter(size=32):
    g = Graph("filter")
    mask, _, off = insect_mask(g, "crops", size)
    # An insect has edges; a shadow, a stain or the rim of the light fades over the whole crop.
    step_x = g.Abs(g.Sub(g.Slice(off, [2], [size], [3]), g.Slice(off, [0], [size - 2], [3])))
    step_y = g.Abs(g.Sub(g.Slice(off, [2], [size], [2]), g.Slice(off, [0], [size - 2], [2])))
    edges = [g.ReduceMean(g.TopK(g.Flatten(s, axis=1), [40], outputs=2, axis=1)[0], axes=[1]) for s in (step_x, step_y)]
    edge = g.Mul(g.Add(*edges), 0.5)  # [N, 1]
    filled = g.ReduceMean(g.Flatten(mask, axis=1), axes=[1], keepdims=1)
    certainty = g.Min(g.Mul(g.Sub(edge, 0.16), 30.0), g.Mul(g.Sub(filled, 0.04), 60.0))
    steady(g, g.Mul(certainty, np.array([[0.5, -0.5]], np.float32)), "logits")
    g.save(
        [("crops", F32, ["n", 3, size, size])],
        [("logits", F32, ["n", 2])],
        "Distinct or faint, from the strength of a crop's edges; hand-written, not trained.",
    )


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    detector()
    contrast_filter()
    classifier()
