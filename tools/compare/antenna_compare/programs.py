"""Programs that are started, watched, and stopped whatever happens."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Self

from antenna_compare.errors import CompareError
from antenna_compare.usage import PeakMemory, TreeUsage, tree_usage

_SAMPLE_SECONDS = 0.2
_PAUSE_SECONDS = 0.02
_STOP_SECONDS = 20.0
_SHOWN_LINES = 25


@dataclasses.dataclass(frozen=True)
class Command:
    """A program with its arguments, and the variables that are set for it beyond those of the caller."""

    arguments: tuple[str, ...]
    variables: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        settings = [f"{name}={shlex.quote(value)}" for name, value in self.variables.items()]
        return " ".join([*settings, shlex.join(self.arguments)])

    def environment(self) -> dict[str, str]:
        """The caller's environment without what would configure either worker, and with the variables of this command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMI_", "ANTENNA_WORKER_"))}
        # A proxy must not stand between programs of this machine.
        return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | dict(self.variables)


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a program may use before it is killed."""

    memory_bytes: int
    seconds: float


class Program:
    """A started program in a session of its own, watched where it has limits; as a context it is stopped at the end."""

    def __init__(self, command: Command, folder: pathlib.Path, name: str, limits: Limits | None = None) -> None:
        self.name = name
        self.peak = PeakMemory()
        self._log = folder / f"{name}.log"
        self._exceeded: str | None = None
        self._stopping = threading.Event()
        self._began = time.monotonic()
        with self._log.open("wb") as log:
            try:
                self._process = subprocess.Popen(
                    command.arguments,
                    cwd=folder,
                    env=command.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise CompareError(f"{name} cannot be started: {error}") from error
        self._watcher = threading.Thread(target=self._watch, args=(limits,), daemon=True) if limits else None
        if self._watcher:
            self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.monotonic() - self._began

    def usage(self) -> TreeUsage:
        """What it and all it has started use now."""
        return tree_usage(self._process.pid)

    def has_ended(self) -> bool:
        """Whether it has ended by itself and well; fails when it ended badly or had to be killed."""
        status = self._status()
        if self._exceeded:
            raise CompareError(f"{self.name} was killed: {self._exceeded}")
        if status:
            raise CompareError(f"{self.name} ended with status {status}:\n{self._last_lines()}")
        return status is not None

    def wait_until(self, condition: Callable[[], bool], pause: float = 0.1) -> None:
        """Waits for a condition; fails when the program ends before it holds."""
        while not condition():
            # What was true at the very end counts as well.
            if self.has_ended() and not condition():
                raise CompareError(f"{self.name} has ended too early:\n{self._last_lines()}")
            time.sleep(pause)

    def stop(self) -> None:
        """Ends it and what it has started: politely, then at once."""
        deadline = time.monotonic() + _STOP_SECONDS
        try:
            if self._status() is None:
                self._process.send_signal(signal.SIGTERM)
            while self._status() is None and time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)
        finally:
            self._kill()
            self._stopping.set()
            if self._watcher:
                self._watcher.join()
            self._process.wait()

    def _watch(self, limits: Limits) -> None:
        while not self._exceeded and not self._stopping.wait(_SAMPLE_SECONDS):
            usage = self.usage()
            self.peak.note(usage)
            if usage.resident_bytes > limits.memory_bytes:
                self._exceeded = f"it had more than {limits.memory_bytes / 1e9:.1f} GB of memory (--memory-limit)"
            elif self.seconds > limits.seconds:
                self._exceeded = f"it took longer than {limits.seconds:.0f} s (--timeout)"
        if self._exceeded:
            self._kill()

    def _kill(self) -> None:
        while pids := self.usage().pids:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_PAUSE_SECONDS)

    def _status(self) -> int | None:
        """None while it runs, else its status, or less than 0 for a signal.

        It is not taken off the kernel's table before `stop`: its processor time can be read until then, and nobody else gets
        its number.
        """
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def _last_lines(self) -> str:
        return "\n".join(self.output.splitlines()[-_SHOWN_LINES:])
