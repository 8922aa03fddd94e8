"""Networks put side by side as others did it: forward bipartite alignment, Git Re-Basin."""

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from topoprint.measures.alignment import edges, layers_of
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.measures.renumbering import (
    Layers,
    Orders,
    arranged,
    is_renumbered,
    own_order,
)
from topoprint.measures.subject import Need
from topoprint.networks.network import Network
from topoprint.products import product

# Sweeps over the layers; Git Re-Basin ends where one changes nothing.
MOST_SWEEPS = 100


def forward_matching(one: Layers, other: Layers) -> Orders:
    """Match the units of each hidden layer in turn by the distance of what enters them.

    Forward bipartite alignment (Ashmore and Gashler, IJCNN 2015): the inputs are common; a layer's
    units are matched by the least sum of Euclidean distances between their incoming weights and
    biases, those of the other network in the order in which the layer below was matched.

    Returns
    -------
    list of ndarray, int64
        Of each layer, inputs and outputs included, the unit of the other that each one is matched
        to.
    """
    orders: Orders = [np.arange(one[0].shape[1] - 1)]
    for own, theirs in zip(one[:-1], other[:-1], strict=True):
        costs = cdist(own, np.column_stack([theirs[:, orders[-1]], theirs[:, -1]]))
        orders.append(linear_sum_assignment(costs)[1])
    return [*orders, np.arange(len(one[-1]))]


def weight_matching(one: Layers, other: Layers) -> Orders:
    """Match the units of all hidden layers by what enters and leaves them, in sweeps.

    Weight matching of Git Re-Basin (Ainsworth, Hayase and Srinivasa, ICLR 2023, algorithm 1): one
    layer after the other is matched anew by the greatest inner product of incoming and outgoing
    weights, the layers beside it as they are matched, until no layer changes. The first matching is
    that of :func:`forward_matching`, and the layers take turns in their order.

    Returns
    -------
    list of ndarray, int64
        As :func:`forward_matching`.
    """
    orders = forward_matching(one, other)
    for _ in range(MOST_SWEEPS):
        before = [order.copy() for order in orders]
        for layer in range(1, len(one)):
            likeness = _likeness(one, other, orders, layer)
            found = linear_sum_assignment(likeness, maximize=True)[1]
            # Of matchings that are as good the one that is there stays, so that sweeps end.
            rows = np.arange(len(found))
            now, then = likeness[rows, found].sum(), likeness[rows, orders[layer]].sum()
            if now > then + 1e-9 * abs(then):
                orders[layer] = found
        if all(map(np.array_equal, before, orders)):
            break
    return orders


def _likeness(one: Layers, other: Layers, orders: Orders, layer: int) -> Array:
    below, above = orders[layer - 1], orders[layer + 1]
    theirs = other[layer - 1]
    incoming = product(one[layer - 1], np.column_stack([theirs[:, below], theirs[:, -1]]).T)
    outgoing = product(one[layer][:, :-1].T, other[layer][above, :-1])
    return (incoming + outgoing).astype(np.float64)


class _Aligned(OfGraphs, Pairwise):
    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights", "equal shapes"})
    paired: ClassVar[bool] = True
    metric: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "scale"})

    @abstractmethod
    def matching(self, one: Layers, other: Layers) -> Orders:
        """Give the unit of the other network for each unit of the one, by layers."""

    @property
    def feature(self) -> Computed:
        """Weights and biases that are edges."""
        return Computed(edges, self.graph)

    def distance(self, one: Network, other: Network) -> float:
        """Frobenius norm of the difference, in units of max|W|; NaN between other shapes.

        Exactly 0 between a network and itself renumbered. Others are matched in an order that their
        numbers do not decide (:mod:`topoprint.measures.renumbering`), ties and dead units included.
        """
        shapes = [
            (network.layer_sizes, [bias is None for bias in network.biases])
            for network in (one, other)
        ]
        if shapes[0] != shapes[1]:
            return float("nan")
        nets = layers_of(one), layers_of(other)
        if is_renumbered(*nets):
            return 0.0
        fixed, moved = (arranged(net, own_order(net)) for net in nets)
        orders = self.matching(fixed, moved)
        squares = (
            np.sum((first - second) ** 2, dtype=np.float64)
            for first, second in zip(fixed, arranged(moved, orders), strict=True)
        )
        return float(np.sqrt(sum(squares)))


class ForwardBipartite(_Aligned):
    """Frobenius distance after forward bipartite alignment (Ashmore and Gashler 2015)."""

    kind: Literal["forward_bipartite"] = "forward_bipartite"

    def matching(self, one: Layers, other: Layers) -> Orders:
        """Layer by layer, by incoming weights."""
        return forward_matching(one, other)


class GitRebasin(_Aligned):
    """Frobenius distance after weight matching of Git Re-Basin (Ainsworth et al. 2023)."""

    kind: Literal["git_rebasin"] = "git_rebasin"

    def matching(self, one: Layers, other: Layers) -> Orders:
        """In sweeps, by incoming and outgoing weights."""
        return weight_matching(one, other)


MEASURES = (ForwardBipartite(), GitRebasin())
