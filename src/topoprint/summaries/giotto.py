"""The same distances by giotto-tda's own code, to compare with. The only importer of gtda."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.conversions import to_giotto
from topoprint.homology.diagram import Diagram
from topoprint.summaries.distances import Discretisation, check_dimensions


def giotto_distances(
    diagrams: Sequence[Diagram],
    metric: str,
    parameters: Mapping[str, Any],
    how: Discretisation,
    dimensions: Sequence[int] | None = None,
) -> NDArray[np.float64]:
    """Distances by ``Filtering``, ∞ → a number, and ``PairwiseDistance`` of giotto-tda 0.6.2.

    Its memory grows with bars × bins: meant for small networks.

    Parameters
    ----------
    diagrams, how, dimensions
        As in :func:`topoprint.summaries.distances.distances`.
    metric : str
        giotto-tda's name of the metric.
    parameters : mapping
        What giotto-tda is to be told beside the number of bins.
    """
    compared = check_dimensions(diagrams, dimensions)
    try:
        from gtda.diagrams import Filtering, PairwiseDistance
    except ImportError as error:
        raise InputError(
            "engine 'giotto' needs giotto-tda, for Python 3.11 or 3.12: "
            "pip install 'topoprint[giotto]'"
        ) from error
    padded = Filtering(epsilon=how.min_persistence).fit_transform(to_giotto(diagrams, reduced=True))
    padded[np.isinf(padded)] = how.infinity
    each = PairwiseDistance(
        metric=metric, metric_params={"n_bins": how.bins, **parameters}, order=None
    )

    def pairwise(some: NDArray[np.float64]) -> NDArray[np.float64]:
        of_dimensions = each.fit_transform(some)[..., compared]
        norms: NDArray[np.float64] = np.linalg.norm(of_dimensions, axis=2)
        return norms

    if how.grid == "shared":
        return pairwise(padded)
    values = np.zeros((len(diagrams), len(diagrams)))
    for one, other in combinations(range(len(diagrams)), 2):
        pair = pairwise(padded[[one, other]])
        values[one, other] = values[other, one] = pair[0, 1]
    return values
