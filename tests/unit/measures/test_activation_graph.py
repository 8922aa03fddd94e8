"""The activation graph against its definition, and what it tells apart on the digits."""

import numpy as np
import pytest
from helpers import random_network
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from trained import TRAINING, digits, network_of, trained

import topoprint as tp
from topoprint.measures.activation_graph import activation_deaths


def by_definition(network, given):
    """Deaths of a maximum spanning forest of |w · a|, of all edges at once."""
    edges, active, start = [], given, 0
    for weight, bias in zip(network.weights, network.biases, strict=True):
        edges.append((start, start + weight.shape[1], np.abs(weight * active)))
        start += weight.shape[1]
        active = np.maximum(weight @ active + bias, 0)
    graph = np.zeros((sum(network.layer_sizes),) * 2)
    greatest = max(strength.max() for _, _, strength in edges)
    for first, second, strength in edges:
        out, in_ = strength.shape
        values = 2 - strength / greatest  # more than zero: scipy takes 0 for no edge
        graph[first : first + in_, second : second + out] = values.T
    return np.sort(minimum_spanning_tree(csr_array(graph)).data) - 1


@pytest.mark.parametrize("sizes", [(5, 7, 6, 4), (3, 2), (4, 9, 2)])
def test_deaths_are_those_of_the_definition(sizes):
    network = random_network(sizes, 0)
    inputs = np.random.default_rng(1).standard_normal((5, sizes[0]))
    found = activation_deaths(network, inputs)
    expected = [by_definition(network, one) for one in inputs]
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_an_input_that_activates_nothing_joins_nothing():
    network = tp.Network.from_layers([(np.ones((3, 2)), None), (np.ones((2, 3)), None)])
    np.testing.assert_array_equal(activation_deaths(network, np.zeros((1, 2))), np.ones((1, 6)))
    # Only the inputs are active: all edges above are of strength 0.
    deaths = activation_deaths(network, -np.ones((1, 2)))
    np.testing.assert_allclose(deaths, [[*[0] * 4, 1, 1]], atol=2e-6)


def adversarial(model, inputs, labels, size):
    """Move each pixel by ``size`` in the direction that raises the loss (fast gradient sign)."""
    active = [inputs]
    for weight, bias in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        active.append(np.maximum(active[-1] @ weight + bias, 0))
    slope = model.predict_proba(inputs) - np.eye(10)[labels]
    for weight, below in zip(model.coefs_[::-1], active[::-1], strict=True):
        slope = slope @ weight.T * (1 if below is inputs else below > 0)
    return inputs + size * np.sign(slope)


def accuracy(network, first, second):
    """Cross-validated accuracy of telling two sets of inputs apart by quantiles of the deaths."""
    shares = np.linspace(0, 1, 21)
    rows = [
        np.quantile(activation_deaths(network, inputs), shares, axis=1).T
        for inputs in (first, second)
    ]
    labels, pairs = np.repeat([0, 1], len(first)), np.tile(np.arange(len(first)), 2)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    how = {"groups": pairs, "cv": GroupKFold(5)}
    return cross_val_score(model, np.concatenate(rows), labels, **how).mean()


def test_adversarial_inputs_are_told_from_true_ones_and_hardly_from_noise():
    """Gebhart et al. 2019: they are told from true ones; but noise of the same size is, too."""
    model = trained((32, 32), 30)
    inputs, labels = (some[TRAINING : TRAINING + 200] for some in digits())
    moved = adversarial(model, inputs, labels, 0.1)
    fooled = (model.predict(inputs) == labels) & (model.predict(moved) != labels)
    true, moved = inputs[fooled], moved[fooled]
    signs = np.random.default_rng(0).choice([-1.0, 1.0], true.shape)
    network = network_of(model)
    assert len(true) > 100
    assert accuracy(network, true, moved) > 0.95
    assert accuracy(network, true, true + 0.1 * signs) > 0.95
    assert accuracy(network, true + 0.1 * signs, moved) < 0.7


def test_networks_of_other_sizes_are_compared():
    one, other = random_network((5, 7, 4), 0), random_network((5, 30, 9, 4), 0)
    found = tp.compare([one, other], ["activation_graph", "activation_histogram"])
    assert all(0 < matrix.values[0, 1] < 1 for matrix in found.values())
