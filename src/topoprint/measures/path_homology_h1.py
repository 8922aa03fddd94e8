"""H1 of the path homology of small networks, their edges directed as they compute."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.filtration import edge_values
from topoprint.homology.graph import Graph
from topoprint.homology.network_graph import NetworkGraph
from topoprint.homology.path_homology import path_homology
from topoprint.measures.base import Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.networks.architecture import greatest_magnitude
from topoprint.summaries.steps import Steps, apart_of_totals, betti_curve


def forward_graph(graph: NetworkGraph) -> Graph:
    """Make the graph of the weights alone, every edge from input to output, by equation 1."""
    maps = [one for one in graph.network.maps if not one.is_bias]
    greatest = max(map(greatest_magnitude, maps)) or 1.0
    parts = [one.laid_out() for one in maps]
    sources, targets, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    used, ends = np.unique(np.concatenate([sources, targets]), return_inverse=True)
    values = edge_values(weights.astype(np.float32), greatest, graph.zeta)
    from_, to = np.split(ends.ravel(), 2)
    return Graph.from_edges(len(used), from_, to, values)


def _curve(graph: NetworkGraph) -> Steps:
    forward = forward_graph(graph)
    bars = path_homology(forward, 1).bars(1).astype(np.float64)
    return betti_curve([np.minimum(bars, 1.0)], float(forward.n_edges))


class PathHomologyH1(OfGraphs, Pairwise):
    """∫ |Δβ₁| / edges of path homology by |w| (Chowdhury et al. 2019), of small networks."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["path_homology_h1"] = "path_homology_h1"

    @property
    def feature(self) -> Computed:
        """Betti curve."""
        return Computed(_curve, self.graph)

    def distance(self, one: Steps, other: Steps) -> float:
        """Integral of the difference."""
        return apart_of_totals(one, other)


MEASURES = (PathHomologyH1(),)
