"""Neural persistence (Rieck et al., ICLR 2019): how uneven the strongest weights of a layer are."""

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.forest import layered_tree
from topoprint.homology.graph import LayeredGraph, to_graph
from topoprint.networks.network import Network


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
    layer = to_graph(Network((weight,), (None,)), zeta)
    tree = layered_tree(layer)
    # The layer's own filtration values say how strong its edges are beside its strongest one.
    lifetimes = 1 - (1 - tree.astype(np.float64)) * layer.scale / greatest
    return float(np.sqrt(np.sum(lifetimes**2) / (vertices - 1)))
