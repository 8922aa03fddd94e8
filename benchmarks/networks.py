"""Networks to measure on: the paper's architectures, with random weights of a heavy tail."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint import Network

# Tukey's h: a normal number z becomes z · exp(h z² / 2), whose tail falls as |w|^(−1/h) does. With
# h = 0.1 the largest of a million weights is some 15 standard deviations, as after training.
TAIL = 0.1
BLOCK = 1 << 18

WEIGHTS = (
    f"weights are random with a heavy tail (Tukey's h = {TAIL}) at the scale of Glorot's "
    "initialisation; no network was trained"
)


@dataclass(frozen=True)
class Design:
    """The networks of one data set (paper, section 3.2); layer sizes by name.

    Attributes
    ----------
    inputs : int
        Number of input neurons.
    labels : tuple of int
        Numbers of labels; the last is that of the base.
    width : int
        Neurons of each hidden layer of the base.
    widths, depths : tuple of int
        Sizes and numbers of hidden layers; the first depth is that of the base.
    orders : int
        How many permutations of the inputs, each a network of the base's size.
    """

    inputs: int
    labels: tuple[int, ...]
    width: int = 512
    widths: tuple[int, ...] = (128, 256, 512, 1024)
    depths: tuple[int, ...] = (2, 4, 6, 8, 10)
    orders: int = 5

    def networks(self) -> dict[str, tuple[int, ...]]:
        """Layer sizes of every network, inputs first, by the network's name."""
        base, outputs = self.depths[0], self.labels[-1]
        found = {}
        for width in self.widths:
            found[f"layer_size-{width}"] = self._sizes(width, base, outputs)
        for depth in self.depths:
            found[f"number_of_layers-{depth}"] = self._sizes(self.width, depth, outputs)
        for order in range(1, self.orders + 1):
            found[f"input_order-{order}"] = self._sizes(self.width, base, outputs)
        for label in self.labels:
            found[f"number_of_labels-{label}"] = self._sizes(self.width, base, label)
        return found

    def _sizes(self, width: int, depth: int, outputs: int) -> tuple[int, ...]:
        return (self.inputs, *[width] * depth, outputs)


# Inputs of the last two image sets: the features of a small network of convolutions with three
# poolings and 128 channels, 3 × 3 × 128 and 4 × 4 × 128.
PAPER = {
    "mnist": Design(784, (2, 4, 6, 8, 10)),
    "fashion_mnist": Design(1152, (2, 4, 6, 8, 10)),
    "cifar10": Design(2048, (2, 4, 6, 8, 10)),
    "language_identification": Design(129, (2, 3, 4, 6, 7)),
    "reuters": Design(10_000, (2, 6, 12, 23, 46)),
}

SMALL = {
    "small": Design(20, (2, 5), width=16, widths=(8, 16), depths=(2, 3), orders=2),
    "smaller": Design(9, (2, 3), width=8, widths=(4, 8), depths=(2, 3), orders=1),
}


def edges(sizes: tuple[int, ...]) -> int:
    """Weights and biases of a network with a bias at every neuron but the inputs."""
    return sum((below + 1) * above for below, above in pairwise(sizes))


def heavy_tailed(
    sizes: tuple[int, ...], seed: int, metadata: Mapping[str, Any] | None = None
) -> Network:
    """Draw a network at random, in place, so that no memory is taken beside its weights."""
    random = np.random.Generator(np.random.SFC64(seed))
    layers = []
    for below, above in pairwise(sizes):
        scale = np.float32(np.sqrt(2 / (below + above)))
        weight = np.empty((above, below), dtype=np.float32)
        bias = np.empty(above, dtype=np.float32)
        _draw(weight.reshape(-1), scale, random)
        _draw(bias, scale, random)
        layers.append((weight, bias))
    return Network.from_layers(layers, metadata)


def tied(sizes: tuple[int, ...], seed: int, biases: bool) -> Network:
    """Draw a network of few distinct weights, many of them zero, with or without biases."""
    drawn = heavy_tailed(sizes, seed)
    steps = [np.float32(8) / np.abs(weight).max() for weight in drawn.weights]
    return Network.from_layers(
        [
            (
                np.round(weight * step),
                np.round(bias * step) if biases and bias is not None else None,
            )
            for weight, bias, step in zip(drawn.weights, drawn.biases, steps, strict=True)
        ]
    )


def _draw(values: NDArray[np.float32], scale: np.float32, random: np.random.Generator) -> None:
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        random.standard_normal(dtype=np.float32, out=block)
        block *= np.exp(np.float32(TAIL / 2) * block * block)
        block *= scale
