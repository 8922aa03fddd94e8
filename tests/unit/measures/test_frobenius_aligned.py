"""Aligned networks against a search over all orders of the neurons."""

from itertools import permutations

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.measures.alignment import aligned_distance


def reordered(network, orders):
    layers, before = [], np.arange(network.layer_sizes[0])
    for weight, bias, order in zip(network.weights, network.biases, orders, strict=True):
        layers.append((weight[order][:, before], None if bias is None else bias[order]))
        before = order
    return tp.Network.from_layers(layers)


def unaligned(one, other):
    scales = [max(np.abs(w).max() for w in (*net.weights, *net.biases)) for net in (one, other)]
    parts = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    return np.sqrt(sum(np.sum((a / scales[0] - b / scales[1]) ** 2) for a, b in parts))


def test_a_reordered_network_is_found_again():
    rng = np.random.default_rng(0)
    network = random_network([6, 20, 15, 4], 0)
    orders = [rng.permutation(20), rng.permutation(15), np.arange(4)]
    other = reordered(network, orders)
    assert unaligned(network, other) > 1
    assert aligned_distance(network, other) == pytest.approx(0, abs=1e-5)


def test_one_hidden_layer_is_matched_best_by_incoming_weights():
    one, other = random_network([3, 5, 2], 1), random_network([3, 5, 2], 2)

    def incoming(order):
        moved = reordered(other, [np.array(order), np.arange(2)])
        scales = [max(np.abs(w).max() for w in (*n.weights, *n.biases)) for n in (one, moved)]
        return sum(
            np.sum((a / scales[0] - b / scales[1]) ** 2)
            for a, b in ((one.weights[0], moved.weights[0]), (one.biases[0], moved.biases[0]))
        )

    best = min(permutations(range(5)), key=incoming)
    expected = unaligned(one, reordered(other, [np.array(best), np.arange(2)]))
    assert aligned_distance(one, other) == pytest.approx(expected, rel=1e-5)
    assert aligned_distance(other, one) == pytest.approx(expected, rel=1e-5)


def test_networks_of_other_shapes_or_without_biases():
    with pytest.raises(tp.InputError, match="different shapes"):
        aligned_distance(random_network([3, 5, 2], 1), random_network([3, 6, 2], 2))
    bare = random_network([3, 5, 2], 1, bias=False)
    assert aligned_distance(bare, bare) == 0
