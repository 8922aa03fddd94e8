"""What every summary is: bars sampled on grids, and an L2 distance of two of them."""

from collections.abc import Sequence
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from topoprint.summaries.bars import Array, Bars, Grid

IntArray = NDArray[np.int64]
Sampled = TypeVar("Sampled")


class Summary(Protocol, Generic[Sampled]):
    """What a metric needs: bars sampled on several grids at once, and a distance on one."""

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Sampled]:
        """Sample the summary of one network on each grid, passing over the bars once."""
        ...

    def distance(self, one: Sampled, other: Sampled, grid: Grid) -> float:
        """L2 distance of two summaries sampled on the same grid."""
        ...


class Curve:
    """A summary that is a function of the filtration value."""

    def distance(self, one: Array, other: Array, grid: Grid) -> float:
        """L2 distance of curves: Euclidean distance of the samples times √step."""
        return norm(one - other) * float(np.sqrt(grid.step))


def norm(differences: Array) -> float:
    """Euclidean norm by numpy's own sums: BLAS adds in another order with other threads."""
    return float(np.sqrt(np.sum(differences**2)))


def search(values: NDArray[Any], points: Array, side: Literal["left", "right"]) -> IntArray:
    """Bisect sorted float32 or float64 values at float64 points.

    numpy would copy float32 values to float64 at every call. Rounding the points instead, down
    where values up to a point count ("right"), up where values below it do, changes no answer.
    """
    keys = points.astype(values.dtype)
    if side == "right":
        keys = np.where(keys > points, np.nextafter(keys, -np.inf, dtype=keys.dtype), keys)
    else:
        keys = np.where(keys < points, np.nextafter(keys, np.inf, dtype=keys.dtype), keys)
    return np.searchsorted(values, keys, side=side)
