"""The regression of the generalisation gap, on gaps of a known rule."""

import numpy as np
import pytest

from topoprint import InputError
from topoprint.evaluation.generalisation import regress_gap


def test_a_gap_that_is_linear_in_the_summaries_is_found():
    summaries = np.random.default_rng(0).random((12, 2))
    gaps = summaries @ [0.5, -0.25] + 0.1
    found = regress_gap(summaries, gaps)
    np.testing.assert_allclose(found.coefficients, [0.5, -0.25, 0.1])
    np.testing.assert_allclose(found.left_out, gaps)
    assert found.error == pytest.approx(0)
    others = [np.delete(gaps, number).mean() for number in range(12)]
    assert found.error_of_mean == pytest.approx(np.abs(np.subtract(others, gaps)).mean())


def test_a_network_is_predicted_without_its_own_gap():
    summaries = np.random.default_rng(0).random((8, 2))
    gaps = np.zeros(8)
    gaps[3] = 1.0
    assert regress_gap(summaries, gaps).left_out[3] == pytest.approx(0)


@pytest.mark.parametrize(
    ("summaries", "gaps", "sentence"),
    [
        (np.ones((4, 2)), np.ones(4), "4 networks are too few for a regression on 2 summaries"),
        (np.ones((6, 2)), np.ones(5), r"summaries have the shape \(6, 2\) and gaps \(5,\)"),
        (np.ones(6), np.ones(6), r"summaries have the shape \(6,\)"),
        (np.full((6, 1), np.nan), np.ones(6), "a summary or a gap is NaN or infinite"),
    ],
)
def test_what_is_no_regression_is_refused(summaries, gaps, sentence):
    with pytest.raises(InputError, match=sentence):
        regress_gap(summaries, gaps)
