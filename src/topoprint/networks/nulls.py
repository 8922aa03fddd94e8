"""Null models: networks that keep something of a network and lose the rest.

A distance that a null model does not change cannot see what the null lost. Each is a function of a
network and a random stream alone.
"""

from collections.abc import Callable, Iterable

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.maps import FloatArray
from topoprint.networks.network import Network

Layers = Iterable[tuple[FloatArray, FloatArray | None]]


class NullError(InputError):
    """A null that came out as no network, though the network that it is of is one.

    Distances of this null are unknown (NaN); those of others are not touched by it.
    """


def _layer_by_layer(network: Network, draw: Callable[[FloatArray], FloatArray]) -> Layers:
    return (
        (draw(weight), None if bias is None else draw(bias))
        for weight, bias in zip(network.weights, network.biases, strict=True)
    )


def _shuffled_layers(network: Network, rng: np.random.Generator) -> Layers:
    return _layer_by_layer(
        network, lambda array: rng.permutation(array.ravel()).reshape(array.shape)
    )


def _shuffled_network(network: Network, rng: np.random.Generator) -> Layers:
    weights = _pooled([*network.weights], rng)
    biases = iter(_pooled([bias for bias in network.biases if bias is not None], rng))
    return (
        (weight, None if bias is None else next(biases))
        for weight, bias in zip(weights, network.biases, strict=True)
    )


def _pooled(arrays: list[FloatArray], rng: np.random.Generator) -> list[FloatArray]:
    """Arrays of the same shapes, holding the entries of all of them in random places."""
    if not arrays:
        return []
    pool = rng.permutation(np.concatenate([array.ravel() for array in arrays]))
    parts = np.split(pool, np.cumsum([array.size for array in arrays])[:-1])
    return [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]


def _gaussian(network: Network, rng: np.random.Generator) -> Layers:
    return _layer_by_layer(
        network,
        lambda array: rng.normal(array.mean(), array.std(), array.shape).astype(np.float32),
    )


def _resampled(network: Network, rng: np.random.Generator) -> Layers:
    return _layer_by_layer(network, lambda array: rng.choice(array.ravel(), array.shape))


# What a network keeps under each, its shape apart.
NULLS: dict[str, Callable[[Network, np.random.Generator], Layers]] = {
    "shuffled_layers": _shuffled_layers,
    "shuffled_network": _shuffled_network,
    "gaussian": _gaussian,
    "resampled": _resampled,
}


def null_network(network: Network, null: str, seed: int) -> Network:
    """Make a null of a network.

    Parameters
    ----------
    network : Network
    null : str
        ``shuffled_layers``: the weights of each layer in random places, and so its biases;
        ``shuffled_network``: the weights of all layers together, and all biases together;
        ``gaussian``: drawn from a normal distribution of each layer's mean and deviation, weights
        and biases apart; ``resampled``: drawn with replacement from each layer's own.
    seed : int
        Of the random stream, at least 0.

    Returns
    -------
    Network
        Of the same shape, without the metadata.

    Raises
    ------
    InputError
        If the null is not known.
    NullError
        If all its weights come out zero, as those of ``resampled`` may where few of the
        network's own are not, or some beyond float32, as those of ``gaussian`` may.
    """
    if null not in NULLS:
        raise InputError(f"null {null!r} is not known; choose {', '.join(NULLS)}")
    with np.errstate(over="ignore", invalid="ignore"):  # refused below
        layers = list(NULLS[null](network, np.random.default_rng(seed)))
    arrays = [array for layer in layers for array in layer if array is not None]
    drawn = f"null {null!r} of {network.id.network or 'a network'}, stream {seed},"
    if not any(weight.any() for weight, _ in layers):
        raise NullError(f"{drawn} came out all zero: too few of the weights are not; leave it out")
    if not all(np.isfinite(array).all() for array in arrays):
        raise NullError(f"{drawn} has weights beyond float32: too large ones; leave it out")
    return Network.from_layers(layers)
