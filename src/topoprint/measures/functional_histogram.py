"""Control of the functional graph's homologies: the histogram of the same distances."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Array
from topoprint.measures.features import Computed
from topoprint.measures.of_units import OfUnits
from topoprint.measures.size import BINS, histograms_apart


def histogram(distances: Array) -> Array:
    """Shares of the distances between units that fall into each of BINS equal parts of [0, 1]."""
    between = distances[:, *np.triu_indices(distances.shape[1], k=1)].ravel()
    bins = np.minimum((between * BINS).astype(np.int64), BINS - 1)
    return np.bincount(bins, minlength=BINS) / len(between)


class FunctionalHistogram(OfUnits):
    """1-Wasserstein distance of the distributions of 1 − |correlation| between hidden units."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["functional_histogram"] = "functional_histogram"

    @property
    def feature(self) -> Computed:
        """Histogram of the distances that the homologies see."""
        return Computed(histogram, self.dissimilarities)

    def distance(self, one: Array, other: Array) -> float:
        """Integral of the difference of the cumulative shares."""
        return histograms_apart(one, other)


MEASURES = (FunctionalHistogram(),)
