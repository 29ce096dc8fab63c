"""Writes models as ONNX graphs that keep antenna-worker's contract, and checks what was written."""

from __future__ import annotations

import copy
import dataclasses
import pathlib
import time
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FasterRCNN
from torchvision.ops.misc import FrozenBatchNorm2d

from antenna_export.architectures import WithFeatures
from antenna_export.detector_graph import BatchedFasterRCNN

OPSET = 17
_DETECTOR_AXES = {
    "images": {0: "N", 2: "H", 3: "W"},
    "boxes": {0: "M"},
    "scores": {0: "M"},
    "image_index": {0: "M"},
}
_CLASSIFIER_AXES = {"crops": {0: "N"}, "logits": {0: "N"}, "features": {0: "N"}}


class ExportError(Exception):
    """A graph that does not keep the contract it was written for."""


@dataclasses.dataclass(frozen=True)
class GraphReport:
    """What was written, and how long one run in ONNX Runtime took (for detectors of a batch of two)."""

    path: pathlib.Path
    bytes: int
    nodes: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.path}: {self.bytes / 1e6:.1f} MB, {self.nodes} nodes, one run {self.seconds:.2f} s"


def export_detector(model: FasterRCNN, path: pathlib.Path) -> GraphReport:
    """Writes a detector: `images`, `image_size` to `boxes`, `scores`, `image_index`; any N, H, W."""
    graph = BatchedFasterRCNN(with_foldable_norms(model))
    # Not square, more than one image: nothing in the graph may take a size for granted.
    example = (torch.rand(2, 3, 192, 256) * 4 - 2, torch.tensor([180, 250]))
    _export(graph, example, path, ["images", "image_size"], ["boxes", "scores", "image_index"], _DETECTOR_AXES)
    rng = np.random.default_rng(0)
    feeds = {
        "images": rng.standard_normal((2, 3, 320, 224), np.float32),
        "image_size": np.array([300, 200], np.int64),
    }
    boxes, scores, index, report = _verify(path, feeds, ["boxes", "scores", "image_index"])
    if not (boxes.shape == (len(scores), 4) and index.shape == scores.shape):
        raise ExportError(f"{path} answers with boxes {boxes.shape}, scores {scores.shape}, images {index.shape}")
    return report


def export_classifier(model: nn.Module, size: int, class_count: int, path: pathlib.Path, features: bool = False) -> GraphReport:
    """Writes a classifier: `crops` (N×3×S×S) to `logits` (N×classes), and to `features` (N×features) if asked; any N."""
    widths = {"logits": class_count}
    if features:
        model = WithFeatures(model)
        widths["features"] = model.count
    axes = {name: _CLASSIFIER_AXES[name] for name in ("crops", *widths)}
    _export(model, (torch.rand(2, 3, size, size),), path, ["crops"], list(widths), axes)
    crops = np.random.default_rng(0).standard_normal((3, 3, size, size), np.float32)
    *answers, report = _verify(path, {"crops": crops}, list(widths))
    for (name, width), answer in zip(widths.items(), answers, strict=True):
        if answer.shape != (3, width):
            raise ExportError(f"{path} answers with {name} {answer.shape}, not {(3, width)}")
    return report


def with_foldable_norms(model: nn.Module) -> nn.Module:
    """A copy in which frozen normalisations are ordinary ones, which the exporter folds into the convolutions."""
    model = copy.deepcopy(model)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, FrozenBatchNorm2d):
                norm = nn.BatchNorm2d(child.weight.shape[0], eps=child.eps)
                norm.load_state_dict(child.state_dict(), strict=False)
                setattr(parent, name, norm.eval())
    return model.eval()


def session(path: pathlib.Path, threads: int = 0) -> onnxruntime.InferenceSession:
    """A session on the CPU; 0 threads leaves the number to ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _export(
    model: nn.Module,
    example: tuple[Tensor, ...],
    path: pathlib.Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with torch.no_grad(), warnings.catch_warnings():
        # The exporter is announced as old, and each shape taken from a tensor as a constant; what matters is checked.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example,
            str(draft),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    draft.replace(path)


def _verify(path: pathlib.Path, feeds: dict[str, np.ndarray], outputs: list[str]) -> tuple:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    runner = session(path)
    started = time.perf_counter()
    answers = runner.run(outputs, feeds)
    seconds = time.perf_counter() - started
    return (*answers, GraphReport(path, path.stat().st_size, len(model.graph.node), seconds))
