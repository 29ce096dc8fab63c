"""What a process and all it has started use, as the kernel tells in /proc."""

from __future__ import annotations

import dataclasses
import os
import pathlib

PROC = pathlib.Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclasses.dataclass(frozen=True)
class ProcessStat:
    """The fields of /proc/PID/stat that count here."""

    session: int
    is_alive: bool
    cpu_seconds: float
    resident_bytes: int


def parse_stat(text: str) -> ProcessStat:
    """Reads /proc/PID/stat; processor time includes children that have ended and were waited for."""
    # The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
    fields = text.rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:15])
    return ProcessStat(int(fields[3]), fields[0] not in "ZX", ticks / _TICKS_PER_SECOND, int(fields[21]) * _PAGE_BYTES)


def parse_pss(text: str) -> int:
    """The proportional set size in /proc/PID/smaps_rollup, in bytes: shared pages count by how many share them."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    raise ValueError("there is no Pss")


@dataclasses.dataclass(frozen=True)
class TreeUsage:
    """A session of processes at one moment: those alive, and what all have used, those included that nobody has waited for."""

    pids: tuple[int, ...]
    cpu_seconds: float
    resident_bytes: int


def tree_usage(session: int) -> TreeUsage:
    """All processes of a session: the one that began it, and what came of it."""
    members = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = parse_stat((entry / "stat").read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue  # It has ended in the meantime.
            if stat.session == session:
                members[int(entry.name)] = stat
    return TreeUsage(
        tuple(pid for pid, stat in members.items() if stat.is_alive),
        sum(stat.cpu_seconds for stat in members.values()),
        sum(stat.resident_bytes for stat in members.values()),
    )


def proportional_bytes(pids: tuple[int, ...]) -> int | None:
    """The PSS of some processes; None where the kernel does not tell."""
    try:
        return sum(parse_pss((PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")) for pid in pids)
    except (OSError, ValueError):
        return None


class PeakMemory:
    """The most memory seen.

    PSS is dear to read, and never more than the resident size; so it is read only when that is larger than ever before.
    """

    def __init__(self) -> None:
        self.resident_bytes = 0
        self.proportional_bytes: int | None = None

    @property
    def bytes(self) -> int:
        """PSS where it could be read, else the resident size."""
        return self.resident_bytes if self.proportional_bytes is None else self.proportional_bytes

    def note(self, usage: TreeUsage) -> None:
        if usage.resident_bytes <= self.resident_bytes:
            return
        self.resident_bytes = usage.resident_bytes
        pss = proportional_bytes(usage.pids)
        if pss is not None:
            self.proportional_bytes = max(pss, self.proportional_bytes or 0)
