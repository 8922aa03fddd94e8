"""Forward bipartite alignment, weight matching and graph matching: best matchings, exact copies."""

from itertools import permutations

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.measures.alignment import layers_of
from topoprint.measures.bipartite_alignment import forward_matching, weight_matching
from topoprint.measures.graph_matching import adjacency, match

each = pytest.mark.parametrize("name", ["forward_bipartite", "git_rebasin", "graph_matching"])


def renumbered(network, seed, noise=0.0):
    rng = np.random.default_rng(seed)
    layers, before = [], np.arange(network.layer_sizes[0])
    for number, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        last = number == len(network.weights) - 1
        order = np.arange(len(weight)) if last else rng.permutation(len(weight))
        moved = weight[order][:, before]
        layers.append((moved + noise * rng.standard_normal(moved.shape), bias[order]))
        before = order
    return tp.Network.from_layers(layers)


def with_ties_and_dead_units():
    net = random_network([4, 8, 8, 3], 0, "tied")
    (first, bias), *others = zip(net.weights, net.biases, strict=True)
    first, bias = first.copy(), bias.copy()
    first[[2, 5]], bias[[2, 5]] = 0, 0  # dead
    first[[3, 6]] = first[[1, 1]]  # twins by what enters
    return tp.Network.from_layers([(first, bias), *others])


@each
@pytest.mark.parametrize("seed", range(5))
def test_a_renumbered_copy_with_ties_and_dead_units_is_exactly_0(name, seed):
    net = with_ties_and_dead_units()
    assert tp.make_measure(name).distance(net, renumbered(net, seed)) == 0


@each
def test_a_noisy_renumbered_copy_is_as_near_as_its_noise(name):
    net = random_network([6, 12, 10, 4], 3)
    noisy = renumbered(net, 1, noise=0.01)
    edges = sum(weight.size for weight in net.weights)
    scale = max(float(np.abs(w).max()) for w in (*net.weights, *net.biases))
    assert tp.make_measure(name).distance(net, noisy) < 1.5 * 0.01 * np.sqrt(edges) / scale


def test_one_hidden_layer_is_matched_in_the_best_of_all_ways():
    nets = [layers_of(random_network([3, 5, 2], seed)) for seed in (0, 1)]

    def joined(one, other, order):
        """Distances of the incoming weights, and the square of all differences."""
        incoming = np.linalg.norm(one[0] - other[0][list(order)], axis=1).sum()
        outgoing = np.sum((one[1][:, :-1] - other[1][:, list(order)]) ** 2)
        return incoming, np.sum((one[0] - other[0][list(order)]) ** 2) + outgoing

    all_ways = np.array([joined(*nets, order) for order in permutations(range(5))])
    forward = joined(*nets, forward_matching(*nets)[1])[0]
    assert forward == pytest.approx(all_ways[:, 0].min())
    swept = joined(*nets, weight_matching(*nets)[1])[1]
    assert swept == pytest.approx(all_ways[:, 1].min())


def test_sweeps_and_graph_matching_find_nearer_matchings_than_one_pass_forwards():
    found = {name: [] for name in ("forward_bipartite", "git_rebasin", "graph_matching")}
    for seed in range(6):
        pair = [random_network([8, 24, 24, 5], 2 * seed + one) for one in (0, 1)]
        for name, values in found.items():
            values.append(tp.make_measure(name).distance(*pair))
    means = [np.mean(values) for values in found.values()]
    assert means[0] > means[1] > means[2]


def test_the_smaller_network_is_padded():
    net = random_network([5, 8, 3], 2)
    (first, bias), (second, last) = zip(net.weights, net.biases, strict=True)
    grown = tp.Network.from_layers(
        [
            (np.vstack([np.zeros((2, 5)), first]), np.concatenate([[0, 0], bias])),
            (np.column_stack([np.zeros((3, 2)), second]), last),
        ]
    )
    measure = tp.make_measure("graph_matching")
    assert measure.distance(net, grown) == pytest.approx(0, abs=1e-6)
    assert measure.distance(grown, net) == pytest.approx(0, abs=1e-6)
    assert np.isnan(measure.distance(net, random_network([4, 8, 3], 2)))


def test_the_adjacency_matrix_holds_each_edge_once():
    net = random_network([3, 4, 5, 2], 0)
    found = adjacency(net, hidden=11)
    scale = max(float(np.abs(w).max()) for w in (*net.weights, *net.biases))
    assert found.shape == (16, 16)
    assert not found[-2:].any()
    assert not found[:, -2:].any()
    assert not found[:, :3].any()  # nothing enters the inputs
    held = np.concatenate([a.ravel() for a in (*net.weights, *net.biases)])
    np.testing.assert_allclose(np.sort(found[found != 0]), np.sort(held) / scale, rtol=1e-6)
    # Without a hidden layer all is known.
    whole = adjacency(random_network([3, 2], 0), 0)
    np.testing.assert_array_equal(match(whole, whole, 5), np.arange(5))
