"""Whether a device says of the same images what the processor says at full precision."""

from __future__ import annotations

import json


def read(text: str) -> dict[str, list[dict]]:
    """Detections by image, of what `infer-file --json` prints: a result a line."""
    results = {}
    for line in text.splitlines():
        if line.strip():
            result = json.loads(line)
            (image,) = result["source_images"]
            results[image["id"]] = result["detections"]
    return results


def compare(expected: dict[str, list[dict]], given: dict[str, list[dict]]) -> dict:
    """Boxes that are the same within 0, 1, 2 and 4 pixels, equal labels, and the largest difference of a score."""
    figures = {"images": len(expected), "boxes_expected": 0, "boxes": 0, "within": {str(px): 0 for px in (0, 1, 2, 4)}}
    figures.update(labels=0, labels_equal=0, largest_score_difference=0.0)
    for image, theirs in expected.items():
        ours = given.get(image, [])
        figures["boxes_expected"] += len(theirs)
        figures["boxes"] += len(ours)
        for apart, one, other in _pairs(theirs, ours):
            for limit in figures["within"]:
                figures["within"][limit] += apart <= int(limit)
            _compare_words(one, other, figures)
    return figures


def _pairs(theirs: list[dict], ours: list[dict], farthest: float = 4) -> list[tuple[float, dict, dict]]:
    near = []
    for first, one in enumerate(theirs):
        for second, other in enumerate(ours):
            apart = max(abs(a - b) for a, b in zip(_corners(one), _corners(other)))
            if apart <= farthest:
                near.append((apart, first, second))
    pairs, taken, used = [], set(), set()
    for apart, first, second in sorted(near):
        if first not in taken and second not in used:
            taken.add(first)
            used.add(second)
            pairs.append((apart, theirs[first], ours[second]))
    return pairs


def _corners(detection: dict) -> list[float]:
    box = detection["bbox"]
    return [box["x1"], box["y1"], box["x2"], box["y2"]]


def _compare_words(one: dict, other: dict, figures: dict) -> None:
    words = {word["algorithm"]["key"]: word for word in other.get("classifications", [])}
    for word in one.get("classifications", []):
        figures["labels"] += 1
        given = words.get(word["algorithm"]["key"])
        if given is None:
            continue
        figures["labels_equal"] += word["classification"] == given["classification"]
        apart = max((abs(a - b) for a, b in zip(word["scores"], given["scores"])), default=0.0)
        figures["largest_score_difference"] = max(figures["largest_score_difference"], apart)
