"""What every summary is: bars sampled on grids, and an L2 distance of two of them."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

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


@runtime_checkable
class Embedded(Protocol):
    """A summary that is a point of a Euclidean space, where all networks share a grid."""

    def placing(self, grid: Grid, common_birth: bool, common_death: bool) -> Callable[[Any], Array]:
        """Give the function of a sample to its point, shape (d,).

        Parameters
        ----------
        grid : Grid
            That of the samples.
        common_birth, common_death : bool
            Whether all bars of all networks are born, or die, at one value.
        """
        ...


class Curve:
    """A summary that is a function of the filtration value."""

    def placing(
        self, grid: Grid, common_birth: bool, common_death: bool
    ) -> Callable[[Array], Array]:
        """Give what makes a point of samples: they times √step."""
        scale = float(np.sqrt(grid.step))
        return lambda sampled: sampled.ravel() * scale

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
