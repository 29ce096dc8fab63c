"""Where a model's weights and labels come from: the published files, or a seed."""

from __future__ import annotations

import abc
import dataclasses
import pathlib

import torch
from torch import nn
from torchvision.models.detection.faster_rcnn import FasterRCNN

from antenna_export.architectures import build_classifier, build_detector, load_checkpoint
from antenna_export.catalogue import Algorithm, Classifier, Detector
from antenna_export.download import Downloader
from antenna_export.gbif import GBIFNames
from antenna_export.labels import check_labels, invented_labels, read_category_map, with_names
from antenna_export.seeding import as_tensor, seed_classifier, seed_detector, synthetic_image

UNKNOWN_COUNT = 1000
"""Classes of a seeded classifier whose number only its category map tells."""


class Weights(abc.ABC):
    """A source of filled models."""

    label: str
    """What is said of it in the manifest."""

    @abc.abstractmethod
    def detector(self, detector: Detector) -> FasterRCNN:
        """A detector with its weights."""

    @abc.abstractmethod
    def classifier(self, classifier: Classifier) -> tuple[nn.Module, list[str]]:
        """A classifier with its weights, and its labels."""


@dataclasses.dataclass
class PublishedWeights(Weights):
    """The published checkpoints and category maps."""

    downloader: Downloader
    gbif: GBIFNames | None
    label: str = "published"

    def detector(self, detector: Detector) -> FasterRCNN:
        model = build_detector(detector)
        load_checkpoint(model, self.downloader.fetch(detector.weights_url), detector)
        return model

    def classifier(self, classifier: Classifier) -> tuple[nn.Module, list[str]]:
        labels = read_category_map(self.downloader.fetch(classifier.labels_url))
        if classifier.looks_up_gbif_names and self.gbif:
            labels = with_names(labels, self.gbif.names(labels))
        check_labels(classifier, labels)
        model = build_classifier(classifier, len(labels))
        load_checkpoint(model, self.downloader.fetch(classifier.weights_url), classifier)
        return model, labels


class SeededWeights(Weights):
    """Weights from a seed; they are kept as checkpoints, so that a comparison later has the very same ones."""

    def __init__(self, seed: int, checkpoints: pathlib.Path) -> None:
        self.label = f"seed {seed}"
        self._seed, self._checkpoints = seed, checkpoints

    def detector(self, detector: Detector) -> FasterRCNN:
        model = build_detector(detector)
        if not self._restore(model, detector):
            image = synthetic_image(self._seed, 1333, 750, blobs=40)
            seed_detector(model, self._seed, detector.score_threshold, image)
            self._keep(model, detector)
        return model

    def classifier(self, classifier: Classifier) -> tuple[nn.Module, list[str]]:
        labels = invented_labels(classifier, UNKNOWN_COUNT)
        model = build_classifier(classifier, len(labels))
        if not self._restore(model, classifier):
            size = classifier.input_size
            images = [synthetic_image(self._seed + index, size, size, blobs=2 + index % 5) for index in range(24)]
            mean, std = (torch.tensor(values)[:, None, None] for values in (classifier.mean, classifier.std))
            crops = torch.stack([(as_tensor(image) - mean) / std for image in images])
            seed_classifier(model, self._seed, crops)
            self._keep(model, classifier)
        return model, labels

    def _path(self, algorithm: Algorithm) -> pathlib.Path:
        return self._checkpoints / f"{algorithm.key}.{self.label.replace(' ', '-')}.pt"

    def _keep(self, model: nn.Module, algorithm: Algorithm) -> None:
        self._checkpoints.mkdir(parents=True, exist_ok=True)
        draft = self._path(algorithm).with_suffix(".new")
        torch.save({"model_state_dict": model.state_dict()}, draft)
        draft.replace(self._path(algorithm))

    def _restore(self, model: nn.Module, algorithm: Algorithm) -> bool:
        if not self._path(algorithm).exists():
            return False
        load_checkpoint(model, self._path(algorithm), algorithm)
        return True
