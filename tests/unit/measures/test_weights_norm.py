"""How far weights have grown: against numpy, each shared weight once."""

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp


def test_it_is_the_difference_of_the_norms() -> None:
    one, other = (random_network((6, 5, 3), seed) for seed in (1, 2))
    norms = [
        np.sqrt(sum(float(np.sum(np.square(part, dtype=np.float64)))
                    for layer in zip(net.weights, net.biases, strict=True)
                    for part in layer if part is not None))
        for net in (one, other)
    ]  # fmt: skip
    found = tp.compare([one, other], ["weights_norm"])["weights_norm"].values[0, 1]
    assert np.isclose(found, abs(norms[0] - norms[1]), rtol=1e-12)


def test_a_kernel_that_is_used_often_counts_once() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    kernel = torch.nn.Conv2d(1, 2, 3, bias=False)
    doubled = torch.nn.Conv2d(1, 2, 3, bias=False)
    doubled.weight.data = 2 * kernel.weight.data
    nets = [tp.Network.from_torch(one, torch.zeros(1, 1, 8, 8)) for one in (kernel, doubled)]
    found = tp.compare(nets, ["weights_norm"])["weights_norm"].values[0, 1]
    assert np.isclose(found, float(kernel.weight.detach().norm()), rtol=1e-6)
