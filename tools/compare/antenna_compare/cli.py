"""The command line."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import signal
import sys
import tempfile

from antenna_export.catalogue import PIPELINES

from antenna_compare.errors import CompareError
from antenna_compare.figures import table
from antenna_compare.measurement import Result, Setting, loader_runs, measure, worker_runs
from antenna_compare.original import TUNED_MALLOC, Original
from antenna_compare.ours import Ours
from antenna_compare.programs import Limits

_REPOSITORY = pathlib.Path(__file__).resolve().parents[3]

_DESCRIPTION = """\
Runs the Python original (ami-data-companion) and antenna-worker in turn on the same images from the same server of this
machine, and prints medians with the least and the most, and the ratios. The machine should have nothing else to do.

  loader   from an HTTP server to batches that are ready for a detector; no model runs
  worker   a job of the local Antenna, from its first task to its last saved result, on the processor, with the same weights

What is needed, and what is done to be fair: tools/compare/README.md.
"""

_EXAMPLE = """\
example:
  tools/compare/compare --what loader --original ~/ami-data-companion --original-python ~/venv/bin/python \\
      --worker .build/release/antenna-worker --images ~/trap-images
"""


@dataclasses.dataclass(frozen=True)
class Defaults:
    """What a measurement takes when nothing is said."""

    count: int
    batch_size: int
    malloc: str


_MALLOC = {"default": {}, "tuned": TUNED_MALLOC}
_DEFAULTS = {"loader": Defaults(192, 16, "tuned"), "worker": Defaults(12, 4, "default")}


def parse_size(text: str) -> int:
    """A number of bytes: `10GB`, `512MB`, or a plain number."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(GB|MB|)", text.strip(), re.IGNORECASE)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 10GB")
    return int(float(match[1]) * {"": 1, "MB": 10**6, "GB": 10**9}[match[2].upper()])


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def make_parser() -> argparse.ArgumentParser:
    """All flags."""
    parser = argparse.ArgumentParser(
        prog="compare", description=_DESCRIPTION, epilog=_EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def add(flag: str, metavar: str, help: str, **options: object) -> None:
        parser.add_argument(flag, metavar=metavar, help=help, **options)

    def default(name: str) -> str:
        return ", ".join(f"{what} {getattr(each, name)}" for what, each in _DEFAULTS.items())

    path, needed = {"type": pathlib.Path}, {"type": pathlib.Path, "required": True}
    parser.add_argument("--what", choices=_DEFAULTS, required=True, help="what is measured")
    add("--original", "DIR", "a checkout of ami-data-companion", **needed)
    add("--original-python", "PATH", "a Python that has what the original needs", **needed)
    add("--worker", "PATH", "antenna-worker, a release build", **needed)
    add("--images", "DIR", "a folder of JPEG and PNG files", **needed)
    add("--runs", "N", "runs of each (default: 3)", type=positive, default=3)
    add("--count", "N", f"images in a run, going round those that are there (default: {default('count')})", type=positive)
    add("--batch-size", "N", f"images in a batch, for both (default: {default('batch_size')})", type=positive)
    malloc = f"the original's memory: as it is, or keeping what is freed (default: {default('malloc')})"
    add("--malloc", "|".join(_MALLOC), malloc, choices=_MALLOC)
    add("--models", "DIR", "for worker: the folder that tools/export had as --out", default=_REPOSITORY / "models", **path)
    add("--checkpoints", "DIR", "for worker: the folder that tools/export had as --cache", **path)
    pipeline = {"choices": PIPELINES, "default": "quebec_vermont_moths_2023"}
    add("--pipeline", "SLUG", "for worker: a pipeline of that folder (default: %(default)s)", **pipeline)
    add("--device", "DEVICE", "for worker: that of ours, such as cpu:openvino (default: %(default)s)", default="cpu")
    add("--precision", "PRECISION", "for worker: that of ours, such as half (default: %(default)s)", default="full")
    add("--memory-limit", "SIZE", "kill a run that has more memory (default: %(default)s)", type=parse_size, default="10GB")
    add("--timeout", "SECONDS", "kill a run that takes longer (default: %(default)s)", type=positive, default=900)
    add("--json", "FILE", "write the figures here, too", **path)
    return parser


def run(arguments: argparse.Namespace, scratch: pathlib.Path) -> Result:
    """Measures what the arguments say."""
    setting = Setting(
        original=Original(
            arguments.original.absolute(),
            arguments.original_python.absolute(),
            scratch / "original",
            _MALLOC[arguments.malloc],
        ),
        ours=Ours(
            arguments.worker.absolute(),
            arguments.models.absolute(),
            scratch / "ours",
            arguments.device,
            arguments.precision,
        ),
        images=arguments.images.absolute(),
        count=arguments.count,
        batch_size=arguments.batch_size,
        limits=Limits(arguments.memory_limit, arguments.timeout),
        scratch=scratch,
    )
    runs = loader_runs(setting) if arguments.what == "loader" else worker_runs(setting, arguments.pipeline, arguments.checkpoints)
    return measure(setting, arguments.runs, runs)


def report(arguments: argparse.Namespace, result: Result) -> dict[str, object]:
    """What --json writes."""
    return {
        "what": arguments.what,
        "command": sys.argv,
        "versions": result.versions,
        "commands": result.commands,
        "cores": os.cpu_count(),
        "count": arguments.count,
        "batch_size": arguments.batch_size,
        "malloc": arguments.malloc,
        "figures": {each.quantity.key: each.as_json() for each in result.comparisons},
    }


def main() -> int:
    """Entry of the tool."""
    parser = make_parser()
    arguments = parser.parse_args()
    defaults = _DEFAULTS[arguments.what]
    arguments.count = arguments.count or defaults.count
    arguments.batch_size = arguments.batch_size or defaults.batch_size
    arguments.malloc = arguments.malloc or defaults.malloc
    if arguments.what == "worker":
        if arguments.checkpoints is None:
            parser.error("--what worker needs --checkpoints, and --models with the pipeline")
        if arguments.count <= arguments.batch_size:
            parser.error(f"--count {arguments.count} makes a single batch of {arguments.batch_size}: nothing is learnt from it")
    # As for Ctrl-C, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="antenna-compare-") as scratch:
            result = run(arguments, pathlib.Path(scratch))
    except CompareError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"\n{arguments.what}, medians of {arguments.runs} runs [least–most]\n\n{table(result.comparisons)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(report(arguments, result), indent=2) + "\n", encoding="utf-8")
    return 0
