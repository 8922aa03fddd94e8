"""What several tests share: networks, graphs and diagrams to try, and how to compare them."""

from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from topoprint import (
    Diagram,
    DistanceMatrix,
    Graph,
    Index,
    Network,
    NetworkId,
    distance_matrix,
    persistence,
    to_graph,
)
from topoprint.comparison.matrix import Comparison
from topoprint.homology import map_forest
from topoprint.homology.files import diagram_of_file
from topoprint.identity import Row
from topoprint.responses.responses import Responses, save_responses

MAX_DIMENSION = 3


def engine_of(engine, package):
    """An engine to try, skipped where its package is not installed."""
    marks = pytest.mark.skipif(find_spec(package) is None, reason=f"{package} is not installed")
    return pytest.param(engine, marks=marks)


# The engines that have no wheels for Python 3.13 and later.
FLAGSER = engine_of("flagser", "pyflagser")
GIOTTO = engine_of("giotto", "gtda")
GUDHI = engine_of("gudhi", "gudhi")
METRICS = ("landscape", "silhouette", "heat", "betti")
NO_BARS = Diagram.from_bars([[]] * (MAX_DIMENSION + 1))
# Diagrams of one bar in H1 or none, and the norm of the tent on [0, 1]: its height is 1/2, and this
# is the root of the integral of its square.
ESSENTIAL = Diagram.from_bars([[], [[0, np.inf]]])
FINITE = Diagram.from_bars([[], [[0, 1]]])
EMPTY = Diagram.from_bars([[], []])
TENT = np.sqrt(1 / 12)
# Networks of two experiments.
LABELS = ("layer_size-4", "layer_size-512", "input_order-1")


def random_network(sizes, seed, draw="standard_normal", bias=True):
    rng = np.random.default_rng(seed)
    numbers = {
        "standard_normal": rng.standard_normal,
        "heavy_tailed": lambda size: rng.standard_t(1.5, size),
        "tied": lambda size: rng.integers(-3, 4, size),
        "one_path": lambda size: np.where(
            np.indices(np.atleast_1d(size)).any(axis=0), rng.random(size), 99
        ),
    }[draw]
    return Network.from_layers(
        (numbers((out, in_)), numbers(out) if bias else None) for in_, out in pairwise(sizes)
    )


def named(network, /, group="", **identity):
    """The same network, which says what it is."""
    metadata = {"identity": NetworkId(**identity).to_json(), "group": group}
    return replace(network, metadata=metadata)


def persistence_by_ranges(graph, **options):
    """Bars by the engine of large networks, however small this one is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_forest, "FEW_EDGES", -1)
        return persistence(graph, **options)


def fingerprints(draw="standard_normal"):
    """Diagrams of networks of different sizes, as the experiment compares them."""
    sizes = [(8, 6, 4), (8, 12, 4), (8, 6, 6, 4), (8, 4)]
    return [
        persistence(to_graph(random_network(layers, seed, draw)))
        for seed, layers in enumerate(sizes)
    ]


def distance_of(one, other, metric, **arguments):
    """The distance of two diagrams."""
    return distance_matrix([one, other], metric, **arguments).values[0, 1]


def random_values(seed, count=3):
    """A symmetric matrix with a zero diagonal."""
    values = np.random.default_rng(seed).uniform(size=(count, count))
    values += values.T
    np.fill_diagonal(values, 0)
    return values


def index_of(seed, dataset="digits", labels=LABELS, shape="4-8-2"):
    """Networks of one seed, named after their experiments."""
    return Index(
        Row(NetworkId(dataset, label, seed), label.rpartition("-")[0], shape, 58)
        for label in labels
    )


def comparison(seed, measures=("heat", "landscape"), bins=200, **networks):
    """Compare the networks of one seed, by random numbers that are the same for each measure."""
    index = index_of(seed, **networks)
    values = random_values(seed, len(index))
    return Comparison(
        index,
        {m: DistanceMatrix(values, index, m, {"kind": m, "bins": bins}) for m in measures},
    )


def _responses(seed):
    rng = np.random.default_rng(seed)
    hidden, own = rng.random((2, 5, 3)).astype(np.float32)
    return Responses(hidden, rng.integers(0, 3, 8), (own,))


# Networks of which the files of a Collection are, and what they answer.
COLLECTION = [
    random_network(sizes, seed) for seed, sizes in enumerate(([4, 6, 3], [4, 6, 3], [4, 8, 8, 3]))
]
RESPONSES = [_responses(seed) for seed in range(3)]


class Collection:
    """Files of three networks, their diagrams, null models that lose nothing, and responses."""

    def __init__(self, folder, diagrams=None, inputs="0000", seed=0):
        self.networks, self.diagrams, self.same, ids = [], [], [], []
        for number, network in enumerate(COLLECTION):
            for files, state in ((self.networks, {}), (self.same, {"variant": "same"})):
                ids.append(NetworkId("d", f"a-{number}", 1, **state))
                files.append(folder / f"{state.get('variant', '')}{number}.safetensors")
                metadata = {"identity": ids[-1].to_json(), "group": "a"}
                replace(network, metadata=metadata).save(files[-1])
            self.diagrams.append(folder / f"{number}.h5")
            diagram_of_file(self.networks[-1], diagrams).save(self.diagrams[-1])
        self.responses = folder / "responses.h5"
        answers = [_responses(seed + number) for number in range(3) for _ in range(2)]
        rows = Index(map(Row, ids))
        save_responses(self.responses, rows, answers, {"samples": 5, "inputs": inputs})

    @property
    def all(self):
        """All files, as they are now."""
        return [*self.networks, *self.diagrams, *self.same, self.responses]


def assert_same_network(one, other):
    assert one.layer_sizes == other.layer_sizes
    for weight, expected in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(weight, expected)
    for bias, expected in zip(one.biases, other.biases, strict=True):
        assert (bias is None) == (expected is None)
        if bias is not None:
            np.testing.assert_array_equal(bias, expected)


def dense(names, sizes, biases=True, seed=0):
    """Tensors of dense layers of these names, in this order."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, in_, out in zip(names, sizes[:-1], sizes[1:], strict=True):
        tensors[f"{name}.weight"] = rng.standard_normal((out, in_)).astype(np.float32)
        if biases:
            tensors[f"{name}.bias"] = rng.standard_normal(out).astype(np.float32)
    return tensors


def assert_layers(network, tensors, names):
    layers = [(tensors[f"{name}.weight"], tensors.get(f"{name}.bias")) for name in names]
    assert_same_network(network, Network.from_layers(layers))


def betti_numbers(diagram):
    return tuple(int(np.isinf(deaths).sum()) for deaths in diagram.deaths)


def assert_same_bars(one, other):
    assert one.max_dimension == other.max_dimension
    for dimension in range(one.max_dimension + 1):
        np.testing.assert_array_equal(one.bars(dimension), other.bars(dimension))


def by_flagser(graph, max_dimension=MAX_DIMENSION):
    """Bars by pyflagser, the reference."""
    pytest.importorskip("pyflagser")
    return persistence(graph, max_dimension, "flagser")


def assert_engines_agree(diagrams, metric, **arguments):
    pytest.importorskip("gtda")
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
