"""Writes `pipeline.json`, the manifest that antenna-worker reads, and the files of labels it names."""

from __future__ import annotations

import json
import pathlib
import re
from typing import Any

from antenna_export.catalogue import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    PASSING_LABEL,
    Algorithm,
    CatalogueError,
    Classifier,
    Detector,
    Pipeline,
)
from antenna_export.download import write_atomically

ALGORITHMS = "algorithms"
"""The folder beside the pipelines' folders that holds graphs and labels: pipelines share most of them."""


def graph_path(out: pathlib.Path, algorithm: Algorithm) -> pathlib.Path:
    """Where an algorithm's graph is."""
    return out / ALGORITHMS / f"{algorithm.key}.onnx"


def labels_path(out: pathlib.Path, classifier: Classifier) -> pathlib.Path:
    """Where a classifier's labels are: a JSON list in the order of the graph's outputs."""
    return out / ALGORITHMS / f"{classifier.key}.labels.json"


def write_labels(out: pathlib.Path, classifier: Classifier, labels: list[str]) -> None:
    """Writes a classifier's labels."""
    text = json.dumps(labels, indent=0, ensure_ascii=False) + "\n"
    write_atomically(labels_path(out, classifier), text)


def write_manifest(
    out: pathlib.Path, pipeline: Pipeline, detector: Detector, weights: str, features: int | None = None
) -> pathlib.Path:
    """Writes a pipeline's manifest; `weights` names what is in the graphs, such as `published` or `seed 7`."""
    path = out / pipeline.slug / "pipeline.json"
    document = manifest(pipeline, detector, weights, features)
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def manifest(pipeline: Pipeline, detector: Detector, weights: str, features: int | None = None) -> dict[str, Any]:
    """A pipeline's manifest as JSON values; `features` is how many its classifier's graph tells, if any."""
    document: dict[str, Any] = {
        "slug": pipeline.slug,
        "name": pipeline.classifier.name,
        "description": pipeline.classifier.description,
        "version": 1,
        "detector": _algorithm(detector, weights)
        | {
            "input": detector_input(detector),
            "score_threshold": detector.score_threshold,
            "max_detections": detector.max_detections,
        },
    }
    if pipeline.binary_filter:
        passing = {"pass_labels": [PASSING_LABEL]}
        document["binary_filter"] = _classifier(pipeline.binary_filter, weights) | passing
    document["classifier"] = _classifier(pipeline.classifier, weights)
    if features is not None:
        document["classifier"]["features"] = features
    return document


def write_combined(
    out: pathlib.Path, slug: str, chosen: list[Pipeline], detector: Detector, weights: str, features: dict[str, int]
) -> pathlib.Path:
    """Writes the manifest of a pipeline with the classifiers of several; `features` counts those that a graph tells, by key."""
    path = out / slug / "pipeline.json"
    document = combined(slug, chosen, detector, weights, features)
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def combined(slug: str, chosen: list[Pipeline], detector: Detector, weights: str, features: dict[str, int]) -> dict[str, Any]:
    """A manifest with the classifiers of several pipelines, in their order."""
    if len(chosen) < 2 or slug in {each.slug for each in chosen} or not re.fullmatch(r"[A-Za-z0-9_-]+", slug):
        raise CatalogueError(f"{slug!r} is to be a slug of its own, letters, digits, _ and -, for two pipelines or more")
    if len({each.binary_filter for each in chosen}) > 1:
        raise CatalogueError("pipelines with and without the filter cannot be combined: what it turns away goes to none")
    parts = [manifest(each, detector, weights, features.get(each.classifier.key)) for each in chosen]
    document = parts[0] | {
        "slug": slug,
        "name": " + ".join(part["name"] for part in parts),
        "description": f"The classifiers of {', '.join(each.slug for each in chosen)}, asked about the same insects.",
    }
    del document["classifier"]
    return document | {"classifiers": [part["classifier"] for part in parts]}


def detector_input(detector: Detector) -> dict[str, Any]:
    """How an image becomes the detector's input."""
    return {
        "shorter_side": detector.shorter_side,
        "longer_side_max": detector.longer_side_max,
        "interpolation": "bilinear",
        "antialias": False,
        "mean": list(IMAGENET_MEAN),
        "std": list(IMAGENET_STD),
        "pad_multiple": 32,
    }


def _classifier(classifier: Classifier, weights: str) -> dict[str, Any]:
    return _algorithm(classifier, weights) | {
        "input": {
            "size": [classifier.input_size, classifier.input_size],
            "interpolation": "bilinear",
            "antialias": True,
            "mean": list(classifier.mean),
            "std": list(classifier.std),
        },
        "labels_file": f"../{ALGORITHMS}/{labels_path(pathlib.Path(), classifier).name}",
        "taxon_rank": classifier.taxon_rank,
    }


def _algorithm(algorithm: Algorithm, weights: str) -> dict[str, Any]:
    return {
        "name": algorithm.name,
        "key": algorithm.key,
        "version": algorithm.version,
        "version_name": weights,
        "description": algorithm.description,
        "uri": algorithm.weights_url,
        "file": f"../{ALGORITHMS}/{graph_path(pathlib.Path(), algorithm).name}",
    }
