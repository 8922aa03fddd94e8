"""Every registered distance is exactly 0 of a network from itself, and from an equal network."""

import numpy as np
import pytest
from helpers import random_network
from test_declarations import INPUTS, MEASURES, answer

from topoprint.measures.subject import Subject

SIZES = ([5, 7, 6, 4], [5, 9, 4])


def subjects(draw, seed):
    """Networks, some of them made twice, and what each answers."""
    drawn = [random_network(size, seed, draw) for size in (*SIZES, *SIZES, SIZES[0])]
    return [
        Subject(str(number), lambda net=net: net, responses=answer(net, INPUTS))
        for number, net in enumerate(drawn)
    ]


@pytest.mark.parametrize("draw", ["standard_normal", "heavy_tailed", "tied"])
@pytest.mark.parametrize("name", MEASURES)
def test_an_equal_network_has_the_distance_0(name: str, draw: str) -> None:
    for seed in range(2):
        values = MEASURES[name].distances(subjects(draw, seed))
        np.testing.assert_array_equal(np.diag(values), 0)
        for one, other in ((0, 2), (2, 4), (0, 4), (1, 3)):
            assert values[one, other] == 0, (seed, one, other)
