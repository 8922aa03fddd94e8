"""Twins: networks that compute the same function as a network, and have other weights."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.network import Network

# Deviation of the logarithm of the factors by which units are rescaled.
SIGMA = 0.5


@dataclass(frozen=True)
class Copies:
    """Where the units of a twin's hidden layer come from.

    Attributes
    ----------
    layer : int
        Hidden layer of the network, from 0.
    units : ndarray, int64, shape (n,)
        Unit of that layer.
    factors : ndarray, float32, shape (n,)
        The twin's unit has the output of that unit times this.
    """

    layer: int
    units: NDArray[np.int64]
    factors: NDArray[np.float32]


@dataclass(frozen=True)
class Twin:
    """A network of the same function.

    Attributes
    ----------
    network : Network
    hidden : tuple of Copies
        One a hidden layer of the twin.
    """

    network: Network
    hidden: tuple[Copies, ...]


def _same(network: Network) -> list[Copies]:
    return [
        Copies(layer, np.arange(size), np.ones(size, np.float32))
        for layer, size in enumerate(network.layer_sizes[1:-1])
    ]


def _renumbered(network: Network, rng: np.random.Generator) -> Twin:
    return _copied(
        network, [replace(c, units=rng.permutation(len(c.units))) for c in _same(network)]
    )


def _rescaled(network: Network, rng: np.random.Generator) -> Twin:
    exponents = (rng.normal(0, SIGMA / np.log(2), len(c.units)).round() for c in _same(network))
    return _copied(
        network,
        [
            replace(c, factors=np.exp2(powers).astype(np.float32))
            for c, powers in zip(_same(network), exponents, strict=True)
        ],
    )


def _copied(network: Network, hidden: list[Copies]) -> Twin:
    """Rows of each layer as they are copied, columns to match; outputs and inputs as they were."""
    layers = []
    for number, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        if number:
            before = hidden[number - 1]
            weight = weight[:, before.units] / before.factors
        if number < len(hidden):
            own = hidden[number]
            weight = weight[own.units] * own.factors[:, None]
            bias = None if bias is None else bias[own.units] * own.factors
        layers.append((weight, bias))
    return Twin(Network.from_layers(layers), tuple(hidden))


def _split_neuron(network: Network, rng: np.random.Generator) -> Twin:
    """Put a unit in twice, each with half of what leaves it."""
    hidden = _same(network)
    layer = int(rng.integers(len(hidden)))
    own = hidden[layer]
    unit = int(rng.integers(len(own.units)))
    hidden[layer] = Copies(layer, np.append(own.units, unit), np.append(own.factors, np.float32(1)))
    made = _copied(network, hidden).network
    layers = list(zip(made.weights, made.biases, strict=True))
    weight = layers[layer + 1][0].copy()
    weight[:, [unit, -1]] /= 2
    layers[layer + 1] = (weight, layers[layer + 1][1])
    return Twin(Network.from_layers(layers), tuple(hidden))


def _identity_layer(network: Network, rng: np.random.Generator) -> Twin:
    """Put in a layer that copies what a hidden layer gives, which is at least 0."""
    hidden = _same(network)
    layer = int(rng.integers(len(hidden)))
    size = len(hidden[layer].units)
    layers = list(zip(network.weights, network.biases, strict=True))
    bias = None if layers[layer][1] is None else np.zeros(size, np.float32)
    layers.insert(layer + 1, (np.eye(size, dtype=np.float32), bias))
    hidden.insert(layer + 1, hidden[layer])
    return Twin(Network.from_layers(layers), tuple(hidden))


TWINS: dict[str, Callable[[Network, np.random.Generator], Twin]] = {
    "renumbered": _renumbered,
    "rescaled": _rescaled,
    "split_neuron": _split_neuron,
    "identity_layer": _identity_layer,
}


def twin_of(network: Network, twin: str, seed: int) -> Twin:
    """Make a twin of a network of dense layers with ReLU between them.

    Parameters
    ----------
    network : Network
    twin : str
        ``renumbered``: hidden units in random order; ``rescaled``: what enters a hidden unit times
        c, what leaves it divided by c, log c normal of deviation 0.5, rounded to powers of two,
        so that float32 keeps the function to the bit; ``split_neuron``: a hidden unit twice, each
        with half of what leaves it; ``identity_layer``: a hidden layer that copies another.
    seed : int
        Of the random stream, at least 0.

    Raises
    ------
    InputError
        If the twin is not known, the network has no hidden layer or is no chain of dense layers, or
        a rescaled weight lies beyond float32.
    """
    if twin not in TWINS:
        raise InputError(f"twin {twin!r} is not known; choose {', '.join(TWINS)}")
    if len(network.weights) < 2:
        raise InputError("the network has no hidden layer, of which twins are made")
    with np.errstate(over="ignore"):  # refused by the network
        made = TWINS[twin](network, np.random.default_rng(seed))
    return replace(made, network=replace(made.network, metadata=network.metadata))
