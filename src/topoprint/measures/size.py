"""Size and weights: what a sceptic asks for, how much of a distance is either."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.network_bars import edge_counts
from topoprint.homology.network_graph import NetworkGraph
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.of_diagrams import OfGraphs

# Bins of the histogram of |w| / max|W| over [0, 1]; a distance is off by at most one bin's width.
BINS = 1 << 14

_EVERYTHING: frozenset[Invariance] = frozenset({"neurons", "inputs", "scale", "signs", "wiring"})


def weight_histogram(graph: NetworkGraph) -> Array:
    """Shares of the edges whose |w| / max|W| falls into each of BINS equal parts of [0, 1]."""
    counts = np.zeros(BINS)
    for one in graph.maps:
        for values, numbers in edge_counts(graph, one):
            bins = np.minimum(((1 - values.astype(np.float64)) * BINS).astype(np.int64), BINS - 1)
            if numbers.strides == (0,):  # of each value as many
                counts += np.bincount(bins, minlength=BINS) * numbers[0]
            else:
                counts += np.bincount(bins, numbers, BINS)
    shares: Array = counts / counts.sum()
    return shares


def histograms_apart(one: Array, other: Array) -> float:
    """1-Wasserstein distance of two histograms of |w| / max|W|: ∫ of their cumulative shares."""
    return float(np.abs(np.cumsum(one - other)).sum() / BINS)


def _n_edges(graph: NetworkGraph) -> int:
    return graph.n_edges


class NumberOfEdges(OfGraphs, Pairwise):
    """Difference in number of edges."""

    invariances: ClassVar[frozenset[Invariance]] = _EVERYTHING | {"rescaling"}

    kind: Literal["number_of_edges"] = "number_of_edges"

    @property
    def feature(self) -> Computed:
        """Number of edges."""
        return Computed(_n_edges, self.graph)

    def distance(self, one: int, other: int) -> float:
        """Absolute difference."""
        return float(abs(one - other))


class WeightHistogram(OfGraphs, Pairwise):
    """Wasserstein distance of order 1 of the histograms of |w| / max|W|."""

    greatest: ClassVar[float] = 1.0
    invariances: ClassVar[frozenset[Invariance]] = _EVERYTHING

    kind: Literal["weight_histogram"] = "weight_histogram"

    @property
    def feature(self) -> Computed:
        """Histogram of the weights' magnitudes."""
        return Computed(weight_histogram, self.graph)

    def distance(self, one: Array, other: Array) -> float:
        """Integral of the difference of the cumulative shares."""
        return histograms_apart(one, other)


MEASURES = (NumberOfEdges(), WeightHistogram())
