"""The commands `pack` and `run`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Sequence

from antenna_gpu.measure import Place
from antenna_gpu.pieces import LARGEST
from antenna_gpu.steps import StepError


def entry() -> None:
    """Entry of `gpu.pyz`, whose exit status would else be 0 whatever happens."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `Benchmarks/gpu`."""
    parser = argparse.ArgumentParser(prog="gpu", description=__doc__)
    commands = parser.add_subparsers(required=True)
    _add_pack(commands.add_parser("pack", help="make the pieces, in a checkout on Debian 12"))
    _add_run(commands.add_parser("run", help="measure, beside the pieces"))
    parsed = parser.parse_args(arguments)
    # What packs wants a newer Python than what runs.
    if parsed.command == "pack":
        from antenna_gpu.pack import PackError, pack

        try:
            return pack(parsed)
        except PackError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    from antenna_gpu.run import run

    try:
        return run(parsed)
    except StepError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _add_pack(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command="pack")
    parser.add_argument("--kind", choices=("gpu", "cpu"), default="gpu", help="which bundle scripts/bundle makes")
    parser.add_argument("--bundle", type=pathlib.Path, help="one that is there already, packed or unpacked")
    parser.add_argument("--models", type=pathlib.Path, help="a folder of models; the demo's when left out")
    parser.add_argument("--pipeline", action="append", metavar="SLUG", help="all of the folder when left out")
    parser.add_argument("--seed", type=int, help="the --random-weights that the models were exported with, for PyTorch")
    parser.add_argument("--images", type=pathlib.Path, nargs="*", default=[], help="images, or folders of them")
    parser.add_argument("--piece-size", type=int, default=LARGEST, metavar="BYTES", help="of a piece, at most")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="an empty folder")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command="run")
    parser.add_argument("--pieces", type=pathlib.Path, default=pathlib.Path(), help="where they lie; here when left out")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("gpu-results"), help="where everything goes")
    parser.add_argument("--device", type=Place.parse, action="append", metavar="DEVICE[/half]", help="the GPU when left out")
    parser.add_argument("--minutes", type=float, default=25, help="for all together, at most")
    parser.add_argument("--limit", type=float, default=240, metavar="SECONDS", help="for one command, at most")
    parser.add_argument("--seconds", type=float, default=12, help="to measure one figure for, about")
