"""Relevance by the z⁺ rule and Betti numbers of its cliques, on networks worked out by hand."""

from itertools import product

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.measures import relevance_h1
from topoprint.measures.relevance_h1 import betti_by_threshold, cavities, relevances


def test_betti_numbers_of_a_network_worked_out_by_hand():
    # Shares of ½: at ½ the edges of neighbouring layers, two cycles; at ¼ both paths from an input
    # to the output are filled by triangles.
    network = tp.Network.from_layers([(np.ones((2, 2)), None), (np.ones((1, 2)), None)])
    np.testing.assert_allclose(relevances(network)[4], [0.25, 0.25, 0.5, 0.5, 1])
    assert betti_by_threshold(network, np.array([0.75, 0.5, 0.3, 0.25])) == (0, 2, 2, 0)
    # One layer is bipartite: its cycle is never filled.
    one = tp.Network.from_layers([(np.ones((2, 2)), None)])
    np.testing.assert_allclose(cavities(one), [[0.5, 1]])


def test_negative_weights_hand_nothing_down():
    network = tp.Network.from_layers([(np.array([[3.0, -9.0, 1.0], [-1.0, -1.0, -1.0]]), None)])
    np.testing.assert_allclose(relevances(network)[3:, :3], [[0.75, 0, 0.25], [0, 0, 0]])


@pytest.mark.parametrize("block", [1, 1 << 22])
def test_relevance_over_layers_is_the_greatest_product_of_shares(block, monkeypatch):
    monkeypatch.setattr(relevance_h1, "BLOCK", block)
    network = random_network((3, 4, 5, 2), 0)
    starts = np.cumsum([0, *network.layer_sizes])
    shares = [np.maximum(w, 0) for w in network.weights]
    shares = [w / np.where(w.sum(1) > 0, w.sum(1), 1)[:, None] for w in shares]
    found = relevances(network)
    np.testing.assert_array_equal(found, found.T)
    for source, sink in product(range(3), range(2)):
        paths = (
            shares[0][a, source] * shares[1][b, a] * shares[2][sink, b]
            for a, b in product(range(4), range(5))
        )
        assert found[starts[3] + sink, source] == pytest.approx(max(paths))
