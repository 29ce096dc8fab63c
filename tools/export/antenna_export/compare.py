"""Compares what two implementations of a pipeline say about the same images."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from antenna_export.results import Classification, Found, ImageResult

Box = tuple[int, int, int, int]
Classify = Callable[[Sequence[Box]], list[tuple[Classification, ...]]]
"""The reference's classifiers on given boxes of the image at hand."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What must hold between the worker and the original."""

    matched_share: float = 0.99
    pixels: int = 1
    score: float = 5e-3
    logit: float = 1e-2
    feature: float = 1e-3
    label_margin: float = 1e-3


@dataclasses.dataclass(frozen=True)
class Matching:
    """Pairs of positions in the reference and the other result; and who has no partner."""

    pairs: list[tuple[int, int]]
    missing: list[int]
    extra: list[int]


def match(reference: Sequence[Found], other: Sequence[Found], pixels: int) -> Matching:
    """Pairs boxes whose corners are at most `pixels` apart, the closest first, each box at most once.

    Among boxes equally far the one of the closest score is taken, where scores are known.
    """
    pairs: list[tuple[int, int]] = []
    if reference and other:
        ours = np.array([found.box for found in other], np.int64)
        theirs = np.array([found.box for found in reference], np.int64)
        distance = np.abs(theirs[:, None, :] - ours[None, :, :]).max(2)
        near = np.argwhere(distance <= pixels)
        near = sorted(near.tolist(), key=lambda at: (distance[tuple(at)], _apart(reference[at[0]], other[at[1]])))
        free_reference, free_other = set(range(len(reference))), set(range(len(other)))
        for first, second in near:
            if first in free_reference and second in free_other:
                pairs.append((first, second))
                free_reference.remove(first)
                free_other.remove(second)
    taken_reference, taken_other = {first for first, _ in pairs}, {second for _, second in pairs}
    return Matching(
        sorted(pairs),
        [index for index in range(len(reference)) if index not in taken_reference],
        [index for index in range(len(other)) if index not in taken_other],
    )


def _apart(first: Found, second: Found) -> float:
    return abs(first.score - second.score) if first.score is not None and second.score is not None else 0


@dataclasses.dataclass
class Comparison:
    """The figures of one pipeline over all images.

    Logits are compared on the other implementation's own boxes, so that a box that differs by a pixel does not count as a
    difference of the classifier; labels are compared as published, each on its own box.
    """

    images: int = 0
    reference_boxes: int = 0
    other_boxes: int = 0
    matched: int = 0
    identical: int = 0
    largest_box: int = 0
    largest_score: float = 0.0
    largest_logit: float = 0.0
    largest_probability: float = 0.0
    features: int = 0
    largest_feature: float = 0.0
    classifications: int = 0
    labels_equal: int = 0
    labels_wrong: int = 0
    unmatched: list[str] = dataclasses.field(default_factory=list)

    def add(self, reference: ImageResult, other: ImageResult, classify: Classify, limits: Limits) -> None:
        """Adds an image."""
        matching = match(reference.found, other.found, limits.pixels)
        self.images += 1
        self.reference_boxes += len(reference.found)
        self.other_boxes += len(other.found)
        self.matched += len(matching.pairs)
        pairs = [(reference.found[first], other.found[second]) for first, second in matching.pairs]
        moved = [second.box for first, second in pairs if first.box != second.box]
        self.identical += len(pairs) - len(moved)
        on_moved = dict(zip(moved, classify(moved) if moved else [], strict=True))
        for first, second in pairs:
            apart = max(abs(a - b) for a, b in zip(first.box, second.box, strict=True))
            self.largest_box = max(self.largest_box, apart)
            self.largest_score = max(self.largest_score, _apart(first, second))
            self._classifications(first.classifications, second.classifications, limits)
            self._logits(on_moved.get(second.box, first.classifications), second.classifications)
        self._explain("missing", reference, other, matching.missing)
        self._explain("extra", other, reference, matching.extra)

    def _classifications(self, first: Sequence[Classification], second: Sequence[Classification], limits: Limits) -> None:
        by_algorithm = {classification.algorithm: classification for classification in second}
        for expected in first:
            self.classifications += 1
            given = by_algorithm.get(expected.algorithm)
            if given is not None and given.label == expected.label:
                self.labels_equal += 1
            elif expected.margin > limits.label_margin:
                self.labels_wrong += 1

    def _logits(self, first: Sequence[Classification], second: Sequence[Classification]) -> None:
        by_algorithm = {classification.algorithm: classification for classification in second}
        for expected in first:
            given = by_algorithm.get(expected.algorithm)
            if given is None:
                continue  # The filter judged otherwise: counted as a label.
            if given.logits.shape != expected.logits.shape:
                raise ValueError(f"{expected.algorithm} has {given.logits.size} logits, not {expected.logits.size}")
            self.largest_logit = max(self.largest_logit, float(np.abs(given.logits - expected.logits).max()))
            probability = float(np.abs(given.scores - expected.scores).max())
            self.largest_probability = max(self.largest_probability, probability)
            self._features(expected, given)

    def _features(self, expected: Classification, given: Classification) -> None:
        if expected.features is None or given.features is None:
            return
        if given.features.shape != expected.features.shape:
            raise ValueError(f"{expected.algorithm} has {given.features.size} features, not {expected.features.size}")
        self.features += 1
        self.largest_feature = max(self.largest_feature, float(np.abs(given.features - expected.features).max()))

    def _explain(self, what: str, own: ImageResult, others: ImageResult, positions: Sequence[int]) -> None:
        for position in positions:
            found = own.found[position]
            overlap = max((intersection_over_union(found.box, other.box) for other in others.found), default=0.0)
            score = "unknown" if found.score is None else f"{found.score:.5f}"
            self.unmatched.append(f"{own.image}: {what} {found.box}, score {score}, best overlap {overlap:.2f}")

    @property
    def matched_share(self) -> float:
        """Matched boxes among all boxes of the reference; with more boxes on the other side, among those."""
        return self.matched / max(self.reference_boxes, self.other_boxes, 1)

    def violations(self, limits: Limits) -> list[str]:
        """What does not hold, a sentence each."""
        found = []
        if self.reference_boxes == 0:
            found.append("the reference has no boxes, so nothing was compared")
        if self.matched_share < limits.matched_share:
            found.append(f"{self.matched_share:.2%} of the boxes are matched, less than {limits.matched_share:.0%}")
        for name, value, limit in (
            ("score", self.largest_score, limits.score),
            ("logit", self.largest_logit, limits.logit),
            ("feature", self.largest_feature, limits.feature),
        ):
            if value > limit:
                found.append(f"a {name} differs by {value:.2g}, more than {limit:g}")
        if self.labels_wrong:
            found.append(f"{self.labels_wrong} labels differ although their margin is above {limits.label_margin:g}")
        return found

    def summary(self) -> str:
        """The figures in a few lines."""
        return "\n".join(
            (
                f"images {self.images}, boxes {self.reference_boxes} (reference) and {self.other_boxes}",
                f"matched within a pixel {self.matched} ({self.matched_share:.2%}), of these identical {self.identical}",
                f"largest difference: box {self.largest_box} px, box score {self.largest_score:.2e}, "
                f"logit {self.largest_logit:.2e}, class score {self.largest_probability:.2e}",
                f"features of {self.features} classifications, largest difference {self.largest_feature:.2e}",
                f"labels equal {self.labels_equal} of {self.classifications}, different in spite of a margin {self.labels_wrong}",
            )
        )


def intersection_over_union(first: Box, second: Box) -> float:
    """How much two boxes overlap, 0 to 1."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return width * height / (sum(areas) - width * height)
