"""Ranks of magnitudes within a layer, by hand and by scipy."""

import numpy as np
from helpers import layered_networks
from hypothesis import given, settings
from scipy.stats import rankdata

import topoprint as tp
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
