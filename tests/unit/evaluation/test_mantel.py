"""The Mantel test against scipy's Spearman, and by enumeration."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from topoprint.evaluation.mantel import mantel, spearman


def distances(seed, count=19):
    values = np.random.default_rng(seed).random((count, count))
    values = np.triu(values, k=1)
    return values + values.T


@given(st.integers(0, 2**32 - 1), st.integers(3, 8), st.booleans())
@settings(max_examples=50, deadline=None)
def test_spearman_is_scipys(seed, count, tied):
    one, other = distances(seed, count), distances(seed + 1, count)
    if tied:
        one, other = one.round(1), other.round(1)
    upper = np.triu_indices(count, k=1)
    if len(set(one[upper])) > 1 and len(set(other[upper])) > 1:
        expected = spearmanr(one[upper], other[upper]).statistic
        assert spearman(one, other) == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_p_value_of_few_networks_is_that_of_all_permutations(seed):
    one, other = distances(seed, 5), distances(seed + 1, 5)
    observed = spearman(one, other)
    shuffled = [spearman(one[np.ix_(p, p)], other) for p in map(list, permutations(range(5)))]
    expected = np.mean([value >= observed - 1e-12 for value in shuffled])
    assert mantel(one, other).p_value == pytest.approx(expected)


def test_mantel_sees_equal_matrices_and_not_unrelated_ones():
    one = distances(3, 12)
    assert mantel(one, one**3).correlation == pytest.approx(1)
    assert mantel(one, one).p_value == pytest.approx(1 / 10_000)
    assert mantel(one, distances(4, 12)).p_value > 0.05
    assert mantel(one, distances(4, 12)) == mantel(one, distances(4, 12))
    assert np.isnan(mantel(one, np.ones((12, 12))).p_value)


def test_spearman_is_of_the_pairs_that_both_compare():
    one, other = distances(1, 6), distances(2, 6)
    some = [0, 1, 2, 3]
    expected = spearman(one[np.ix_(some, some)], other[np.ix_(some, some)])
    one[4:], one[:, 4:] = np.nan, np.nan
    assert spearman(one, other) == pytest.approx(expected)
    assert np.isnan(spearman(one, np.full((6, 6), np.nan)))
