"""Betti numbers of the data through the layers of a network (Naitzat et al. 2020)."""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import cdist

from topoprint.errors import InputError
from topoprint.homology.rips import rips
from topoprint.homology.sparse import edge_matrix
from topoprint.measures.base import Array, Invariance
from topoprint.measures.features import Computed
from topoprint.measures.of_responses import OfResponses, ResponsesOf
from topoprint.measures.subject import Need
from topoprint.responses.responses import Responses
from topoprint.validation import Count


def geodesics(points: NDArray[np.floating[Any]], neighbours: int) -> Array:
    """Count the edges between points in the graph of nearest neighbours.

    Two points are joined where one is among the nearest of the other. Points that hang together by
    no path are as far apart as there are points.

    Parameters
    ----------
    points : ndarray, shape (n, features)
    neighbours : int
        Fewer than n.

    Returns
    -------
    ndarray, float64, shape (n, n)
    """
    count = len(points)
    apart = cdist(points, points)
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :neighbours]
    ends = (np.repeat(np.arange(count), neighbours), nearest.ravel())
    graph = edge_matrix(count, *ends, np.ones(len(nearest.ravel())))
    hops = shortest_path(graph, directed=False, unweighted=True)
    found: Array = np.where(np.isfinite(hops), hops, count).astype(np.float64)
    return np.maximum(found, found.T)


def betti_numbers(
    points: NDArray[np.floating[Any]], neighbours: int, scale: float
) -> tuple[int, int]:
    """Compute β₀ and β₁ of the Vietoris-Rips complex of the geodesics at one scale.

    Naitzat, Zhitnikov and Lim, JMLR 2020.

    Parameters
    ----------
    points : ndarray, shape (n, features)
    neighbours : int
        Of the graph of nearest neighbours.
    scale : float
        Points at most so many edges apart are joined.

    Raises
    ------
    InputError
        If there are not more points than neighbours.
    """
    if len(points) <= neighbours:
        raise InputError(
            f"{len(points)} points have no {neighbours} neighbours each; give more points or "
            "fewer neighbours"
        )
    deaths, bars = rips(geodesics(points, neighbours), longest=scale + 1)
    components = 1 + np.count_nonzero(deaths > scale)
    cycles = np.count_nonzero((bars[:, 0] <= scale) & (bars[:, 1] > scale))
    return int(components), int(cycles)


def _through_layers(answer: Responses, samples: float, neighbours: float, scale: float) -> Array:
    numbers = [
        betti_numbers(layer[: int(samples)], int(neighbours), scale)
        for layer in answer.own_activations()
    ]
    return np.array(numbers, dtype=np.float64)


class LayerTopology(OfResponses):
    """Difference of β₀ + β₁ of samples of the network's own by relative depth (Naitzat et al.)."""

    needs: ClassVar[frozenset[Need]] = frozenset({"responses", "own inputs", "units"})
    paired: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "inputs"})

    kind: Literal["layer_topology"] = "layer_topology"

    samples: Count = Field(256, description="Samples of the network's own, at most")
    neighbours: Annotated[int, Field(ge=1)] = Field(8, description="Of the graph of samples")
    scale: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        2.0, description="Edges that joined samples are apart, at most"
    )

    @property
    def feature(self) -> Computed:
        """β₀ and β₁ of each hidden layer."""
        arguments = (float(self.samples), float(self.neighbours), self.scale)
        return Computed(_through_layers, ResponsesOf(), arguments)

    def distance(self, one: Array, other: Array) -> float:
        """∫ |Δβ₀| + |Δβ₁| over the depth, which goes from 0 to 1 in steps."""
        count = int(np.lcm(len(one), len(other)))
        steps = (np.repeat(layers, count // len(layers), axis=0) for layers in (one, other))
        return float(np.abs(np.subtract(*steps)).sum() / count)


MEASURES = (LayerTopology(),)
