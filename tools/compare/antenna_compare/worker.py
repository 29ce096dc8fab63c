"""The whole: a job of the local Antenna, from its first task to its last saved result."""

from __future__ import annotations

import dataclasses

from antenna_compare.errors import CompareError
from antenna_compare.figures import CPU, DETECTIONS, MEMORY, RATE, RATE_FROM_START, STEADY_RATE, Figures
from antenna_compare.programs import Program
from antenna_compare.servers import LocalAntenna


@dataclasses.dataclass(frozen=True)
class Mark:
    """A moment of a run: seconds and processor time since the program's start, and results saved by then."""

    seconds: float
    cpu_seconds: float
    saved: int


@dataclasses.dataclass
class Course:
    """The moments of a run that count."""

    count: int
    batch_size: int
    first_task: Mark | None = None
    first_batch: Mark | None = None
    last_result: Mark | None = None

    def note(self, handed_out: int, now: Mark) -> None:
        """Takes in how many tasks have been handed out and how many results are saved."""
        if self.first_task is None and handed_out:
            self.first_task = now
        if self.first_batch is None and now.saved >= self.batch_size:
            self.first_batch = now
        if self.last_result is None and now.saved >= self.count:
            self.last_result = now

    def figures(self) -> Figures:
        """What follows from the moments."""
        first, batch, last = self.first_task, self.first_batch, self.last_result
        if first is None or batch is None or last is None:
            raise CompareError("the run has not come to its end")
        figures = {
            RATE: self.count / (last.seconds - first.seconds),
            RATE_FROM_START: self.count / last.seconds,
            CPU: (last.cpu_seconds - first.cpu_seconds) / self.count,
        }
        if last.saved > batch.saved:
            figures[STEADY_RATE] = (last.saved - batch.saved) / (last.seconds - batch.seconds)
        return figures


def follow(program: Program, antenna: LocalAntenna, count: int, batch_size: int) -> Figures:
    """Watches a worker at its job until all results are saved; gives its figures."""
    course = Course(count, batch_size)

    def is_done() -> bool:
        job = antenna.job()
        handed_out = job["reserved"] + job["saved"]
        course.note(handed_out, Mark(program.seconds, program.usage().cpu_seconds, job["saved"]))
        return job["saved"] >= count

    program.wait_until(is_done)
    job = antenna.job()
    if job["errors"]:
        raise CompareError(f"{program.name} could not analyse {job['errors']} of {count} images:\n{program.output[-2000:]}")
    return course.figures() | {MEMORY: float(program.peak.bytes), DETECTIONS: float(job["detections"])}
