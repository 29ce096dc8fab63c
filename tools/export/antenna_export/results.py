"""What a pipeline says about an image, in the terms of the comparison, and how it is read from the worker's JSON."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

import numpy as np


class ResultError(Exception):
    """A document that is no result of a worker."""


@dataclasses.dataclass(frozen=True)
class Classification:
    """One classifier's word on one box."""

    algorithm: str
    label: str
    logits: np.ndarray
    scores: np.ndarray
    features: np.ndarray | None = None

    @property
    def margin(self) -> float:
        """How far the best score is from the second; infinite with one class."""
        if len(self.scores) < 2:
            return float("inf")
        best = np.partition(self.scores, -2)[-2:]
        return float(best[1] - best[0])


@dataclasses.dataclass(frozen=True)
class Found:
    """A box in whole pixels of the stored image (x1, y1, x2, y2), its score where known, and what it was taken for."""

    box: tuple[int, int, int, int]
    score: float | None
    classifications: tuple[Classification, ...] = ()


@dataclasses.dataclass(frozen=True)
class ImageResult:
    """All that was found on one image; `image` is its file's name."""

    image: str
    found: tuple[Found, ...]


def read_worker_results(text: str) -> dict[str, ImageResult]:
    """Results by file name, from one result, a JSON list of them, or one a line.

    A result is what the worker sends to Antenna, with the file's name or path as the image's id. A detection may have a
    `score`, which Antenna's contract does not ask for.
    """
    results = [_image_result(document) for document in _documents(text)]
    by_image = {result.image: result for result in results}
    if len(by_image) != len(results):
        raise ResultError("two results are of one image")
    return by_image


def _documents(text: str) -> list[Any]:
    try:
        whole = json.loads(text)
    except ValueError:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ResultError(f"neither JSON nor JSON a line: {error}") from error
    return whole if isinstance(whole, list) else [whole]


def _image_result(document: Any) -> ImageResult:
    if isinstance(document, dict) and "result" in document:
        document = document["result"]
    try:
        if "error" in document:
            raise ResultError(f"the worker failed on {document.get('image_id')}: {document['error']}")
        (image,) = document["source_images"]
        found = tuple(_found(detection) for detection in document["detections"])
        return ImageResult(pathlib.PurePath(image["id"]).name, found)
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError(f"not a result of the worker's contract: {error!r}") from error


def _found(detection: dict[str, Any]) -> Found:
    corners = [detection["bbox"][key] for key in ("x1", "y1", "x2", "y2")]
    if any(corner != int(corner) for corner in corners):
        raise ResultError(f"a box is not in whole pixels: {corners}")
    x1, y1, x2, y2 = (int(corner) for corner in corners)
    classifications = tuple(
        Classification(
            algorithm=entry["algorithm"]["key"],
            label=entry["classification"],
            logits=np.asarray(entry["logits"], np.float32),
            scores=np.asarray(entry["scores"], np.float32),
            features=np.asarray(entry["features"], np.float32) if "features" in entry else None,
        )
        for entry in detection["classifications"]
    )
    return Found((x1, y1, x2, y2), detection.get("score"), classifications)
