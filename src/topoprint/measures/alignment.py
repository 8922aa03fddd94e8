"""Frobenius distance of two networks of one shape, once their neurons are put side by side."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from topoprint.errors import InputError
from topoprint.homology.network_graph import NetworkGraph
from topoprint.measures.base import Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.measures.renumbering import (
    IntArray,
    Layers,
    Orders,
    arranged,
    is_renumbered,
    kinds,
    own_order,
)
from topoprint.measures.subject import Need
from topoprint.networks.maps import FloatArray
from topoprint.networks.network import Network
from topoprint.products import product

# Sweeps go on while one leaves less than this of the square of the distance.
LEAST_GAIN = 0.99


def aligned_distance(one: Network, other: Network) -> float:
    """Frobenius norm of the difference of the weights, after matching the hidden neurons.

    Weights and biases are divided by the greatest magnitude of their network. Going forwards, the
    neurons of each hidden layer of ``other`` are matched to those of ``one`` by a linear
    assignment that makes the difference of their incoming weights least (weight matching:
    Ainsworth et al., "Git Re-Basin", ICLR 2023, without its sweeps over outgoing weights, which
    take less than 1 % more off the distance of trained networks). Among neurons with the same
    incoming weights, such as dead ones, the outgoing weights decide, in sweeps over the layers for
    as long as they help. The best of all matchings is not found in general, so that the triangle
    inequality may fail.

    A network and itself with hidden neurons renumbered are found first, and have distance 0, not
    only up to rounding (:func:`topoprint.measures.renumbering.is_renumbered` has the limits of the
    search). Others are matched in an order that the numbers of the neurons do not decide
    (:func:`topoprint.measures.renumbering.own_order`), so that renumbering one of them changes the
    distance by no more than the rounding of a sum. Scaling by a power of 2 changes nothing; another
    factor rounds the weights, which may decide between matchings that are equally good.

    Raises
    ------
    InputError
        If the networks have different shapes.
    """
    if one.layer_sizes != other.layer_sizes:
        raise InputError("networks of different shapes cannot be aligned")
    nets = layers_of(one), layers_of(other)
    # In most networks one weight tells all neurons of a layer apart: what ties ask for is spared.
    own = _plain_order(nets[0]), _plain_order(nets[1])
    plain = all(own)
    first, second = (np.sort(net[0][:, 0]) for net in nets)
    if (not plain or np.array_equal(first, second)) and is_renumbered(*nets):
        return 0.0
    if not plain:
        own = own_order(nets[0]), own_order(nets[1])
    fixed, moved = (arranged(*both) for both in zip(nets, own, strict=True))
    kind_of = _each_its_own if plain else kinds
    alike = [(kind_of(first), kind_of(second)) for first, second in zip(fixed, moved, strict=True)]
    tied = any(kind.max() + 1 < len(kind) for pair in alike[:-1] for kind in pair)
    orders = _matched(fixed, moved, alike, None)
    square = _square(*nets, own, orders)
    while tied:
        orders = _matched(fixed, moved, alike, orders)
        swept = _square(*nets, own, orders)
        tied = swept < LEAST_GAIN * square
        square = min(square, swept)
    return float(np.sqrt(square))


def _plain_order(net: Layers) -> Orders:
    """Order of the neurons of each layer by their weights from the first of the layer before.

    By their biases where these weights are not all different; empty where neither are.
    """
    orders: Orders = [np.arange(net[0].shape[1] - 1)]
    for layer in net[:-1]:
        for column in (layer[:, orders[-1][0]], layer[:, -1]):
            order = np.argsort(column, kind="stable")
            if np.diff(column[order]).all():
                orders.append(order)
                break
        else:
            return []
    return [*orders, np.arange(len(net[-1]))]


def _each_its_own(rows: FloatArray) -> IntArray:
    return np.arange(len(rows))


def _matched(
    fixed: Layers,
    moved: Layers,
    alike: list[tuple[IntArray, IntArray]],
    known: Orders | None,
) -> Orders:
    """Neuron of the second network that is matched to each of the first, layer by layer.

    Parameters
    ----------
    fixed, moved : Layers
    alike : list of (ndarray, ndarray)
        Of each layer, neurons with the same incoming weights by the same number.
    known : Orders or None
        An earlier matching, by which outgoing weights are compared; without it they are compared
        in ascending order, but for those to the outputs.
    """
    orders = [np.arange(fixed[0].shape[1] - 1)]
    for layer, (one, other) in enumerate(zip(fixed[:-1], moved[:-1], strict=True)):
        order = orders[-1]
        incoming = product(one, np.column_stack([other[:, order], other[:, -1]]).T)
        best = _assigned(incoming)
        kind, other_kind = alike[layer]
        # Whatever is matched to one of its kind may be matched to another: no incoming weight
        # differs more for it.
        allowed = np.zeros((kind.max() + 1, other_kind.max() + 1), dtype=bool)
        allowed[kind, other_kind[best]] = True
        if allowed.size < len(one) ** 2:
            outgoing = fixed[layer + 1][:, :-1], moved[layer + 1][:, :-1]
            if known is not None:
                outgoing = outgoing[0], outgoing[1][known[layer + 2]]
            elif layer + 2 < len(fixed):
                outgoing = np.sort(outgoing[0], axis=0), np.sort(outgoing[1], axis=0)
            likeness = np.where(
                allowed[np.ix_(kind, other_kind)], product(outgoing[0].T, outgoing[1]), -np.inf
            )
            best = linear_sum_assignment(likeness, maximize=True)[1]
        orders.append(best)
    return [*orders, np.arange(len(fixed[-1]))]


def _assigned(likeness: FloatArray) -> IntArray:
    """Column that each row is assigned to, such that their likenesses have the greatest sum.

    What is taken off a row or a column is the same for all assignments. Without the best of each,
    the search begins with fewer rows that ask for a column that is taken.
    """
    lost = likeness.max(axis=1, keepdims=True).astype(np.float64) - likeness
    lost -= lost.min(axis=0)
    columns: IntArray = linear_sum_assignment(lost)[1]
    return columns


def _square(one: Layers, other: Layers, own: tuple[Orders, Orders], matched: Orders) -> float:
    """Square of the distance, in the numbering of the first network, by a matching in their own."""
    orders = []
    for first, second, order in zip(*own, matched, strict=True):
        orders.append(np.empty_like(order))
        orders[-1][first] = second[order]
    return sum(
        float(np.sum((fixed - moved) ** 2, dtype=np.float64))
        for fixed, moved in zip(one, arranged(other, orders), strict=True)
    )


def layers_of(network: Network) -> list[FloatArray]:
    """Weights of each layer with its biases as a last column, in units of max|W|."""
    layers: list[NDArray[np.float32]] = [
        np.column_stack([weight, np.zeros(len(weight), np.float32) if bias is None else bias])
        for weight, bias in zip(network.weights, network.biases, strict=True)
    ]
    scale = max(float(np.abs(layer).max()) for layer in layers)
    return [layer / np.float32(scale) + np.float32(0) for layer in layers]  # no negative zeros


def edges(graph: NetworkGraph) -> Network:
    """Leave out the biases that are no edges."""
    return Network.from_layers(zip(graph.network.weights, graph.biases, strict=True))


class FrobeniusAligned(OfGraphs, Pairwise):
    """Frobenius norm of the difference of the weights, after matching the hidden neurons."""

    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights", "equal shapes"})
    paired: ClassVar[bool] = True
    metric: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "scale"})

    kind: Literal["frobenius_aligned"] = "frobenius_aligned"

    @property
    def feature(self) -> Computed:
        """Weights and biases that are edges."""
        return Computed(edges, self.graph)

    def distance(self, one: Network, other: Network) -> float:
        """Distance of two networks of one shape; NaN between others."""
        shapes = [
            (network.layer_sizes, [bias is None for bias in network.biases])
            for network in (one, other)
        ]
        return aligned_distance(one, other) if shapes[0] == shapes[1] else float("nan")


MEASURES = (FrobeniusAligned(),)
