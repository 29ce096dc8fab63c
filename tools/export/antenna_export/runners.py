"""Two ways through a pipeline: the PyTorch models as the original runs them, and the exported graphs in ONNX Runtime."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FasterRCNN
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes

from antenna_export.architectures import WithFeatures
from antenna_export.catalogue import DETECTORS, Classifier, Detector, Pipeline
from antenna_export.compare import Box
from antenna_export.manifest import detector_input, graph_path, labels_path
from antenna_export.onnx_export import session
from antenna_export.results import Classification, Found, ImageResult
from antenna_export.steps import Stage, classify_all, open_image, whole_boxes


class Runner:
    """Runs a pipeline on image files, one image at a time."""

    def __init__(self, detector: Detector, binary_filter: Stage | None, terminal: Stage) -> None:
        self.detector = detector
        self._filter, self._terminal = binary_filter, terminal

    def analyse(self, path: pathlib.Path) -> ImageResult:
        """All that is found on an image."""
        image = open_image(path)
        boxes, scores = whole_boxes(*self.detect(image), self.detector.score_threshold)
        answers = classify_all(image, boxes, self._filter, self._terminal)
        found = tuple(Found(*each) for each in zip(boxes, scores, answers, strict=True))
        return ImageResult(path.name, found)

    def classify(self, path: pathlib.Path, boxes: Sequence[Box]) -> list[tuple[Classification, ...]]:
        """The classifiers alone, on given boxes."""
        return classify_all(open_image(path), boxes, self._filter, self._terminal)

    def detect(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes in pixels of the image, and scores."""
        raise NotImplementedError


class TorchRunner(Runner):
    """The reference: torchvision's detector as it is, and the PyTorch classifiers."""

    def __init__(self, model: FasterRCNN, detector: Detector, binary_filter: Stage | None, terminal: Stage) -> None:
        super().__init__(detector, binary_filter, terminal)
        self._model = model

    @torch.no_grad()
    def detect(self, image: Tensor) -> tuple[Tensor, Tensor]:
        (answer,) = self._model([image])
        return answer["boxes"], answer["scores"]


class GraphRunner(Runner):
    """The exported graphs, with torchvision's own preparation of the image."""

    def __init__(self, out: pathlib.Path, pipeline: Pipeline, detector: Detector) -> None:
        binary_filter = graph_stage(out, pipeline.binary_filter) if pipeline.binary_filter else None
        super().__init__(detector, binary_filter, graph_stage(out, pipeline.classifier))
        self._session = session(graph_path(out, detector))
        rule = detector_input(detector)
        self._transform = GeneralizedRCNNTransform(
            rule["shorter_side"], rule["longer_side_max"], rule["mean"], rule["std"]
        ).eval()

    @torch.no_grad()
    def detect(self, image: Tensor) -> tuple[Tensor, Tensor]:
        prepared, _ = self._transform([image])
        boxes, scores = detect_with_graph(self._session, prepared.tensors, prepared.image_sizes[0])[0]
        return resize_boxes(boxes, list(prepared.image_sizes[0]), list(image.shape[-2:])), scores


def detect_with_graph(
    runner: onnxruntime.InferenceSession, images: Tensor, image_size: tuple[int, int]
) -> list[tuple[Tensor, Tensor]]:
    """Boxes (pixels of the input) and scores for each image of a prepared batch."""
    feeds = {"images": images.numpy(), "image_size": np.array(image_size, np.int64)}
    boxes, scores, index = runner.run(["boxes", "scores", "image_index"], feeds)
    return [(torch.from_numpy(boxes[index == image]), torch.from_numpy(scores[index == image])) for image in range(len(images))]


def graph_stage(out: pathlib.Path, classifier: Classifier) -> Stage:
    """A classifier's exported graph."""
    runner = session(graph_path(out, classifier))
    outputs = [output.name for output in runner.get_outputs()]

    def answers(crops: Tensor) -> tuple[Tensor, Tensor | None]:
        given = dict(zip(outputs, runner.run(outputs, {"crops": crops.numpy()}), strict=True))
        features = torch.from_numpy(given["features"]) if "features" in given else None
        return torch.from_numpy(given["logits"]), features

    return Stage(classifier, read_labels(out, classifier), answers)


def torch_stage(model: nn.Module, classifier: Classifier, labels: list[str]) -> Stage:
    """A PyTorch classifier."""

    with_features = WithFeatures(model)

    @torch.no_grad()
    def answers(crops: Tensor) -> tuple[Tensor, Tensor | None]:
        return with_features(crops)

    return Stage(classifier, labels, answers)


def read_labels(out: pathlib.Path, classifier: Classifier) -> list[str]:
    """The labels that were exported with a classifier."""
    return json.loads(labels_path(out, classifier).read_text(encoding="utf-8"))


def exported_features(out: pathlib.Path, slug: str) -> bool:
    """Whether an exported pipeline tells features."""
    manifest = json.loads((out / slug / "pipeline.json").read_text(encoding="utf-8"))
    return "features" in manifest["classifier"]


def exported_detector(out: pathlib.Path, slug: str) -> Detector:
    """The detector an exported pipeline uses."""
    manifest = json.loads((out / slug / "pipeline.json").read_text(encoding="utf-8"))
    key = manifest["detector"]["key"]
    return next(detector for detector in DETECTORS.values() if detector.key == key)
