"""How samples join by distance in the last hidden layer: RTD-lite and NTS, of shared inputs."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from topoprint.measures.base import Array
from topoprint.measures.features import Computed
from topoprint.measures.of_responses import OfResponses, ResponsesOf
from topoprint.responses.responses import Responses
from topoprint.validation import Name

QUANTILE = 0.9


def normalised_distances(answer: Responses) -> Array:
    """Euclidean distances of samples, condensed, divided by the 0.9 quantile of their matrix.

    The matrix of the quantile holds each distance twice and the zero diagonal, as in the authors'
    code. Empty where that quantile is 0.
    """
    distances = pdist(answer.hidden.astype(np.float64))
    scale = float(np.quantile(squareform(distances), QUANTILE))
    return distances / scale if scale else distances[:0]


def tree_length(distances: Array) -> float:
    """Length of a minimum spanning tree, of condensed distances: where single linkage merges."""
    return float(linkage(distances, "single")[:, 2].sum())


def _lengths(answer: Responses) -> tuple[Array, float]:
    distances = normalised_distances(answer)
    return distances, tree_length(distances) if len(distances) else np.nan


def merges(answer: Responses) -> tuple[NDArray[np.int64], Array]:
    """Edges of a minimum spanning tree, and at which distance each pair of samples merges.

    Returns
    -------
    edges : ndarray, int64, shape (n - 1,)
        Numbers of pairs in the condensed order.
    heights : ndarray, float64, shape (n (n - 1) / 2,)
        The greatest distance on the tree's path between two samples; empty if all are 0.
    """
    from scipy.stats import rankdata  # a third of the time to load all measures

    distances = pdist(answer.hidden.astype(np.float64))
    if not distances.any():
        return np.zeros(0, np.int64), distances[:0]
    numbers = rankdata(distances, method="ordinal")  # from 1: a graph knows no edge of length 0
    tree = minimum_spanning_tree(squareform(numbers))
    edges = np.flatnonzero(np.isin(numbers, tree.data))
    return edges, cophenet(linkage(distances, "single"))


class RtdLite(OfResponses):
    """RTD-lite of the last hidden layer (Tulchinskii et al. 2025, algorithm 2), symmetrised."""

    metric: ClassVar[bool] = False

    kind: Literal["rtd_lite"] = "rtd_lite"
    name: Name = "rtd_lite"

    @property
    def feature(self) -> Computed:
        """Normalised distances of the samples, and the length of their spanning tree."""
        return Computed(_lengths, ResponsesOf())

    def distance(self, one: tuple[Array, float], other: tuple[Array, float]) -> float:
        """Mean of both trees' lengths less that of the tree of the smaller distances.

        NaN where a network's answers are constant, or nearly all.
        """
        if not len(one[0]) or not len(other[0]):
            return float("nan")
        shared = tree_length(np.minimum(one[0], other[0]))
        return max(0.0, (one[1] + other[1]) / 2 - shared)


class Nts(OfResponses):
    """One minus normalised topological similarity (NTS-M: Wang and Hu 2026), halved."""

    greatest: ClassVar[float] = 1.0
    metric: ClassVar[bool] = False

    kind: Literal["nts"] = "nts"
    name: Name = "nts"

    @property
    def feature(self) -> Computed:
        """Edges of the spanning tree, and where pairs merge."""
        return Computed(merges, ResponsesOf())

    def distance(
        self,
        one: tuple[NDArray[np.int64], Array],
        other: tuple[NDArray[np.int64], Array],
    ) -> float:
        """(1 − ρ) / 2, ρ the Spearman correlation of where the edges of both trees merge.

        NaN where a network's answers are constant, or all merge at one distance.
        """
        from scipy.stats import rankdata, spearmanr  # a third of the time to load all measures

        if not len(one[1]) or not len(other[1]):
            return float("nan")
        edges = np.union1d(one[0], other[0])
        heights = one[1][edges], other[1][edges]
        if any(np.ptp(some) == 0 for some in heights):
            return float("nan")
        if np.array_equal(rankdata(heights[0]), rankdata(heights[1])):
            return 0.0  # a computed correlation of equal ranks may be less than 1, by rounding
        return min(1.0, max(0.0, (1 - float(spearmanr(*heights).statistic)) / 2))


MEASURES = (RtdLite(), Nts())
