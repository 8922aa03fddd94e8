"""Standard deviation of the weights: what is left of neural persistence without a graph."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.network_graph import NetworkGraph
from topoprint.measures.base import Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.networks.architecture import greatest_magnitude


def deviations(graph: NetworkGraph) -> list[float]:
    """Deviation of |w| / max|W| of each linear map, in [0, 1/2]; biases are left out."""
    maps = [one for one in graph.network.maps if not one.is_bias]
    greatest = max(map(greatest_magnitude, maps)) or 1.0
    return [float(np.std(np.abs(one.weight.astype(np.float64))) / greatest) for one in maps]


def _mean(graph: NetworkGraph) -> float:
    return float(np.mean(deviations(graph)))


class WeightDeviation(OfGraphs, Pairwise):
    """Difference in deviation of |w| / max|W|, mean over the layers: a control."""

    greatest: ClassVar[float] = 0.5
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "scale", "signs", "wiring"}
    )

    kind: Literal["weight_deviation"] = "weight_deviation"

    @property
    def feature(self) -> Computed:
        """Mean deviation."""
        return Computed(_mean, self.graph)

    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


MEASURES = (WeightDeviation(),)
