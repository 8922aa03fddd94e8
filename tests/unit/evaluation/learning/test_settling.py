import numpy as np
import pytest
from trainings import STEPS, comparison, scores

from topoprint import InputError
from topoprint.evaluation.learning.curves import points
from topoprint.evaluation.learning.runs import lasts_of
from topoprint.evaluation.learning.settling import scale_tests, settled, settling

RUNS = [("", 1), ("", 2)]


def of_all(line: list[float]) -> dict[tuple[str, int], list[float]]:
    return dict.fromkeys(RUNS, line)


SCORES = scores(of_all([0.1, 0.2, 0.85, 0.9]))
LASTS = lasts_of(SCORES)


def test_a_curve_has_settled_where_a_tenth_is_left_for_good() -> None:
    steps = np.array(STEPS)
    assert settled(steps, np.array([10, 1, 0.5, 0])) == 1
    assert settled(steps, np.array([10, 1, 2, 0])) == 4  # it left again
    assert np.isnan(settled(steps, np.zeros(4)))
    assert np.isnan(settled(steps, np.array([np.nan, 1, 1, 0])))


def test_measures_settle_before_the_accuracy_or_after_it() -> None:
    early = of_all([0, 9.5, 9.6, 10])
    late = of_all([0, 1, 2, 10])
    still = of_all([3, 3, 3, 3])
    found = comparison({"early": early, "late": late, "still": still})
    rows = {row.curve: row for row in settling(list(points(found, LASTS)), SCORES)}
    assert rows["test_accuracy"].settled == 2
    assert (rows["early"].settled, rows["early"].before_accuracy) == (1, 1)
    assert (rows["late"].settled, rows["late"].before_accuracy) == (4, -2)
    assert np.isnan(rows["still"].settled)


def test_a_null_that_goes_the_same_way_is_found() -> None:
    real = comparison({"scale": of_all([0, 1, 3, 7]),
                       "wiring": of_all([0, 1, 3, 7])})  # fmt: skip
    null = comparison({"scale": of_all([0, 1, 3, 7]),
                       "wiring": of_all([0, 0.7, 0.3, 0.1])}, "shuffled")  # fmt: skip
    rows = {row.measure: row for row in scale_tests(real, {"shuffled": [null]}, LASTS)}
    assert (rows["scale"].spearman, rows["scale"].share) == (pytest.approx(1), 1)
    assert rows["wiring"].spearman < 0.5
    sums = [sum(abs(a - b) for a in line for b in line) for line in
            ([0, 0.7, 0.3, 0.1], [0, 1, 3, 7])]  # fmt: skip
    assert rows["wiring"].share == pytest.approx(sums[0] / sums[1])


def test_nulls_of_other_seeds_or_measures_are_refused() -> None:
    lines = of_all([0, 1, 3, 7])
    real = comparison({"m": lines})
    with pytest.raises(InputError, match="other seeds or steps"):
        scale_tests(real, {"n": [comparison({"m": {("", 1): [0, 1, 3, 7]}}, "n")]}, LASTS)
    with pytest.raises(InputError, match="other measures or parameters"):
        scale_tests(real, {"n": [comparison({"other": lines}, "n")]}, LASTS)
