import numpy as np
import pytest
from helpers import (
    FLAGSER,
    assert_same_bars,
    bipartite_graphs,
    by_flagser,
    directed_graphs,
    layered_networks,
    persistence_by_ranges,
    random_network,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from topoprint import Graph, Network, persistence, to_graph

ZETAS = st.sampled_from([1e-6, 0.1, 0.75])


@settings(deadline=None, max_examples=200)
@given(layered_networks(), ZETAS, st.booleans())
def test_both_engines_and_both_forests_give_the_same_bars_of_a_network(network, zeta, bias):
    if not bias and not any(np.any(weight) for weight in network.weights):
        bias = True
    graph = to_graph(network, zeta, bias)
    reference = by_flagser(graph)
    assert_same_bars(persistence(graph, engine="forest"), reference)
    assert_same_bars(persistence(graph.laid_out(), engine="forest"), reference)
    assert_same_bars(persistence(graph), reference)
    assert_same_bars(persistence_by_ranges(graph), reference)


@settings(deadline=None, max_examples=150)
@given(bipartite_graphs())
def test_engines_agree_on_graphs_without_triangles(graph):
    assert graph.is_triangle_free()
    by_forest = persistence(graph, engine="forest")
    assert_same_bars(by_forest, by_flagser(graph))
    assert_same_bars(by_forest, persistence(graph))


@settings(deadline=None, max_examples=150)
@given(directed_graphs())
def test_auto_gives_what_flagser_gives(graph):
    assert_same_bars(persistence(graph), by_flagser(graph))


@settings(deadline=None, max_examples=100)
@given(directed_graphs() | bipartite_graphs())
def test_every_component_has_one_essential_bar(graph):
    pytest.importorskip("pyflagser")
    adjacency = np.zeros((graph.n_vertices,) * 2, dtype=bool)
    adjacency[graph.sources, graph.targets] = True
    components, _ = connected_components(adjacency, directed=False)
    essential = np.isinf(persistence(graph).deaths[0])
    assert essential.sum() == components
    assert not np.any(persistence(graph).births[0])


@settings(deadline=None, max_examples=100)
@given(directed_graphs())
def test_euler_characteristic_is_that_of_the_simplices(graph):
    pytest.importorskip("pyflagser")
    edges = {(int(u), int(v)) for u, v in zip(graph.sources, graph.targets, strict=True)}
    # Ordered cliques v0 → v1 → …, each vertex pointing at all later ones, grown a vertex a time.
    cliques, euler, sign = [(v,) for v in range(graph.n_vertices)], 0, 1
    while cliques:
        euler += sign * len(cliques)
        sign = -sign
        cliques = [
            (*clique, v)
            for clique in cliques
            for v in range(graph.n_vertices)
            if all((u, v) in edges for u in clique)
        ]
    diagram = persistence(graph, max_dimension=6)
    betti = [np.isinf(deaths).sum() for deaths in diagram.deaths]
    assert sum((-1) ** q * b for q, b in enumerate(betti)) == euler


@settings(deadline=None, max_examples=60)
@given(directed_graphs(), st.randoms(use_true_random=False))
def test_the_numbering_of_vertices_does_not_matter(graph, random):
    pytest.importorskip("pyflagser")
    number = np.array(random.sample(range(graph.n_vertices), graph.n_vertices))
    renumbered = Graph.from_edges(
        graph.n_vertices, number[graph.sources], number[graph.targets], graph.values
    )
    assert_same_bars(persistence(renumbered), persistence(graph))


def relabelled(network, rng):
    """The same network, the neurons of each layer in another order."""
    orders = [rng.permutation(size) for size in network.layer_sizes]
    return Network.from_layers(
        (weight[np.ix_(after, before)], None if bias is None else bias[after])
        for weight, bias, before, after in zip(
            network.weights, network.biases, orders[:-1], orders[1:], strict=True
        )
    )


def with_signs(network, rng):
    """The network with hidden neurons turned: incoming weights, bias and outgoing weights."""
    signs = [rng.choice([-1, 1], size).astype(np.float32) for size in network.layer_sizes]
    signs[0][:] = signs[-1][:] = 1
    return Network.from_layers(
        (
            weight * after[:, None] * before[None, :],
            None if bias is None else bias * after,
        )
        for weight, bias, before, after in zip(
            network.weights, network.biases, signs[:-1], signs[1:], strict=True
        )
    )


def scaled(network, factor):
    return Network.from_layers(
        (weight * np.float32(factor), None if bias is None else bias * np.float32(factor))
        for weight, bias in zip(network.weights, network.biases, strict=True)
    )


@settings(deadline=None, max_examples=100)
@given(layered_networks(), st.integers(0, 2**32 - 1))
def test_the_order_of_neurons_does_not_matter(network, seed):
    other = relabelled(network, np.random.default_rng(seed))
    assert_same_bars(persistence(to_graph(other)), persistence(to_graph(network)))


@settings(deadline=None, max_examples=100)
@given(layered_networks(), st.integers(0, 2**32 - 1))
def test_the_signs_of_hidden_neurons_do_not_matter(network, seed):
    other = with_signs(network, np.random.default_rng(seed))
    assert_same_bars(persistence(to_graph(other)), persistence(to_graph(network)))


@pytest.mark.parametrize("engine", ["forest", FLAGSER])
def test_order_and_signs_do_not_matter_in_a_larger_network(engine):
    rng = np.random.default_rng(0)
    network = random_network((40, 30, 20, 10), seed=1, draw="heavy_tailed")
    expected = persistence(to_graph(network), engine=engine)
    for other in (relabelled(network, rng), with_signs(network, rng)):
        assert_same_bars(persistence(to_graph(other), engine=engine), expected)


def numbers_of(network):
    arrays = [*network.weights, *(bias for bias in network.biases if bias is not None)]
    return np.concatenate([array.ravel() for array in arrays])


@settings(deadline=None, max_examples=100)
@given(layered_networks(), st.integers(-20, 40))
def test_a_power_of_two_changes_no_bar(network, exponent):
    other = scaled(network, 2.0**exponent)
    exact = numbers_of(other).astype(np.float64) == numbers_of(network) * 2.0**exponent
    if exact.all():  # smallest numbers may underflow
        assert_same_bars(persistence(to_graph(other)), persistence(to_graph(network)))


@settings(deadline=None, max_examples=100)
@given(layered_networks(), st.floats(1e-3, 1e3))
def test_a_common_factor_moves_bars_by_rounding_alone(network, factor):
    bars = persistence(to_graph(network))
    moved = persistence(to_graph(scaled(network, factor)))
    # |w| and max|W| are each rounded once to 24 bits, and so is the value, which is at most 1.
    rounding = 4 * 2.0**-24
    for dimension in range(2):
        assert len(moved.bars(dimension)) == len(bars.bars(dimension))
        np.testing.assert_allclose(
            moved.bars(dimension), bars.bars(dimension), rtol=0, atol=rounding
        )
