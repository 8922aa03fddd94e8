"""What several tests share: networks, graphs and diagrams to try, and how to compare them."""

from itertools import pairwise

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from topoprint import Diagram, Graph, Network, distance_matrix

MAX_DIMENSION = 3
METRICS = ("landscape", "silhouette", "heat", "betti")
NO_BARS = Diagram.from_bars([[]] * (MAX_DIMENSION + 1))


def random_network(sizes, seed, draw="standard_normal", bias=True):
    rng = np.random.default_rng(seed)
    numbers = {
        "standard_normal": rng.standard_normal,
        "heavy_tailed": lambda size: rng.standard_t(1.5, size),
        "tied": lambda size: rng.integers(-3, 4, size),
    }[draw]
    return Network.from_layers(
        (numbers((out, in_)), numbers(out) if bias else None) for in_, out in pairwise(sizes)
    )


def betti_numbers(diagram):
    return tuple(int(np.isinf(deaths).sum()) for deaths in diagram.deaths)


def assert_same_bars(one, other):
    assert one.max_dimension == other.max_dimension
    for dimension in range(one.max_dimension + 1):
        np.testing.assert_array_equal(one.bars(dimension), other.bars(dimension))


def assert_engines_agree(diagrams, metric, **arguments):
    ours = distance_matrix(diagrams, metric, **arguments).values
    theirs = distance_matrix(diagrams, metric, engine="giotto", **arguments).values
    assert np.isfinite(theirs).all()
    # Both engines round in proportion to the summaries, of which a distance may be a small
    # difference: the yardstick is the largest summary, its distance to a diagram without bars.
    nothing = Diagram.from_bars([[]] * (diagrams[0].max_dimension + 1))
    amplitude = distance_matrix([*diagrams, nothing], metric, **arguments).values.max()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=max(1e-12, 1e-9 * amplitude))


@st.composite
def layered_networks(draw, largest=6):
    sizes = draw(st.lists(st.integers(1, largest), min_size=2, max_size=4))
    numbers = draw(
        st.sampled_from(
            [
                st.integers(-2, 2),  # ties everywhere, zeros among them
                st.sampled_from([0.0, 0.0, 0.0, 2.0**-10, -0.5, 1.0]),  # mostly pruned
                st.floats(-1, 1, width=32),
            ]
        )
    )
    layers = [
        (
            draw(hnp.arrays(np.float32, (out, in_), elements=numbers)),
            draw(st.none() | hnp.arrays(np.float32, out, elements=numbers)),
        )
        for in_, out in pairwise(sizes)
    ]
    # No denormal scale: a power of two must be able to multiply every weight exactly.
    assume(any(np.abs(weight).max() > 1e-6 for weight, _ in layers))
    return Network.from_layers(layers)


@st.composite
def _graphs(draw, largest, joinable):
    n_vertices = draw(st.integers(1, largest))
    colours = draw(st.lists(st.booleans(), min_size=n_vertices, max_size=n_vertices))
    pairs = [
        (u, v)
        for u in range(n_vertices)
        for v in range(n_vertices)
        if u != v and joinable(colours[u], colours[v])
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    value = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 10, width=32)
    values = draw(st.lists(value, min_size=len(chosen), max_size=len(chosen)))
    return Graph.from_edges(n_vertices, [u for u, _ in chosen], [v for _, v in chosen], values)


def bipartite_graphs():
    """Graphs without triangles, in several pieces, some edges in both directions."""
    return _graphs(9, lambda one, other: one != other)


def directed_graphs():
    """Any small directed graphs."""
    return _graphs(6, lambda one, other: True)


@st.composite
def diagrams(draw, value=None):
    """Draw diagrams with finite and essential bars in [0, 1], from none to a handful a dimension.

    Sixteenths are exact in binary and fall on the points of grids of 2, 3, 5, 9, 17 … bins.
    """
    if value is None:
        value = draw(
            st.sampled_from([st.integers(0, 16).map(lambda n: n / 16), st.floats(0, 1, width=32)])
        )
    bars = []
    for _ in range(MAX_DIMENSION + 1):
        finite = draw(st.lists(st.tuples(value, value).map(sorted), max_size=5))
        essential = draw(st.lists(value.map(lambda birth: [birth, np.inf]), max_size=4))
        bars.append([*finite, *essential])
    return Diagram.from_bars(bars)


def collections_of_diagrams(min_size=2, max_size=4):
    """Lists of diagrams, now and then copies of one."""
    different = st.lists(diagrams(), min_size=min_size, max_size=max_size)
    copies = st.builds(lambda one, n: [one] * n, diagrams(), st.integers(min_size, max_size))
    return different | copies
