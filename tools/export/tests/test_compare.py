import json

import numpy as np
import pytest

from antenna_export.compare import Comparison, Limits, intersection_over_union, match
from antenna_export.results import Classification, Found, ImageResult, ResultError, read_worker_results

LIMITS = Limits()


def classification(*logits, algorithm="species", labels="abc", features=None):
    values = np.asarray(logits, np.float32)
    scores = np.exp(values) / np.exp(values).sum()
    row = None if features is None else np.asarray(features, np.float32)
    return Classification(algorithm, labels[int(values.argmax())], values, scores, row)


def found(x, y, *logits, score=0.9, features=None):
    return Found((x, y, x + 10, y + 10), score, (classification(*logits, features=features),) if logits else ())


def compared(reference, other, classify=lambda boxes: pytest.fail(f"asked for {boxes}")):
    comparison = Comparison()
    comparison.add(ImageResult("a.jpg", tuple(reference)), ImageResult("a.jpg", tuple(other)), classify, LIMITS)
    return comparison


def test_each_box_is_matched_once_and_with_the_closest():
    reference = [found(10, 10), found(11, 10), found(50, 50)]
    other = [found(11, 10), found(12, 10), found(10, 10)]
    matching = match(reference, other, 1)
    assert matching.pairs == [(0, 2), (1, 0)]
    assert (matching.missing, matching.extra) == ([2], [1])


def test_equal_boxes_are_told_apart_by_their_scores():
    reference = [found(10, 10, score=0.9), found(10, 10, score=0.8)]
    assert match(reference, reference[::-1], 1).pairs == [(0, 1), (1, 0)]


def test_nothing_matches_nothing():
    assert match([], [found(1, 1)], 1).extra == [0]
    assert match([found(1, 1)], [], 1).missing == [0]


def test_equal_results_have_no_differences():
    both = [found(10, 10, 1.0, 3.0, 0.0), found(90, 10, 4.0, 1.0, 0.0)]
    comparison = compared(both, both)
    assert comparison.violations(LIMITS) == []
    assert (comparison.matched, comparison.identical, comparison.labels_equal) == (2, 2, 2)


def test_a_moved_box_is_judged_on_the_crop_that_was_cut():
    reference, other = found(10, 10, 1.0, 3.0, 0.0), found(11, 10, 1.5, 3.5, 0.0)
    comparison = compared([reference], [other], lambda boxes: [other.classifications for _ in boxes])
    assert comparison.largest_box == 1
    assert comparison.largest_logit == 0
    assert comparison.violations(LIMITS) == []


def test_missing_and_extra_boxes_are_violations_with_an_explanation():
    comparison = compared([found(10, 10), found(40, 40)], [found(10, 10), found(45, 40, score=None)])
    assert comparison.matched_share == 0.5
    assert len(comparison.violations(LIMITS)) == 1
    assert "missing (40, 40, 50, 50), score 0.90000, best overlap 0.33" in comparison.unmatched[0]
    assert "extra (45, 40, 55, 50), score unknown" in comparison.unmatched[1]


def test_extra_boxes_alone_are_a_violation():
    assert compared([found(10, 10)], [found(10, 10), found(40, 40)]).violations(LIMITS)


def test_no_boxes_at_all_prove_nothing():
    assert "nothing was compared" in compared([], []).violations(LIMITS)[0]


@pytest.mark.parametrize(
    ("other", "violation"),
    [
        (found(10, 10, 1.0, 3.02, 0.0), "logit"),
        (found(10, 10, 1.0, 3.0, 0.0, score=0.91), "score"),
        (found(10, 10, 3.0, 1.0, 0.0), "labels"),
        (found(10, 10), "labels"),
    ],
)
def test_what_differs_too_much_is_named(other, violation):
    violations = compared([found(10, 10, 1.0, 3.0, 0.0)], [other]).violations(LIMITS)
    assert any(violation in each for each in violations)


def test_a_label_may_differ_where_the_reference_itself_is_undecided():
    comparison = compared([found(10, 10, 1.0001, 1.0, 0.0)], [found(10, 10, 1.0, 1.0001, 0.0)])
    assert comparison.labels_equal == 0
    assert comparison.violations(LIMITS) == []


def test_another_number_of_logits_is_an_error():
    with pytest.raises(ValueError, match="2 logits, not 3"):
        compared([found(10, 10, 1.0, 2.0, 3.0)], [found(10, 10, 1.0, 2.0)])


def test_features_are_compared_where_both_have_them():
    reference = [found(10, 10, 1.0, 3.0, 0.0, features=[1, 2]), found(90, 10, 1.0, 3.0, 0.0, features=[3, 4])]
    other = [found(10, 10, 1.0, 3.0, 0.0, features=[1, 2.0005]), found(90, 10, 1.0, 3.0, 0.0)]
    comparison = compared(reference, other)
    assert comparison.features == 1
    assert comparison.largest_feature == pytest.approx(5e-4, rel=1e-3)
    assert comparison.violations(LIMITS) == []
    further = compared(reference[:1], [found(10, 10, 1.0, 3.0, 0.0, features=[1, 2.01])])
    assert any("feature" in each for each in further.violations(LIMITS))
    with pytest.raises(ValueError, match="1 features, not 2"):
        compared(reference[:1], [found(10, 10, 1.0, 3.0, 0.0, features=[1])])


def test_overlap():
    assert intersection_over_union((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert intersection_over_union((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert intersection_over_union((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)


def document(image="/images/a.jpg", **bbox):
    corners = {"x1": 1, "y1": 2.0, "x2": 30, "y2": 40} | bbox
    answer = {
        "classification": "moth",
        "scores": [0.7, 0.3],
        "logits": [1.0, 0.1],
        "algorithm": {"name": "Species", "key": "species"},
        "terminal": True,
    }
    detection = {"source_image_id": image, "bbox": corners, "classifications": [answer]}
    return {"pipeline": "p", "total_time": 1, "source_images": [{"id": image, "url": image}], "detections": [detection]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(document()),
        json.dumps([document()]),
        json.dumps([{"reply_subject": "s", "result": document()}]),
        json.dumps(document()) + "\n" + json.dumps(document("b.jpg")) + "\n",
    ],
)
def test_results_are_read_in_each_form(text):
    result = read_worker_results(text)["a.jpg"]
    assert result.found[0].box == (1, 2, 30, 40)
    assert result.found[0].score is None
    assert result.found[0].classifications[0].label == "moth"
    assert result.found[0].classifications[0].logits.dtype == np.float32
    assert result.found[0].classifications[0].features is None


def test_features_are_read_where_there_are_any():
    told = document()
    told["detections"][0]["classifications"][0]["features"] = [0.25, -1]
    features = read_worker_results(json.dumps(told))["a.jpg"].found[0].classifications[0].features
    assert features.tolist() == [0.25, -1]
    assert features.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no", "neither"),
        (json.dumps({"error": "cut short", "image_id": "a.jpg"}), "cut short"),
        (json.dumps({"detections": []}), "not a result"),
        (json.dumps([1]), "not a result"),
        (json.dumps(document(x1=1.5)), "whole pixels"),
        (json.dumps([document(), document("/other/a.jpg")]), "two results"),
    ],
)
def test_what_is_no_result_is_refused(text, reason):
    with pytest.raises(ResultError, match=reason):
        read_worker_results(text)
