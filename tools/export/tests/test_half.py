"""Graphs in half precision against those that they are made of; needs onnx and ONNX Runtime, and is skipped without."""

import hashlib
import pathlib
import shutil

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from rounding import rounded  # noqa: E402

from antenna_export.half import SOURCE_KEY, HalfError, convert, detours, half_path, write_half  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEMO = ROOT / "models" / "demo"
PARITY = ROOT / "Tests" / "InferenceTests" / "Fixtures" / "parity" / "algorithms"
DETECTORS = [DEMO / "detector.onnx", PARITY / "tiny_pyramid_detector.onnx", PARITY / "tiny_singlelevel_detector.onnx"]
CLASSIFIERS = [DEMO / "classifier.onnx", PARITY / "tiny_trunk.onnx", PARITY / "tiny_convnext.onnx", PARITY / "tiny_filter.onnx"]
F, H = TensorProto.FLOAT, TensorProto.FLOAT16


def kinds(model):
    """The kinds of elements of all values, by name."""
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    values = [*inferred.input, *inferred.output, *inferred.value_info]
    return {value.name: value.type.tensor_type.elem_type for value in values} | {
        tensor.name: tensor.data_type for tensor in inferred.initializer
    }


def run(path_or_model, feeds):
    source = path_or_model if isinstance(path_or_model, pathlib.Path) else path_or_model.SerializeToString()
    session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def sheet(seed, height=320, width=480):
    """A pale sheet with dark blobs on it, as the demo's detector takes it: 1×3×H×W, 0 to 1."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    image = np.full((height, width), 0.8)
    for _ in range(9):
        row, column, radius = rng.uniform(30, height - 30), rng.uniform(30, width - 30), rng.uniform(6, 16)
        image -= 0.6 * np.exp(-(((rows - row) ** 2 + (columns - column) ** 2) / radius**2) ** 2)
    planes = np.clip(image + rng.normal(0, 0.01, (3, height, width)), 0, 1)
    return planes[None].astype(np.float32)


@pytest.mark.parametrize("path", [*DETECTORS, *CLASSIFIERS], ids=lambda path: path.stem)
def test_the_contract_stays_and_the_work_is_halved(path):
    whole, half = onnx.load(path), convert(onnx.load(path))
    onnx.checker.check_model(half, full_check=True)
    assert whole.graph.input == half.graph.input
    assert whole.graph.output == half.graph.output
    of = kinds(half)
    work = [node for node in half.graph.node if node.op_type in ("Conv", "Gemm", "MatMul")]
    assert all(of[name] == H for node in work for name in [*node.input, *node.output] if name)
    assert list(detours(half.graph)) == []


@pytest.mark.parametrize("path", DETECTORS, ids=lambda path: path.stem)
def test_what_decides_about_boxes_stays_in_single_precision(path):
    half = convert(onnx.load(path))
    of = kinds(half)
    kept = ("NonMaxSuppression", "RoiAlign", "TopK", "Exp", "Sub", "Softmax", "ScatterElements", "GatherND", "Min", "Max")
    nodes = [node for node in half.graph.node if node.op_type in kept]
    assert nodes
    assert all(of.get(name) != H for node in nodes for name in [*node.input, *node.output] if name)
    # And what makes boxes never was in half precision, from the regressions on.
    halved = {name for name, kind in of.items() if kind == H}
    makers = {output: node for node in half.graph.node for output in node.output}
    name = "boxes"
    for _ in range(4):
        assert name not in halved
        name = makers[name].input[0]


@pytest.mark.parametrize("of", [convert, rounded], ids=["the graph on a processor", "rounded as on a GPU"])
@pytest.mark.parametrize("seed", range(3))
def test_the_demos_detector_finds_the_same_boxes(seed, of):
    feeds = {"images": sheet(seed), "image_size": np.array([320, 480], np.int64)}
    boxes, scores, _ = run(DEMO / "detector.onnx", feeds)
    half_boxes, half_scores, _ = run(of(onnx.load(DEMO / "detector.onnx")), feeds)
    assert len(boxes) > 4
    assert len(half_boxes) == len(boxes)
    apart = np.abs(boxes[:, None] - half_boxes[None]).max(2)
    assert apart.min(1).max() <= 2
    np.testing.assert_allclose(half_scores[apart.argmin(1)], scores, atol=5e-3)


def test_rounding_is_that_of_half_precision():
    model = graph([helper.make_node("MatMul", ["x", "w"], ["y"])], [("w", np.eye(4))])
    values = np.random.default_rng(2).standard_normal((50, 4)).astype(np.float32)
    (answer,) = run(rounded(model), {"x": values})
    assert (answer == values.astype(np.float16)).all()


@pytest.mark.parametrize("of", [convert, rounded], ids=["the graph on a processor", "rounded as on a GPU"])
@pytest.mark.parametrize("path", CLASSIFIERS, ids=lambda path: path.stem)
def test_classifiers_say_nearly_the_same(path, of):
    model = onnx.load(path)
    size = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value
    crops = np.random.default_rng(1).uniform(0, 1, (5, 3, size, size)).astype(np.float32)
    for whole, half in zip(run(path, {"crops": crops}), run(of(model), {"crops": crops}), strict=True):
        assert half.dtype == np.float32
        np.testing.assert_allclose(half, whole, atol=2e-2 * np.abs(whole).max())


def graph(nodes, constants=(), inputs=(("x", F, [None, 4]),), outputs=(("y", F, [None, 4]),)):
    made = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*each) for each in outputs],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_what_is_beside_the_way_between_two_products_stays_as_it_is():
    model = graph(
        [
            helper.make_node("Add", ["x", "c"], ["before"]),
            helper.make_node("MatMul", ["before", "w"], ["first"]),
            helper.make_node("Relu", ["first"], ["between"]),
            helper.make_node("MatMul", ["between", "w"], ["second"]),
            helper.make_node("Exp", ["first"], ["aside"]),
            helper.make_node("Add", ["second", "aside"], ["behind"]),
            helper.make_node("Add", ["behind", "c"], ["y"]),
        ],
        [("w", np.eye(4)), ("c", np.full(4, 1e-6))],
    )
    half = convert(model)
    of = kinds(half)
    computed = {node.name: of[node.output[0]] for node in half.graph.node if "cast" not in node.name}
    halved = {"MatMul_1", "Relu_2", "MatMul_3"}
    assert computed == {name: H if name in halved else F for name in computed}
    assert len(computed) == 7
    assert of["c"] == F


def test_a_constant_that_both_read_stays_exact_for_the_one():
    model = graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["first"]),
            helper.make_node("Mul", ["first", "s"], ["scaled"]),
            helper.make_node("MatMul", ["scaled", "w"], ["second"]),
            helper.make_node("Sub", ["second", "s"], ["y"]),
        ],
        [("w", np.eye(4)), ("s", [0.1])],
    )
    (answer,) = run(convert(model), {"x": np.zeros((1, 4), np.float32)})
    assert (answer == -np.float32(0.1)).all()


def test_a_graph_without_such_work_stays_as_it_is():
    model = graph([helper.make_node("Exp", ["x"], ["y"])])
    (answer,) = run(convert(model), {"x": np.full((1, 4), 0.1, np.float32)})
    assert (answer == run(model, {"x": np.full((1, 4), 0.1, np.float32)})[0]).all()


def test_a_whole_number_is_no_matter_of_precision():
    model = graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["first"]),
            helper.make_node("Reshape", ["first", "shape"], ["reshaped"]),
            helper.make_node("MatMul", ["reshaped", "w"], ["y"]),
        ],
        [("w", np.eye(4))],
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array([-1, 4], np.int64), "shape"))
    (answer,) = run(convert(model), {"x": np.ones((2, 4), np.float32)})
    assert (answer == 1).all()


def test_what_cannot_be_converted_is_refused_with_the_reason(tmp_path):
    answer = helper.make_tensor_value_info("z", F, [None, 4])
    body = helper.make_graph([helper.make_node("Relu", ["x"], ["z"])], "b", [], [answer])
    branch = helper.make_node("If", ["q"], ["y"], then_branch=body, else_branch=body)
    with pytest.raises(HalfError, match="loops or branches"):
        convert(graph([branch], inputs=(("x", F, [None, 4]), ("q", TensorProto.BOOL, []))))
    shutil.copy(DEMO / "filter.onnx", tmp_path / "filter.half.onnx")
    with pytest.raises(HalfError, match="itself"):
        write_half(tmp_path / "filter.half.onnx")


def test_the_name_is_the_one_that_the_worker_looks_for(tmp_path):
    shutil.copy(DEMO / "classifier.onnx", tmp_path)
    written = write_half(tmp_path / "classifier.onnx")
    assert written == half_path(tmp_path / "classifier.onnx") == tmp_path / "classifier.half.onnx"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classifier.half.onnx", "classifier.onnx"]


def test_it_names_the_file_that_it_was_made_of(tmp_path):
    shutil.copy(DEMO / "classifier.onnx", tmp_path)
    written = write_half(tmp_path / "classifier.onnx")
    named = {entry.key: entry.value for entry in onnx.load(written).metadata_props}
    assert named[SOURCE_KEY] == hashlib.sha256((DEMO / "classifier.onnx").read_bytes()).hexdigest()


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.half.onnx")), ids=lambda path: path.stem)
def test_the_demos_are_of_the_demos_graphs(path):
    named = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    graph = path.with_name(path.name.replace(".half.onnx", ".onnx"))
    assert named[SOURCE_KEY] == hashlib.sha256(graph.read_bytes()).hexdigest()
