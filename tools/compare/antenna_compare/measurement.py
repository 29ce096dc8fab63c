"""A measurement from its preparation to its figures."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Callable, Iterator, Sequence

from antenna_compare import loader
from antenna_compare.errors import CompareError
from antenna_compare.figures import Comparison, Figures, comparisons, one_line
from antenna_compare.original import Original
from antenna_compare.ours import Ours
from antenna_compare.programs import Command, Limits, Program
from antenna_compare.servers import antenna_command, image_files, image_server, local_antenna
from antenna_compare.worker import follow

Run = Callable[[], tuple[Figures, str]]


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a measurement is made with."""

    original: Original
    ours: Ours
    images: pathlib.Path
    count: int
    batch_size: int
    limits: Limits
    scratch: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Result:
    """What a measurement yielded, and what it was made with."""

    versions: dict[str, str]
    commands: dict[str, list[str]]
    comparisons: Sequence[Comparison]


@contextlib.contextmanager
def loader_runs(setting: Setting) -> Iterator[tuple[Run, Run]]:
    """A run of each, with a server of the images around them."""
    files = image_files(setting.images)
    common = (setting.count, setting.batch_size, setting.limits)
    with image_server(setting.images, setting.scratch) as (url_prefix, command):
        print(f"images from: {command}", flush=True)
        yield (
            lambda: loader.run_original(setting.original, url_prefix, files, *common),
            lambda: loader.run_ours(setting.ours, url_prefix, setting.images, *common),
        )


@contextlib.contextmanager
def worker_runs(setting: Setting, pipeline: str, checkpoints: pathlib.Path) -> Iterator[tuple[Run, Run]]:
    """A run of each, with a local Antenna of its own for each run."""
    setting.original.place_models(pipeline, setting.ours.models, checkpoints)
    serve = antenna_command(setting.ours.worker, image_files(setting.images), pipeline, setting.count)
    print(f"tasks and images from: {serve}", flush=True)

    def run(name: str, make_command: Callable[[str, str, int], Command], folder: pathlib.Path) -> tuple[Figures, str]:
        with local_antenna(serve, setting.scratch) as antenna:
            command = make_command(antenna.base_url, pipeline, setting.batch_size)
            with Program(command, folder, name, setting.limits) as program:
                return follow(program, antenna, setting.count, setting.batch_size), str(command)

    yield (
        lambda: run("original-worker", setting.original.worker_command, setting.original.home),
        lambda: run("our-worker", setting.ours.worker_command, setting.ours.folder),
    )


def measure(setting: Setting, runs: int, prepared: contextlib.AbstractContextManager[tuple[Run, Run]]) -> Result:
    """Runs both in turn, so that what the machine does besides falls on both; prints each command and its figures."""
    setting.ours.folder.mkdir()
    versions = {
        "original": _output_of("git", "-C", str(setting.original.checkout), "rev-parse", "HEAD"),
        "torch": setting.original.prepare(setting.limits),
        "antenna-worker": _output_of(str(setting.ours.worker), "--version"),
    }
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"{setting.count} images a run, batches of {setting.batch_size}, {os.cpu_count()} cores")
    figures: dict[str, list[Figures]] = {"original": [], "ours": []}
    commands: dict[str, list[str]] = {"original": [], "ours": []}
    with prepared as (run_original, run_ours):
        for number in range(1, runs + 1):
            for name, run in (("original", run_original), ("ours", run_ours)):
                found, command = run()
                print(f"$ {command}\n{name}, run {number} of {runs}: {one_line(found)}", flush=True)
                figures[name].append(found)
                commands[name].append(command)
    return Result(versions, commands, comparisons(figures["original"], figures["ours"]))


def _output_of(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.strip()
    except OSError as error:
        raise CompareError(f"{command[0]} cannot be started: {error}") from error
    except subprocess.SubprocessError:
        return "unknown"  # A checkout without its history, for instance.
