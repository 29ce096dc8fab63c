"""Writes a graph of half precision beside a graph: `moths.half.onnx` beside `moths.onnx`, with the same inputs and outputs.

Half precision has 11 bits: enough for what flows through a network, and too few for coordinates in an image, for scores that
are sorted, and for what is exponentiated. So what is computed with it is the work, convolutions and matrix products, and what
stands between two of them and does no harm. Everything else stays as it was: the decoding of boxes, suppression, RoIAlign.

The converter is ONNX Runtime's own. It casts every value of a node that stays to half precision and back, also between two
nodes that both stay; those casts are taken out again here, or boxes would be rounded to 2 pixels at 4,000.
"""

from __future__ import annotations

import copy
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Iterator

import onnx
import onnxruntime
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel

WORK = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})
"""What half precision is for."""

HARMLESS = frozenset(
    {
        *("Add", "Mul", "Div", "Erf", "Gelu", "Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh"),
        *("BatchNormalization", "LayerNormalization", "MaxPool", "AveragePool", "GlobalAveragePool", "Resize"),
        *("Concat", "Flatten", "Reshape", "Squeeze", "Transpose", "Unsqueeze", "Identity"),
    }
)
"""What may be computed with it between two of those."""


SOURCE_KEY = "antenna_worker.made_of_sha256"
"""Names in a graph's metadata the file that it was made of; the worker takes it beside no other."""


class HalfError(Exception):
    """A graph that cannot be converted, with the reason."""


def half_path(path: pathlib.Path) -> pathlib.Path:
    """Where the graph of half precision is; the worker finds it by the same rule."""
    return path.with_name(path.name.removesuffix(".onnx") + ".half.onnx")


def write_half(path: pathlib.Path) -> pathlib.Path:
    """Converts a graph file, checks the other graph, and writes it beside the first."""
    written = half_path(path)
    if path == written or path.name.endswith(".half.onnx"):
        raise HalfError(f"{path} is a graph of half precision itself")
    model = convert(onnx.load(path))
    model.metadata_props.add(key=SOURCE_KEY, value=hashlib.sha256(path.read_bytes()).hexdigest())
    onnx.checker.check_model(model, full_check=True)
    draft = written.with_name(written.name + ".new")
    try:
        onnx.save(model, draft)
        # It loads nothing that it cannot run.
        onnxruntime.InferenceSession(draft, providers=["CPUExecutionProvider"])
        draft.replace(written)
    finally:
        draft.unlink(missing_ok=True)
    return written


def convert(model: ModelProto) -> ModelProto:
    """The model with its work in half precision, the same where there is none; inputs and outputs stay as they are."""
    model = copy.deepcopy(model)
    graph = model.graph
    subgraphs = (AttributeProto.GRAPH, AttributeProto.GRAPHS)
    if any(attribute.type in subgraphs for node in graph.node for attribute in node.attribute):
        raise HalfError("a graph with loops or branches is not converted: what is in them would read values of another kind")
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
    chosen = names_of_half(graph)
    if not chosen:
        return model
    _separate_constants(graph, chosen)
    kept = [node.name for node in graph.node if node.name not in chosen]
    converted = convert_float_to_float16(model, keep_io_types=True, op_block_list=[], node_block_list=kept)
    _take_out_detours(converted.graph, {*chosen, *kept})
    OnnxModel.graph_topological_sort(converted.graph)
    # What the converter noted of values is of before the detours went; whoever loads the graph infers it.
    del converted.graph.value_info[:]
    return converted


def names_of_half(graph: GraphProto) -> set[str]:
    """The names of the nodes that are computed with half precision."""
    before = _reached(list(graph.node), lambda node: node.input, lambda node: node.output)
    after = _reached(list(reversed(graph.node)), lambda node: node.output, lambda node: node.input)
    return {node.name for node in graph.node if node.op_type in WORK or (node.name in before and node.name in after)}


_Names = Callable[[NodeProto], Iterable[str]]


def _reached(nodes: list[NodeProto], sources: _Names, targets: _Names) -> set[str]:
    """The harmless nodes that work reaches through harmless ones; nodes come in the order in which values flow."""
    values: set[str] = set()
    names: set[str] = set()
    for node in nodes:
        if node.op_type in WORK or (node.op_type in HARMLESS and values.intersection(sources(node))):
            names.add(node.name)
            values.update(filter(None, targets(node)))
    return names


def _separate_constants(graph: GraphProto, chosen: set[str]) -> None:
    """Gives half precision its own copy of a constant that others read as well."""
    constants = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}
    read_elsewhere = {name for node in graph.node if node.name not in chosen for name in node.input} & constants.keys()
    copied: set[str] = set()
    for node in graph.node:
        for place, name in enumerate(node.input):
            if node.name in chosen and name in read_elsewhere:
                node.input[place] = f"{name}/half"
                if name not in copied:
                    copied.add(name)
                    graph.initializer.add().CopyFrom(constants[name])
                    graph.initializer[-1].name = f"{name}/half"


def _take_out_detours(graph: GraphProto, original: set[str]) -> None:
    """Joins what the converter has cast to half precision and back, or the other way round."""
    casts = {node.output[0]: node for node in graph.node if node.op_type == "Cast" and node.name not in original}
    straight = {name: casts[cast.input[0]].input[0] for name, cast in casts.items() if cast.input[0] in casts}
    outputs = {value.name for value in graph.output}
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in straight:
                node.input[place] = straight[name]
        # What is a whole detour to an output becomes a cast between equals, which the runtime takes out.
        if node.op_type == "Cast" and node.output[0] in straight and node.output[0] in outputs:
            node.input[0] = straight[node.output[0]]
    read = {name for node in graph.node for name in node.input} | outputs
    unread = [node for node in graph.node if node.name not in original and not read.intersection(node.output)]
    while unread:
        for node in unread:
            graph.node.remove(node)
        read = {name for node in graph.node for name in node.input} | outputs
        unread = [node for node in graph.node if node.name not in original and not read.intersection(node.output)]


def detours(graph: GraphProto) -> Iterator[str]:
    """Values that are cast to half precision and back at once: each would lose what it has of precision."""
    halved = {
        node.output[0]
        for node in graph.node
        if node.op_type == "Cast" and any(each.name == "to" and each.i == TensorProto.FLOAT16 for each in node.attribute)
    }
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in halved:
            yield node.output[0]
