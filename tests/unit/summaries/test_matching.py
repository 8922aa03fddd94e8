"""Bottleneck and Wasserstein distances in one dimension, against general matchings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from topoprint.summaries import matching

PLACES = st.lists(st.integers(0, matching.BINS - 1), max_size=7)
FEW_PLACES = st.lists(st.sampled_from([0, 3, 20, 21, 60, matching.BINS - 1]), max_size=7)


def lengths(places):
    """Lengths in the middles of some parts, in descending order."""
    return (np.sort(np.array(places, dtype=np.float64))[::-1] + 0.5) / matching.BINS


def costs(one, other):
    """Costs of matching any bar of both, or its place on the diagonal, with any other."""
    n, m = len(one), len(other)
    table = np.zeros((n + m, n + m))
    table[:n, :m] = np.abs(np.subtract.outer(one, other))
    table[:n, m:] = one[:, None] / 2
    table[n:, :m] = other / 2
    return table


def best_sum(one, other):
    table = costs(one, other)
    return table[linear_sum_assignment(table)].sum()


def best_greatest(one, other):
    table = costs(one, other)
    for bound in np.unique(np.append(table, 0)):
        blocked = (table > bound).astype(float)
        if blocked[linear_sum_assignment(blocked)].sum() == 0:
            return bound
    raise AssertionError("the greatest cost allows everything")


def wasserstein(one, other, longest=1.0):
    both = [matching.length_histogram(some, longest) for some in (one, other)]
    return matching.wasserstein(*both, longest)


@settings(deadline=None, max_examples=300)
@given(PLACES | FEW_PLACES, PLACES | FEW_PLACES)
def test_both_are_the_best_of_all_matchings(some, others):
    one, other = lengths(some), lengths(others)
    assert matching.bottleneck(one, other) == pytest.approx(best_greatest(one, other), abs=1e-12)
    assert wasserstein(one, other) == pytest.approx(best_sum(one, other), abs=1e-12)
    assert wasserstein(other, one) == pytest.approx(wasserstein(one, other), abs=1e-12)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(0, 1), max_size=6), st.lists(st.floats(0, 1), max_size=6))
def test_bottleneck_of_any_lengths(some, others):
    one, other = np.sort(some)[::-1], np.sort(others)[::-1]
    assert matching.bottleneck(one, other) == pytest.approx(best_greatest(one, other), abs=1e-12)


def test_wasserstein_of_many_bars():
    rng = np.random.default_rng(0)
    for n, m in ((300, 300), (150, 400), (500, 0)):
        one, other = (lengths(rng.integers(0, matching.BINS, k)) for k in (n, m))
        assert wasserstein(one, other) == pytest.approx(best_sum(one, other), rel=1e-9)


def test_bars_are_moved_by_half_a_part_at_most():
    rng = np.random.default_rng(0)
    one, other = np.sort(rng.random(40))[::-1], np.sort(rng.random(60))[::-1]
    off = abs(wasserstein(one, other) - best_sum(one, other))
    assert 0 < off <= 100 / 2 / matching.BINS


def test_lengths_up_to_what_stands_for_infinity():
    one, other = np.array([1.9875, 0.0125]), np.array([0.5125])
    halves = wasserstein(one / 2, other / 2)
    assert wasserstein(one, other, longest=2.0) == pytest.approx(2 * halves)


def test_bottleneck_of_more_bars_than_a_block(monkeypatch):
    rng = np.random.default_rng(3)
    one, other = (np.sort(rng.random(n))[::-1] for n in (50, 70))
    whole = matching.bottleneck(one, other)
    for block in (1, 2, 7, 50):
        monkeypatch.setattr(matching, "BLOCK", block)
        assert matching.bottleneck(one, other) == whole
        # Lengths that stay far apart: the best k lies in a late block.
        assert matching.bottleneck(one + 1, other + 1) == pytest.approx(
            best_greatest(one + 1, other + 1), abs=1e-12
        )


def test_both_are_those_of_giotto():
    pytest.importorskip("gtda")
    from gtda.diagrams import PairwiseDistance

    rng = np.random.default_rng(2)
    one, other = (lengths(rng.integers(10, matching.BINS, 9)) for _ in range(2))
    padded = np.stack([np.column_stack([1 - x, np.ones(9), np.ones(9)]) for x in (one, other)])
    for metric, parameters, ours in (
        ("bottleneck", {"delta": 0.0}, matching.bottleneck(one, other)),
        ("wasserstein", {"p": 1, "delta": 1e-6}, wasserstein(one, other)),
    ):
        found = PairwiseDistance(metric=metric, metric_params=parameters).fit_transform(padded)
        assert ours == pytest.approx(found[0, 1], rel=1e-4)
