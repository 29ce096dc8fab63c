"""antenna-worker: its commands, and what they write."""

from __future__ import annotations

import dataclasses
import json
import pathlib

from antenna_compare.errors import CompareError
from antenna_compare.programs import Command


@dataclasses.dataclass(frozen=True)
class Ours:
    """The program, its models, a folder for what it writes, and what its models run on."""

    worker: pathlib.Path
    models: pathlib.Path
    folder: pathlib.Path
    device: str = "cpu"
    precision: str = "full"

    @property
    def loader_report(self) -> pathlib.Path:
        """The file its benchmark of fetching writes."""
        return self.folder / "fetch.json"

    def loader_command(self, images: pathlib.Path, url_prefix: str, count: int, batch_size: int) -> Command:
        """Everything from an address to a ready batch, once and without warming up; inference is a constant."""
        run = ("--images", str(images), "--url-prefix", url_prefix, "--count", str(count), "--runs", "1", "--warm-up", "0")
        options = ("--localization-batch-size", str(batch_size), "--json", str(self.loader_report))
        # Only the manifest is read, for the name of a pipeline.
        return Command(
            (str(self.worker), "bench", "fetch", *run, *options), {"ANTENNA_WORKER_INFERENCE_MODELS": str(self.models)}
        )

    def worker_command(self, base_url: str, pipeline: str, batch_size: int) -> Command:
        """The worker, until the job is drained."""
        work = ("--until-empty", "--base-url", base_url, "--pipeline", pipeline, "--models", str(self.models))
        sizes = ("--localization-batch-size", str(batch_size), "--api-batch-size", str(batch_size))
        engine = ("--device", self.device, "--precision", self.precision)
        rest = ("--spool", str(self.folder / "spool"), "--admin-port", "0", "--log-level", "warning")
        return Command((str(self.worker), "run", *work, *sizes, *engine, *rest))


@dataclasses.dataclass(frozen=True)
class FetchRun:
    """A run of `bench fetch`."""

    images_per_second: float
    cpu_seconds_per_image: float


def parse_fetch_report(text: str, count: int) -> FetchRun:
    """Reads the file of `bench fetch --json` with its one run."""
    run = json.loads(text)["runs"][0]
    if run["images"] != count:
        raise CompareError(f"antenna-worker loaded {run['images']} of {count} images")
    return FetchRun(run["images_per_second"], run["cpu_seconds_per_image"])
