"""Lives of cavities by density, on graphs of known cavities."""

import numpy as np
import pytest
from helpers import random_values

from topoprint.measures.functional_lives import densities, lives


def test_densities_are_shares_of_the_edges_in_their_order():
    square = np.array([[0, 1, 5, 1], [1, 0, 2, 5], [5, 2, 0, 3], [1, 5, 3, 0.0]])
    found = densities(square)
    expected = np.array([[0, 2, 6, 2], [2, 0, 3, 6], [6, 3, 0, 4], [2, 6, 4, 0]]) / 6
    np.testing.assert_allclose(found, expected)
    # A cycle of four closes with the fourth edge of six, and is filled by the diagonals.
    np.testing.assert_allclose(lives(square[None]), [2 / 6, 5 / 6])


def test_lives_do_not_see_a_monotone_change_of_the_distances():
    values = random_values(0, 20)
    draws = np.stack([values, values**3])
    np.testing.assert_allclose(lives(draws), lives(draws[:1]))
    assert lives(draws).min() > 0


def test_without_a_cavity_both_are_0():
    assert lives(np.array([[[0, 1, 2], [1, 0, 3], [2, 3, 0.0]]])).tolist() == [0, 0]
    assert lives(random_values(1, 3)[None]) == pytest.approx(0)
