"""The angle between weight products, beside the cosine."""

import numpy as np
import pytest
from helpers import random_network

from topoprint import Network, compare


def test_it_is_the_angle_of_the_cosine():
    one, other = random_network([5, 7, 4], 0), random_network([5, 6, 8, 4], 1)
    product = one.weights[1].astype(float) @ one.weights[0]
    longer = other.weights[2].astype(float) @ other.weights[1] @ other.weights[0]
    cosine = (product * longer).sum() / np.linalg.norm(product) / np.linalg.norm(longer)
    found = compare([one, other], ["weight_product"])["weight_product"].values[0, 1]
    assert np.cos(found) == pytest.approx(cosine, rel=1e-9)


def test_what_cannot_be_compared_has_no_angle():
    one, other = random_network([5, 7, 4], 0), random_network([5, 7, 3], 0)
    none = Network.from_layers([(np.eye(7, 5), np.ones(7)), (np.zeros((4, 7)), None)])
    found = compare([one, other, none], ["weight_product"])["weight_product"].values
    np.testing.assert_array_equal(np.isnan(found), 1 - np.eye(3))
