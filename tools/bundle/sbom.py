#!/usr/bin/env python3
"""Lists what is in a bundle, as CycloneDX: Debian's libraries, Swift's packages and run time, ONNX Runtime, CUDA.

debsbom lists Debian's packages with their sources; the rest is added to its list. scripts/bundle runs this, with what requirements.lock names.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import datetime, timezone
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

Component = dict[str, Any]


def debian_list(packages: dict[str, list[str]], time: str) -> dict[str, Any]:
    """What debsbom says of the packages: each, the source it was built from, and what it needs of the others."""
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${Version} ${Architecture}\n", *packages]
    installed = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    command = [str(Path(sys.executable).with_name("debsbom")), "generate", "--from-pkglist", "--distro-arch", "amd64", "--sbom-type", "cdx"]
    command += ["--cdx-schema-version", "1.6", "--with-licenses", "--no-recommends-deps", "--timestamp", time]
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run([*command, "--out", f"{folder}/list"], input=installed, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"debsbom failed: {result.stderr}")
        return json.loads(Path(folder, "list.cdx.json").read_text())


def swift_packages(workspace: Path, linked: set[str]) -> list[Component]:
    """The packages that the program is linked from, at the versions that were built."""
    components = []
    for dependency in json.loads(workspace.read_text())["object"]["dependencies"]:
        reference = dependency["packageRef"]
        if reference["identity"] in linked:
            path = re.sub(r"^https://|\.git$", "", reference["location"])
            version = dependency["state"]["checkoutState"]["version"]
            components.append(component(reference["identity"], version, f"pkg:swift/{path}@{version}", "Apache-2.0"))
    return components


def python_packages(folders: list[Path]) -> list[Component]:
    """ONNX Runtime, OpenVINO, and NVIDIA's libraries, by the packages that they were taken from."""
    licences = {"onnxruntime": "MIT", "onnxruntime-gpu": "MIT", "openvino": "Apache-2.0"}
    components = []
    for pattern in ("onnxruntime*", "openvino-*", "nvidia_*"):
        for metadata in sorted(path for folder in folders for path in folder.glob(f"{pattern}.dist-info/METADATA")):
            headers = HeaderParser().parsestr(metadata.read_text())
            name, version = headers["Name"].lower(), headers["Version"]
            components.append(component(name, version, f"pkg:pypi/{name}@{version}", licences.get(name)))
    return components


def swift_runtime() -> list[Component]:
    """Swift's standard library and Foundation, which are linked into the program; the latter has ICU in it."""
    said = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"Swift version ([0-9.]+)", said)
    assert version, said
    purl = f"pkg:github/swiftlang/swift@swift-{version[1]}-RELEASE"
    return [component("swift", version[1], purl, "Apache-2.0 WITH Swift-exception")]


def component(name: str, version: str, purl: str, licence: str | None) -> Component:
    """A library as CycloneDX has it."""
    licences = [{"expression": licence} if licence else in_folder(name.replace("-", "_"))]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "licenses": licences}


def in_folder(name: str) -> dict[str, Any]:
    """A licence of many parts, or none of SPDX's list: the bundle has its text."""
    return {"license": {"name": f"see licences/{name}"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--time", required=True, type=int, help="of the commit, in seconds")
    parser.add_argument("--packages", required=True, type=Path, help="a library and its Debian package a line")
    parser.add_argument("--swift-packages", required=True, type=Path, help="the names of those that are linked")
    parser.add_argument("--workspace", required=True, type=Path, help="SwiftPM's workspace-state.json")
    parser.add_argument("--python-packages", required=True, type=Path, nargs="+", help="folders site-packages")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args()

    files: dict[str, list[str]] = defaultdict(list)
    for line in arguments.packages.read_text().splitlines():
        library, package = line.split("\t")
        files[package].append(f"lib/{library}")
    document = debian_list(files, datetime.fromtimestamp(arguments.time, timezone.utc).isoformat())
    for entry in document["components"]:
        if "arch=source" not in entry["purl"]:
            entry["properties"] = [{"name": "file", "value": file} for file in files[entry["name"]]]
            entry.setdefault("licenses", [in_folder(entry["name"])])

    linked = set(arguments.swift_packages.read_text().split())
    others = swift_packages(arguments.workspace, linked) + swift_runtime() + python_packages(arguments.python_packages)
    program = component("antenna-worker", arguments.version, f"pkg:generic/antenna-worker@{arguments.version}", "Apache-2.0")
    program |= {"type": "application", "properties": [{"name": "commit", "value": arguments.commit}]}

    # Debian itself is not in the bundle: its packages are parts of the program.
    root = document["metadata"]["component"]["bom-ref"]
    document["metadata"]["component"] = program
    document["components"] += others
    for entry in document["dependencies"]:
        if entry["ref"] == root:
            entry["ref"] = program["bom-ref"]
            entry["dependsOn"] += [other["bom-ref"] for other in others]
    # The same bundle has the same list, and so the same number.
    document.pop("serialNumber", None)

    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    if mistake := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"the list is no CycloneDX 1.6: {mistake}")
    arguments.out.write_text(text)
    print(f"{arguments.out.name}: {len(document['components'])} components", file=sys.stderr)


if __name__ == "__main__":
    main()
