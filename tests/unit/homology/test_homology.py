import sys
from itertools import combinations

import numpy as np
import pytest
from helpers import FLAGSER, assert_same_bars, betti_numbers, by_flagser, random_network

from topoprint import Graph, InputError, Network, persistence, to_graph
from topoprint.homology import map_forest
from topoprint.homology import persistence as homology


def graph_of(n_vertices, edges):
    """Give the edges values that grow from near 0 to 1 in the order given."""
    sources, targets = [u for u, _ in edges], [v for _, v in edges]
    values = np.linspace(0, 1, len(edges) + 1)[1:]
    return Graph.from_edges(n_vertices, sources, targets, values)


def cross_polytope(dimension):
    """Antipodal pairs (0, 1), (2, 3) … apart, all else joined upwards: a sphere."""
    n_vertices = 2 * (dimension + 1)
    return n_vertices, [(u, v) for u, v in combinations(range(n_vertices), 2) if u // 2 != v // 2]


CYCLE_OF_5 = [(0, 1), (1, 2), (3, 2), (3, 4), (0, 4)]
PETERSEN = [
    *((i, (i + 1) % 5) for i in range(5)),
    *((i, i + 5) for i in range(5)),
    *((5 + i, 5 + (i + 2) % 5) for i in range(5)),
]

TRIANGLE_FREE = {
    "one vertex": (1, [], (1, 0, 0, 0)),
    "no edges": (4, [], (4, 0, 0, 0)),
    "path": (4, [(0, 1), (2, 1), (2, 3)], (1, 0, 0, 0)),
    "two components": (5, [(0, 1), (2, 3), (3, 4)], (2, 0, 0, 0)),
    "isolated vertices": (6, [(1, 4)], (5, 0, 0, 0)),
    "even cycle": (6, [(0, 1), (2, 1), (2, 3), (4, 3), (4, 5), (0, 5)], (1, 1, 0, 0)),
    "odd cycle": (5, CYCLE_OF_5, (1, 1, 0, 0)),
    "two cycles": (8, [(a + i, a + (i + 1) % 4) for a in (0, 4) for i in range(4)], (2, 2, 0, 0)),
    "both directions of an edge": (2, [(0, 1), (1, 0)], (1, 1, 0, 0)),
    "Petersen graph": (10, PETERSEN, (1, 6, 0, 0)),
    "complete bipartite 3, 4": (7, [(i, 3 + j) for i in range(3) for j in range(4)], (1, 6, 0, 0)),
}
BOTH_DIRECTIONS = "both directions and an apex"
WITH_TRIANGLES = {
    "transitive triangle": (3, [(0, 1), (1, 2), (0, 2)], (1, 0, 0, 0)),
    "cyclic triangle": (3, [(0, 1), (1, 2), (2, 0)], (1, 1, 0, 0)),
    # A cone: the circle of the two edges between 0 and 1, each of which makes a triangle with 2.
    BOTH_DIRECTIONS: (3, [(0, 1), (1, 0), (0, 2), (1, 2)], (1, 0, 0, 0)),
    # The four tournaments on 4 vertices, by their scores. A source or sink makes a cone; of the
    # fourth, χ = 4 − 6 + 2 (two of the triangles are transitive), so b1 = 1.
    "tournament 3 2 1 0": (4, list(combinations(range(4), 2)), (1, 0, 0, 0)),
    "tournament 3 1 1 1": (4, [(3, 0), (3, 1), (3, 2), (0, 1), (1, 2), (2, 0)], (1, 0, 0, 0)),
    "tournament 2 2 2 0": (4, [(0, 3), (1, 3), (2, 3), (0, 1), (1, 2), (2, 0)], (1, 0, 0, 0)),
    "tournament 2 2 1 1": (4, [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)], (1, 1, 0, 0)),
    "octahedron": (*cross_polytope(2), (1, 0, 1, 0)),
    "16-cell": (*cross_polytope(3), (1, 0, 0, 1)),
    "octahedron and an edge": (8, [*cross_polytope(2)[1], (6, 7)], (2, 0, 1, 0)),
}


@pytest.mark.parametrize("engine", ["auto", "forest", FLAGSER])
@pytest.mark.parametrize("name", TRIANGLE_FREE)
def test_betti_numbers_without_triangles(name, engine):
    n_vertices, edges, expected = TRIANGLE_FREE[name]
    assert betti_numbers(persistence(graph_of(n_vertices, edges), engine=engine)) == expected


@pytest.mark.parametrize("engine", ["auto", FLAGSER])
@pytest.mark.parametrize("name", WITH_TRIANGLES)
def test_betti_numbers_with_triangles(name, engine):
    if name == BOTH_DIRECTIONS:
        pytest.importorskip("pyflagser")
    n_vertices, edges, expected = WITH_TRIANGLES[name]
    assert betti_numbers(persistence(graph_of(n_vertices, edges), engine=engine)) == expected


@pytest.mark.parametrize("name", WITH_TRIANGLES)
def test_the_forest_refuses_a_triangle(name):
    n_vertices, edges, _ = WITH_TRIANGLES[name]
    with pytest.raises(InputError, match="triangle"):
        persistence(graph_of(n_vertices, edges), engine="forest")


@pytest.fixture
def clique_calls(monkeypatch):
    calls = []
    by_cliques = homology._by_cliques

    def count(graph, *limits):
        calls.append(graph)
        return by_cliques(graph, *limits)

    monkeypatch.setattr(homology, "_by_cliques", count)
    return calls


@pytest.mark.parametrize("name", TRIANGLE_FREE)
def test_auto_takes_the_forest_without_triangles(name, clique_calls):
    n_vertices, edges, _ = TRIANGLE_FREE[name]
    persistence(graph_of(n_vertices, edges))
    assert not clique_calls


@pytest.mark.parametrize("name", WITH_TRIANGLES)
def test_auto_takes_flagser_with_triangles(name, clique_calls):
    n_vertices, edges, _ = WITH_TRIANGLES[name]
    if name == BOTH_DIRECTIONS:
        pytest.importorskip("pyflagser")
    persistence(graph_of(n_vertices, edges))
    assert len(clique_calls) == 1


def test_auto_takes_the_forest_for_a_layered_network(clique_calls):
    persistence(to_graph(random_network((3, 3, 2), seed=0)))
    assert not clique_calls


@pytest.mark.parametrize("engine", ["forest", FLAGSER])
def test_bars_of_a_square_with_a_tail(engine):
    edges = {(0, 1): 0.125, (1, 2): 0.5, (2, 3): 0.25, (3, 0): 0.75, (3, 4): 0.875}
    graph = Graph.from_edges(5, *zip(*edges, strict=True), list(edges.values()))
    diagram = persistence(graph, engine=engine)
    np.testing.assert_array_equal(
        diagram.bars(0), [[0, 0.125], [0, 0.25], [0, 0.5], [0, 0.875], [0, np.inf]]
    )
    np.testing.assert_array_equal(diagram.bars(1), [[0.75, np.inf]])


@pytest.mark.parametrize("engine", ["forest", FLAGSER])
def test_edges_at_zero_make_no_bar_of_length_zero(engine):
    graph = Graph.from_edges(4, [0, 1, 2, 3], [1, 2, 3, 0], [0.0, 0.0, 0.5, 0.0])
    diagram = persistence(graph, engine=engine)
    np.testing.assert_array_equal(diagram.bars(0), [[0, np.inf]])
    np.testing.assert_array_equal(diagram.bars(1), [[0.5, np.inf]])


@pytest.mark.parametrize("engine", ["forest", FLAGSER])
def test_the_lighter_of_two_directions_joins_and_the_other_closes_a_cycle(engine):
    diagram = persistence(Graph.from_edges(2, [0, 1], [1, 0], [0.75, 0.25]), engine=engine)
    np.testing.assert_array_equal(diagram.bars(0), [[0, 0.25], [0, np.inf]])
    np.testing.assert_array_equal(diagram.bars(1), [[0.75, np.inf]])


def test_a_skip_connection_fills_a_cycle():
    # x → two hidden neurons → y is a square, which the weak edge x → y cuts into two triangles.
    weights = {(0, 1): 1.0, (1, 3): 0.875, (0, 2): 0.75, (2, 3): 0.5, (0, 3): 0.125}
    graph = Graph.from_weights(4, *zip(*weights, strict=True), list(weights.values()))
    diagram = persistence(graph)
    np.testing.assert_array_equal(diagram.bars(1), [[0.5, 0.875]])


def skip_network(weight_of_skip):
    """Two inputs, two hidden and two output neurons, all layers joined to each other."""
    edges = cross_polytope(2)[1]
    weights = np.linspace(1, 0.5, len(edges))
    weights[edges.index((0, 4))] = weight_of_skip
    return Graph.from_weights(6, *zip(*edges, strict=True), weights)


def test_skip_connections_make_a_sphere():
    diagram = persistence(skip_network(0.25))
    assert betti_numbers(diagram) == (1, 0, 1, 0)
    np.testing.assert_array_equal(diagram.bars(2), [[0.75, np.inf]])


def test_a_negative_skip_connection_opens_the_sphere():
    # Reversed, it lies in no transitive triangle: two neighbouring faces are gone.
    diagram = persistence(skip_network(-0.25))
    assert betti_numbers(diagram) == (1, 1, 0, 0)


@pytest.mark.parametrize("engine", ["forest", FLAGSER])
@pytest.mark.parametrize("max_dimension", [0, 1, 2, 5])
def test_as_many_dimensions_as_asked_for(engine, max_dimension):
    graph = to_graph(random_network((3, 4, 2), seed=5))
    diagram = persistence(graph, max_dimension, engine)
    assert diagram.max_dimension == max_dimension
    full = persistence(graph, engine="forest")
    for dimension in range(min(max_dimension, 3) + 1):
        np.testing.assert_array_equal(diagram.bars(dimension), full.bars(dimension))


@pytest.mark.parametrize(("engine", "max_dimension"), [("ripser", 3), ("auto", -1)])
def test_unknown_engine_and_negative_dimension_are_refused(engine, max_dimension):
    with pytest.raises(InputError):
        persistence(graph_of(2, [(0, 1)]), max_dimension, engine)


def test_flagser_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyflagser", None)
    with pytest.raises(InputError, match=r"'topoprint\[flagser\]'"):
        persistence(graph_of(2, [(0, 1)]), engine="flagser")


def test_one_essential_component_and_one_cycle_for_each_edge_left_over():
    graph = to_graph(random_network((6, 5, 4), seed=2))
    assert betti_numbers(persistence(graph)) == (1, graph.n_edges - graph.n_vertices + 1, 0, 0)


@pytest.mark.parametrize("draw", ["heavy_tailed", "tied"])
def test_engines_agree_on_a_larger_network(draw):
    graph = to_graph(random_network((200, 100, 50, 10), seed=11, draw=draw))
    by_forest = persistence(graph, engine="forest")
    assert_same_bars(by_forest, by_flagser(graph))
    assert_same_bars(by_forest, persistence(graph.laid_out(), engine="forest"))


def test_a_threshold_from_a_thin_sample_gives_the_same_bars(monkeypatch):
    graph = to_graph(random_network((60, 50, 40), seed=8, draw="heavy_tailed"))
    from_all_weights = persistence(graph)
    monkeypatch.setattr(map_forest, "SAMPLE", 40)
    monkeypatch.setattr(map_forest, "FEWEST_EDGES", 100)
    monkeypatch.setattr(map_forest, "FEW_EDGES", -1)
    assert_same_bars(persistence(graph), from_all_weights)


@pytest.fixture
def laid_out(monkeypatch):
    """Numbers of edges that are laid out, a range of magnitudes after another."""
    monkeypatch.setattr(map_forest, "FEWEST_EDGES", 400)
    monkeypatch.setattr(map_forest, "FEW_EDGES", -1)
    calls = []
    forest = map_forest._forest

    def count(number, from_, to, magnitude):
        calls.append(len(magnitude))
        return forest(number, from_, to, magnitude)

    monkeypatch.setattr(map_forest, "_forest", count)
    return calls


def network_in_two_blocks(bridges):
    """Layers of which even and odd neurons are strongly joined among themselves, and weakly."""
    rng = np.random.default_rng(4)
    side = np.arange(100) % 2
    within = side[:, None] == side
    layers = []
    for _ in range(2):
        strong = rng.uniform(0.5, 1, within.shape)
        layers.append((np.where(within, strong, rng.permutation(bridges)), rng.normal(size=100)))
    return Network.from_layers(layers)


@pytest.mark.parametrize(
    "bridges",
    [
        np.linspace(1e-4, 1e-2, 10_000).reshape(100, 100),
        np.full((100, 100), 0.01),
        np.zeros((100, 100)),
    ],
    ids=["weak", "tied", "zero"],
)
def test_more_edges_are_laid_out_until_they_connect(bridges, laid_out):
    graph = to_graph(network_in_two_blocks(bridges))
    diagram = persistence(graph)
    assert len(laid_out) > 1
    assert_same_bars(diagram, by_flagser(graph))


def test_the_weaker_of_edges_that_are_all_laid_out_join_what_the_stronger_leave(
    laid_out, monkeypatch
):
    monkeypatch.setattr(map_forest, "FEW_EDGES", 1 << 19)
    graph = to_graph(network_in_two_blocks(np.full((100, 100), 0.01)))
    diagram = persistence(graph)
    strong, bridges = laid_out
    assert strong < 3_000
    assert bridges == 10_000
    assert_same_bars(diagram, by_flagser(graph))


def test_few_edges_are_enough_for_a_common_network(laid_out):
    graph = to_graph(random_network((120, 100, 80), seed=6))
    persistence(graph)
    assert sum(laid_out) < graph.n_edges / 10


def test_neurons_of_weak_weights_need_no_more_edges(laid_out):
    drawn = random_network((60, 50, 40, 30), seed=9)
    weights = [weight.copy() for weight in drawn.weights]
    weights[0][:, 7] *= 1e-4  # an input
    weights[0][5] *= 1e-4  # a hidden neuron, from below
    weights[1][:, 5] *= 1e-4  # and from above
    weights[2][3] *= 1e-4  # an output
    graph = to_graph(Network.from_layers(zip(weights, drawn.biases, strict=True)))
    diagram = persistence(graph)
    assert len(laid_out) == 1
    assert_same_bars(diagram, by_flagser(graph))
