"""Size and weights: against scipy, and what they promise."""

import numpy as np
import pytest
from helpers import random_network
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

import topoprint as tp
from topoprint import DistanceMatrix
from topoprint.measures.size import BINS

BOTH = ("number_of_edges", "weight_histogram")
layer_sizes = st.lists(st.integers(1, 6), min_size=2, max_size=4)
seeds = st.integers(0, 2**32 - 1)


def found(*networks: tp.Network) -> dict[str, DistanceMatrix]:
    return tp.compare(networks, BOTH)


def test_networks_that_differ_in_signs_alone_are_alike() -> None:
    one = tp.Network.from_layers([(np.array([[1.0, -0.5]], np.float32), None)])
    other = tp.Network.from_layers([(np.array([[1.0, 0.5]], np.float32), None)])
    for matrix in found(one, other).values():
        assert matrix.values[0, 1] == 0


def test_networks_of_all_shapes_are_compared() -> None:
    networks = [random_network([3, 4, 2], 1), random_network([3, 5, 2], 2),
                random_network([3, 4, 2], 3), random_network([3, 4, 2], 4, bias=False)]  # fmt: skip
    matrices = found(*networks)
    for matrix in matrices.values():
        assert np.isfinite(matrix.values).all()
        assert matrix.own_norms is None
    assert matrices["number_of_edges"].values[0, 1] == 3 + 2 + 1
    assert matrices["number_of_edges"].values[0, 3] == 4 + 2  # the biases


@given(st.lists(seeds, min_size=3, max_size=3), layer_sizes)
@settings(max_examples=30, deadline=None)
def test_size_and_histogram_are_pseudometrics(own: list[int], sizes: list[int]) -> None:
    for matrix in found(*(random_network(sizes, seed) for seed in own)).values():
        values = matrix.values
        np.testing.assert_array_equal(values, values.T)
        assert (np.diag(values) == 0).all()
        assert (values >= 0).all()
        assert values[0, 2] <= (values[0, 1] + values[1, 2]) * (1 + 1e-12)


@given(seeds, seeds)
@settings(max_examples=30, deadline=None)
def test_histogram_distance_is_within_a_bin_of_the_exact_one(one: int, other: int) -> None:
    networks = [random_network([3, 6, 2], one), random_network([4, 3], other)]
    exact = wasserstein_distance(*(tp.to_graph(network).laid_out().values for network in networks))
    binned = found(*networks)["weight_histogram"].values[0, 1]
    assert abs(binned - exact) <= 1 / BINS


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_size_and_histogram_do_not_see_the_wiring(seed: int) -> None:
    """A permutation of all weights of a layer changes neither."""
    rng = np.random.default_rng(seed)
    network = random_network([4, 5, 3], seed)
    shuffled = tp.Network.from_layers(
        [
            (rng.permutation(weight.ravel()).reshape(weight.shape), bias)
            for weight, bias in zip(network.weights, network.biases, strict=True)
        ]
    )
    for matrix in found(network, shuffled).values():
        assert matrix.values[0, 1] == 0


def test_diagrams_have_no_size() -> None:
    diagrams = [tp.persistence(tp.to_graph(random_network([3, 2], seed))) for seed in (0, 1)]
    for name in BOTH:
        with pytest.raises(tp.InputError, match=f"^0: measure '{name}' needs its weights"):
            tp.compare(diagrams, [name])
