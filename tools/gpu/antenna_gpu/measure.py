"""The measurements: `bench infer` for every batch size, two engines at once, and what preparing costs the host."""

from __future__ import annotations

import dataclasses
import json
import pathlib

from antenna_gpu.machine import GPUWatch
from antenna_gpu.steps import StepError, Steps

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
CROP_BATCH_SIZES = (64, 256)


@dataclasses.dataclass(frozen=True)
class Place:
    """A device and how models compute there, written `cuda:0` or `cuda:0/half`."""

    device: str
    precision: str

    @classmethod
    def parse(cls, text: str) -> Place:
        device, _, precision = text.partition("/")
        if precision not in ("", "full", "half"):
            raise ValueError(f"{text}: a precision is full or half")
        return cls(device, precision or "full")

    def __str__(self) -> str:
        return self.device if self.precision == "full" else f"{self.device}/{self.precision}"

    @property
    def flags(self) -> list[str]:
        """For every command that runs models."""
        return ["--device", self.device, "--precision", self.precision]


@dataclasses.dataclass
class Bench:
    """Runs the program's own measurements."""

    worker: pathlib.Path
    models: pathlib.Path
    images: pathlib.Path | None
    scratch: pathlib.Path
    steps: Steps
    seconds: float
    """How long one figure may be measured for, about."""
    limit: float
    """How long one command may take, loading included."""

    def environment(self) -> dict[str, str]:
        """Kernels that CUDA compiles stay for the next command."""
        return {
            "ANTENNA_WORKER_INFERENCE_MODELS": str(self.models),
            "CUDA_CACHE_PATH": str(self.scratch / "cuda"),
            "HOME": str(self.scratch),
        }

    def infer(
        self, pipeline: str, place: Place, batch: int, count: int, *, engines: int = 1, runs: int = 3, crops: int = 20
    ) -> dict:
        """Figures of `bench infer`; with several engines they run at the same time, and their rates are added."""
        files = [self.scratch / f"infer-{index}.json" for index in range(engines)]
        for file in files:
            file.unlink(missing_ok=True)
        base = [str(self.worker), "bench", "infer", "--pipeline", pipeline, *place.flags, *self._images()]
        base += ["--count", str(count), "--runs", str(runs), "--warm-up", "1", "--localization-batch-size", str(batch)]
        base += ["--classification-batch-size", str(crops)]
        with GPUWatch() as watch:
            self.steps.commands([[*base, "--json", str(file)] for file in files], self.limit, **self.environment())
        reports = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        stages = reports[0]["stages"]
        figures = {
            "pipeline": pipeline,
            "place": str(place),
            "batch": batch,
            "crops": crops,
            "engines": engines,
            "images_per_second": sum(report["images_per_second"] for report in reports),
            "host_cpu_ms": 1000 * sum(report["cpu_seconds_per_image"] for report in reports) / engines,
            "host_memory_mb": sum(report["peak_rss_bytes"] for report in reports) / 1e6,
            "engine_idle": reports[0].get("engine_idle"),
        }
        figures.update({f"{name}_ms": 1000 * stages[name]["p50"] for name in ("prepare", "detect", "classify") if name in stages})
        return {**figures, **watch.figures}

    def series(self, pipeline: str, place: Place) -> list[dict]:
        """Figures of every batch size that the time allows, then of two engines with the best."""
        first = self.steps.step(f"{pipeline} on {place}, a first look", lambda: self.infer(pipeline, place, 1, 2, runs=1))
        if first is None:
            return []
        rate, figures = first["images_per_second"], []
        for batch in BATCH_SIZES:
            count = max(1, round(rate * self.seconds / 3 / batch)) * batch
            if count / rate > self.limit / 5:
                self.steps.outcomes.append(
                    {"step": f"{pipeline} on {place}, batches of {batch}", "seconds": 0, "error": "left out: too slow here"}
                )
                continue
            found = self.steps.step(
                f"{pipeline} on {place}, batches of {batch}",
                lambda: self.infer(pipeline, place, batch, count),  # noqa: B023
            )
            if found:
                figures.append(found)
                rate = found["images_per_second"]
        return figures + self._with_the_best(pipeline, place, figures)

    def _with_the_best(self, pipeline: str, place: Place, figures: list[dict]) -> list[dict]:
        """Larger batches of crops, and two engines, with the batch size that was best."""
        if not figures:
            return []
        best = max(figures, key=lambda each: each["images_per_second"])
        batch = best["batch"]
        count = max(1, round(best["images_per_second"] * self.seconds / 6 / batch)) * batch
        found = []
        for crops in CROP_BATCH_SIZES:
            name = f"{pipeline} on {place}, crops in batches of {crops}"
            found.append(self.steps.step(name, lambda: self.infer(pipeline, place, batch, count, crops=crops)))  # noqa: B023
        name = f"{pipeline} on {place}, two engines"
        found.append(self.steps.step(name, lambda: self.infer(pipeline, place, batch, count, engines=2)))
        return [each for each in found if each]

    def decode(self) -> dict:
        """What an image costs the host before it reaches an engine, beside what it is told as preparing."""
        file = self.scratch / "decode.json"
        command = [str(self.worker), "bench", "decode", *self._images(), "--count", "60", "--runs", "3", "--json", str(file)]
        self.steps.command(command, self.limit, **self.environment())
        report = json.loads(file.read_text(encoding="utf-8"))
        return {"decode_cpu_ms": 1000 * report["cpu_seconds_per_image"], "decode_per_second": report["images_per_second"]}

    def results(self, pipeline: str, place: Place, images: list[pathlib.Path]) -> str:
        """What `infer-file --json` says of images."""
        command = [str(self.worker), "infer-file", "--pipeline", pipeline, *place.flags, "--json", *map(str, images)]
        answer = self.steps.command(command, self.limit, **self.environment())
        if not answer.strip():
            raise StepError("infer-file said nothing")
        return answer

    def _images(self) -> list[str]:
        return ["--images", str(self.images)] if self.images else []
