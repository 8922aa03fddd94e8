"""Neural persistence against its definition."""

import numpy as np
import pytest
from helpers import layered_networks
from hypothesis import given, settings
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.stats import spearmanr
from trained import network_of, trained

import topoprint as tp
from topoprint.measures.neural_persistence import neural_persistence, of_own_scale, unnormalised
from topoprint.measures.weight_deviation import deviations
from topoprint.networks.nulls import null_network


def rieck(network):
    """Neural persistence by the definition: a spanning tree of each layer's bipartite graph."""
    greatest = max(float(np.abs(weight).max()) for weight in network.weights)
    found = []
    for weight in network.weights:
        out, in_ = weight.shape
        lifetimes = 1 - np.abs(weight.astype(np.float64)) / greatest
        graph = np.zeros((in_ + out, in_ + out))
        graph[:in_, in_:] = lifetimes.T + 1  # more than zero: scipy takes 0 for no edge
        tree = minimum_spanning_tree(csr_array(graph)).data - 1
        found.append(np.sqrt(np.sum(tree**2) / (in_ + out - 1)))
    return found


@settings(deadline=None, max_examples=60)
@given(layered_networks())
def test_neural_persistence_is_that_of_the_definition(network):
    found = neural_persistence(tp.to_graph(network, zeta=1e-30))
    np.testing.assert_allclose(found, rieck(network), atol=1e-6)
    assert (found <= 1).all()


def test_neural_persistence_knows_no_biases():
    weight, bias = np.ones((2, 2)), np.array([2.0, 2.0])  # greater than any weight
    graph = tp.to_graph(tp.Network.from_layers([(weight, bias)]))
    np.testing.assert_allclose(neural_persistence(graph), [0], atol=1e-6)


def test_neural_persistence_of_known_layers():
    equal = tp.Network.from_layers([(np.ones((3, 4)), None), (np.zeros((2, 3)), None)])
    np.testing.assert_allclose(neural_persistence(tp.to_graph(equal)), [0, 1], atol=1e-6)
    # A path of edges of strength 1, ½, ¼: lifetimes 0, ½ and ¾, of three edges.
    path = tp.Network.from_layers([(np.array([[1.0, 0.5], [0.0, 0.25]]), None)])
    expected = np.sqrt((0.5**2 + 0.75**2) / 3)
    assert neural_persistence(tp.to_graph(path))[0] == pytest.approx(expected)


def test_forms_of_neural_persistence_of_known_layers():
    # The path of above beside a layer of greater weights, whose max|W| is 2.
    layers = [(np.array([[1.0, 0.5], [0.0, 0.25]]), None), (np.array([[2.0, 2.0]]), None)]
    graph = tp.to_graph(tp.Network.from_layers(layers))
    of_path = np.array([0.5, 0.75, 0.875])
    np.testing.assert_allclose(unnormalised(graph), [np.sqrt(np.sum(of_path**2)), 0], atol=1e-5)
    np.testing.assert_allclose(
        neural_persistence(graph), [np.sqrt(np.mean(of_path**2)), 0], atol=1e-6
    )
    np.testing.assert_allclose(of_own_scale(graph), [np.sqrt((0.5**2 + 0.75**2) / 3), 0], atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(layered_networks())
def test_unnormalised_neural_persistence_is_normalised_by_the_vertices(network):
    graph = tp.to_graph(network, zeta=1e-30)
    vertices = np.add(network.layer_sizes[1:], network.layer_sizes[:-1])
    np.testing.assert_allclose(
        unnormalised(graph), neural_persistence(graph) * np.sqrt(vertices - 1), rtol=1e-6
    )


def test_neural_persistence_of_trained_networks_is_mostly_the_deviation_of_their_weights():
    """Girrbach et al. 2023: variance, and where weights are hardly matters."""
    sizes = [(24, 24), (48, 48), (24, 24, 24)]
    nets = [
        network_of(trained(size, epochs, seed=epochs))
        for size in sizes
        for epochs in (1, 4, 12, 30)
    ]
    persistences, spreads, shuffled = [], [], []
    for net in nets:
        persistences += list(neural_persistence(tp.to_graph(net)))
        spreads += deviations(tp.to_graph(net))
        null = null_network(net, "shuffled_layers", 0)
        shuffled += list(neural_persistence(tp.to_graph(null)))
    assert spearmanr(persistences, spreads).statistic < -0.8
    assert spearmanr(persistences, shuffled).statistic > 0.9
