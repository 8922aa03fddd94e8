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

    The 2-norm of :func:`lifetimes` divided by its greatest possible value, the root of their number
    (√(vertices − 1), as a dense layer is connected).

    Returns
    -------
    ndarray, float64, shape (maps,)
        In [0, 1]; 0: all these edges are as strong as the strongest.
    """
    return np.array([_norm(found) / np.sqrt(len(found)) for found in lifetimes(graph)])


def unnormalised(graph: NetworkGraph) -> NDArray[np.float64]:
    """Neural persistence of each linear map as Rieck et al. define it first: the 2-norm alone."""
    return np.array([_norm(found) for found in lifetimes(graph)])


def of_own_scale(graph: NetworkGraph) -> NDArray[np.float64]:
    """Normalised neural persistence of each linear map, |w| divided by the map's own max|W|."""
    found = lifetimes(graph, own_scale=True)
    return np.array([_norm(own) / np.sqrt(len(own)) for own in found])


def lifetimes(graph: NetworkGraph, own_scale: bool = False) -> list[NDArray[np.float64]]:
    """Lifetimes 1 − |w| / max|W| of the edges of each map's maximum spanning forest by |w|.

    Rieck et al., ICLR 2019, section 3: vertices enter at 1, edges at |w| / max|W| in descending
    order, and each edge of the forest ends a component.

    Parameters
    ----------
    graph : NetworkGraph
        Of the network. Biases are left out, from max|W| as well, as Rieck et al. do.
    own_scale : bool
        Whether max|W| is that of the map, in place of the network's.
    """
    maps = [one for one in graph.network.maps if not one.is_bias]
    own = [greatest_magnitude(one) for one in maps]
    return [
        _of_map(one, graph, greatest, greatest if own_scale else max(own))
        for one, greatest in zip(maps, own, strict=True)
    ]


def _of_map(
    one: LinearMap, graph: NetworkGraph, own: float, greatest: float
) -> NDArray[np.float64]:
    units, places = np.unique(
        np.concatenate([one.inputs.ravel(), one.outputs.ravel()]), return_inverse=True
    )
    if not own:
        return np.ones(max(1, len(units) - 1))  # all edges are of no strength
    inputs, outputs = np.split(places.ravel(), [one.inputs.size])
    alone = replace(
        one, inputs=inputs.reshape(one.inputs.shape), outputs=outputs.reshape(one.outputs.shape)
    )
    tree = spanning_tree(len(units), [alone], ())
    # The map's own filtration values say how strong its edges are beside its strongest one.
    values = np.sort(edge_values(tree.magnitudes, own, graph.zeta))
    found: NDArray[np.float64] = 1 - (1 - values.astype(np.float64)) * own / greatest
    return found


def _norm(found: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.sum(found**2)))


def _mean(graph: NetworkGraph) -> float:
    return float(neural_persistence(graph).mean())


def _mean_unnormalised(graph: NetworkGraph) -> float:
    return float(unnormalised(graph).mean())


def _mean_of_own_scale(graph: NetworkGraph) -> float:
    return float(of_own_scale(graph).mean())


class _OfLayers(OfGraphs, Pairwise):
    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


class NeuralPersistence(_OfLayers):
    """Difference in neural persistence (Rieck et al. 2019), mean over the layers."""

    control: ClassVar[str] = "weight_deviation"
    greatest: ClassVar[float] = 1.0

    kind: Literal["neural_persistence"] = "neural_persistence"

    @property
    def feature(self) -> Computed:
        """Neural persistence of the network."""
        return Computed(_mean, self.graph)


class NeuralPersistenceUnnormalised(_OfLayers):
    """Difference in neural persistence that is not divided by its bound, mean over the layers."""

    control: ClassVar[str] = "weight_deviation"

    kind: Literal["neural_persistence_unnormalised"] = "neural_persistence_unnormalised"

    @property
    def feature(self) -> Computed:
        """Unnormalised neural persistence of the network."""
        return Computed(_mean_unnormalised, self.graph)


class NeuralPersistenceOwnScale(_OfLayers):
    """Difference in neural persistence, each layer by its own max|W|, mean over the layers."""

    control: ClassVar[str] = "weight_deviation"
    greatest: ClassVar[float] = 1.0

    kind: Literal["neural_persistence_own_scale"] = "neural_persistence_own_scale"

    @property
    def feature(self) -> Computed:
        """Neural persistence of the network, layers on scales of their own."""
        return Computed(_mean_of_own_scale, self.graph)


MEASURES = (NeuralPersistence(), NeuralPersistenceUnnormalised(), NeuralPersistenceOwnScale())
