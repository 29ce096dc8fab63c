"""One archive in pieces that are small enough to be carried one by one, and its way back."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import pathlib
import tarfile
from collections.abc import Iterator

LIST = "pieces.json"
LARGEST = 60 * 1000 * 1000


class PieceError(Exception):
    """A piece that is missing, or is not what was packed."""


class PieceWriter(io.RawIOBase):
    """Writes a stream as numbered files of at most `largest` bytes, and keeps their names, sizes and checksums."""

    def __init__(self, folder: pathlib.Path, largest: int = LARGEST) -> None:
        super().__init__()
        self.pieces: list[dict] = []
        self._folder, self._largest = folder, largest
        self._file: io.BufferedWriter | None = None
        self._digest = hashlib.sha256()
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            if self._file is None:
                self._file = (self._folder / f"piece-{len(self.pieces):03d}").open("wb")
                self._digest, self._written = hashlib.sha256(), 0
            part = view[: self._largest - self._written]
            self._file.write(part)
            self._digest.update(part)
            self._written += len(part)
            view = view[len(part) :]
            if self._written == self._largest:
                self._end_piece()
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._end_piece()
        super().close()

    def _end_piece(self) -> None:
        if self._file is None:
            return
        self._file.close()
        name = pathlib.Path(self._file.name).name
        self.pieces.append({"name": name, "bytes": self._written, "sha256": self._digest.hexdigest()})
        self._file = None


@contextlib.contextmanager
def writing(folder: pathlib.Path, largest: int = LARGEST) -> Iterator[tuple[tarfile.TarFile, list[dict]]]:
    """An archive that becomes pieces, and their list, which is whole once the block has ended."""
    # Libraries and weights shrink little, and slowly.
    with PieceWriter(folder, largest) as writer, gzip.GzipFile("", "wb", 1, writer, mtime=0) as stream:  # noqa: SIM117
        with tarfile.open(fileobj=stream, mode="w|") as archive:
            yield archive, writer.pieces


class PieceReader(io.RawIOBase):
    """The stream that the pieces of a list make, each checked before anything of it is given out."""

    def __init__(self, folder: pathlib.Path, pieces: list[dict]) -> None:
        super().__init__()
        self._folder, self._left = folder, list(pieces)
        self._data = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        while not self._data and self._left:
            self._data = memoryview(self._checked(self._left.pop(0)))
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def _checked(self, piece: dict) -> bytes:
        path = self._folder / pathlib.PurePath(piece["name"]).name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PieceError(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != piece["sha256"]:
            raise PieceError(f"{path} is not the piece that was packed: copy it again")
        return data


def read_list(folder: pathlib.Path) -> dict:
    """What `--pack` wrote down of its pieces."""
    try:
        contents = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PieceError(f"{folder / LIST} cannot be read; it lies beside the pieces that --pack made: {error}") from error
    return contents


def join(folder: pathlib.Path, out: pathlib.Path) -> dict:
    """Unpacks the pieces into a folder, unless they are there already; returns their list."""
    contents = read_list(folder)
    stamp = out / LIST
    if stamp.exists() and stamp.read_text(encoding="utf-8") == json.dumps(contents):
        return contents
    out.mkdir(parents=True, exist_ok=True)
    reader = io.BufferedReader(PieceReader(folder, contents["pieces"]), 1 << 20)
    with gzip.GzipFile(fileobj=reader) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(out, filter="data")
        else:  # Before Python 3.11.4; what is unpacked was made by --pack, by its checksums.
            archive.extractall(out)
    stamp.write_text(json.dumps(contents), encoding="utf-8")
    return contents
