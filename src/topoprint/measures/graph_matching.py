"""FAQ: graph matching of whole networks, of any sizes, without a word of layers."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import quadratic_assignment

from topoprint.measures.alignment import edges, layers_of
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.measures.renumbering import arranged, is_renumbered, own_order
from topoprint.measures.subject import Need
from topoprint.networks.network import Network


def adjacency(network: Network, hidden: int) -> Array:
    """Adjacency matrix of w / max|W|: inputs, outputs, then the hidden units, forward edges.

    A bias stands on the diagonal of its unit. Hidden units that are missing to ``hidden`` are
    isolated vertices (padding).

    Parameters
    ----------
    network : Network
        Of chained dense layers.
    hidden : int
        Number of hidden units.

    Returns
    -------
    ndarray, float64, shape (n, n)
        Entry (source, target).
    """
    given = layers_of(network)
    net = arranged(given, own_order(given))
    sizes = network.layer_sizes
    ends = sizes[0] + sizes[-1]
    starts = [0, *(ends + np.cumsum([0, *sizes[1:-2]])), sizes[0]]
    if len(sizes) == 2:
        starts = [0, sizes[0]]
    found = np.zeros((ends + hidden, ends + hidden))
    for layer, start, after in zip(net, starts[:-1], starts[1:], strict=True):
        out, in_ = layer.shape[0], layer.shape[1] - 1
        found[start : start + in_, after : after + out] = layer[:, :-1].T
        units = np.arange(after, after + out)
        found[units, units] = layer[:, -1]
    return found


def match(one: Array, other: Array, known: int) -> NDArray[np.int64]:
    """Match the vertices of two graphs of one size by FAQ, the first ``known`` with themselves.

    scipy's ``quadratic_assignment`` (method faq: Vogelstein et al. 2015; known vertices: Fishkind
    et al. 2019), from the barycentre of the doubly stochastic matrices, which no numbering moves.
    """
    seeds = np.repeat(np.arange(known), 2).reshape(-1, 2)
    rng = np.random.default_rng(0)  # of which nothing is drawn
    result = quadratic_assignment(
        one, other, method="faq", options={"maximize": True, "partial_match": seeds, "rng": rng}
    )
    found: NDArray[np.int64] = result["col_ind"].astype(np.int64)
    return found


class GraphMatching(OfGraphs, Pairwise):
    """Frobenius distance of the adjacencies after graph matching (FAQ: Vogelstein et al. 2015)."""

    needs: ClassVar[frozenset[Need]] = frozenset(
        {"dense layers", "weights", "equal inputs and outputs"}
    )
    paired: ClassVar[bool] = True
    metric: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "scale"})

    kind: Literal["graph_matching"] = "graph_matching"

    @property
    def feature(self) -> Computed:
        """Weights and biases that are edges."""
        return Computed(edges, self.graph)

    def distance(self, one: Network, other: Network) -> float:
        """Distance of two networks; NaN between networks of other inputs or outputs.

        Inputs and outputs are matched with themselves, hidden units with any, the smaller network
        padded by isolated units. Exactly 0 between a network and itself renumbered.
        """
        sizes = one.layer_sizes, other.layer_sizes
        known = sizes[0][0] + sizes[0][-1]
        if (sizes[0][0], sizes[0][-1]) != (sizes[1][0], sizes[1][-1]):
            return float("nan")
        if sizes[0] == sizes[1] and is_renumbered(layers_of(one), layers_of(other)):
            return 0.0
        hidden = max(sum(own[1:-1]) for own in sizes)
        first, second = adjacency(one, hidden), adjacency(other, hidden)
        order = match(first, second, known)
        return float(np.linalg.norm(first - second[np.ix_(order, order)]))


MEASURES = (GraphMatching(),)
