import io
import json
import tarfile

import pytest

from antenna_gpu.pieces import LIST, PieceError, join, writing


def pack(folder, files, largest=1000):
    with writing(folder, largest) as (archive, pieces):
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    (folder / LIST).write_text(json.dumps({"pieces": pieces}), encoding="utf-8")
    return pieces


def noise(count):
    state, data = 1, bytearray()
    for _ in range(count):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        data.append(state >> 56)
    return bytes(data)


def test_what_is_joined_is_what_was_packed(tmp_path):
    files = {"worker/bin/program": noise(5000), "models/a.onnx": noise(30), "empty": b""}
    pieces = pack(tmp_path, files)
    assert len(pieces) > 3
    assert all(piece["bytes"] <= 1000 for piece in pieces)
    assert all((tmp_path / piece["name"]).stat().st_size == piece["bytes"] for piece in pieces)
    join(tmp_path, tmp_path / "out")
    for name, data in files.items():
        assert (tmp_path / "out" / name).read_bytes() == data


def test_pieces_are_joined_once(tmp_path):
    pieces = pack(tmp_path, {"a": noise(3000)})
    join(tmp_path, tmp_path / "out")
    (tmp_path / pieces[0]["name"]).unlink()
    join(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("spoil", ["lost", "changed", "cut"])
def test_a_piece_that_is_not_what_was_packed_is_named(tmp_path, spoil):
    pieces = pack(tmp_path, {"a": noise(3000)})
    path = tmp_path / pieces[1]["name"]
    data = path.read_bytes()
    path.unlink()
    if spoil == "changed":
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    elif spoil == "cut":
        path.write_bytes(data[:-1])
    with pytest.raises(PieceError, match=r"piece-001"):
        join(tmp_path, tmp_path / "out")


def test_a_folder_without_pieces_says_so(tmp_path):
    with pytest.raises(PieceError, match=r"pieces\.json cannot be read"):
        join(tmp_path, tmp_path / "out")


def test_a_list_cannot_name_files_elsewhere(tmp_path):
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    folder = tmp_path / "pieces"
    folder.mkdir()
    (folder / LIST).write_text(json.dumps({"pieces": [{"name": "../secret", "sha256": ""}]}), encoding="utf-8")
    with pytest.raises(PieceError, match=r"pieces/secret"):
        join(folder, tmp_path / "out")
