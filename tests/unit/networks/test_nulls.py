"""What each null model keeps and what it loses."""

import numpy as np
import pytest
from helpers import layered_networks, random_network
from hypothesis import given, settings
from scipy.stats import rankdata

import topoprint as tp
from topoprint.networks.nulls import NULLS, null_network, ranked

SHUFFLES = ("shuffled_layers", "shuffled_network")


def values(network):
    return np.concatenate([w.ravel() for w in network.weights])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("null", NULLS)
def test_shape_stays_and_the_seed_determines_the_rest(null, bias):
    network = random_network([4, 5, 3], 0, bias=bias)
    one, same = (null_network(network, null, 7) for _ in range(2))
    assert one.layer_sizes == network.layer_sizes
    assert [b is None for b in one.biases] == [b is None for b in network.biases]
    for found, again in zip(one.weights, same.weights, strict=True):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize("null", NULLS)
def test_seeds_differ_and_the_network_is_left_alone(null):
    network = random_network([5, 6, 4], 0)
    before = values(network).copy()
    one, other = (values(null_network(network, null, seed)) for seed in (1, 2))
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, before)
    np.testing.assert_array_equal(values(network), before)


@given(layered_networks())
@settings(deadline=None, max_examples=40)
def test_shuffling_layers_keeps_the_weights_of_each(network):
    null = null_network(network, "shuffled_layers", 3)
    for old, new in zip(network.weights, null.weights, strict=True):
        np.testing.assert_array_equal(np.sort(old.ravel()), np.sort(new.ravel()))
    for old, new in zip(network.biases, null.biases, strict=True):
        if old is not None:
            np.testing.assert_array_equal(np.sort(old), np.sort(new))


@given(layered_networks())
@settings(deadline=None, max_examples=40)
def test_shuffling_the_network_keeps_its_weights_alone(network):
    null = null_network(network, "shuffled_network", 3)
    np.testing.assert_array_equal(np.sort(values(network)), np.sort(values(null)))


def test_shuffling_the_network_moves_weights_between_layers():
    ones = [(np.full((8, 8), float(k), np.float32), None) for k in (1, 2)]
    first, _ = null_network(tp.Network.from_layers(ones), "shuffled_network", 0).weights
    assert set(np.unique(first)) == {1, 2}


def test_drawn_weights_have_the_distribution_of_the_layer():
    weight = np.random.default_rng(0).gamma(2.0, 3.0, (300, 200)).astype(np.float32)
    network = tp.Network.from_layers([(weight, None)])
    normal = values(null_network(network, "gaussian", 1))
    assert normal.mean() == pytest.approx(weight.mean(), rel=0.02)
    assert normal.std() == pytest.approx(weight.std(), rel=0.02)
    assert normal.min() < 0 < weight.min()
    own = values(null_network(network, "resampled", 1))
    assert set(own) < set(weight.ravel())
    assert own.mean() == pytest.approx(weight.mean(), rel=0.02)


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


@given(layered_networks())
@settings(deadline=None, max_examples=30)
def test_the_theorem_makes_h1_of_a_shuffle_differ_by_the_forest_alone(network):
    """All edge values of H0 and H1 together are the same before and after a shuffle."""

    def all_values(net):
        diagram = tp.persistence(tp.to_graph(net), max_dimension=1)
        finite = diagram.deaths[0][np.isfinite(diagram.deaths[0])]
        return np.sort(np.concatenate([finite, diagram.births[1]]))

    for null in SHUFFLES:
        np.testing.assert_array_equal(
            all_values(network), all_values(null_network(network, null, 5))
        )


def test_an_unknown_null_is_refused():
    with pytest.raises(tp.InputError, match="choose shuffled_layers"):
        null_network(random_network([2, 2], 0), "noise", 0)
