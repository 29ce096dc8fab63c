"""Gives the original the very checkpoints that our models were exported from.

The original looks for a file by its name in PyTorch's folder of downloads before it downloads it; so a folder that has the
files under these names is all it takes, and nothing of the original is changed.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from antenna_export.catalogue import DETECTORS, PIPELINES, Algorithm, Classifier

from antenna_compare.errors import CompareError

_STAGES = ("detector", "binary_filter", "classifier")


def place(pipeline: str, models: pathlib.Path, checkpoints: pathlib.Path, folder: pathlib.Path) -> None:
    """Puts weights and category maps of a pipeline into the folder where the original looks for them."""
    exported, used = exported_stages(models, pipeline), used_algorithms(pipeline)
    if exported.keys() != used.keys():
        raise CompareError(
            f"the original uses {', '.join(sorted(used))}, the models folder has {', '.join(sorted(exported))}: "
            "export with the original's detector, that of 2023"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for key, algorithm in used.items():
        weights = checkpoint(exported[key], checkpoints)
        (folder / file_name(algorithm.weights_url)).symlink_to(weights.absolute())
        if isinstance(algorithm, Classifier):
            labels = (models / pipeline / exported[key]["labels_file"]).read_text(encoding="utf-8")
            (folder / file_name(algorithm.labels_url)).write_text(category_map(json.loads(labels)), encoding="utf-8")


def exported_stages(models: pathlib.Path, pipeline: str) -> dict[str, Mapping[str, Any]]:
    """The stages of an exported pipeline's manifest by the keys of their algorithms."""
    path = models / pipeline / "pipeline.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CompareError(f"{path} cannot be read ({error.strerror}): export the pipeline with tools/export") from error
    return {manifest[stage]["key"]: manifest[stage] for stage in _STAGES if manifest.get(stage)}


def used_algorithms(slug: str) -> dict[str, Algorithm]:
    """The algorithms the original uses for a pipeline, by their keys; its worker knows one detector only."""
    pipeline = PIPELINES[slug]
    used = [DETECTORS["2023"], pipeline.classifier, *([pipeline.binary_filter] if pipeline.binary_filter else [])]
    return {algorithm.key: algorithm for algorithm in used}


def checkpoint(stage: Mapping[str, Any], folder: pathlib.Path) -> pathlib.Path:
    """The file that tools/export made a stage from, in the folder that was its --cache."""
    seed = re.fullmatch(r"seed (\d+)", stage["version_name"])
    path = folder / (f"seeded/{stage['key']}.seed-{seed[1]}.pt" if seed else file_name(stage["uri"]))
    if not path.is_file():
        raise CompareError(f"{path} is not there: --checkpoints is the folder that tools/export had as --cache")
    return path


def category_map(labels: list[str]) -> str:
    """Labels in the order of the model's outputs, as the published files have them."""
    return json.dumps({label: index for index, label in enumerate(labels)})


def file_name(url: str) -> str:
    """The last part of an address."""
    return url.rpartition("/")[2]
