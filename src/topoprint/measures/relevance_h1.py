"""Cavities of the relevance between units (Watanabe and Yamana 2020)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.rips import rips
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.subject import Need, Subject
from topoprint.networks.network import Network
from topoprint.summaries.steps import Steps, apart_of_totals, betti_curve

# Numbers that are multiplied at a time.
BLOCK = 1 << 22


def relevances(network: Network) -> Array:
    """Relevance of each unit for each unit of a layer above, shape (units, units), symmetric.

    Deep Taylor decomposition by its z⁺ rule, of the weights alone: a unit hands its relevance down
    in proportion to the positive weights that enter it; over several layers the relevance of two
    units is the greatest product of these shares along a path. Units of one layer have none for
    one another.

    Parameters
    ----------
    network : Network
        Of chained dense layers.
    """
    shares = []
    for weight in network.weights:
        positive = np.maximum(weight.astype(np.float64), 0)
        sums = positive.sum(axis=1, keepdims=True)
        shares.append(np.divide(positive, sums, out=np.zeros_like(positive), where=sums > 0))
    starts = np.cumsum([0, *network.layer_sizes])
    found = np.eye(starts[-1])
    for below in range(len(shares)):
        through = shares[below]
        for above in range(below + 1, len(starts) - 1):
            if above > below + 1:
                through = _max_product(shares[above - 1], through)
            rows = slice(starts[above], starts[above + 1])
            columns = slice(starts[below], starts[below + 1])
            found[rows, columns] = through
            found[columns, rows] = through.T
    return found


def _max_product(above: Array, below: Array) -> Array:
    """Max over k of above[i, k] · below[k, j]."""
    result = np.empty((len(above), below.shape[1]))
    rows = max(1, BLOCK // below.size)
    for start in range(0, len(above), rows):
        block = above[start : start + rows, :, None]
        result[start : start + rows] = (block * below[None]).max(axis=1)
    return result


def cavities(network: Network) -> Array:
    """H1 bars of the clique complex by relevance r, as 1 − r: shape (k, 2), below 1.

    At threshold t units are joined whose relevance is t or more; the complex has all cliques.
    """
    distances = np.maximum(1 - relevances(network), 0)
    bars = rips(distances)[1]
    return np.minimum(bars[bars[:, 0] < 1], 1)


def betti_by_threshold(network: Network, thresholds: Array) -> tuple[int, ...]:
    """β₁ of the clique complex at some thresholds of the relevance, in (0, 1]."""
    bars = cavities(network)
    values = 1 - np.asarray(thresholds, dtype=np.float64)
    return tuple(int(np.sum((bars[:, 0] <= t) & (bars[:, 1] > t))) for t in values)


@dataclass(frozen=True)
class WeightsOf:
    """The network."""

    def of(self, subject: Subject) -> Network:
        """Take it."""
        return subject.network


def _curve(network: Network) -> Steps:
    return betti_curve([cavities(network)], float(sum(network.layer_sizes)))


class RelevanceH1(Pairwise):
    """∫ |Δβ₁| / units of the cliques of units by relevance (Watanabe and Yamana 2020)."""

    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights"})
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "inputs", "scale"})

    kind: Literal["relevance_h1"] = "relevance_h1"

    @property
    def feature(self) -> Computed:
        """Betti curve."""
        return Computed(_curve, WeightsOf())

    def distance(self, one: Steps, other: Steps) -> float:
        """Integral of the difference."""
        return apart_of_totals(one, other)


MEASURES = (RelevanceH1(),)
