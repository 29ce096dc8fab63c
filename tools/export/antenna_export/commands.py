"""The commands: `export`, `half`, `parity` and `fixtures`."""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import time
from collections.abc import Sequence

from antenna_export.architectures import WithFeatures
from antenna_export.catalogue import DETECTORS, PIPELINES, Algorithm, Classifier, pipelines
from antenna_export.compare import Comparison, Limits
from antenna_export.download import Downloader, LockFile
from antenna_export.fixtures import FIXTURES, write_fixtures
from antenna_export.gbif import GBIFNames
from antenna_export.half import half_path, write_half
from antenna_export.manifest import combined, graph_path, write_combined, write_labels, write_manifest
from antenna_export.onnx_export import export_classifier, export_detector
from antenna_export.results import ImageResult, read_worker_results
from antenna_export.runners import GraphRunner, TorchRunner, exported_detector, exported_features, torch_stage
from antenna_export.steps import Stage
from antenna_export.weights import PublishedWeights, SeededWeights, Weights

DEFAULT_CACHE = pathlib.Path("~/.cache/antenna-worker/models")


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Where weights come from and where they are kept; `export` and `parity` must be told the same."""
    parser.add_argument("--random-weights", type=int, metavar="SEED", help="seeded weights, no network needed")
    parser.add_argument("--cache", type=pathlib.Path, default=DEFAULT_CACHE, help="downloads and seeded checkpoints")
    parser.add_argument("--lock", type=pathlib.Path, help="checksums of downloads (default: downloads.lock.json in the cache)")
    parser.add_argument("--no-gbif", action="store_true", help="leave GBIF ids in labels as they are")


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export`."""
    parser.add_argument("--pipeline", required=True, metavar="SLUG[,SLUG…]|all", help=", ".join(PIPELINES))
    parser.add_argument("--combine", metavar="SLUG", help="a pipeline more, with the classifiers of all that are named")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the folder of models")
    parser.add_argument("--detector", choices=DETECTORS, default="2023", help="the detector of the manifests")
    parser.add_argument("--features", action="store_true", help="classifiers tell the input of their last layer, too")
    parser.add_argument("--half", action="store_true", help="beside each graph one in half precision, for GPUs (cuda:N)")
    add_source_arguments(parser)


def add_half_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `half`."""
    parser.add_argument("graphs", type=pathlib.Path, nargs="+", metavar="GRAPH.onnx")


def add_parity_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `parity`."""
    parser.add_argument("images", type=pathlib.Path, nargs="+")
    parser.add_argument("--pipeline", required=True, choices=PIPELINES, metavar="SLUG")
    parser.add_argument("--models", type=pathlib.Path, required=True, help="the folder `export` wrote")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--worker", metavar="COMMAND", help="the antenna-worker to run on the images")
    what.add_argument("--worker-results", type=pathlib.Path, help="a file of results of a worker that has run")
    what.add_argument("--onnx", action="store_true", help="the exported graphs in ONNX Runtime, without a worker")
    parser.add_argument("--report", type=pathlib.Path, help="write the figures as JSON")
    add_source_arguments(parser)


def source(arguments: argparse.Namespace) -> Weights:
    """The weights the arguments ask for."""
    cache = arguments.cache.expanduser()
    if arguments.random_weights is not None:
        return SeededWeights(arguments.random_weights, cache / "seeded")
    lock = LockFile(arguments.lock or cache / "downloads.lock.json")
    gbif = None if arguments.no_gbif else GBIFNames(cache / "gbif")
    return PublishedWeights(Downloader(cache, lock), gbif)


def run_export(arguments: argparse.Namespace) -> int:
    """Exports every algorithm of the chosen pipelines once, then writes the manifests."""
    weights, out = source(arguments), arguments.out
    chosen, detector = pipelines(arguments.pipeline), DETECTORS[arguments.detector]
    if arguments.combine:
        # What cannot be combined is said before anything is downloaded.
        combined(arguments.combine, chosen, detector, weights.label, {})
    stages = [stage for each in chosen for stage in (each.binary_filter, each.classifier) if stage]
    algorithms: dict[str, Algorithm] = {algorithm.key: algorithm for algorithm in (detector, *stages)}
    features: dict[str, int] = {}
    for number, algorithm in enumerate(algorithms.values(), 1):
        started = time.perf_counter()
        print(f"[{number}/{len(algorithms)}] {algorithm.name}")
        if isinstance(algorithm, Classifier):
            model, labels = weights.classifier(algorithm)
            graph = graph_path(out, algorithm)
            report = export_classifier(model, algorithm.input_size, len(labels), graph, arguments.features)
            if arguments.features:
                features[algorithm.key] = WithFeatures(model).count
            write_labels(out, algorithm, labels)
            if algorithm.class_count not in (None, len(labels)):
                print(f"  note: {len(labels)} labels, where the description says {algorithm.class_count}")
        else:
            report = export_detector(weights.detector(detector), graph_path(out, detector))
        # One of other weights must not stay beside this graph.
        half_path(report.path).unlink(missing_ok=True)
        if arguments.half:
            print(f"  {describe(write_half(report.path))}")
        print(f"  {report}; {time.perf_counter() - started:.0f} s in all")
    for pipeline in chosen:
        print(write_manifest(out, pipeline, detector, weights.label, features.get(pipeline.classifier.key)))
    if arguments.combine:
        print(write_combined(out, arguments.combine, chosen, detector, weights.label, features))
    return 0


def run_half(arguments: argparse.Namespace) -> int:
    """Writes a graph in half precision beside each that is named."""
    for path in arguments.graphs:
        if not path.name.endswith(".half.onnx"):
            print(describe(write_half(path)), flush=True)
    return 0


def describe(path: pathlib.Path) -> str:
    """A file and its size."""
    return f"{path}: {path.stat().st_size / 1e6:.1f} MB"


def run_parity(arguments: argparse.Namespace) -> int:
    """Compares, prints the figures; 1 when a limit is not kept."""
    pipeline, limits = PIPELINES[arguments.pipeline], Limits()
    detector = exported_detector(arguments.models, pipeline.slug)
    weights = source(arguments)
    reference = TorchRunner(
        weights.detector(detector),
        detector,
        original_stage(weights, pipeline.binary_filter) if pipeline.binary_filter else None,
        original_stage(weights, pipeline.classifier),
    )
    graphs = GraphRunner(arguments.models, pipeline, detector) if arguments.onnx else None
    results = {} if graphs else worker_results(arguments)
    comparison = Comparison()
    for path in arguments.images:
        expected = reference.analyse(path)
        given = graphs.analyse(path) if graphs else find(results, path)
        comparison.add(expected, given, lambda boxes, path=path: reference.classify(path, boxes), limits)
        print(f"{path.name}: {len(expected.found)} boxes, {len(given.found)} in what is compared", flush=True)
    violations = comparison.violations(limits)
    if exported_features(arguments.models, pipeline.slug) and comparison.features == 0:
        violations.append("the pipeline tells features, and none were compared")
    print(comparison.summary(), *comparison.unmatched, *violations, sep="\n")
    if arguments.report:
        figures = vars(comparison) | {"pipeline": pipeline.slug, "violations": violations}
        arguments.report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if violations else 0


def original_stage(weights: Weights, classifier: Classifier) -> Stage:
    """A classifier as the original runs it."""
    model, labels = weights.classifier(classifier)
    return torch_stage(model, classifier, labels)


def worker_results(arguments: argparse.Namespace) -> dict[str, ImageResult]:
    """What the worker says, from a file or by running it."""
    if arguments.worker_results:
        return read_worker_results(arguments.worker_results.read_text(encoding="utf-8"))
    command = [arguments.worker, "infer-file", *map(str, arguments.images)]
    command += ["--pipeline", arguments.pipeline, "--models", str(arguments.models), "--json"]
    if exported_features(arguments.models, arguments.pipeline):
        command.append("--include-features")
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return read_worker_results(answer.stdout)


def run_fixtures(arguments: argparse.Namespace) -> int:
    """Writes the small models, images and expected values of the tests."""
    for path in write_fixtures(arguments.out):
        print(f"{path}: {path.stat().st_size} bytes")
    return 0


def add_fixtures_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `fixtures`."""
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES, help="the folder (default: the tests' own)")


def find(results: dict[str, ImageResult], path: pathlib.Path) -> ImageResult:
    """The result of an image file."""
    if path.name not in results:
        raise LookupError(f"there is no result of {path.name}; there are results of {', '.join(results) or 'nothing'}")
    return results[path.name]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m antenna_export`."""
    parser = argparse.ArgumentParser(prog="antenna_export", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, add, run in (
        ("export", add_export_arguments, run_export),
        ("half", add_half_arguments, run_half),
        ("parity", add_parity_arguments, run_parity),
        ("fixtures", add_fixtures_arguments, run_fixtures),
    ):
        command = commands.add_parser(name, description=run.__doc__)
        add(command)
        command.set_defaults(run=run)
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed)
