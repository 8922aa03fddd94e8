"""Twins compute the same function, by other weights."""

import numpy as np
import pytest
from helpers import named, random_network

from topoprint import InputError, Network
from topoprint.networks.twins import SIGMA, TWINS, twin_of
from topoprint.responses.activations import activations

PROBES = np.random.default_rng(0).standard_normal((50, 5)).astype(np.float32)


def outputs(network):
    weight, bias = network.weights[-1].astype(np.float64), network.biases[-1]
    return activations(network, PROBES)[-1] @ weight.T + (0 if bias is None else bias)


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("bias", [True, False])
def test_the_function_is_the_same_and_each_unit_comes_from_where_it_says(twin, bias):
    for seed in range(5):
        network = named(random_network([5, 7, 6, 4], seed, bias=bias), network="a", seed=seed)
        made = twin_of(network, twin, seed)
        np.testing.assert_allclose(outputs(made.network), outputs(network), rtol=1e-12, atol=1e-13)
        assert made.network.id == network.id
        changed = [w.tolist() for w in made.network.weights]
        assert changed != [w.tolist() for w in network.weights]
        own = activations(network, PROBES)
        of_twin = activations(made.network, PROBES)
        assert len(made.hidden) == len(of_twin)
        for copies, layer in zip(made.hidden, of_twin, strict=True):
            expected = own[copies.layer][:, copies.units] * copies.factors
            np.testing.assert_allclose(layer, expected, rtol=1e-12, atol=1e-13)


def test_sizes_tell_what_was_done():
    network = random_network([5, 7, 6, 4], 0)
    sizes = {twin: twin_of(network, twin, 3).network.layer_sizes for twin in TWINS}
    assert sizes["renumbered"] == sizes["rescaled"] == (5, 7, 6, 4)
    assert sizes["split_neuron"] in {(5, 8, 6, 4), (5, 7, 7, 4)}
    assert sizes["identity_layer"] in {(5, 7, 7, 6, 4), (5, 7, 6, 6, 4)}


def test_factors_are_powers_of_two_of_the_deviation_named():
    factors = twin_of(random_network([2, 20_000, 2], 0), "rescaled", 1).hidden[0].factors
    powers = np.log2(factors.astype(np.float64))
    np.testing.assert_array_equal(powers, powers.round())
    # Rounding adds the variance of a uniform number.
    assert powers.var() == pytest.approx((SIGMA / np.log(2)) ** 2 + 1 / 12, rel=0.05)


def test_what_has_no_twin_is_refused():
    with pytest.raises(InputError, match="twin 'other' is not known; choose renumbered"):
        twin_of(random_network([3, 4, 2], 0), "other", 0)
    with pytest.raises(InputError, match="no hidden layer"):
        twin_of(random_network([3, 2], 0), "rescaled", 0)
    huge = Network.from_layers([(np.full((9, 1), 3e38), None), (np.ones((1, 9)), None)])
    with pytest.raises(InputError, match="infinity"):
        twin_of(huge, "rescaled", 0)
