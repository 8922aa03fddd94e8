"""Neural persistence (Rieck et al., ICLR 2019): how uneven the strongest weights of a layer are."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.forest import layered_tree
from topoprint.homology.graph import LayeredGraph, to_graph
from topoprint.measures.base import Pairwise
from topoprint.measures.features import Computed, GraphOf
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.networks.network import Network
from topoprint.validation import Name


def neural_persistence(graph: LayeredGraph) -> NDArray[np.float64]:
    """Normalised neural persistence of each layer.

    Parameters
    ----------
    graph : LayeredGraph
        Of the network. Biases are left out, from max|W| as well, as Rieck et al. do.

    Returns
    -------
    ndarray, float64, shape (layers,)
        In [0, 1]: the 2-norm of the lifetimes 1 − |w| / max|W| of the edges of a layer's maximum
        spanning forest by |w|, divided by its greatest possible value, √(vertices − 1) (their
        section 3.2 and equation 2). 0: all these edges are as strong as the strongest.
    """
    weights = graph.network.weights
    greatest = max(float(np.abs(weight).max()) for weight in weights)
    return np.array([_of_layer(weight, greatest, graph.zeta) for weight in weights])


def _of_layer(weight: NDArray[np.float32], greatest: float, zeta: float) -> float:
    vertices = sum(weight.shape)
    if not weight.any():
        return 1.0  # all edges are of no strength: every lifetime is 1
    layer = to_graph(Network.from_layers([(weight, None)]), zeta)
    tree = layered_tree(layer)
    # The layer's own filtration values say how strong its edges are beside its strongest one.
    lifetimes = 1 - (1 - tree.astype(np.float64)) * layer.scale / greatest
    return float(np.sqrt(np.sum(lifetimes**2) / (vertices - 1)))


def _mean(graph: LayeredGraph) -> float:
    return float(neural_persistence(graph).mean())


class NeuralPersistence(OfGraphs, Pairwise):
    """Difference in neural persistence (Rieck et al. 2019), mean over the layers."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["neural_persistence"] = "neural_persistence"
    name: Name = "neural_persistence"

    @property
    def feature(self) -> Computed:
        """Neural persistence of the network."""
        return Computed(_mean, GraphOf(self.zeta, self.bias))

    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


MEASURES = (NeuralPersistence(),)
