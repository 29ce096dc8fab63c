import pytest

from antenna_compare.errors import CompareError
from antenna_compare.figures import CPU, RATE, RATE_FROM_START, STEADY_RATE
from antenna_compare.worker import Course, Mark


def course(*moments, count=8, batch_size=4):
    noted = Course(count, batch_size)
    for seconds, cpu_seconds, handed_out, saved in moments:
        noted.note(handed_out, Mark(seconds, cpu_seconds, saved))
    return noted


def test_the_clock_of_the_job_runs_from_its_first_task_to_its_last_result():
    figures = course((1, 1, 0, 0), (10, 5, 4, 0), (20, 15, 4, 4), (30, 25, 8, 8)).figures()
    assert figures[RATE] == 8 / 20
    assert figures[RATE_FROM_START] == 8 / 30
    assert figures[CPU] == 20 / 8
    assert figures[STEADY_RATE] == 4 / 10


def test_the_first_batch_is_there_when_all_its_results_are():
    # Results come one by one; what comes moments after the first belongs to its batch.
    figures = course((0, 0, 4, 0), (9.9, 0, 8, 1), (10, 0, 8, 5), (16, 0, 8, 8)).figures()
    assert figures[STEADY_RATE] == 3 / 6


def test_moments_after_the_end_count_no_more():
    assert course((0, 0, 4, 0), (10, 1, 8, 8), (99, 9, 8, 8)).figures()[RATE] == 0.8


def test_all_at_once_has_no_rate_after_the_first_batch():
    assert STEADY_RATE not in course((0, 0, 8, 0), (10, 1, 8, 8)).figures()


@pytest.mark.parametrize("moments", [[], [(1, 1, 4, 0)], [(1, 1, 4, 0), (2, 2, 8, 7)]])
def test_a_run_that_has_not_ended_has_no_figures(moments):
    with pytest.raises(CompareError):
        course(*moments).figures()
