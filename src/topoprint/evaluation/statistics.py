"""Statistics of an averaged matrix: how far apart each group's networks are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.averages import AveragedMatrix


@dataclass(frozen=True)
class GroupStatistics:
    """Distances within one experiment group, as shares of the matrix's maximum.

    Attributes
    ----------
    group : str
    networks : int
    mean, deviation : float
        Mean and standard deviation (ddof 0) of the group's upper triangle of a matrix divided by
        the matrix's maximum, over the pairs that the measure can compare; NaN where there are
        none.
    """

    group: str
    networks: int
    mean: float
    deviation: float


def group_statistics(
    matrix: AveragedMatrix, values: NDArray[np.float64] | None = None
) -> list[GroupStatistics]:
    """Statistics of each experiment group, in the order of the matrix.

    Parameters
    ----------
    matrix : AveragedMatrix
    values : ndarray, float64, shape (n, n), optional
        Distances between the same networks, such as those of one run; by default the mean.
    """
    values = matrix.mean if values is None else values
    relative = values / (float(np.nanmax(values)) or 1.0)
    statistics = []
    for group, first, last in group_spans(matrix.groups):
        distances = relative[first:last, first:last][np.triu_indices(last - first, k=1)]
        distances = distances[np.isfinite(distances)]
        mean, deviation = (
            (float(distances.mean()), float(distances.std()))
            if distances.size
            else (np.nan, np.nan)
        )
        statistics.append(GroupStatistics(group, last - first, mean, deviation))
    return statistics


def group_spans(groups: Sequence[str]) -> list[tuple[str, int, int]]:
    """Find runs of equal group names, as (group, first index, index after the last)."""
    spans, start = [], 0
    for group, members in groupby(groups):
        length = len(list(members))
        spans.append((group, start, start + length))
        start += length
    return spans
