"""Mean life and midlife of the cavities of the functional graph (Corneanu et al. 2020)."""

from typing import ClassVar, Literal

import numpy as np
from scipy.spatial.distance import squareform

from topoprint.homology.rips import rips
from topoprint.measures.base import Array
from topoprint.measures.features import Computed
from topoprint.measures.of_units import OfUnits


def densities(distances: Array) -> Array:
    """Give each edge the density of the graph with which it enters: its share of all edges.

    Parameters
    ----------
    distances : ndarray, float64, shape (n, n)
        Symmetric, with a zero diagonal.

    Returns
    -------
    ndarray, float64, shape (n, n)
        In [0, 1]; edges that are equal enter together.
    """
    from scipy.stats import rankdata  # a third of the time to load all measures

    edges = squareform(distances, checks=False)
    found: Array = squareform(rankdata(edges, method="max") / len(edges))
    return found


def lives(distances: Array) -> Array:
    """Mean life d − b and mean midlife (b + d) / 2 of H1, in densities, over all draws.

    Parameters
    ----------
    distances : ndarray, float64, shape (draws, n, n)
        1 − |correlation| of the units.

    Returns
    -------
    ndarray, float64, shape (2,)
        In [0, 1]; 0 where there is no cavity.
    """
    bars = np.concatenate([rips(densities(draw))[1] for draw in distances])
    if not len(bars):
        return np.zeros(2)
    return np.array([np.mean(bars[:, 1] - bars[:, 0]), np.mean(bars.mean(axis=1))])


class FunctionalLives(OfUnits):
    """Euclidean distance of mean life and midlife of H1 by density (Corneanu et al. 2020)."""

    control: ClassVar[str] = "functional_histogram"
    greatest: ClassVar[float] = np.sqrt(5) / 2  # both lie in a triangle: (0, 0), (0, 1), (1, ½)

    kind: Literal["functional_lives"] = "functional_lives"

    @property
    def feature(self) -> Computed:
        """Mean life and midlife."""
        return Computed(lives, self.dissimilarities)

    def distance(self, one: Array, other: Array) -> float:
        """Norm of the difference."""
        return float(np.linalg.norm(one - other))


MEASURES = (FunctionalLives(),)
