import os

import pytest

from antenna_compare.usage import PeakMemory, TreeUsage, parse_pss, parse_stat, tree_usage

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def stat(name="python", state="S", session=7, ticks=(5, 6, 7, 8), pages=9):
    fields = [state, "1", "7", str(session), *["0"] * 7, *map(str, ticks), *["0"] * 6, str(pages), "0"]
    return f"42 ({name}) {' '.join(fields)}"


def test_processor_time_includes_children_that_have_ended():
    assert parse_stat(stat(ticks=(100, 20, 3, 4))).cpu_seconds == 127 / TICKS


@pytest.mark.parametrize("name", ["python", "a b", "a) S 1 2 (b", ")"])
def test_a_program_may_be_called_anything(name):
    parsed = parse_stat(stat(name))
    assert (parsed.session, parsed.resident_bytes) == (7, 9 * PAGE)


@pytest.mark.parametrize(("state", "is_alive"), [("S", True), ("R", True), ("Z", False)])
def test_a_process_that_only_waits_to_be_noticed_is_dead(state, is_alive):
    assert parse_stat(stat(state=state)).is_alive == is_alive


def test_the_proportional_size_is_in_kilobytes():
    assert parse_pss("55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:  20 kB\nPss:  10 kB\nPss_Anon:  8 kB\n") == 10_240


def test_a_file_without_the_proportional_size_is_an_error():
    with pytest.raises(ValueError, match="Pss"):
        parse_pss("Rss:  20 kB\n")


def test_this_process_is_found_in_its_session():
    usage = tree_usage(os.getsid(0))
    assert os.getpid() in usage.pids
    assert usage.resident_bytes > 1 << 20


def test_a_session_that_is_not_there_uses_nothing():
    assert tree_usage(-1) == TreeUsage((), 0, 0)


def peak_of(monkeypatch, *samples):
    sizes = iter([pss for _, pss in samples])
    monkeypatch.setattr("antenna_compare.usage.proportional_bytes", lambda _pids: next(sizes))
    peak = PeakMemory()
    for resident, _ in samples:
        peak.note(TreeUsage((1,), 0, resident))
    return peak.bytes


def test_the_peak_is_the_largest_proportional_size(monkeypatch):
    assert peak_of(monkeypatch, (100, 80), (120, 70)) == 80


def test_without_proportional_sizes_the_resident_one_counts(monkeypatch):
    assert peak_of(monkeypatch, (100, None), (120, None)) == 120


def test_the_proportional_size_is_not_read_again_below_the_peak(monkeypatch):
    peak = PeakMemory()
    monkeypatch.setattr("antenna_compare.usage.proportional_bytes", lambda _pids: 50)
    peak.note(TreeUsage((1,), 0, 100))
    monkeypatch.setattr("antenna_compare.usage.proportional_bytes", lambda _pids: pytest.fail("read again"))
    peak.note(TreeUsage((1,), 0, 100))
    assert peak.bytes == 50
