"""A graph that computes in single precision what its graph of half precision computes on a GPU: `rounding.py IN.onnx OUT.onnx`.

ONNX Runtime has no kernels of half precision on a processor: it computes such a graph in single precision, and takes out most of
the rounding between two nodes. Here every value that would be in half precision is rounded to its 11 bits by three operations
that no optimiser takes out (Veltkamp's splitting). Sums are of single precision, as a GPU's are; the range is not limited.
"""

import copy
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from antenna_export.half import names_of_half


def rounded(model):
    """The model with the values of half precision rounded."""
    model = copy.deepcopy(model)
    graph = model.graph
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
    half = names_of_half(graph)
    known = [*graph.input, *onnx.shape_inference.infer_shapes(model).graph.value_info]
    floats = {value.name for value in known if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    constants = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}
    made, nodes = {}, []
    graph.initializer.append(numpy_helper.from_array(np.float32(2**13 + 1), "splitter"))

    def of_half(name):
        if name not in made:
            made[name] = f"{name}/rounded"
            if name in constants:
                values = numpy_helper.to_array(constants[name]).astype(np.float16).astype(np.float32)
                graph.initializer.append(numpy_helper.from_array(values, made[name]))
            else:
                nodes.extend(splitting(name, made[name]))
        return made[name]

    for node in graph.node:
        if node.name in half:
            for place, name in enumerate(node.input):
                if name in floats or name in constants:
                    node.input[place] = of_half(name)
            original = node.output[0]
            node.output[0] = f"{original}/exact"
            nodes.append(node)
            nodes.extend(splitting(node.output[0], original))
            made[original] = original
        else:
            nodes.append(node)
    kept = [copy.deepcopy(node) for node in nodes]
    del graph.node[:], graph.value_info[:]
    graph.node.extend(kept)
    return model


def splitting(name, output):
    """The nodes that round a value to 11 bits."""
    return [
        helper.make_node("Mul", [name, "splitter"], [f"{output}/large"]),
        helper.make_node("Sub", [f"{output}/large", name], [f"{output}/rest"]),
        helper.make_node("Sub", [f"{output}/large", f"{output}/rest"], [output]),
    ]


if __name__ == "__main__":
    onnx.save(rounded(onnx.load(sys.argv[1])), sys.argv[2])
