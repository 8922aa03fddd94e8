"""Outputs of hidden units, against torch's and by hand."""

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError
from topoprint.responses.activations import activations, gaussian_probes


@pytest.mark.parametrize("bias", [True, False])
def test_they_are_those_of_torch(bias):
    torch = pytest.importorskip("torch")
    network = random_network([4, 6, 5, 3], 0, bias=bias)
    probes = gaussian_probes(20, 4, 0.5, 2.0, 7)
    outputs = torch.from_numpy(probes)
    found = activations(network, probes)
    assert len(found) == 2
    for layer, own in enumerate(found):
        vector = network.biases[layer]
        outputs = torch.nn.functional.linear(
            outputs,
            torch.from_numpy(network.weights[layer]).double(),
            None if vector is None else torch.from_numpy(vector).double(),
        ).relu()
        np.testing.assert_allclose(own, outputs.numpy(), rtol=1e-12, atol=1e-12)


def test_noise_has_the_mean_and_deviation_asked_for():
    probes = gaussian_probes(4000, 5, 0.3, 0.4, 1)
    assert probes.shape == (4000, 5)
    assert probes.mean() == pytest.approx(0.3, abs=0.01)
    assert probes.std() == pytest.approx(0.4, abs=0.01)
    np.testing.assert_array_equal(probes, gaussian_probes(4000, 5, 0.3, 0.4, 1))


def test_probes_that_do_not_fit_are_refused():
    network = random_network([4, 6, 3], 0)
    with pytest.raises(InputError, match=r"takes 4 inputs, the probes have the shape \(2, 5\)"):
        activations(network, np.zeros((2, 5)))
    with pytest.raises(InputError, match="NaN"):
        activations(network, np.full((2, 4), np.nan))
