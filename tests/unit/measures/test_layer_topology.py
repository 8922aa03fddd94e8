"""Betti numbers of data of known topology, and what layers of ReLU and tanh make of them."""

import warnings

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from topoprint import InputError
from topoprint.measures.layer_topology import betti_numbers, geodesics

POINTS = 300


def rings(seed=0):
    """Two rings of one label, with the other label within and around: β₀ = 2, β₁ = 2."""
    points = np.random.default_rng(seed).uniform([-3, -1.5], [3, 1.5], (8000, 2))
    centres = np.array([[-1.5, 0], [1.5, 0]])
    radii = np.linalg.norm(points[:, None] - centres, axis=2).min(axis=1)
    off = np.abs(radii - 0.85)
    apart = np.abs(off - 0.3) > 0.1
    return points[apart][:2500], (off[apart] < 0.2).astype(int)[:2500]


def circle(count, radius=1.0, centre=0.0):
    angles = 2 * np.pi * np.arange(count) / count
    return np.column_stack([centre + radius * np.cos(angles), radius * np.sin(angles)])


def test_geodesics_are_edges_between_neighbours():
    found = geodesics(circle(12), 2)
    steps = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    np.testing.assert_array_equal(found, np.minimum(steps, 12 - steps))
    apart = geodesics(np.concatenate([circle(6), circle(6, centre=9)]), 2)
    assert apart[0, 6] == 12  # as many as there are points


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (circle(24), (1, 1)),
        (np.concatenate([circle(24), circle(24, centre=5)]), (2, 2)),
        (np.random.default_rng(0).uniform(size=(300, 2)), (1, 0)),
    ],
)
def test_betti_numbers_of_known_sets(points, expected):
    assert betti_numbers(points, 4 if len(points) < 100 else 12, 2) == expected


def test_too_few_points_are_refused():
    with pytest.raises(InputError, match="4 points have no 4 neighbours each"):
        betti_numbers(circle(4), 4, 2)


def components(activation):
    """β₀ of the rings after each of six layers of three networks that part the labels."""
    points, labels = rings()
    given = points[labels == 1][:POINTS]
    assert betti_numbers(given, 8, 2) == (2, 2)
    found = []
    for seed in range(10):  # which seeds part them depends on how a processor rounds
        model = MLPClassifier(
            (15,) * 6, activation=activation, max_iter=100, random_state=seed, batch_size=64,
            learning_rate_init=0.005,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(points, labels)
        if model.score(points, labels) > 0.99:
            found.append(list(after_each_layer(model, activation, given)))
        if len(found) == 3:
            return found
    raise AssertionError("fewer than three of ten networks part the labels")


def after_each_layer(model, activation, given):
    for weight, bias in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        given = given @ weight + bias
        given = np.maximum(given, 0) if activation == "relu" else np.tanh(given)
        yield betti_numbers(given, 8, 2)[0]


def test_relu_joins_what_has_one_label_in_earlier_layers_than_tanh():
    """Naitzat et al. 2020, of β₀: the mean over layers and networks."""
    means = [np.mean(components(activation)) for activation in ("relu", "tanh")]
    assert means[0] < means[1]
