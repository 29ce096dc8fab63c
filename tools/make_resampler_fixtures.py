#!/usr/bin/env python3
"""Makes Tests/ImagingTests/Fixtures/resampler.json: what torch and torchvision give where the Resampler must agree.

Needs torch and torchvision (any build; the CPU is used). Deterministic for given versions and processor: PyTorch chooses
its kernels by the processor's vector instructions, and the choice is noted in the file.

    python3 tools/make_resampler_fixtures.py

Sources are not stored. They are made of a formula that the Swift tests repeat: the byte at index i of a height × width × 3
image is the top byte of the 32-bit product (i + seed) × 2654435761, after one exclusive or with its own upper half. Large results
are sampled: every `step`-th value of the flattened 3 × height × width array is kept.
"""

import base64
import json
import pathlib
import sys

import numpy
import torch

TARGET = pathlib.Path(__file__).parent.parent / "Tests" / "ImagingTests" / "Fixtures" / "resampler.json"
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def import_torchvision():
    """torchvision without its compiled operators, which are missing where torch and torchvision differ in build."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        try:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        except RuntimeError:
            pass  # The compiled operators are there.
    import torchvision
    from torchvision.models.detection.transform import GeneralizedRCNNTransform

    return torchvision, GeneralizedRCNNTransform, library


def source(height, width, seed):
    index = numpy.arange(height * width * 3, dtype=numpy.uint64)
    product = ((index + seed) * 2654435761) & 0xFFFFFFFF
    product = ((product ^ (product >> 16)) * 2246822519) & 0xFFFFFFFF
    return (product >> 24).astype(numpy.uint8).reshape(height, width, 3)


# name, source height × width, crop (x, y, width, height) or None, output height × width, step
BOTH = [
    ("down", (60, 90), None, (23, 31), 2),
    ("up", (17, 13), None, (41, 37), 5),
    ("identity", (24, 33), None, (24, 33), 3),
    ("down by two", (40, 64), None, (20, 32), 2),
    ("wide to tall", (12, 150), None, (60, 15), 4),
    ("top left corner", (50, 70), (0, 0, 21, 19), (16, 16), 1),
    ("bottom right corner", (50, 70), (47, 27, 23, 23), (32, 32), 5),
    ("right edge, odd", (51, 71), (38, 5, 33, 45), (13, 17), 1),
    ("one pixel", (9, 9), (8, 8, 1, 1), (8, 8), 1),
    ("one column", (31, 9), (8, 2, 1, 27), (16, 8), 1),
    ("one row", (9, 31), (2, 8, 27, 1), (8, 16), 1),
    ("two columns", (31, 9), (7, 2, 2, 27), (16, 9), 1),
    ("to one pixel", (33, 47), None, (1, 1), 1),
    ("very wide", (2, 400), None, (16, 16), 1),
    ("very tall", (400, 3), None, (16, 16), 1),
    ("moth", (300, 300), None, (128, 128), 61),
    # As wide and as tall as cameras are, where single precision counts, but thin: the tests make them in a debug build.
    ("camera's width", (40, 4096), None, (13, 1333), 79),
    ("camera's height", (2160, 41), None, (702, 13), 43),
    ("camera's right edge", (60, 4096), (3501, 3, 595, 55), (128, 128), 67),
    ("camera's bottom edge", (2160, 50), (5, 1702, 40, 458), (128, 128), 67),
]

# Sizes as cameras and crops have them; with 800 and 1333 as in torchvision's detectors, and with small ones.
SIZES = [
    (2160, 4096), (2160, 3840), (680, 1024), (4096, 2160), (3000, 4000), (3456, 5184), (480, 640), (800, 1333),
    (799, 1333), (801, 1334), (1, 1), (1, 5000), (5000, 3), (1080, 1920), (1944, 2592), (997, 1009),
]


def main():
    torchvision, transform_type, _library = import_torchvision()
    cases = []

    def add(name, size, crop, output, step, filter_name, normalized, values):
        values = values.contiguous().numpy().astype("<f4").reshape(-1)[::step]
        cases.append({
            "name": name, "height": size[0], "width": size[1], "crop": crop or [0, 0, size[1], size[0]],
            "outputHeight": output[0], "outputWidth": output[1], "step": step, "filter": filter_name,
            "imageNet": normalized, "seed": len(cases), "values": base64.b64encode(values.tobytes()).decode(),
        })

    def tensor(size, crop):
        image = torch.from_numpy(source(*size, seed=len(cases))).permute(2, 0, 1).contiguous().float() / 255
        if crop:
            x, y, width, height = crop
            image = image[:, y : y + height, x : x + width]
        return image

    for name, size, crop, output, step in BOTH:
        for antialias in (False, True):
            values = torch.nn.functional.interpolate(
                tensor(size, crop)[None], size=output, mode="bilinear", align_corners=False, antialias=antialias
            )[0]
            add(name, size, crop, output, step, "antialiased" if antialias else "bilinear", False, values)

    # The detector's way: normalized first, resized by a scale factor, padded.
    transform = transform_type(800, 1333, *IMAGENET)
    for size, step in (((420, 1024), 1609), ((680, 510), 1709)):
        images, _ = transform([tensor(size, None)])
        height, width = images.image_sizes[0]
        add("detector", size, None, (height, width), step, "bilinear", True, images.tensors[0, :, :height, :width])

    # The classifier's way: torchvision's resize of a float crop, then normalized.
    for size, crop in (((300, 420), (33, 21, 250, 199)), ((90, 90), (10, 10, 44, 61))):
        values = torchvision.transforms.functional.resize(tensor(size, crop), [128, 128], antialias=True)
        values = torchvision.transforms.functional.normalize(values, *IMAGENET)
        add("classifier", size, crop, (128, 128), 67, "antialiased", True, values)

    sizes = []
    for shortest, longest in ((800, 1333), (320, 640), (600, 1000)):
        fitting = transform_type(shortest, longest, *IMAGENET)
        for height, width in SIZES:
            image = torch.empty((3, height, width))
            try:
                resized, _ = fitting.resize(image)
            except RuntimeError:
                continue  # An edge of less than one pixel: torch refuses.
            sizes.append([height, width, shortest, longest, resized.shape[-2], resized.shape[-1]])

    head = {
        "torch": torch.__version__, "torchvision": torchvision.__version__,
        "kernels": torch.backends.cpu.get_cpu_capability(),
    }
    # One line a case, so that a change shows as the cases it touches.
    lines = ",\n".join(json.dumps(case) for case in cases)
    TARGET.write_text(json.dumps(head)[:-1] + f',\n"sizes": {json.dumps(sizes)},\n"cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases, {TARGET.stat().st_size // 1024} KB", file=sys.stderr)


if __name__ == "__main__":
    main()
