"""Betti curves as step functions, against sums on a fine grid."""

import numpy as np
import pytest

from topoprint.summaries.steps import apart, betti_curve


def random_bars(seed, count):
    births, lengths = np.random.default_rng(seed).random((2, count)) / 2
    return np.column_stack([births, births + lengths])


def test_the_distance_is_the_integral_of_the_difference():
    sets = [[random_bars(0, 20), random_bars(1, 5)], [random_bars(2, 9), random_bars(3, 0)]]
    grid = np.linspace(0, 1, 200_001)[:-1]
    one, other = (
        sum(((bars[:, :1] <= grid) & (grid < bars[:, 1:])).sum(axis=0) for bars in some) / 10
        for some in sets
    )
    found = apart(*(betti_curve(some, 10) for some in sets))
    assert found == pytest.approx(np.abs(one - other).mean(), abs=1e-4)


def test_equal_curves_have_distance_0_whatever_bars_made_them():
    whole = np.array([[0.1, 0.3], [0.2, 0.7]])
    crossed = np.array([[0.2, 0.3], [0.1, 0.7]])
    assert apart(betti_curve([whole], 3), betti_curve([crossed[:1], crossed[1:]], 3)) == 0
    assert apart(betti_curve([whole[:0]], 3), betti_curve([whole[:0]], 3)) == 0
    assert apart(betti_curve([whole], 2), betti_curve([whole[:0]], 2)) == pytest.approx(0.35)
