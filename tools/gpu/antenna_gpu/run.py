"""Runs everything on a machine, and writes `gpu.json` and `gpu.md`."""

from __future__ import annotations

import argparse
import importlib.util
import json
import pathlib
import sys

from antenna_gpu import machine, parity, report
from antenna_gpu.measure import Bench, Place
from antenna_gpu.pieces import PieceError, join
from antenna_gpu.steps import StepError, Steps

REFERENCE = Place("cpu:onnxruntime", "full")


def run(arguments: argparse.Namespace) -> int:
    """Goes through all steps; 1 when one failed, though the others' figures are written."""
    out: pathlib.Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    steps = Steps(arguments.minutes * 60, out / "gpu.log")
    unpacked = out / "unpacked"
    try:
        contents = join(arguments.pieces, unpacked)
    except PieceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    images = sorted((unpacked / "images").iterdir()) if (unpacked / "images").is_dir() else []
    bench = Bench(
        worker=unpacked / "worker" / "bin" / "antenna-worker",
        models=unpacked / "models",
        images=unpacked / "images" if images else None,
        scratch=out,
        steps=steps,
        seconds=arguments.seconds,
        limit=arguments.limit,
    )
    places = arguments.device or default_places(bench)
    document = {"made": contents["made"], "bundle": contents["bundle"], "machine": machine.facts(), "places": [*map(str, places)]}
    document.update(steps=steps.outcomes, check=None, host=None, figures=[], parity=[], torch=[])
    document["check"] = steps.step("check", lambda: check(bench, places))
    for pipeline in contents["pipelines"]:
        document["parity"] += compare_all(bench, pipeline, places, images)
        document["torch"] += compare_with_torch(bench, pipeline, places, images, unpacked, contents["seed"])
    document["host"] = steps.step("decoding", bench.decode)
    for pipeline in contents["pipelines"]:
        for place in places:
            document["figures"] += bench.series(pipeline, place)
            write(out, document)
    write(out, document)
    print(f"{out / 'gpu.json'} and {out / 'gpu.md'} have the figures.")
    return 1 if any(outcome["error"] for outcome in steps.outcomes) else 0


def default_places(bench: Bench) -> list[Place]:
    """The first GPU at both precisions, by CUDA; the processor where there is none, with every runtime that the bundle has."""
    if machine.has_gpu():
        return [Place("cuda:0", "full"), Place("cuda:0", "half")]
    library = next((bench.worker.parent.parent / "lib").glob("libopenvino_c.so*"), None)
    return [REFERENCE, *([Place("cpu:openvino", "full"), Place("cpu:openvino", "half")] if library else [])]


def check(bench: Bench, places: list[Place]) -> list[dict]:
    """What `check` finds of libraries, devices and models; a broker or an Antenna are not looked for."""
    answer = ""
    for place in places[:1]:
        try:
            answer = bench.steps.command([str(bench.worker), "check", "--json", *place.flags], 120, **bench.environment())
        except StepError as error:
            # Its status is 1 also for what is not needed here; what it found is in its log.
            raise StepError(f"see {bench.scratch / 'gpu.log'}: {error}") from error
    sections = json.loads(answer)["sections"]
    return [section for section in sections if section["title"].startswith(("Libraries", "Devices", "Models"))]


def compare_all(bench: Bench, pipeline: str, places: list[Place], images: list[pathlib.Path]) -> list[dict]:
    """Every device beside the processor at full precision."""
    if not images:
        return []
    name = f"{pipeline} on {REFERENCE}, for comparison"
    expected = bench.steps.step(name, lambda: parity.read(bench.results(pipeline, REFERENCE, images)))
    found = []
    for place in places if expected else []:
        figures = bench.steps.step(
            f"{pipeline} on {place}, compared",
            lambda: parity.compare(expected, parity.read(bench.results(pipeline, place, images))),  # noqa: B023
        )
        found += [{"pipeline": pipeline, "place": str(place), **figures}] if figures else []
    return found


def compare_with_torch(
    bench: Bench, pipeline: str, places: list[Place], images: list[pathlib.Path], unpacked: pathlib.Path, seed: int | None
) -> list[dict]:
    """The same beside PyTorch, where this Python has what tools/export needs, and the weights are known."""
    needed = ("torch", "torchvision", "timm", "numpy", "onnx")
    if seed is None or not images or any(importlib.util.find_spec(module) is None for module in needed):
        return []
    found = []
    for place in places:

        def body(place: Place = place) -> dict:
            results, figures = bench.scratch / "results.jsonl", bench.scratch / "torch.json"
            results.write_text(bench.results(pipeline, place, images), encoding="utf-8")
            command = [sys.executable, "-m", "antenna_export", "parity", *map(str, images), "--pipeline", pipeline]
            command += ["--models", str(bench.models), "--random-weights", str(seed), "--worker-results", str(results)]
            command += ["--cache", str(bench.scratch / "cache"), "--report", str(figures)]
            bench.steps.command(command, bench.limit, PYTHONPATH=str(unpacked / "export"))
            return {"place": str(place), **json.loads(figures.read_text(encoding="utf-8"))}

        figures = bench.steps.step(f"{pipeline} on {place}, compared with PyTorch", body)
        found += [figures] if figures else []
    return found


def write(out: pathlib.Path, document: dict) -> None:
    """Writes what is known so far."""
    (out / "gpu.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / "gpu.md").write_text(report.markdown(document), encoding="utf-8")
