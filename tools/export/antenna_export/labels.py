"""Category maps: from the published JSON objects (label to index) to a list of labels in the model's order."""

from __future__ import annotations

import collections
import json
import pathlib

from antenna_export.catalogue import Classifier


class LabelError(Exception):
    """A category map that does not say exactly one label for each output of a model."""


def read_category_map(path: pathlib.Path) -> list[str]:
    """The labels of a JSON object that maps each label to its index, in the order of the indices.

    Fails with `LabelError` when the indices are not 0, 1, 2 … without gap or repetition.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabelError(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(entries, dict) or not entries:
        raise LabelError(f"{path} is no JSON object that maps labels to indices")
    return ordered_labels(entries, str(path))


def ordered_labels(entries: dict[str, object], source: str) -> list[str]:
    """The keys in the order of their values, which must be 0, 1, 2 … each once."""
    by_index: dict[int, str] = {}
    for label, index in entries.items():
        if isinstance(index, bool) or not isinstance(index, int):
            raise LabelError(f"{source}: the index of {label!r} is {index!r}, not a whole number")
        if index in by_index:
            raise LabelError(f"{source}: {by_index[index]!r} and {label!r} both have the index {index}")
        by_index[index] = label
    missing = sorted(set(range(len(by_index))) - by_index.keys())
    if missing:
        raise LabelError(f"{source}: {len(by_index)} labels, but none has the index {missing[0]}")
    return [by_index[index] for index in range(len(by_index))]


def with_names(labels: list[str], names: dict[str, str]) -> list[str]:
    """Replaces the ids that have a name; a name that would be repeated is left out, since labels must differ."""
    replaced = [names.get(label, label) for label in labels]
    counts = collections.Counter(replaced)
    return [new if counts[new] == 1 else old for old, new in zip(labels, replaced, strict=True)]


def invented_labels(classifier: Classifier, unknown_count: int) -> list[str]:
    """Labels for seeded weights: the fixed ones, else numbered ones, as many as the model is known to have."""
    if classifier.fixed_labels:
        return list(classifier.fixed_labels)
    count = classifier.class_count or unknown_count
    return [f"Seeded {classifier.taxon_rank.lower()} {index:05d}" for index in range(count)]


def check_labels(classifier: Classifier, labels: list[str]) -> None:
    """Fails with `LabelError` when the labels cannot be those of this classifier."""
    if len(set(labels)) != len(labels):
        twice = next(label for label, count in collections.Counter(labels).items() if count > 1)
        raise LabelError(f"the category map of {classifier.name!r} has the label {twice!r} twice")
    if classifier.fixed_labels and set(labels) != set(classifier.fixed_labels):
        raise LabelError(f"the labels of {classifier.name!r} are {labels}, not {list(classifier.fixed_labels)}")
