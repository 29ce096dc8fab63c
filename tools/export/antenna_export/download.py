"""Downloads that resume, and a lock file that remembers what came.

A download goes to `NAME.part` and is renamed when it is whole. What is half there is continued with a Range request that
carries the ETag of the first half (If-Range), so that two versions of a file are never glued together.
"""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import json
import os
import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

USER_AGENT = "antenna-worker-export/1 (https://github.com/RolnickLab/antenna)"
_CHUNK = 1 << 20


class DownloadError(Exception):
    """A file that could not be had, with the host, the reason and what to do about it."""


@dataclasses.dataclass
class LockFile:
    """Checksums and sizes by URL; the first download of a URL records them, every later one must agree."""

    path: pathlib.Path

    def entries(self) -> dict[str, dict[str, object]]:
        """What is recorded; nothing when there is no file yet."""
        if not self.path.exists():
            return {}
        return json.loads(self.path.read_text(encoding="utf-8"))

    def check(self, url: str, file: pathlib.Path) -> str:
        """Records the file's checksum, or compares it with the recorded one; gives the checksum."""
        digest, size = sha256(file), file.stat().st_size
        entries = self.entries()
        known = entries.get(url)
        if known is None:
            entries[url] = {"sha256": digest, "bytes": size}
            write_atomically(self.path, json.dumps(entries, indent=2, sort_keys=True) + "\n")
        elif known["sha256"] != digest:
            raise DownloadError(
                f"{url} is not the file it was: its SHA-256 is {digest}, {self.path} has {known['sha256']}. "
                f"Delete {file} to download it again; if it changed at its source on purpose, delete its entry, too."
            )
        return digest


@dataclasses.dataclass
class Downloader:
    """Fetches files into a folder, at most `attempts` times each."""

    cache: pathlib.Path
    lock: LockFile
    attempts: int = 4
    timeout: float = 30
    report: Callable[[str], None] = print
    pause: Callable[[float], None] = time.sleep

    def fetch(self, url: str) -> pathlib.Path:
        """The path of the file at `url`, downloaded unless it is there, and checked against the lock file."""
        target = self.cache / pathlib.PurePosixPath(urllib.parse.urlparse(url).path).name
        if not target.exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            self._download(url, target)
        self.lock.check(url, target)
        return target

    def _download(self, url: str, target: pathlib.Path) -> None:
        part = _Part(target)
        for attempt in range(1, self.attempts + 1):
            try:
                self.report(f"downloading {url}" + (f" from byte {part.size}" if part.size else ""))
                self._transfer(url, part)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise DownloadError(f"{url} was answered with {error.code} {error.reason}") from error
                failure: Exception = error
            except (OSError, http.client.HTTPException, _CutShort) as error:
                failure = error
            else:
                part.finish()
                return
            if attempt < self.attempts:
                self.pause(2.0 ** (attempt - 1))
        raise DownloadError(
            f"{url} cannot be downloaded ({failure}); {part.size} bytes are kept and the next run goes on from there. "
            "It needs a network that reaches the host; for a rehearsal without one, use --random-weights SEED."
        ) from failure

    def _transfer(self, url: str, part: _Part) -> None:
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT} | part.resume_headers())
        try:
            response = urllib.request.urlopen(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            if error.code != 416:
                raise
            # The half is as long as the whole or longer: begin again rather than trust it.
            part.discard()
            raise _CutShort("what was there did not fit the file") from error
        with response:
            if response.status != 206:
                part.discard()
            elif _range_start(response) != part.size:
                part.discard()
                raise _CutShort("the answer was another part than the one asked for")
            part.remember(response.headers.get("ETag"))
            expected = response.headers.get("Content-Length")
            received = part.append(response)
        if expected is not None and received != int(expected):
            raise _CutShort(f"{received} of {expected} bytes came")


class _CutShort(Exception):
    """The connection ended before the file did."""


class _Part:
    """The half that is there, and the ETag it belongs to."""

    def __init__(self, target: pathlib.Path) -> None:
        self._target = target
        self._path = target.with_name(target.name + ".part")
        self._tag = target.with_name(target.name + ".part.etag")

    @property
    def size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def resume_headers(self) -> dict[str, str]:
        if not self.size or not self._tag.exists():
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._tag.read_text(encoding="utf-8")}

    def remember(self, etag: str | None) -> None:
        # Only a strong ETag promises the same bytes.
        if etag and not etag.startswith("W/"):
            self._tag.write_text(etag, encoding="utf-8")
        else:
            self._tag.unlink(missing_ok=True)

    def append(self, response: http.client.HTTPResponse) -> int:
        received = 0
        with self._path.open("ab") as file:
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                received += len(chunk)
        return received

    def discard(self) -> None:
        self._path.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def finish(self) -> None:
        os.replace(self._path, self._target)
        self._tag.unlink(missing_ok=True)


def _range_start(response: http.client.HTTPResponse) -> int | None:
    unit, _, span = response.headers.get("Content-Range", "").partition(" ")
    first, _, _ = span.partition("-")
    return int(first) if unit == "bytes" and first.isdigit() else None


def sha256(path: pathlib.Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: pathlib.Path, text: str) -> None:
    """Writes a text file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
