import time

import pytest

from antenna_gpu.measure import Place
from antenna_gpu.parity import compare, read
from antenna_gpu.report import markdown
from antenna_gpu.run import default_places
from antenna_gpu.steps import StepError, Steps


@pytest.fixture
def steps(tmp_path):
    return Steps(60, tmp_path / "log")


def test_a_step_that_fails_is_noted_and_the_next_goes_on(steps):
    assert steps.step("one", lambda: steps.command(["sh", "-c", "echo wrong >&2; exit 3"], 10)) is None
    assert steps.step("two", lambda: steps.command(["echo", "fine"], 10)) == "fine\n"
    assert [outcome["error"] for outcome in steps.outcomes] == ["sh ended with status 3: wrong", None]


def test_a_program_that_takes_too_long_is_ended_with_its_children(steps, tmp_path):
    began = time.monotonic()
    with pytest.raises(StepError, match="more than 1 s"):
        steps.command(["sh", "-c", f"(sleep 4; touch {tmp_path}/late) & sleep 100"], 1)
    assert time.monotonic() - began < 50
    time.sleep(5)
    assert not (tmp_path / "late").exists()


def test_nothing_begins_when_the_time_for_all_is_over(tmp_path):
    steps = Steps(0, tmp_path / "log")
    assert steps.step("one", lambda: "done") is None
    assert steps.outcomes[0]["error"] == "the time for all was over"


def test_a_program_that_is_not_there_is_a_failed_step(steps):
    assert steps.step("one", lambda: steps.command(["/nowhere/at/all"], 10)) is None
    assert "No such file" in steps.outcomes[0]["error"]


@pytest.mark.parametrize("text", ["cuda:0", "cuda:0/half", "cpu:openvino/half"])
def test_a_place_is_written_as_it_is_read(text):
    assert str(Place.parse(text)) == text


def test_another_precision_is_refused():
    with pytest.raises(ValueError, match="full or half"):
        Place.parse("cuda:0/quarter")


def test_a_gpu_is_measured_at_both_precisions_by_cuda(monkeypatch):
    monkeypatch.setattr("antenna_gpu.machine.has_gpu", lambda: True)
    assert [str(place) for place in default_places(None)] == ["cuda:0", "cuda:0/half"]


def detection(x, label, score=0.9):
    word = {"algorithm": {"key": "species"}, "classification": label, "scores": [score, 1 - score]}
    return {"source_image_id": "a", "bbox": {"x1": x, "y1": 0, "x2": x + 10, "y2": 10}, "classifications": [word]}


def test_boxes_are_paired_with_the_nearest_and_labels_are_compared():
    figures = compare(
        {"a": [detection(0, "moth"), detection(100, "moth"), detection(200, "fly")]},
        {"a": [detection(101, "fly", 0.7), detection(0, "moth"), detection(290, "fly")]},
    )
    assert (figures["boxes_expected"], figures["boxes"]) == (3, 3)
    assert figures["within"] == {"0": 1, "1": 2, "2": 2, "4": 2}
    assert (figures["labels"], figures["labels_equal"]) == (2, 1)
    assert figures["largest_score_difference"] == pytest.approx(0.2)


def test_an_image_without_an_answer_counts_its_boxes():
    figures = compare({"a": [detection(0, "moth")]}, {})
    assert (figures["boxes_expected"], figures["boxes"]) == (1, 0)


def test_results_are_read_a_line_each():
    text = '{"source_images": [{"id": "a"}], "detections": []}\n\n{"source_images": [{"id": "b"}], "detections": [1]}\n'
    assert read(text) == {"a": [], "b": [1]}


def test_the_table_leaves_out_what_nobody_measured_and_names_what_failed():
    row = {
        "pipeline": "demo",
        "place": "cuda:0",
        "batch": 8,
        "crops": 20,
        "engines": 1,
        "images_per_second": 12.34,
        "host_cpu_ms": 5.0,
    }
    machine = {"gpus": [], "processor": "a processor", "cores": 2, "memory_gb": 8, "system": "Linux"}
    steps = [{"step": "check", "error": None}, {"step": "demo on cuda:0, two engines", "error": "out of memory"}]
    text = markdown({"machine": machine, "figures": [row], "host": None, "parity": [], "steps": steps})
    assert "| demo | `cuda:0` | 8 | 20 | 1 | 12.3 | 5.0 |" in text
    assert "GPU memory" not in text
    assert "- demo on cuda:0, two engines: out of memory" in text
    assert "check" not in text
