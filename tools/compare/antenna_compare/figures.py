"""What is measured, the medians of it, and the ratios."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Sequence


@dataclasses.dataclass(frozen=True)
class Quantity:
    """Something measured: its name in files, its name for people, and how it is shown."""

    key: str
    title: str
    factor: float = 1.0
    digits: int = 0

    def show(self, value: float) -> str:
        return f"{value * self.factor:.{self.digits}f}"


RATE = Quantity("images_per_second", "images/s", digits=3)
STEADY_RATE = Quantity("images_per_second_after_first_batch", "images/s after the first batch", digits=3)
RATE_FROM_START = Quantity("images_per_second_from_program_start", "images/s from the program's start", digits=3)
CPU = Quantity("cpu_seconds_per_image", "CPU ms an image", factor=1_000)
MEMORY = Quantity("peak_memory_bytes", "peak memory, MB", factor=1e-6)
DETECTIONS = Quantity("detections", "detections in a run")

QUANTITIES = (RATE, STEADY_RATE, RATE_FROM_START, CPU, MEMORY, DETECTIONS)

Figures = dict[Quantity, float]


@dataclasses.dataclass(frozen=True)
class Spread:
    """The median of several runs, with the least and the most."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def show(self, quantity: Quantity) -> str:
        if len(self.runs) == 1:
            return quantity.show(self.median)
        return f"{quantity.show(self.median)} [{quantity.show(min(self.runs))}–{quantity.show(max(self.runs))}]"

    def as_json(self) -> dict[str, object]:
        return {"median": self.median, "least": min(self.runs), "most": max(self.runs), "runs": list(self.runs)}


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A quantity as both workers have it."""

    quantity: Quantity
    original: Spread
    ours: Spread

    @property
    def ratio(self) -> float | None:
        """Ours by the original's, medians; None where the original has nothing."""
        return self.ours.median / self.original.median if self.original.median else None

    @property
    def row(self) -> tuple[str, ...]:
        ratio = "–" if self.ratio is None else f"{self.ratio:.3f}"
        return (self.quantity.title, self.original.show(self.quantity), self.ours.show(self.quantity), ratio)

    def as_json(self) -> dict[str, object]:
        return {"original": self.original.as_json(), "ours": self.ours.as_json(), "ratio": self.ratio}


def comparisons(original: Sequence[Figures], ours: Sequence[Figures]) -> list[Comparison]:
    """The quantities that every run of both has, in their order."""
    runs = [*original, *ours]
    shared = [quantity for quantity in QUANTITIES if all(quantity in run for run in runs)]
    return [Comparison(each, spread(each, original), spread(each, ours)) for each in shared]


def spread(quantity: Quantity, runs: Iterable[Figures]) -> Spread:
    """A quantity over all runs of one worker."""
    return Spread(tuple(run[quantity] for run in runs))


def table(compared: Sequence[Comparison]) -> str:
    """The comparisons for people."""
    rows = [("", "original", "ours", "ours / original"), *(each.row for each in compared)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


def one_line(figures: Figures) -> str:
    """The figures of one run."""
    return ", ".join(f"{quantity.title} {quantity.show(figures[quantity])}" for quantity in QUANTITIES if quantity in figures)
