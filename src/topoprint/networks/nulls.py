"""Null models: networks that keep something of a network and lose the rest.

A distance that a null model does not change cannot see what the null lost. Each is a function of a
network and a random stream alone. Units, places and wires stay; weights are drawn map by map.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.architecture import greatest_magnitude
from topoprint.networks.maps import LinearMap
from topoprint.networks.network import Network

Array = NDArray[Any]
Maps = list[LinearMap]


class NullError(InputError):
    """A null that came out as no network, though the network that it is of is one.

    Distances of this null are unknown (NaN); those of others are not touched by it.
    """


def _map_by_map(network: Network, draw: Callable[[Array], Array]) -> Maps:
    """Draw the weights of each map, given and wanted in one dimension, and their type kept."""
    return [
        replace(
            one,
            weight=draw(one.weight.ravel()).astype(one.weight.dtype).reshape(one.weight.shape),
        )
        for one in network.maps
    ]


def _shuffled_layers(network: Network, rng: np.random.Generator) -> Maps:
    return _map_by_map(network, rng.permutation)


def _shuffled_network(network: Network, rng: np.random.Generator) -> Maps:
    weights = iter(_pooled([one.weight for one in network.maps if not one.is_bias], rng))
    biases = iter(_pooled([one.weight for one in network.maps if one.is_bias], rng))
    return [replace(one, weight=next(biases if one.is_bias else weights)) for one in network.maps]


def _pooled(arrays: list[Array], rng: np.random.Generator) -> list[Array]:
    """Arrays of the same shapes, holding the entries of all of them in random places."""
    if not arrays:
        return []
    alike = len({array.dtype for array in arrays}) == 1
    flat = [array.ravel() if alike else array.ravel().astype(np.float32) for array in arrays]
    pool = rng.permutation(np.concatenate(flat))
    parts = np.split(pool, np.cumsum([array.size for array in arrays])[:-1])
    return [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]


def _gaussian(network: Network, rng: np.random.Generator) -> Maps:
    def draw(array: Array) -> Array:
        wide = array.astype(np.float32, copy=False)
        drawn: Array = rng.normal(wide.mean(), wide.std(), wide.shape).astype(np.float32)
        return drawn

    return _map_by_map(network, draw)


def _resampled(network: Network, rng: np.random.Generator) -> Maps:
    return _map_by_map(network, lambda array: rng.choice(array, array.shape))


def _relinked(network: Network, rng: np.random.Generator) -> Maps:
    """Put the inputs of each map that are hidden units in another order, for its weights alone.

    Where a map has one input a group, as a scale a unit has, its groups are.
    """
    fed = np.zeros(network.n_units, dtype=bool)
    for part in (*(one.outputs for one in network.maps), *(some.targets for some in network.wires)):
        fed[part] = True
    found = []
    for one in network.maps:
        weight = one.weight
        if not one.is_bias and fed[one.inputs].any():
            axis = 2 if weight.shape[2] > 1 else 0
            weight = weight.take(rng.permutation(weight.shape[axis]), axis=axis)
        found.append(replace(one, weight=weight))
    return found


# What a network keeps under each, its shape apart.
NULLS: dict[str, Callable[[Network, np.random.Generator], Maps]] = {
    "shuffled_layers": _shuffled_layers,
    "shuffled_network": _shuffled_network,
    "gaussian": _gaussian,
    "resampled": _resampled,
    "relinked": _relinked,
}


# The null of a step of training that is made of the network before its training.
UNTRAINED = "untrained"


def untrained_at(start: Network, network: Network) -> Network:
    """Give an untrained network the scale of a trained one: of what was learned, the norms alone.

    Parameters
    ----------
    start, network : Network
        Of the same maps; ``start`` before its training.

    Returns
    -------
    Network
        The weights of ``start``, those of each map multiplied by a positive number such that their
        Euclidean norm is that of the map in ``network``; without the metadata. Maps that are zero
        stay so, as biases before training are.

    Raises
    ------
    InputError
        If the two are not of the same maps.
    """
    shapes = [[one.weight.shape for one in made.maps] for made in (start, network)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"null {UNTRAINED!r}: a network of {start.shape} is not the start of one of "
            f"{network.shape}"
        )
    maps = []
    for one, other in zip(start.maps, network.maps, strict=True):
        norms = [float(np.linalg.norm(m.weight.astype(np.float64))) for m in (one, other)]
        factor = norms[1] / norms[0] if norms[0] else 0.0
        maps.append(replace(one, weight=(one.weight * factor).astype(one.weight.dtype)))
    return Network(start.n_units, tuple(maps), start.wires, sums=start.sums)


def null_network(network: Network, null: str, seed: int) -> Network:
    """Make a null of a network.

    Parameters
    ----------
    network : Network
    null : str
        ``shuffled_layers``: the weights of each map in random places, and so its biases;
        ``shuffled_network``: the weights of all maps together, and all biases together;
        ``gaussian``: drawn from a normal distribution of each map's mean and deviation, weights
        and biases apart; ``resampled``: drawn with replacement from each map's own;
        ``relinked``: each matrix as it is, but the hidden units that it reads in random order (of
        a convolution the channels; of a depthwise one or a scale which of them has which weights).
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
        maps = NULLS[null](network, np.random.default_rng(seed))
        greatest = [greatest_magnitude(one) for one in maps if not one.is_bias]
        of_biases = [greatest_magnitude(one) for one in maps if one.is_bias]
    drawn = f"null {null!r} of {network.id.network or 'a network'}, stream {seed},"
    if not any(greatest):
        raise NullError(f"{drawn} came out all zero: too few of the weights are not; leave it out")
    if not np.isfinite([*greatest, *of_biases]).all():
        raise NullError(f"{drawn} has weights beyond float32: too large ones; leave it out")
    return Network(network.n_units, tuple(maps), network.wires, sums=network.sums)
