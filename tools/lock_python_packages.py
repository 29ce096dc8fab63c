#!/usr/bin/env python3
"""Writes the lock files of Python packages: every version exact, every file that pip may take named by its SHA-256.

pip's own resolver is asked, once for each Python and machine, what it would install; nothing is installed, and nothing but
package metadata is fetched where the index has it apart. `pip install --require-hashes -r FILE` then takes nothing else.

usage: tools/lock_python_packages.py          (all of LOCKS; needs pip 23 or newer and the package index)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Lock:
    """A lock file: what is asked for, and what of the answer is kept."""

    path: str
    requirements: tuple[str, ...]
    machines: tuple[str, ...] = ("x86_64", "aarch64")
    # Beginnings of names; only the shared libraries are wanted of some packages, not what Python needs beside them.
    keep: tuple[str, ...] = ("",)


LOCKS = (
    Lock("scripts/locks/onnxruntime-cpu.txt", ("onnxruntime==1.32.0",), keep=("onnxruntime",)),
    Lock(
        "scripts/locks/onnxruntime-gpu.txt",
        ("onnxruntime-gpu[cuda,cudnn]==1.31.1",),
        machines=("x86_64",),
        keep=("onnxruntime", "nvidia"),
    ),
    Lock("scripts/locks/openvino.txt", ("openvino==2026.4.1",), machines=("x86_64",), keep=("openvino",)),
    Lock("tools/export/requirements.lock", ("-r", "tools/export/requirements.txt"), machines=("x86_64",)),
    Lock(
        "tools/bundle/requirements.lock",
        ("debsbom[cdx]==0.10.2", "cyclonedx-python-lib[json-validation]==11.12.0"),
        machines=("x86_64",),
    ),
)


def resolve(lock: Lock, python: str, machine: str) -> list[tuple[str, str, str]]:
    """What pip would install: name, version and SHA-256 of each package."""
    # Debian 12, the oldest system that is set up, has glibc 2.36.
    tags = [*(f"_2_{minor}" for minor in range(36, 4, -1)), "2014", "2010", "1"]
    platforms = [f"manylinux{tag}_{machine}" for tag in tags]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--only-binary=:all:"]
    command += ["--python-version", python, "--implementation", "cp"]
    command += [word for platform in platforms for word in ("--platform", platform)]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command += ["--target", folder, "--report", str(report), *lock.requirements]
        subprocess.run(command, cwd=ROOT, check=True)
        installs = json.loads(report.read_text())["install"]
    return [
        (item["metadata"]["name"].lower(), item["metadata"]["version"], item["download_info"]["archive_info"]["hashes"]["sha256"])
        for item in installs
        if item["metadata"]["name"].lower().startswith(lock.keep)
    ]


def write(lock: Lock) -> None:
    """Asks for every Python and machine, and writes one file that serves them all."""
    hashes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    pythons: dict[tuple[str, str], set[str]] = defaultdict(set)
    for python in PYTHONS:
        for machine in lock.machines:
            for name, version, sha256 in resolve(lock, python, machine):
                hashes[name][version].add(sha256)
                pythons[name, version].add(python)
    lines = ["# Written by tools/lock_python_packages.py."]
    for name in sorted(hashes):
        for version in sorted(hashes[name]):
            marker = ""
            if len(hashes[name]) > 1:
                marker = " ; " + " or ".join(f"python_version == '{python}'" for python in sorted(pythons[name, version]))
            sums = " \\\n".join(f"    --hash=sha256:{value}" for value in sorted(hashes[name][version]))
            lines.append(f"{name}=={version}{marker} \\\n{sums}")
    path = ROOT / lock.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    print(f"{lock.path}: {len(hashes)} packages")


if __name__ == "__main__":
    for wanted in LOCKS:
        write(wanted)
