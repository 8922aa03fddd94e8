"""Neural persistence (Rieck et al., ICLR 2019): how uneven the strongest weights of a layer are."""

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.filtration import edge_values
from topoprint.homology.map_forest import spanning_tree
from topoprint.homology.network_graph import NetworkGraph
from topoprint.measures.base import Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.networks.architecture import greatest_magnitude
from topoprint.networks.maps import LinearMap


def neural_persistence(graph: NetworkGraph) -> NDArray[np.float64]:
    """Normalised neural persistence of each linear map, such as a dense layer.

    Parameters
    ----------
    graph : NetworkGraph
        Of the network. Biases are left out, from max|W| as well, as Rieck et al. do.

    Returns
    -------
    ndarray, float64, shape (maps,)
        In [0, 1]: the 2-norm of the lifetimes 1 − |w| / max|W| of the edges of a map's maximum
        spanning forest by |w|, divided by its greatest possible value, the root of their number
        (their section 3.2 and equation 2: √(vertices − 1), as a dense layer is connected). 0: all
        these edges are as strong as the strongest.
    """
    maps = [one for one in graph.network.maps if not one.is_bias]
    greatest = max(map(greatest_magnitude, maps))
    return np.array([_of_map(one, graph, greatest) for one in maps])


def _of_map(one: LinearMap, graph: NetworkGraph, greatest: float) -> float:
    own = greatest_magnitude(one)
    if not own:
        return 1.0  # all edges are of no strength: every lifetime is 1
    units, places = np.unique(
        np.concatenate([one.inputs.ravel(), one.outputs.ravel()]), return_inverse=True
    )
    inputs, outputs = np.split(places.ravel(), [one.inputs.size])
    alone = replace(
        one, inputs=inputs.reshape(one.inputs.shape), outputs=outputs.reshape(one.outputs.shape)
    )
    tree = spanning_tree(len(units), [alone], ())
    # The map's own filtration values say how strong its edges are beside its strongest one.
    values = np.sort(edge_values(tree.magnitudes, own, graph.zeta))
    lifetimes = 1 - (1 - values.astype(np.float64)) * own / greatest
    return float(np.sqrt(np.sum(lifetimes**2) / len(lifetimes)))


def _mean(graph: NetworkGraph) -> float:
    return float(neural_persistence(graph).mean())


class NeuralPersistence(OfGraphs, Pairwise):
    """Difference in neural persistence (Rieck et al. 2019), mean over the layers."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["neural_persistence"] = "neural_persistence"

    @property
    def feature(self) -> Computed:
        """Neural persistence of the network."""
        return Computed(_mean, self.graph)

    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


MEASURES = (NeuralPersistence(),)
