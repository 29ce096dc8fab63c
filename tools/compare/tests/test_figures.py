import pytest

from antenna_compare.figures import CPU, MEMORY, RATE, STEADY_RATE, Spread, comparisons, one_line, table


def run(rate, cpu=0.2):
    return {RATE: rate, CPU: cpu}


def test_ratios_are_those_of_the_medians():
    (rate, _) = comparisons([run(8.0), run(10.0), run(100.0)], [run(50.0), run(60.0), run(61.0)])
    assert (rate.original.median, rate.ours.median, rate.ratio) == (10.0, 60.0, 6.0)


def test_an_even_number_of_runs_has_the_mean_of_the_middle_two():
    assert Spread((1.0, 2.0, 4.0, 100.0)).median == 3.0


def test_only_what_every_run_has_is_compared():
    with_steady = run(1.0) | {STEADY_RATE: 2.0}
    assert [each.quantity for each in comparisons([with_steady], [run(1.0)])] == [RATE, CPU]


def test_there_is_no_ratio_to_nothing():
    (rate, _) = comparisons([run(0.0)], [run(5.0)])
    assert rate.ratio is None
    assert rate.row[-1] == "–"


def test_the_table_shows_medians_and_spreads():
    lines = table(comparisons([run(9.0), run(8.0), run(10.0)], [run(60.0), run(50.0), run(70.0)])).splitlines()
    assert lines[0].split() == ["original", "ours", "ours", "/", "original"]
    assert lines[1].split() == ["images/s", "9.000", "[8.000–10.000]", "60.000", "[50.000–70.000]", "6.667"]
    assert len({len(line) for line in lines}) == 1


def test_a_single_run_has_no_spread():
    assert Spread((2.0,)).show(RATE) == "2.000"


def test_figures_keep_their_units_in_files_and_are_scaled_for_people():
    assert one_line({CPU: 0.21, MEMORY: 5.4e9}) == "CPU ms an image 210, peak memory, MB 5400"
    assert Spread((5.4e9,)).as_json() == {"median": 5.4e9, "least": 5.4e9, "most": 5.4e9, "runs": [5.4e9]}


def test_a_run_must_be_there():
    with pytest.raises(ValueError, match="median"):
        _ = Spread(()).median
