"""Puts the program, models, images and what parity needs into pieces."""

from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import subprocess
import tarfile
import tempfile
import zipapp

from antenna_gpu.pieces import LIST, writing

ROOT = pathlib.Path(__file__).resolve().parents[3]


class PackError(Exception):
    """What cannot be packed, in a sentence."""


def pack(arguments: argparse.Namespace) -> int:
    """Writes `gpu.pyz`, `pieces.json` and the pieces."""
    out: pathlib.Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise PackError(f"{out} is not empty: old pieces among new ones would be carried, too")
    bundle = arguments.bundle or _make_bundle(arguments.kind)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        worker = _unpacked(bundle, pathlib.Path(scratch))
        models = arguments.models or worker / "share" / "antenna-worker" / "models"
        pipelines = arguments.pipeline or sorted(path.parent.name for path in models.glob("*/pipeline.json"))
        if not pipelines:
            raise PackError(f"{models} has no pipeline")
        if arguments.kind == "gpu":
            require_half(models, pipelines)
        with writing(out, arguments.piece_size) as (archive, pieces):
            archive.add(worker, "worker", filter=_plain)
            _add_models(archive, models, pipelines)
            for image in _images(arguments.images):
                archive.add(image, f"images/{image.name}", filter=_plain)
            archive.add(ROOT / "tools" / "export" / "antenna_export", "export/antenna_export", filter=_plain)
    contents = {
        "made": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "bundle": bundle.name,
        "pipelines": pipelines,
        "seed": arguments.seed,
        "pieces": pieces,
    }
    (out / LIST).write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    zipapp.create_archive(
        ROOT / "tools" / "gpu", out / "gpu.pyz", filter=_belongs, main="antenna_gpu.cli:entry", interpreter="/usr/bin/env python3"
    )
    total = sum(piece["bytes"] for piece in pieces)
    print(f"{out}: {len(pieces)} pieces, {total / 1e6:.0f} MB in all. There: python3 gpu.pyz run")
    return 0


def _make_bundle(kind: str) -> pathlib.Path:
    folder = ROOT / ".build-bundle"
    subprocess.run([ROOT / "scripts" / "bundle", *(["--gpu"] if kind == "gpu" else [])], check=True)
    suffix = "-linux-x86_64-gpu.tar.gz" if kind == "gpu" else "-linux-x86_64.tar.gz"
    made = [path for path in folder.glob("antenna-worker-*.tar.gz") if path.name.endswith(suffix)]
    return max(made, key=lambda path: path.stat().st_mtime)


def _unpacked(bundle: pathlib.Path, scratch: pathlib.Path) -> pathlib.Path:
    if bundle.is_dir():
        return bundle
    with tarfile.open(bundle) as archive:
        archive.extractall(scratch, filter="data")
    (folder,) = scratch.iterdir()
    return folder


def _add_models(archive: tarfile.TarFile, models: pathlib.Path, pipelines: list[str]) -> None:
    for slug in pipelines:
        if not (models / slug / "pipeline.json").exists():
            raise PackError(f"{models} has no pipeline {slug}")
        archive.add(models / slug, f"models/{slug}", filter=_plain)
    if (models / "algorithms").is_dir():
        archive.add(models / "algorithms", "models/algorithms", filter=_plain)


def require_half(models: pathlib.Path, pipelines: list[str]) -> None:
    """Sees that every graph has the one beside it by which CUDA computes with half precision."""
    missing = []
    for slug in pipelines:
        manifest = models / slug / "pipeline.json"
        if not manifest.exists():
            raise PackError(f"{models} has no pipeline {slug}")
        document = json.loads(manifest.read_text(encoding="utf-8"))
        stages = [document.get(key) for key in ("detector", "binary_filter", "classifier")] + document.get("classifiers", [])
        for graph in (models / slug / stage["file"] for stage in stages if stage):
            if not graph.with_name(graph.name.removesuffix(".onnx") + ".half.onnx").exists():
                missing.append(str(graph.resolve()))
    if missing:
        graphs = " ".join(dict.fromkeys(missing))
        raise PackError(f"graphs in half precision are missing; to write them: tools/export/half {graphs}")


def _images(folders: list[pathlib.Path]) -> list[pathlib.Path]:
    found = [image for path in folders for image in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return [image for image in found if image.suffix.lower() in (".jpg", ".jpeg", ".png")]


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if "__pycache__" in entry.name:
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _belongs(path: pathlib.Path) -> bool:
    return path.parts[0] == "antenna_gpu" and path.suffix in ("", ".py") and "__pycache__" not in path.parts
