"""Diagrams of other packages, both ways, with these packages."""

import numpy as np
import pytest
from helpers import fingerprints
from hypothesis import given
from hypothesis import strategies as st

from topoprint import Diagram, InputError, from_giotto, to_giotto

BARS = Diagram.from_bars(
    [[[0, 0.5], [0, np.inf]], [[0.25, 0.75], [0.5, 1], [0.5, np.inf]], []],
    counts=[[3, 1], [1, 2, 1], []],
)
VALUES = st.integers(0, 8).map(lambda value: value / 8)


def same(one, other):
    assert one.max_dimension == other.max_dimension
    for dimension in range(one.max_dimension + 1):
        np.testing.assert_array_equal(one.bars(dimension), other.bars(dimension))


@st.composite
def diagrams(draw):
    bars = st.tuples(VALUES, VALUES.filter(bool), st.booleans())
    return Diagram.from_bars(
        [(b, np.inf if endless else b + length) for b, length, endless in draw(st.lists(bars))]
        for _ in range(2)
    )


@given(st.lists(diagrams(), min_size=1, max_size=4))
def test_what_is_written_is_read_again(some):
    for one in some:
        same(Diagram.from_gudhi(one.to_gudhi(), 1), one)
        same(Diagram.from_ripser(one.to_ripser()), one)
    for one, back in zip(some, from_giotto(to_giotto(some)), strict=True):
        same(one, back)


def test_gudhi_gives_and_takes_them():
    gudhi = pytest.importorskip("gudhi")
    tree = gudhi.SimplexTree()
    for simplex, value in (([0], 0), ([1], 0), ([2], 0), ([0, 1], 0.25), ([1, 2], 0.5),
                           ([0, 2], 0.75), ([0, 1, 2], 1)):  # fmt: skip
        tree.insert(simplex, value)
    found = tree.persistence(persistence_dim_max=True)
    made = Diagram.from_gudhi(found, max_dimension=1)
    np.testing.assert_array_equal(made.bars(0), [[0, 0.25], [0, 0.5], [0, np.inf]])
    np.testing.assert_array_equal(made.bars(1), [[0.75, 1]])
    assert made.to_gudhi() == found
    one, other = (np.array([bar for q, bar in d.to_gudhi() if q == 1]) for d in (made, BARS))
    assert gudhi.bottleneck_distance(one, one) < 1e-12
    assert gudhi.bottleneck_distance(one, other) == np.inf  # one more essential bar


def test_ripser_gives_and_persim_takes_them():
    ripser, persim = pytest.importorskip("ripser"), pytest.importorskip("persim")
    points = np.random.default_rng(0).normal(size=(12, 2))
    found = ripser.ripser(points, maxdim=1)
    made = Diagram.from_ripser(found)
    same(made, Diagram.from_ripser(found["dgms"]))
    for own, theirs in zip(made.to_ripser(), found["dgms"], strict=True):
        order = np.lexsort((theirs[:, 1], theirs[:, 0]))
        np.testing.assert_array_equal(own, theirs[order].astype(np.float32))
    assert persim.bottleneck(made.to_ripser()[1], found["dgms"][1]) < 1e-6
    image = persim.PersistenceImager(pixel_size=0.2)
    assert image.transform(made.to_ripser()[1]).shape == image.resolution


def test_giotto_takes_and_gives_them():
    gtda = pytest.importorskip("gtda.diagrams")
    some = fingerprints()
    padded = to_giotto(some, infinity=1.0, reduced=True)
    assert padded.shape[0] == len(some)
    curves = gtda.BettiCurve(n_bins=10).fit_transform(padded)
    assert curves.shape == (4, some[0].max_dimension + 1, 10)
    longer = gtda.Filtering(epsilon=0.0).fit_transform(padded)
    for one, back in zip(some, from_giotto(longer), strict=True):
        for dimension in (0, 1):
            bars = one.bars(dimension)[: -1 if dimension == 0 else None]
            bars = np.where(np.isinf(bars), 1, bars)
            np.testing.assert_array_equal(back.bars(dimension), bars[bars[:, 1] > bars[:, 0]])


@pytest.mark.parametrize(
    ("make", "given", "sentence"),
    [
        (Diagram.from_gudhi, [(0, 1)], "gudhi's persistence is a list of"),
        (Diagram.from_gudhi, [(0.5, (0, 1))], "no whole number from 0"),
        (Diagram.from_gudhi, [(-1, (0, 1))], "no whole number from 0"),
        (Diagram.from_gudhi, [(0, (1, 0))], "not birth ≤ death"),
        (Diagram.from_ripser, {"dgm": []}, "ripser gives a dict with 'dgms'"),
        (Diagram.from_ripser, [[[0, 1, 2]]], r"not \(n, 2\)"),
        (from_giotto, [[0, 1]], r"not of shape \(1, 2\)"),
        (from_giotto, [[[0, 1, 0.5]]], "no whole number from 0"),
        (to_giotto, [], "at least one"),
        (to_giotto, [BARS, Diagram.from_bars([[]])], "different max_dimension"),
    ],
)
def test_other_things_are_refused(make, given, sentence):
    with pytest.raises(InputError, match=sentence):
        make(given)


def test_a_dimension_above_the_greatest_is_refused():
    with pytest.raises(InputError, match="dimension 1, above max_dimension 0"):
        Diagram.from_gudhi(BARS.to_gudhi(), 0)
