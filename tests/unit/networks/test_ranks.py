"""Ranks of magnitudes within a layer, by hand and by scipy."""

import numpy as np
from helpers import layered_networks
from hypothesis import given, settings
from scipy.stats import rankdata

import topoprint as tp
from topoprint.networks.maps import LinearMap
from topoprint.networks.ranks import ranked


def test_ranks_by_hand():
    network = tp.Network.from_layers([(np.array([[4.0, -1.0], [0.0, 2.0]]), np.array([-8.0, 2.0]))])
    found = ranked(network)
    np.testing.assert_allclose(found.weights[0], [[5 / 6, -2 / 6], [0, 3.5 / 6]], rtol=1e-6)
    np.testing.assert_allclose(found.biases[0], [-1, 3.5 / 6], rtol=1e-6)


@given(layered_networks())
@settings(deadline=None, max_examples=60)
def test_ranks_are_those_of_scipy(network):
    for weight, bias, *found in zip(
        network.weights,
        network.biases,
        ranked(network).weights,
        ranked(network).biases,
        strict=True,
    ):
        both = weight.ravel() if bias is None else np.concatenate([weight.ravel(), bias])
        shares = np.concatenate([array.ravel() for array in found if array is not None])
        expected = np.sign(both) * rankdata(np.abs(both)) / len(both)
        np.testing.assert_array_equal(shares, expected.astype(np.float32))


@given(layered_networks())
@settings(deadline=None, max_examples=40)
def test_ranks_do_not_see_the_scale_of_a_layer(network):
    scaled = tp.Network.from_layers(
        (weight * 2.0**k, None if bias is None else bias * 2.0**k)
        for k, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True))
    )
    for one, other in zip(ranked(network).weights, ranked(scaled).weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_of_any_network_is_a_map_with_its_biases():
    maps = [
        LinearMap.dense("a", np.float32([[3, -1], [0, 8]]), [0, 1], [2, 3]),
        LinearMap.bias("a bias", np.float32([-5, 1]), [4, 5], [2, 3]),
        LinearMap.dense("b", np.float32([[0.5]]), [6], [7]),
    ]
    found = ranked(tp.Network.from_maps(8, maps))
    assert not found.is_chain
    np.testing.assert_allclose(found.maps[0].weight.ravel(), [4 / 6, -2.5 / 6, 0, 1], rtol=1e-6)
    np.testing.assert_allclose(found.maps[1].weight.ravel(), [-5 / 6, 2.5 / 6], rtol=1e-6)
    np.testing.assert_array_equal(found.maps[2].weight.ravel(), [1])
    without = ranked(tp.Network.from_maps(10, [*maps, LinearMap.bias(
        "c", np.float32([9]), [8], [9])]), bias=False)  # fmt: skip
    np.testing.assert_allclose(without.maps[0].weight.ravel(), [3 / 4, -0.5, 0, 1])
    assert without.maps[1].weight.ravel().tolist() == [-5, 1]
    assert without.maps[3].weight.ravel().tolist() == [9]
