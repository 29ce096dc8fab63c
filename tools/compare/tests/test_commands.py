import argparse
import dataclasses
import json
import pathlib

import pytest

from antenna_compare.cli import main, make_parser, parse_size, positive
from antenna_compare.errors import CompareError
from antenna_compare.original import TUNED_MALLOC, Original, parse_loader_summary
from antenna_compare.ours import Ours, parse_fetch_report
from antenna_compare.programs import Command

SUMMARY = "noise\nTotal time: 12.50 seconds\nTotal batches: 6\nTotal images: 96\nSuccessful images: {}\nFailed images: 0\n"
ORIGINAL = Original(pathlib.Path("/checkout"), pathlib.Path("/venv/bin/python"), pathlib.Path("/scratch"), TUNED_MALLOC)
OURS = Ours(pathlib.Path("/bin/antenna-worker"), pathlib.Path("/models"), pathlib.Path("/scratch"))


@pytest.mark.parametrize(("text", "size"), [("10GB", 10**10), ("1.5gb", 15 * 10**8), ("512MB", 512 * 10**6), ("7", 7)])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "10GiB", "ten"])
def test_what_is_no_size(text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse_size(text)


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "x"])
def test_what_is_no_count(text):
    with pytest.raises(argparse.ArgumentTypeError):
        positive(text)


FLAGS = ["--original", "o", "--original-python", "p", "--worker", "w", "--images", "i"]


def test_defaults():
    arguments = make_parser().parse_args(["--what", "loader", *FLAGS])
    assert (arguments.runs, arguments.memory_limit, arguments.timeout) == (3, 10**10, 900)


@pytest.mark.parametrize("more", [[], ["--checkpoints", "c", "--count", "4"]])
def test_a_worker_wants_checkpoints_and_more_than_a_batch(monkeypatch, more):
    monkeypatch.setattr("sys.argv", ["compare", "--what", "worker", *FLAGS, *more])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2


def test_the_summary_of_the_original():
    summary = parse_loader_summary(SUMMARY.format(96), 96)
    assert (summary.seconds, summary.successful) == (12.5, 96)


@pytest.mark.parametrize("output", ["", "Total time: 12.50 seconds\n", SUMMARY.format(95)])
def test_a_summary_of_fewer_images_is_an_error(output):
    with pytest.raises(CompareError):
        parse_loader_summary(output, 96)


def fetch_report(images):
    return json.dumps({"runs": [{"images": images, "images_per_second": 60.0, "cpu_seconds_per_image": 0.03}]})


def test_the_report_of_ours():
    run = parse_fetch_report(fetch_report(96), 96)
    assert (run.images_per_second, run.cpu_seconds_per_image) == (60.0, 0.03)


def test_a_report_of_other_images_is_an_error():
    with pytest.raises(CompareError):
        parse_fetch_report(fetch_report(95), 96)


def test_both_loaders_get_the_same_batches():
    assert "--batch-size 16" in str(ORIGINAL.loader_command("http://127.0.0.1:1/api/v2", 16))
    ours = OURS.loader_command(pathlib.Path("/images"), "http://127.0.0.1:2/", 96, 16)
    assert "--localization-batch-size 16" in str(ours)


def test_ours_runs_on_the_device_that_was_asked_for():
    assert "--device cpu --precision full" in str(OURS.worker_command("http://127.0.0.1:1/api/v2", "demo", 4))
    half = dataclasses.replace(OURS, device="cpu:openvino", precision="half")
    assert "--device cpu:openvino --precision half" in str(half.worker_command("http://127.0.0.1:1/api/v2", "demo", 4))


def test_malloc_is_tuned_for_the_original_where_that_was_asked_for():
    assert "MALLOC_MMAP_MAX_=0" in str(ORIGINAL.worker_command("http://127.0.0.1:1/api/v2", "demo", 4))
    plain = dataclasses.replace(ORIGINAL, malloc={})
    assert "MALLOC" not in str(plain.worker_command("http://127.0.0.1:1/api/v2", "demo", 4))


def test_a_command_is_printed_as_a_shell_takes_it():
    command = Command(("/bin/echo", "a b"), {"NAME": "c d"})
    assert str(command) == "NAME='c d' /bin/echo 'a b'"


def test_a_command_inherits_no_settings_of_either_worker(monkeypatch):
    monkeypatch.setenv("AMI_NUM_WORKERS", "8")
    monkeypatch.setenv("ANTENNA_WORKER_LOG_LEVEL", "debug")
    monkeypatch.setenv("LANG", "C")
    environment = Command(("x",), {"AMI_TOKEN": "y"}).environment()
    assert {"AMI_TOKEN": "y", "LANG": "C"}.items() <= environment.items()
    assert not {"AMI_NUM_WORKERS", "ANTENNA_WORKER_LOG_LEVEL"} & environment.keys()
