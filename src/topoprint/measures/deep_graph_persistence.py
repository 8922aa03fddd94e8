"""Deep graph persistence: neural persistence of the strongest paths through a whole network."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.neural_persistence import neural_persistence
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.measures.subject import Need
from topoprint.networks.network import Network

# Numbers that are compared at a time.
BLOCK = 1 << 22


def strongest_paths(network: Network) -> Array:
    """Find the strength of the strongest path from each input to each output.

    A path is as strong as its weakest edge, an edge as strong as |w − mean| / deviation over the
    weights of its layer (standardisation). Edges of a layer whose weights are all equal have
    strength 0.

    Parameters
    ----------
    network : Network
        Of chained dense layers.

    Returns
    -------
    ndarray, float64, shape (outputs, inputs)
    """
    found: Array | None = None
    for weight in network.weights:
        layer = _standardised(weight.astype(np.float64))
        found = layer if found is None else _max_min(layer, found)
    assert found is not None
    return found


def _standardised(weight: Array) -> Array:
    """Distance of each weight from their mean, in standard deviations."""
    if weight.min() == weight.max():
        return np.zeros_like(weight)
    found: Array = np.abs(weight - weight.mean()) / weight.std()
    return found


def _max_min(above: Array, below: Array) -> Array:
    """Max over k of min(above[i, k], below[k, j])."""
    result = np.empty((len(above), below.shape[1]))
    rows = max(1, BLOCK // below.size)
    for start in range(0, len(above), rows):
        block = above[start : start + rows, :, None]
        result[start : start + rows] = np.minimum(block, below[None]).max(axis=1)
    return result


def deep_graph_persistence(network: Network, zeta: float = 1e-6) -> float:
    """Neural persistence of the matrix of :func:`strongest_paths`, in [0, 1].

    After Girrbach and others, "Addressing caveats of neural persistence
    with deep graph persistence", TMLR 2023: the filtration is extended to the whole network, which
    is neural persistence of one matrix, of paths, and layers are standardised. It is what their
    code (github.com/ExplainableML/Deep-Graph-Persistence) calls ``dnp_exact_norm``, without the
    bar (1, 0) that it adds for the component which never ends.

    Parameters
    ----------
    network : Network
        Of chained dense layers.
    zeta : float
        Least filtration value, as for :func:`topoprint.to_graph`.

    Returns
    -------
    float
        In [0, 1]; 0: all these paths are as strong as the strongest, 1: no path has strength.
    """
    paths = strongest_paths(network)
    if not paths.any():
        return 1.0  # every path has an edge of no strength
    return float(neural_persistence(to_graph(Network.from_layers([(paths, None)]), zeta))[0])


def _of_graph(graph: NetworkGraph) -> float:
    return deep_graph_persistence(graph.network, graph.zeta)


class DeepGraphPersistence(OfGraphs, Pairwise):
    """Difference in deep graph persistence (Girrbach et al. 2023), of the strongest paths."""

    version: ClassVar[int] = 2
    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights"})
    control: ClassVar[str] = "weight_deviation"
    greatest: ClassVar[float] = 1.0
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "scale", "signs"}
    )

    kind: Literal["deep_graph_persistence"] = "deep_graph_persistence"

    @property
    def feature(self) -> Computed:
        """Deep graph persistence of the network."""
        return Computed(_of_graph, self.graph)

    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


MEASURES = (DeepGraphPersistence(),)
