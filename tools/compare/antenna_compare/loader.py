"""Fetching and decoding: images from an HTTP server to batches that are ready."""

from __future__ import annotations

import itertools
import pathlib
import urllib.parse
from collections.abc import Sequence

from antenna_compare.figures import CPU, MEMORY, RATE, Figures
from antenna_compare.original import Original, parse_loader_summary
from antenna_compare.ours import Ours, parse_fetch_report
from antenna_compare.programs import Limits, Program
from antenna_compare.servers import task_server


def run_original(
    original: Original, url_prefix: str, images: Sequence[pathlib.Path], count: int, batch_size: int, limits: Limits
) -> tuple[Figures, str]:
    """One run of the original's benchmark; gives its figures and its command."""
    urls = [url_prefix + urllib.parse.quote(image.name) for image in itertools.islice(itertools.cycle(images), count)]
    cpu_seconds: list[float] = []
    programs: list[Program] = []

    def note_cpu_time() -> None:
        # The first request for tasks begins the work, the last one ends it: importing PyTorch is left out.
        cpu_seconds.extend(program.usage().cpu_seconds for program in programs)

    with task_server(urls, note_cpu_time) as base_url:
        command = original.loader_command(base_url, batch_size)
        with Program(command, original.home, "original-loader", limits) as program:
            programs.append(program)
            program.wait_until(program.has_ended)
            summary = parse_loader_summary(program.output, count)
    figures = {
        RATE: count / summary.seconds,
        CPU: (cpu_seconds[-1] - cpu_seconds[0]) / count,
        MEMORY: float(program.peak.bytes),
    }
    return figures, str(command)


def run_ours(
    ours: Ours, url_prefix: str, images: pathlib.Path, count: int, batch_size: int, limits: Limits
) -> tuple[Figures, str]:
    """One run of our benchmark; gives its figures and its command."""
    command = ours.loader_command(images, url_prefix, count, batch_size)
    with Program(command, ours.folder, "our-loader", limits) as program:
        program.wait_until(program.has_ended)
    run = parse_fetch_report(ours.loader_report.read_text(encoding="utf-8"), count)
    figures = {RATE: run.images_per_second, CPU: run.cpu_seconds_per_image, MEMORY: float(program.peak.bytes)}
    return figures, str(command)
