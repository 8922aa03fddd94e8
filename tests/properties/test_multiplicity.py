"""Bars with a count give the numbers that as many bars give, whatever is computed of them."""

import numpy as np
import pytest
from helpers import MAX_DIMENSION
from hypothesis import given, settings
from hypothesis import strategies as st

from topoprint import Diagram
from topoprint.measures.registry import make_measure
from topoprint.measures.subject import Subject

SUMMARIES = ["landscape", "betti", "heat", "silhouette", "persistence_image"]
VALUES = st.sampled_from([0.0, 0.125, 0.25, 0.375, 0.5, 0.75]) | st.floats(0, 1, width=32)
COUNTS = st.integers(1, 4)


@st.composite
def counted_bars(draw, layered):
    """Bars of each dimension, and how often each stands."""
    bars = []
    for dimension in range(MAX_DIMENSION + 1):
        if layered and dimension == 0:
            bar = VALUES.map(lambda death: (0.0, death))
        elif layered:
            bar = VALUES.map(lambda birth: (birth, np.inf))
        else:
            finite = st.tuples(VALUES, VALUES).map(lambda ends: tuple(sorted(ends)))
            bar = finite | VALUES.map(lambda birth: (birth, np.inf))
        number = 0 if layered and dimension > 1 else 5
        bars.append(draw(st.lists(st.tuples(bar, COUNTS), max_size=number)))
    bars[0].append(((0.0, np.inf), draw(COUNTS)))
    return bars


def both(bars):
    """The diagram with counts, and the one with every bar."""
    counted = Diagram.from_bars(
        ([bar for bar, _ in some] for some in bars),
        counts=([count for _, count in some] for some in bars),
    )
    return counted, Diagram.from_bars([bar for bar, n in some for _ in range(n)] for some in bars)


def compared(some, measure):
    """Distances of diagrams."""
    subjects = [Subject(str(n), diagram=lambda own=own: own) for n, own in enumerate(some)]
    return make_measure(measure).distances(subjects)


@settings(deadline=None, max_examples=60)
@given(
    st.booleans().flatmap(lambda layered: st.lists(counted_bars(layered), min_size=2, max_size=3)),
    st.sampled_from(["paper", "shared"]),
    st.integers(1, 4),
)
def test_summaries_of_counted_and_of_repeated_bars(collection, grid, layers):
    counted, repeated = zip(*map(both, collection), strict=True)
    for one, other in zip(counted, repeated, strict=True):
        for dimension in range(MAX_DIMENSION + 1):
            np.testing.assert_array_equal(one.bars(dimension), other.bars(dimension))
    for name in SUMMARIES:
        options = {"grid": grid, "bins": 20}
        if name == "landscape":
            options["layers"] = layers
        measure = make_measure({"kind": name, **options})
        found, expected = (compared(some, measure) for some in (counted, repeated))
        if name == "silhouette":
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
        else:
            np.testing.assert_array_equal(found, expected)


@settings(deadline=None, max_examples=100)
@given(counted_bars(True), counted_bars(True), st.sampled_from(["bottleneck", "wasserstein"]))
def test_matchings_of_counted_and_of_repeated_bars(one, other, metric):
    counted, repeated = zip(both(one), both(other), strict=True)
    np.testing.assert_array_equal(compared(counted, metric), compared(repeated, metric))


def test_counts_decide_where_there_are_too_few_bars():
    one = Diagram.from_bars([[[0, 0.5], [0, np.inf]], []], counts=[[3, 1], []])
    other = Diagram.from_bars([[[0, 0.5], [0, np.inf]], []])
    assert compared([one, other], "wasserstein")[0, 1] == pytest.approx(0.5, abs=0.01)
    assert compared([one, other], "bottleneck")[0, 1] == 0.25
