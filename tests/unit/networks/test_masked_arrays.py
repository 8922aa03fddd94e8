"""Numbers under a mask are not numbers: what lies there is never taken for a weight or a bar."""

import numpy as np
import pytest

from topoprint import Diagram, InputError, Network


def masked(values, where):
    return np.ma.masked_where(np.asarray(values) == where, values)


WEIGHTS = masked([[1.0, 999.0], [2.0, 3.0]], 999.0)
HIDDEN_IN_LISTS = [[1.0, np.ma.masked], [2.0, 3.0]]


@pytest.mark.parametrize("weights", [WEIGHTS, list(WEIGHTS), tuple(WEIGHTS), HIDDEN_IN_LISTS])
def test_masked_weights_are_refused(weights):
    with pytest.raises(InputError, match="the weights of layer 0 are masked in part"):
        Network.from_layers([(weights, None)])


def test_masked_biases_are_refused():
    with pytest.raises(InputError, match="the biases of layer 0 are masked in part"):
        Network.from_layers([(np.ones((2, 2)), masked([0.5, 999.0], 999.0))])


@pytest.mark.parametrize("bars", [masked([[0.0, 999.0]], 999.0), [masked([0.0, 999.0], 999.0)]])
def test_masked_bars_are_refused(bars):
    with pytest.raises(InputError, match="the bars of dimension 1 are masked in part"):
        Diagram.from_bars([[[0.0, 1.0]], bars])


def test_masks_that_hide_nothing_are_no_obstacle():
    network = Network.from_layers([(masked([[1.0, 2.0]], 5.0), np.ma.array([0.5]))])
    np.testing.assert_array_equal(network.weights[0], [[1.0, 2.0]])
    assert type(network.weights[0]) is np.ndarray
    diagram = Diagram.from_bars([np.ma.array([[0.0, 0.5]], mask=False)])
    np.testing.assert_array_equal(diagram.bars(0), [[0.0, 0.5]])
