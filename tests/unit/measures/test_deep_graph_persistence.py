"""Deep graph persistence against paths that are listed one by one."""

from itertools import product

import numpy as np
import pytest
from helpers import random_network
from scipy import stats

import topoprint as tp
from topoprint.measures import deep_graph_persistence as dgp
from topoprint.measures.deep_graph_persistence import deep_graph_persistence, strongest_paths


def listed(network):
    """Strength of the strongest path between each input and output, over all paths."""
    layers = [np.abs(stats.zscore(w.astype(np.float64), axis=None)) for w in network.weights]
    sizes = network.layer_sizes
    found = np.zeros((sizes[-1], sizes[0]))
    for path in product(*map(range, sizes)):
        strength = min(layer[path[at + 1], path[at]] for at, layer in enumerate(layers))
        found[path[-1], path[0]] = max(found[path[-1], path[0]], strength)
    return found


@pytest.mark.parametrize("sizes", [(3, 4), (3, 4, 2), (2, 5, 4, 3)])
@pytest.mark.parametrize("block", [1, 1 << 22])
def test_strongest_paths_are_those_of_all_that_are_listed(sizes, block, monkeypatch):
    monkeypatch.setattr(dgp, "BLOCK", block)
    for draw in ("standard_normal", "tied"):
        network = random_network(sizes, 1, draw)
        np.testing.assert_allclose(strongest_paths(network), listed(network))


def test_it_is_neural_persistence_of_known_paths():
    # Means are 0, deviations √5 and 5: strengths are 3/√5 and 1/√5, then 1 everywhere.
    first = np.array([[3.0, -1.0], [1.0, -3.0]])
    second = np.array([[5.0, -5.0], [-5.0, 5.0]])
    network = tp.Network.from_layers([(first, None), (second, None)])
    np.testing.assert_allclose(strongest_paths(network), np.ones((2, 2)))
    assert deep_graph_persistence(network) == pytest.approx(0, abs=1e-6)
    # Of the first layer alone: the tree has edges of 1, 1 and 1/3 of the strongest.
    alone = tp.Network.from_layers([(first, None)])
    np.testing.assert_allclose(strongest_paths(alone), np.abs(first) / np.sqrt(5))
    assert deep_graph_persistence(alone) == pytest.approx(2 / 3 / np.sqrt(3), abs=1e-6)


def test_layers_of_other_scales_count_alike():
    network = random_network((5, 6, 4), 0)
    scaled = tp.Network.from_layers(
        (factor * weight, bias)
        for factor, weight, bias in zip((3.0, 0.01), network.weights, network.biases, strict=True)
    )
    assert deep_graph_persistence(scaled) == pytest.approx(deep_graph_persistence(network))


@pytest.mark.parametrize("equal", [0.0, 0.1])
def test_a_network_without_a_path_has_the_greatest(equal):
    none = tp.Network.from_layers([(np.full((3, 2), equal), None), (np.eye(2, 3), None)])
    assert deep_graph_persistence(none) == 1
