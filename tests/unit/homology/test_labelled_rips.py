"""The labelled Rips complex against its definition, and what it says of classifiers."""

import numpy as np
import pytest
from helpers import random_values

from topoprint import InputError
from topoprint.homology.labelled_rips import labelled_distances
from topoprint.homology.rips import rips


def by_definition(distances, labels):
    count = len(labels)
    found = np.zeros((count, count))
    for one in range(count):
        for two in range(count):
            if one == two:
                continue
            if labels[one] != labels[two]:
                found[one, two] = distances[one, two]
                continue
            through = [
                max(distances[one, third], distances[third, two])
                for third in range(count)
                if labels[third] != labels[one]
            ]
            found[one, two] = min(through, default=distances.max())
    return found


@pytest.mark.parametrize("labels", [2, 3, 1])
def test_points_are_joined_as_defined(labels):
    distances = random_values(1, 15)
    given = np.random.default_rng(0).integers(0, labels, 15)
    found = labelled_distances(distances, given)
    np.testing.assert_array_equal(found, by_definition(distances, given))


def test_a_round_boundary_is_a_cavity():
    """Points of two labels within and without a circle, two beside each other."""
    angles = np.arange(12) * np.pi / 6
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    points = np.concatenate([0.9 * circle, 1.1 * circle])
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    distances = np.maximum(distances, distances.T)
    labels = np.repeat([0, 1], 12)
    bars = rips(labelled_distances(distances, labels))[1]
    lives = np.sort(bars[:, 1] - bars[:, 0])
    assert lives[-1] > 0.4
    assert len(lives) == 1 or lives[-2] < 0.2
    # Labels that are parted by a line have none.
    parted = (points[:, 0] > 0.01).astype(int)
    flat = rips(labelled_distances(distances, parted))[1]
    assert max(flat[:, 1] - flat[:, 0], default=0) < 0.2


def test_labels_are_one_a_point():
    with pytest.raises(InputError, match=r"2 labels for distances of the shape \(3, 3\)"):
        labelled_distances(np.zeros((3, 3)), np.array([0, 1]))
