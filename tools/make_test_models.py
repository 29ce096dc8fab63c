#!/usr/bin/env python3
"""Writes the tiny ONNX models that the inference tests load: pip install onnx numpy; tools/make_test_models.py

They hold no weights worth the name; each has one behaviour that a test needs.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Fixtures"


def save(name, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(*i) for i in inputs],
        [helper.make_tensor_value_info(*o) for o in outputs],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="")
    onnx.checker.check_model(model, full_check=True)
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())


F, I = TensorProto.FLOAT, TensorProto.INT64

# y = 2 x and n = the shape of x: lent inputs, free shapes, two kinds of outputs.
save(
    "double",
    [helper.make_node("Mul", ["x", "two"], ["y"]), helper.make_node("Shape", ["x"], ["n"])],
    [("x", F, [None, 3])],
    [("y", F, [None, 3]), ("n", I, [2])],
    [("two", np.float32(2))],
)

# Fails while running, not while loading: a matrix product whose sizes agree only for three columns.
save(
    "fails_at_run",
    [helper.make_node("MatMul", ["x", "w"], ["y"])],
    [("x", F, [None, None])],
    [("y", F, [None, 2])],
    [("w", np.ones((3, 2), np.float32))],
)

# Takes seconds for large matrices: to the power of 65, a product at a time, so that a run can be ended between two.
save(
    "slow",
    [helper.make_node("MatMul", [f"p{i}" if i else "x", "x"], [f"p{i + 1}" if i < 63 else "y"]) for i in range(64)],
    [("x", F, [None, None])],
    [("y", F, [None, None])],
)

# A detector that answers with the boxes drawn into the image: the red plane's first row of each image holds
# x1 y1 x2 y2 score x1 y1 x2 y2 score ... ; a score of zero ends nothing, it is answered like any other.
save(
    "scripted_detector",
    [
        helper.make_node("Shape", ["images"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["count"]),
        helper.make_node("Slice", ["images", "from", "to", "axes"], ["rows"]),
        helper.make_node("Reshape", ["rows", "as_rows"], ["table"]),
        helper.make_node("Slice", ["table", "box_from", "box_to", "last"], ["boxes"]),
        helper.make_node("Slice", ["table", "box_to", "row_to", "last"], ["score_column"]),
        helper.make_node("Reshape", ["score_column", "flat"], ["scores"]),
        helper.make_node("Range", ["zero", "count", "one"], ["image_numbers"]),
        helper.make_node("Reshape", ["image_numbers", "as_column"], ["image_column"]),
        helper.make_node("Expand", ["image_column", "slots"], ["image_table"]),
        helper.make_node("Reshape", ["image_table", "flat"], ["image_index"]),
    ],
    [("images", F, [None, 3, None, None])],
    [("boxes", F, [None, 4]), ("scores", F, [None]), ("image_index", I, [None])],
    [
        ("zero", np.int64(0)),
        ("one", np.int64(1)),
        ("axes", np.array([1, 2, 3], np.int64)),
        ("from", np.array([0, 0, 0], np.int64)),
        ("to", np.array([1, 1, 20], np.int64)),
        ("as_rows", np.array([-1, 5], np.int64)),
        ("last", np.array([1], np.int64)),
        ("box_from", np.array([0], np.int64)),
        ("box_to", np.array([4], np.int64)),
        ("row_to", np.array([5], np.int64)),
        ("flat", np.array([-1], np.int64)),
        ("as_column", np.array([-1, 1], np.int64)),
        ("slots", np.array([1, 4], np.int64)),
    ],
)

# Three logits: the means of red, green and blue.
MEAN = helper.make_node("ReduceMean", ["crops"], ["logits"], axes=[2, 3], keepdims=0)
CROPS = ("crops", F, [None, 3, 8, 8])
LOGITS = ("logits", F, [None, 3])
save("mean_colour", [MEAN], [CROPS], [LOGITS])

# The same of crops of another size: a second classifier beside the first.
save("mean_colour_wide", [MEAN], [("crops", F, [None, 3, 4, 6])], [LOGITS])

# Four features besides: the top left pixel, and one by the mean of red, which is infinite where that is 0.
FEATURES = [
    helper.make_node("Slice", ["crops", "from", "to", "axes"], ["corner"]),
    helper.make_node("Flatten", ["corner"], ["pixel"], axis=1),
    helper.make_node("Slice", ["logits", "zero", "one", "last"], ["red"]),
    helper.make_node("Reciprocal", ["red"], ["inverse"]),
    helper.make_node("Concat", ["pixel", "inverse"], ["features"], axis=1),
]
PLACES = [
    ("axes", np.array([2, 3], np.int64)),
    ("from", np.array([0, 0], np.int64)),
    ("to", np.array([1, 1], np.int64)),
    ("zero", np.array([0], np.int64)),
    ("one", np.array([1], np.int64)),
    ("last", np.array([1], np.int64)),
]
save("features", [MEAN, *FEATURES], [CROPS], [LOGITS, ("features", F, [None, 4])], PLACES)

# The same with the number of features left open: those are chosen by the crops, which choose all four of them.
save(
    "features_free",
    [
        MEAN,
        *FEATURES[:-1],
        helper.make_node("Concat", ["pixel", "inverse"], ["four"], axis=1),
        helper.make_node("ReduceMax", ["crops"], ["brightest"], keepdims=0),
        helper.make_node("Add", ["brightest", "ones"], ["positive"]),
        helper.make_node("NonZero", ["positive"], ["chosen"]),
        helper.make_node("Squeeze", ["chosen", "zero"], ["places"]),
        helper.make_node("Gather", ["four", "places"], ["features"], axis=1),
    ],
    [CROPS],
    [LOGITS, ("features", F, [None, None])],
    [*PLACES, ("ones", np.ones(4, np.float32))],
)

# Of another kind, and of another rank.
save(
    "features_whole",
    [MEAN, helper.make_node("Cast", ["logits"], ["features"], to=I)],
    [CROPS],
    [LOGITS, ("features", I, [None, 3])],
)
save(
    "features_map",
    [MEAN, helper.make_node("Identity", ["crops"], ["features"])],
    [CROPS],
    [LOGITS, ("features", F, [None, 3, 8, 8])],
)
