"""Baselines: norms of adjacency differences against dense numpy, and what they promise."""

import numpy as np
import pytest
from helpers import random_network
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

import topoprint as tp
from topoprint.comparison.matrix import DistanceMatrix
from topoprint.homology.graph import LayeredGraph
from topoprint.measures.baselines import (
    BASELINES,
    BINS,
    NORMS,
    baseline_matrices,
)

layer_sizes = st.lists(st.integers(1, 6), min_size=2, max_size=4)
seeds = st.integers(0, 2**32 - 1)


def found(graphs: list[LayeredGraph], *names: str) -> dict[str, DistanceMatrix]:
    labels = [str(number) for number in range(len(graphs))]
    return {matrix.measure: matrix for matrix in baseline_matrices(graphs, labels, names or None)}


def dense(graph: LayeredGraph) -> np.ndarray:
    """The adjacency matrix as numpy fills it from the edges, an independent way."""
    edges = graph.laid_out()
    matrix = np.zeros((edges.n_vertices, edges.n_vertices))
    matrix[edges.sources, edges.targets] = edges.values
    return matrix


def graph_of(sizes: list[int], seed: int, bias: bool = True) -> LayeredGraph:
    return tp.to_graph(random_network(sizes, seed), bias=bias)


@given(layer_sizes, seeds, st.booleans())
@settings(max_examples=60, deadline=None)
def test_norms_are_numpys(sizes: list[int], seed: int, bias: bool) -> None:
    graphs = [graph_of(sizes, seed, bias), graph_of(sizes, seed + 1, bias)]
    matrices = [dense(graph) for graph in graphs]
    for name, order in (("one_norm", 1), ("frobenius_norm", "fro")):
        matrix = found(graphs, name)[name]
        expected = np.linalg.norm(matrices[0] - matrices[1], order)
        assert matrix.values[0, 1] == pytest.approx(expected, rel=1e-12)
        own = [np.linalg.norm(one, order) for one in matrices]
        np.testing.assert_allclose(matrix.own_norms, own, rtol=1e-12)


def test_norms_of_a_known_network() -> None:
    one = tp.Network.from_layers([(np.array([[1.0, -0.5]], np.float32), None)])
    other = tp.Network.from_layers([(np.array([[1.0, 0.5]], np.float32), None)])
    # Values ζ and 0.5; the second weight is reversed in one network and not in the other.
    matrices = found([tp.to_graph(one), tp.to_graph(other)])
    assert matrices["one_norm"].values[0, 1] == pytest.approx(0.5)
    assert matrices["frobenius_norm"].values[0, 1] == pytest.approx(np.sqrt(0.5))
    assert matrices["weight_histogram"].values[0, 1] == 0
    assert matrices["number_of_edges"].values[0, 1] == 0


def test_only_networks_of_one_shape_have_norms() -> None:
    graphs = [graph_of([3, 4, 2], 1), graph_of([3, 5, 2], 2), graph_of([3, 4, 2], 3),
              graph_of([3, 4, 2], 4, bias=False)]  # fmt: skip
    matrices = found(list(graphs))
    for name in NORMS:
        comparable = np.isfinite(matrices[name].values)
        expected = np.eye(4, dtype=bool)
        expected[0, 2] = expected[2, 0] = True
        np.testing.assert_array_equal(comparable, expected)
    for name in set(BASELINES) - set(NORMS):
        assert np.isfinite(matrices[name].values).all()
        assert matrices[name].own_norms is None
    assert matrices["number_of_edges"].values[0, 1] == 3 + 2 + 1
    assert matrices["number_of_edges"].values[0, 3] == 4 + 2  # the biases


@given(st.lists(seeds, min_size=3, max_size=3), layer_sizes)
@settings(max_examples=30, deadline=None)
def test_baselines_are_pseudometrics(own: list[int], sizes: list[int]) -> None:
    for matrix in baseline_matrices([graph_of(sizes, seed) for seed in own], ["a", "b", "c"]):
        values = matrix.values
        np.testing.assert_array_equal(values, values.T)
        assert (np.diag(values) == 0).all()
        assert (values >= 0).all()
        assert values[0, 2] <= (values[0, 1] + values[1, 2]) * (1 + 1e-12)


@given(seeds, seeds)
@settings(max_examples=30, deadline=None)
def test_histogram_distance_is_within_a_bin_of_the_exact_one(one: int, other: int) -> None:
    graphs = [graph_of([3, 6, 2], one), graph_of([4, 3], other)]
    exact = wasserstein_distance(*(graph.laid_out().values for graph in graphs))
    binned = found(list(graphs), "weight_histogram")["weight_histogram"].values[0, 1]
    assert abs(binned - exact) <= 1 / BINS


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_size_and_histogram_do_not_see_the_wiring(seed: int) -> None:
    """A permutation of all weights of a layer changes the norms alone."""
    rng = np.random.default_rng(seed)
    network = random_network([4, 5, 3], seed)
    shuffled = tp.Network.from_layers(
        [
            (rng.permutation(weight.ravel()).reshape(weight.shape), bias)
            for weight, bias in zip(network.weights, network.biases, strict=True)
        ]
    )
    matrices = found([tp.to_graph(network), tp.to_graph(shuffled)])
    assert matrices["weight_histogram"].values[0, 1] == 0
    assert matrices["number_of_edges"].values[0, 1] == 0
    assert matrices["frobenius_norm"].values[0, 1] > 0


def test_unknown_baselines_are_refused() -> None:
    graph = graph_of([2, 2], 0)
    with pytest.raises(tp.InputError, match=r"two_norm.*choose one_norm"):
        baseline_matrices([graph], ["a"], ["two_norm"])
    with pytest.raises(tp.InputError, match="0 networks"):
        baseline_matrices([], [])
    with pytest.raises(tp.InputError, match="2 labels for 1 networks"):
        baseline_matrices([graph], ["a", "b"])
