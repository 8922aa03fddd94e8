"""Norms of adjacency differences against dense numpy, and what they promise."""

import numpy as np
import pytest
from helpers import random_network
from hypothesis import given, settings
from hypothesis import strategies as st

import topoprint as tp
from topoprint import DistanceMatrix
from topoprint.homology.network_graph import NetworkGraph

NORMS = ("one_norm", "frobenius_norm")
layer_sizes = st.lists(st.integers(1, 6), min_size=2, max_size=4)
seeds = st.integers(0, 2**32 - 1)


def found(networks: list[tp.Network], bias: bool = True) -> dict[str, DistanceMatrix]:
    return tp.compare(networks, [{"kind": name, "bias": bias} for name in NORMS])


def dense(graph: NetworkGraph) -> np.ndarray:
    """The adjacency matrix as numpy fills it from the edges, an independent way."""
    edges = graph.laid_out()
    matrix = np.zeros((edges.n_vertices, edges.n_vertices))
    matrix[edges.sources, edges.targets] = edges.values
    return matrix


def check_against_numpy(sizes: list[int], seed: int, bias: bool) -> None:
    networks = [random_network(sizes, seed + more) for more in (0, 1)]
    matrices = [dense(tp.to_graph(network, bias=bias)) for network in networks]
    for name, order in (("one_norm", 1), ("frobenius_norm", "fro")):
        matrix = found(networks, bias)[name]
        expected = np.linalg.norm(matrices[0] - matrices[1], order)
        assert matrix.values[0, 1] == pytest.approx(expected, rel=1e-12)
        own = [np.linalg.norm(one, order) for one in matrices]
        np.testing.assert_allclose(matrix.own_norms, own, rtol=1e-12)


@given(layer_sizes, seeds, st.booleans())
@settings(max_examples=60, deadline=None)
def test_norms_are_numpys(sizes: list[int], seed: int, bias: bool) -> None:
    check_against_numpy(sizes, seed, bias)


@pytest.mark.parametrize("sizes", [[3, 150, 2], [130, 64, 65]])
def test_norms_of_wide_layers_are_numpys(sizes: list[int]) -> None:
    check_against_numpy(sizes, seed=1, bias=True)


def test_norms_of_a_known_network() -> None:
    one = tp.Network.from_layers([(np.array([[1.0, -0.5]], np.float32), None)])
    other = tp.Network.from_layers([(np.array([[1.0, 0.5]], np.float32), None)])
    # Values ζ and 0.5; the second weight is reversed in one network and not in the other.
    matrices = found([one, other])
    assert matrices["one_norm"].values[0, 1] == pytest.approx(0.5)
    assert matrices["frobenius_norm"].values[0, 1] == pytest.approx(np.sqrt(0.5))


def test_only_networks_of_one_shape_have_norms() -> None:
    networks = [random_network([3, 4, 2], 1), random_network([3, 5, 2], 2),
                random_network([3, 4, 2], 3), random_network([3, 4, 2], 4, bias=False)]  # fmt: skip
    for matrix in found(networks).values():
        expected = np.eye(4, dtype=bool)
        expected[0, 2] = expected[2, 0] = True
        np.testing.assert_array_equal(np.isfinite(matrix.values), expected)
        assert matrix.own_norms is not None


@given(st.lists(seeds, min_size=3, max_size=3), layer_sizes)
@settings(max_examples=30, deadline=None)
def test_norms_are_pseudometrics(own: list[int], sizes: list[int]) -> None:
    for matrix in found([random_network(sizes, seed) for seed in own]).values():
        values = matrix.values
        np.testing.assert_array_equal(values, values.T)
        assert (np.diag(values) == 0).all()
        assert (values >= 0).all()
        assert values[0, 2] <= (values[0, 1] + values[1, 2]) * (1 + 1e-12)


def test_norms_see_the_wiring() -> None:
    rng = np.random.default_rng(0)
    network = random_network([4, 5, 3], 0)
    shuffled = tp.Network.from_layers(
        [
            (rng.permutation(weight.ravel()).reshape(weight.shape), bias)
            for weight, bias in zip(network.weights, network.biases, strict=True)
        ]
    )
    assert found([network, shuffled])["frobenius_norm"].values[0, 1] > 0
