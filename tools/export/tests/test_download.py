import json

import pytest
from server import cut_short, rest, serving, status, whole

from antenna_export.download import Downloader, DownloadError, LockFile, sha256

BODY = bytes(range(256)) * 40


@pytest.fixture
def downloader(tmp_path):
    waits = []
    made = Downloader(tmp_path / "cache", LockFile(tmp_path / "lock.json"), report=lambda _: None, pause=waits.append)
    made.waits = waits
    return made


def test_a_file_is_fetched_once_and_recorded(downloader):
    with serving(whole(BODY)) as (url, seen):
        path = downloader.fetch(f"{url}/a/weights.pt?signature=1")
        assert downloader.fetch(f"{url}/a/weights.pt?signature=1") == path
    assert len(seen) == 1
    assert path.name == "weights.pt"
    assert path.read_bytes() == BODY
    entry = downloader.lock.entries()[f"{url}/a/weights.pt?signature=1"]
    assert entry == {"sha256": sha256(path), "bytes": len(BODY)}


def test_a_download_that_is_cut_short_goes_on_where_it_stopped(downloader):
    with serving(cut_short(BODY, 3000), rest(BODY, 3000)) as (url, seen):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == BODY
    assert "Range" not in seen[0]
    assert seen[1]["Range"] == "bytes=3000-"
    assert seen[1]["If-Range"] == '"one"'
    assert downloader.waits == [1.0]
    assert [file.name for file in downloader.cache.iterdir()] == ["w.pt"]


def test_a_later_run_goes_on_too(downloader):
    with serving(cut_short(BODY, 3000)) as (url, _):
        downloader.attempts = 1
        with pytest.raises(DownloadError, match="3000 bytes are kept"):
            downloader.fetch(f"{url}/w.pt")
    with serving(rest(BODY, 3000)) as (url, seen):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == BODY
    assert seen[0]["Range"] == "bytes=3000-"


def test_a_file_that_changed_in_between_is_fetched_from_its_start(downloader):
    changed = BODY[::-1]
    with serving(cut_short(BODY, 3000), whole(changed, '"two"')) as (url, _):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == changed


def test_a_half_without_a_strong_etag_is_not_trusted(downloader):
    with serving(cut_short(BODY, 3000, 'W/"one"'), whole(BODY)) as (url, seen):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == BODY
    assert "Range" not in seen[1]


@pytest.mark.parametrize("odd", [rest(BODY, 10), status(416)])
def test_a_part_that_does_not_fit_is_thrown_away(downloader, odd):
    with serving(cut_short(BODY, 3000), odd, whole(BODY)) as (url, seen):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == BODY
    assert "Range" not in seen[2]


def test_a_busy_server_is_asked_again(downloader):
    with serving(status(503), status(429), whole(BODY)) as (url, _):
        assert downloader.fetch(f"{url}/w.pt").read_bytes() == BODY
    assert downloader.waits == [1.0, 2.0]


def test_a_file_that_is_not_there_is_not_asked_for_again(downloader):
    with serving(status(404)) as (url, seen), pytest.raises(DownloadError, match="404"):
        downloader.fetch(f"{url}/w.pt")
    assert len(seen) == 1


def test_no_network_is_said_clearly(downloader):
    with serving(whole(BODY)) as (url, _):
        pass
    with pytest.raises(DownloadError, match="--random-weights") as caught:
        downloader.fetch(f"{url}/w.pt")
    assert url in str(caught.value)
    assert downloader.waits == [1.0, 2.0, 4.0]


def test_another_file_than_the_recorded_one_is_refused(downloader):
    with serving(whole(BODY)) as (url, _):
        path = downloader.fetch(f"{url}/w.pt")
        path.write_bytes(BODY + b"!")
        with pytest.raises(DownloadError, match="not the file it was"):
            downloader.fetch(f"{url}/w.pt")
    assert json.loads(downloader.lock.path.read_text())[f"{url}/w.pt"]["bytes"] == len(BODY)
