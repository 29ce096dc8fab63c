"""Steps that are bounded in time, each of which may fail without ending the rest."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any


class StepError(Exception):
    """Why a step came to nothing, in a sentence."""


class Steps:
    """Runs steps until the time for all of them is over, and keeps what became of each."""

    def __init__(self, seconds: float, log: pathlib.Path) -> None:
        self.outcomes: list[dict] = []
        self._end = time.monotonic() + seconds
        self._log = log

    @property
    def left(self) -> float:
        """Seconds that are left for all."""
        return max(0.0, self._end - time.monotonic())

    def step(self, name: str, body: Callable[[], Any]) -> Any:
        """Runs a step; None when it failed, which is noted with its reason."""
        print(f"… {name}", flush=True)
        began = time.monotonic()
        try:
            if self.left <= 0:
                raise StepError("the time for all was over")
            result, error = body(), None
        except (StepError, OSError, ValueError, KeyError, LookupError) as failure:
            result, error = None, f"{failure}" or type(failure).__name__
        seconds = time.monotonic() - began
        self.outcomes.append({"step": name, "seconds": round(seconds, 1), "error": error})
        print(f"{'✗' if error else '✓'} {name}: {error or f'{seconds:.1f} s'}", flush=True)
        return result

    def command(self, arguments: list[str], limit: float, **variables: str) -> str:
        """What a program prints; it and its children are ended when the time is over."""
        return self.commands([arguments], limit, **variables)[0]

    def commands(self, all_arguments: list[list[str]], limit: float, **variables: str) -> list[str]:
        """What programs print that run at the same time."""
        limit = min(limit, self.left)
        end = time.monotonic() + limit
        environment = {**os.environ, **variables}
        started: list[subprocess.Popen] = []
        try:
            for arguments in all_arguments:
                self._note(f"$ {' '.join(arguments)}")
                started.append(
                    subprocess.Popen(
                        arguments,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        text=True,
                        errors="replace",
                        env=environment,
                        start_new_session=True,
                    )
                )
            return [self._answer(process, max(0.1, end - time.monotonic()), limit) for process in started]
        finally:
            for process in started:
                if process.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def _answer(self, process: subprocess.Popen, limit: float, whole: float) -> str:
        try:
            output, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired as late:
            raise StepError(f"{pathlib.Path(process.args[0]).name} took more than {whole:.0f} s") from late
        self._note(errors)
        if process.returncode != 0:
            words = " ".join((errors or output).split())[-400:]
            raise StepError(f"{pathlib.Path(process.args[0]).name} ended with status {process.returncode}: {words}")
        return output

    def _note(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(text.rstrip() + "\n")
