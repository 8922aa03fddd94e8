"""What each null model keeps and what it loses."""

import numpy as np
import pytest
from architectures import KINDS, Builder, drawn_weights
from helpers import layered_networks, random_network
from hypothesis import given, settings

import topoprint as tp
from topoprint.networks.nulls import NULLS, NullError, null_network, untrained_at

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


def test_a_null_that_comes_out_all_zero_says_so():
    weight = np.zeros((4, 4))
    weight[0, 0] = 1
    named = {"identity": {"dataset": "digits", "network": "pruned", "seed": 1}}
    network = tp.Network.from_layers([(weight, np.zeros(4))], named)
    usable = 0
    for seed in range(20):
        try:
            assert null_network(network, "resampled", seed).weights[0].any()
            usable += 1
        except NullError as error:
            told = f"null 'resampled' of pruned, stream {seed}, came out all zero"
            assert told in str(error)  # noqa: PT017
    assert 0 < usable < 20
    for null in SHUFFLES:  # they keep the weight
        assert null_network(network, null, 0).weights[0].sum() == 1


def test_a_null_beyond_float32_says_so():
    network = tp.Network.from_layers([([[3e38, -3e38, 1.0], [3e38, 3e38, 1.0]], None)])
    with pytest.raises(NullError, match="'gaussian' of a network, stream 0, has weights beyond"):
        null_network(network, "gaussian", 0)
    assert issubclass(NullError, tp.InputError)


@given(layered_networks())
@settings(deadline=None, max_examples=40)
def test_relinking_keeps_every_matrix_but_for_the_order_of_hidden_units(network):
    null = null_network(network, "relinked", 5)
    np.testing.assert_array_equal(null.weights[0], network.weights[0])
    for old, new in zip(network.weights[1:], null.weights[1:], strict=True):
        for rows in (old, new):
            assert rows.shape == old.shape
        np.testing.assert_array_equal(np.sort(old, axis=1), np.sort(new, axis=1))
        columns = [rows.T[np.lexsort(rows)] for rows in (old, new)]
        np.testing.assert_array_equal(*columns)
    for old, new in zip(network.biases, null.biases, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "flatten"])
def test_nulls_of_every_architecture_keep_units_places_wires_and_types(null, kind):
    builder = Builder(2, (4, 4), drawn_weights(1, "normal", np.float16))
    for part in ("convolution", kind, "bias", "tokens"):
        builder.add(part, 3)
    network = builder.network()
    drawn = null_network(network, null, 1)
    assert drawn.shape == network.shape
    assert [one.weight.dtype for one in drawn.maps] == [np.float16] * len(network.maps)
    sorted_weights = [
        np.sort(np.concatenate([one.weight.ravel() for one in some.maps if not one.is_bias]))
        for some in (network, drawn)
    ]
    kept = null in ("shuffled_layers", "shuffled_network", "relinked")
    assert np.array_equal(*sorted_weights) == kept
    assert any(
        not np.array_equal(one.weight, other.weight)
        for seed in range(4)  # few channels may come out in their own order
        for one, other in zip(network.maps, null_network(network, null, seed).maps, strict=True)
    )


def test_an_untrained_network_has_the_norms_of_the_trained_one() -> None:
    start, trained = (random_network((5, 4, 3), seed) for seed in (1, 2))
    made = untrained_at(start, trained)
    for one, before, after in zip(made.maps, start.maps, trained.maps, strict=True):
        assert np.isclose(np.linalg.norm(one.weight), np.linalg.norm(after.weight), rtol=1e-6)
        factor = np.linalg.norm(after.weight) / np.linalg.norm(before.weight)
        np.testing.assert_allclose(one.weight, before.weight * factor, rtol=1e-6)
    again = untrained_at(start, start)
    for one, before in zip(again.maps, start.maps, strict=True):
        np.testing.assert_array_equal(one.weight, before.weight)


def test_a_bias_that_is_zero_before_training_stays_so() -> None:
    trained = random_network((5, 3), 1)
    start = tp.Network.from_layers([(trained.weights[0], np.zeros(3))])
    made = untrained_at(start, trained)
    assert made.biases[0] is not None
    assert not made.biases[0].any()


def test_a_network_of_another_shape_is_no_start() -> None:
    with pytest.raises(tp.InputError, match="is not the start of one of 5-4"):
        untrained_at(random_network((5, 3), 1), random_network((5, 4), 1))
