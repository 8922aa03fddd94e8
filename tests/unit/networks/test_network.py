import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, Network, NetworkId
from topoprint.identity import Row


def test_float64_is_rounded_to_float32():
    weight, bias = np.array([[0.1, 1 / 3]]), np.array([1e-9])
    network = Network.from_layers([(weight, bias)])
    assert network.weights[0].dtype == network.biases[0].dtype == np.float32
    np.testing.assert_array_equal(network.weights[0], weight.astype(np.float32))
    np.testing.assert_array_equal(network.biases[0], bias.astype(np.float32))


def test_layers_may_be_lists_of_whole_numbers():
    network = Network.from_layers([([[1, 2], [3, 4], [5, 6]], [1, 2, 3]), ([[1, 1, 1]], None)])
    assert network.layer_sizes == (2, 3, 1)
    assert network.biases[1] is None


def test_layers_may_come_from_a_generator():
    assert random_network((5, 3, 2), seed=0).layer_sizes == (5, 3, 2)


ONE = np.ones((2, 3))


@pytest.mark.parametrize(
    ("layers", "complaint"),
    [
        ([], "at least one layer"),
        ([(np.full((2, 3), np.nan), None)], "weights of layer 0 hold NaN"),
        ([(ONE, [0.0, np.inf])], "biases of layer 0 hold NaN or infinity"),
        ([(ONE, None), ([[-np.inf, 1.0]], None)], "weights of layer 1 hold"),
        ([([[1e39]], None)], "infinity"),
        ([(ONE, None), (np.ones((4, 3)), None)], "layer 1 takes 3 inputs but layer 0 gives 2"),
        ([(ONE, [1.0, 2.0, 3.0])], "2 outputs but 3 biases"),
        ([(ONE, [[1.0], [2.0]])], r"shape \(2, 1\)"),
        ([(np.ones(3), None)], r"shape \(3,\)"),
        ([(np.ones((2, 3, 1)), None)], r"shape \(2, 3, 1\)"),
        ([(np.ones((0, 3)), None)], "not empty"),
        ([(np.zeros((2, 3)), [0.0, 0.0])], "all weights and biases are zero"),
        ([(np.zeros((2, 3)), None), (np.zeros((1, 2)), None)], "all weights"),
        ([(ONE * 1j, None)], "not real numbers"),
        ([([["1", "2"]], None)], "not real numbers"),
        ([(ONE > 0, None)], "not real numbers"),
        ([([[1.0], [1.0, 2.0]], None)], "not real numbers"),
        ([(np.array([[None]]), None)], "not real numbers"),
    ],
)
def test_layers_that_make_no_network_are_refused(layers, complaint):
    with pytest.raises(InputError, match=complaint):
        Network.from_layers(layers)


def test_biases_alone_may_be_zero_and_weights_alone_too():
    assert Network.from_layers([(ONE, [0.0, 0.0])]).layer_sizes == (3, 2)
    assert Network.from_layers([(0 * ONE, [0.0, 1.0])]).layer_sizes == (3, 2)


def test_identity_is_what_the_metadata_says():
    network = Network.from_layers([(ONE, None)], {"identity": {"network": "a"}, "accuracy": 0.5})
    assert network.id == NetworkId(network="a")
    assert Network.from_layers([(ONE, None)]).id == NetworkId()


def test_a_table_says_what_a_network_is():
    whole = Network.from_layers(
        [(ONE, [1.0, 2.0]), (ONE.T, None)],
        {"identity": {"network": "a-1", "seed": 2}, "group": "a"},
    )
    assert whole.row == Row(NetworkId(network="a-1", seed=2), "a", "3-2-3", 6 + 2 + 6)
    assert Network.from_layers([(ONE, None)]).row == Row(NetworkId(), "", "3-2", 6)
