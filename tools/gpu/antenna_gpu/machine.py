"""What the machine is, and what its GPUs do while something runs."""

from __future__ import annotations

import glob
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import threading


def facts() -> dict:
    """Processor, memory, system, and GPUs where nvidia-smi tells of them."""
    processor = _first("/proc/cpuinfo", "model name")
    memory = _first("/proc/meminfo", "MemTotal").split()
    return {
        "processor": processor or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(memory[0]) / 1e6, 1) if memory else None,
        "system": f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}",
        "python": platform.python_version(),
        "gpus": _query("name,driver_version,memory.total,compute_cap"),
        "device_files": sorted(glob.glob("/dev/nvidia[0-9]*")),
    }


def has_gpu() -> bool:
    """Whether a GPU can be expected to work."""
    return bool(glob.glob("/dev/nvidia[0-9]*") or _query("name"))


def _first(path: str, key: str) -> str:
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def _query(fields: str) -> list[str]:
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


class GPUWatch:
    """Looks at the GPUs five times a second for as long as its block lasts; knows nothing without nvidia-smi."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._thread: threading.Thread | None = None
        self._memory: list[float] = []
        self._busy: list[float] = []

    def __enter__(self) -> GPUWatch:
        if shutil.which("nvidia-smi"):
            query = ["nvidia-smi", "--query-gpu=memory.used,utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
            self._process = subprocess.Popen(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            self._thread = threading.Thread(target=self._read, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._thread.join(timeout=5)

    def _read(self) -> None:
        for line in self._process.stdout:
            try:
                memory, busy = (float(part) for part in line.split(","))
            except ValueError:
                continue
            self._memory.append(memory)
            self._busy.append(busy)

    @property
    def figures(self) -> dict:
        """Most memory in MiB and the mean share of time that something ran, of the busiest GPU; empty without nvidia-smi."""
        if not self._memory:
            return {}
        return {"gpu_memory_mib": max(self._memory), "gpu_busy_percent": round(statistics.mean(self._busy), 1)}
