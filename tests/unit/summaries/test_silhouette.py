"""Silhouettes by hand, and of high powers."""

import numpy as np
import pytest
from helpers import EMPTY, FINITE, TENT, assert_engines_agree, distance_of

from topoprint import Diagram, distance_matrix


def test_two_equal_bars_leave_the_mean():
    twice = Diagram.from_bars([[], [[0, 1], [0, 1]]])
    assert distance_of(twice, EMPTY, "silhouette", bins=2001) == pytest.approx(TENT, rel=1e-5)


def test_the_weights_of_a_silhouette():
    # A tent of length 1 and one of length 1/2 on its left half, which weighs (1/2)^power.
    bars = Diagram.from_bars([[], [[0, 1], [0, 0.5]]])
    x = np.linspace(0, 1, 2001)
    long, short = np.minimum(x, 1 - x), np.maximum(0, np.minimum(x, 0.5 - x))
    for power in (0.5, 1.0, 3.0, 20.0):
        mean = (long + 0.5**power * short) / (1 + 0.5**power)
        expected = np.sqrt(np.sum(mean**2) * x[1])
        found = distance_of(bars, EMPTY, "silhouette", bins=2001, power=power)
        assert found == pytest.approx(expected, rel=1e-5)


def test_a_high_power_is_giotto_where_no_dimension_is_empty():
    rng = np.random.default_rng(0)
    full = [
        Diagram.from_bars([np.sort(rng.uniform(size=(6, 2)), axis=1) for _ in range(4)])
        for _ in range(3)
    ]
    for grid in ("paper", "shared"):
        assert_engines_agree(full, "silhouette", grid=grid, power=10.0, min_persistence=0.0)


def test_a_high_power_of_a_dimension_without_bars_is_finite():
    # giotto 0.6.2 divides 0 by 0 here; a summary of no bars is 0.
    matrix = distance_matrix([FINITE, EMPTY, FINITE], "silhouette", bins=2001, power=10.0)
    np.testing.assert_allclose(
        matrix.values, TENT * np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), rtol=1e-5
    )
