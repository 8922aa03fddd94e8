"""A network with its magnitudes replaced by their ranks: a filtration free of scale."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from topoprint.networks.maps import FloatArray, LinearMap
from topoprint.networks.network import Network


def ranked(network: Network, bias: bool = True) -> Network:
    """Replace magnitudes by their ranks within a layer, which makes a filtration free of scale.

    Of the n weights and biases of a layer, the k-th smallest magnitude becomes k / n (equal ones
    their mean rank); signs stay, and zeros stay zero. A layer is a linear map with its biases; a
    weight counts once, however often it is used. Without ``bias``, biases stay as they are and do
    not count. The graph's filtration value (equation 1) is then the share of the layer's edges that
    are at least about as strong, whatever the distribution of its weights.
    """
    maps: list[LinearMap] = []
    for layer in _layers(network.maps):
        counted = [one for one in layer if bias or not one.is_bias]
        if not counted:
            maps += layer
            continue
        both = np.concatenate([one.weight.ravel().astype(np.float32) for one in counted])
        shares = np.copysign(_shares(np.abs(both)), both)
        ends = np.cumsum([one.weight.size for one in counted])
        for one, own in zip(counted, np.split(shares, ends[:-1]), strict=True):
            maps.append(replace(one, weight=own.reshape(one.weight.shape)))
        maps += layer[len(counted) :]
    return Network.from_maps(network.n_units, maps, network.wires, sums=network.sums)


def _layers(maps: Sequence[LinearMap]) -> Iterator[list[LinearMap]]:
    """Group maps: each with the biases behind it that feed its outputs."""
    layer: list[LinearMap] = []
    for one in maps:
        if one.is_bias and layer and np.array_equal(_ends(one), _ends(layer[0])):
            layer.append(one)
            continue
        if layer:
            yield layer
        layer = [one]
    yield layer


def _ends(one: LinearMap) -> NDArray[np.int64]:
    return np.sort(one.outputs, axis=None)


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
