"""The steps around the models as the Python original takes them: what becomes of pixels, boxes and crops.

The box is cut out of the float image with truncated corners; the crop is resized with antialiasing while its values are 0 to
1, and normalised after that. Both the reference and the run of exported graphs go through these.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import Tensor

from antenna_export.catalogue import PASSING_LABEL, Classifier
from antenna_export.compare import Box
from antenna_export.results import Classification

Answers = Callable[[Tensor], tuple[Tensor, Tensor | None]]
"""A classifier: crops (N×3×S×S) to logits (N×classes) and, where it tells them, features (N×features)."""


def open_image(path: pathlib.Path) -> Tensor:
    """An image file as 3×H×W floats, 0 to 1; EXIF orientation is not applied."""
    with Image.open(path) as image:
        return torchvision.transforms.functional.to_tensor(image.convert("RGB"))


def whole_boxes(boxes: Tensor, scores: Tensor, threshold: float) -> tuple[list[Box], list[float]]:
    """The boxes with a score above the threshold, truncated to whole pixels, without those of no area."""
    passing = scores > threshold
    corners = boxes[passing].numpy().astype(int).tolist()
    kept = [
        ((x1, y1, x2, y2), score)
        for (x1, y1, x2, y2), score in zip(corners, scores[passing].tolist(), strict=True)
        if x2 > x1 and y2 > y1
    ]
    return [box for box, _ in kept], [score for _, score in kept]


def make_crop(image: Tensor, box: Box, classifier: Classifier) -> Tensor:
    """A classifier's input for one box: 3×S×S."""
    x1, y1, x2, y2 = box
    size = classifier.input_size
    crop = torchvision.transforms.functional.resize(image[:, y1:y2, x1:x2], [size, size], antialias=True)
    return torchvision.transforms.functional.normalize(crop, list(classifier.mean), list(classifier.std))


class Stage:
    """A classifier with its labels."""

    def __init__(self, classifier: Classifier, labels: list[str], answers: Answers, batch: int = 32) -> None:
        self.classifier, self.labels, self._answers, self._batch = classifier, labels, answers, batch

    def classify(self, image: Tensor, boxes: Sequence[Box]) -> list[Classification]:
        """What the classifier takes each box for."""
        answers: list[Classification] = []
        for start in range(0, len(boxes), self._batch):
            crops = torch.stack([make_crop(image, box, self.classifier) for box in boxes[start : start + self._batch]])
            logits, features = self._answers(crops)
            scores = torch.softmax(logits, 1)
            for index in range(len(crops)):
                row = None if features is None else features[index].numpy()
                answers.append(self._classification(logits[index].numpy(), scores[index].numpy(), row))
        return answers

    def _classification(self, logits: np.ndarray, scores: np.ndarray, features: np.ndarray | None) -> Classification:
        return Classification(self.classifier.key, self.labels[int(scores.argmax())], logits, scores, features)


def classify_all(
    image: Tensor, boxes: Sequence[Box], binary_filter: Stage | None, terminal: Stage
) -> list[tuple[Classification, ...]]:
    """The filter's word on each box, and the classifier's on those the filter lets pass."""
    if binary_filter is None:
        return [(answer,) for answer in terminal.classify(image, boxes)]
    first = binary_filter.classify(image, boxes)
    passing = [box for box, answer in zip(boxes, first, strict=True) if answer.label == PASSING_LABEL]
    second = iter(terminal.classify(image, passing))
    return [(answer, next(second)) if answer.label == PASSING_LABEL else (answer,) for answer in first]
