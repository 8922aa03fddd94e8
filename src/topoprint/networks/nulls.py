"""Null models: networks that keep something of a network and lose the rest.

A distance that a null model does not change cannot see what the null lost. Each is a function of a
network and a random stream alone.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.network import FloatArray, Network


def _layer_by_layer(network: Network, draw: Callable[[FloatArray], FloatArray]) -> Network:
    return Network.from_layers(
        (draw(weight), None if bias is None else draw(bias))
        for weight, bias in zip(network.weights, network.biases, strict=True)
    )


def _shuffled_layers(network: Network, rng: np.random.Generator) -> Network:
    return _layer_by_layer(
        network, lambda array: rng.permutation(array.ravel()).reshape(array.shape)
    )


def _shuffled_network(network: Network, rng: np.random.Generator) -> Network:
    weights = _pooled([*network.weights], rng)
    biases = iter(_pooled([bias for bias in network.biases if bias is not None], rng))
    return Network.from_layers(
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


def _gaussian(network: Network, rng: np.random.Generator) -> Network:
    return _layer_by_layer(
        network,
        lambda array: rng.normal(array.mean(), array.std(), array.shape).astype(np.float32),
    )


def _resampled(network: Network, rng: np.random.Generator) -> Network:
    return _layer_by_layer(network, lambda array: rng.choice(array.ravel(), array.shape))


# What a network keeps under each, its shape apart.
NULLS: dict[str, Callable[[Network, np.random.Generator], Network]] = {
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
    """
    if null not in NULLS:
        raise InputError(f"null {null!r} is not known; choose {', '.join(NULLS)}")
    return NULLS[null](network, np.random.default_rng(seed))


def ranked(network: Network) -> Network:
    """Replace magnitudes by their ranks within a layer, which makes a filtration free of scale.

    Of the n weights and biases of a layer, the k-th smallest magnitude becomes k / n (equal ones
    their mean rank); signs stay, and zeros stay zero. The graph's filtration value (equation 1)
    is then the share of the layer's edges that are at least about as strong, whatever the
    distribution of its weights.
    """
    layers = []
    for weight, bias in zip(network.weights, network.biases, strict=True):
        both = weight.ravel() if bias is None else np.concatenate([weight.ravel(), bias])
        shares = np.copysign(_shares(np.abs(both)), both)
        own = None if bias is None else shares[weight.size :]
        layers.append((shares[: weight.size].reshape(weight.shape), own))
    return Network.from_layers(layers)


def _shares(magnitudes: FloatArray) -> FloatArray:
    """Rank of each magnitude, equal ones at their mean, over their number; 0 for zeros."""
    order = _ascending(magnitudes)
    ordered = magnitudes[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    ends = np.append(starts[1:], len(ordered))
    distinct = ((starts + 1 + ends) / 2 / len(ordered)).astype(np.float32)
    if ordered[0] == 0:
        distinct[0] = 0
    shares = np.empty_like(magnitudes)
    shares[order] = np.repeat(distinct, ends - starts)
    return shares


def _ascending(magnitudes: FloatArray) -> NDArray[np.int64]:
    """Order that sorts float32 numbers from 0, by the two halves of their bits, lower half first.

    Read as whole numbers, such floats keep their order; numpy sorts those of 16 bits by radix,
    which takes half the time of its sort of the floats.
    """
    bits = magnitudes.view(np.uint32)
    order = np.argsort(bits.astype(np.uint16), kind="stable")
    return order[np.argsort((bits[order] >> 16).astype(np.uint16), kind="stable")]
