"""Vector summaries of the bars of one dimension, sampled on grids, and distances between them.

Each summary has the meaning of giotto-tda 0.6.2 (``gtda.diagrams.PairwiseDistance``), computed
without an array of bars × bins: landscapes from the few bars that no other bar covers, silhouettes
from prefix sums, heat from a histogram and one small matrix. docs/method.md derives each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz
from scipy.ndimage import gaussian_filter1d

from topoprint.topology.diagram import Diagram
from topoprint.topology.errors import InputError

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Sampled = TypeVar("Sampled")

# Tents are laid on a grid this many at a time where a landscape needs several.
TENTS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Bars:
    """Finite bars of one dimension, sorted by birth, then death. float64, shape (n_bars,)."""

    births: Array
    deaths: Array

    @classmethod
    def of(
        cls, diagram: Diagram, dimension: int, min_persistence: float, infinity: float
    ) -> "Bars":
        """Prepare a diagram's bars as the authors do (paper, section 3.1).

        In dimension 0 one essential bar is dropped (reduced homology), then bars of length at
        most ``min_persistence``, while essential bars are still infinite; then ∞ becomes
        ``infinity``.
        """
        births = diagram.births[dimension].astype(np.float64)
        deaths = diagram.deaths[dimension].astype(np.float64)
        if dimension == 0 and len(deaths):
            last = int(np.argmax(deaths))
            births, deaths = np.delete(births, last), np.delete(deaths, last)
        keep = deaths - births > min_persistence
        if not keep.all():
            births, deaths = births[keep], deaths[keep]
        deaths = np.where(np.isinf(deaths), infinity, deaths)
        if np.any(births > deaths):
            raise InputError(
                f"an essential bar of dimension {dimension} is born at {births.max():.6g}, after "
                f"the value {infinity:g} that is to stand for ∞; choose a larger one"
            )
        return cls(births, deaths)

    def __len__(self) -> int:
        return len(self.births)


@dataclass(frozen=True, eq=False)
class Grid:
    """Evenly spaced sample points, shape (bins,), and their distance."""

    points: Array
    step: float

    @classmethod
    def between(cls, low: float, high: float, bins: int) -> "Grid":
        """Grid of ``bins`` points from ``low`` to ``high``, both included."""
        points, step = np.linspace(low, high, bins, retstep=True)
        return cls(points, float(step))


class Summary(Protocol, Generic[Sampled]):
    """What a metric needs: bars sampled on several grids at once, and a distance on one."""

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Sampled]:
        """Sample the summary of one network on each grid, passing over the bars once."""
        ...

    def distance(self, one: Sampled, other: Sampled, grid: Grid) -> float:
        """L2 distance of two summaries sampled on the same grid."""
        ...


class _Curve:
    def distance(self, one: Array, other: Array, grid: Grid) -> float:
        """L2 distance of curves: Euclidean distance of the samples times √step."""
        return _norm(one - other) * float(np.sqrt(grid.step))


@dataclass(frozen=True)
class Landscape(_Curve):
    """Persistence landscape (Bubenik 2015): λ_k(x), the k-th largest tent at x, k = 1 … layers.

    The tent of a bar [b, d) is max(0, min(x − b, d − x)).
    """

    layers: int = 1

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Array]:
        """Landscapes, each of shape (layers, bins)."""
        births, deaths = self._uncovered(bars)
        middles, heights = (deaths + births) / 2, (deaths - births) / 2
        return [self._largest(middles, heights, grid.points) for grid in grids]

    def _uncovered(self, bars: Bars) -> tuple[Array, Array]:
        """Keep the bars that can be among the ``layers`` largest at some point.

        A bar that lies within ``layers`` others cannot. Taking away, ``layers`` times, the bars
        that lie within none of the rest leaves only such bars behind.
        """
        births, deaths = bars.births, bars.deaths
        if len(births) > self.layers:  # of the bars of one birth, the longest ones come last
            among_longest = np.ones(len(births), dtype=bool)
            among_longest[: -self.layers] = births[self.layers :] != births[: -self.layers]
            births, deaths = births[among_longest], deaths[among_longest]
        kept_births, kept_deaths = [], []
        for _ in range(self.layers):
            if not len(births):
                break
            latest = np.maximum.accumulate(deaths)
            outlives = np.ones(len(births), dtype=bool)
            outlives[1:] = deaths[1:] > latest[:-1]
            kept_births.append(births[outlives])
            kept_deaths.append(deaths[outlives])
            births, deaths = births[~outlives], deaths[~outlives]
        if not kept_births:
            return births, deaths
        return np.concatenate(kept_births), np.concatenate(kept_deaths)

    def _largest(self, middles: Array, heights: Array, points: Array) -> Array:
        largest = np.zeros((self.layers, len(points)))
        for start in range(0, len(middles), TENTS_AT_ONCE):
            part = slice(start, start + TENTS_AT_ONCE)
            tents = heights[part, None] - np.abs(points - middles[part, None])
            both = np.concatenate([largest, tents])
            both.partition(range(len(both) - self.layers, len(both)), axis=0)
            largest = np.flip(both[-self.layers :], axis=0)
        return np.maximum(largest, 0)


@dataclass(frozen=True)
class Silhouette(_Curve):
    """Weighted silhouette (Chazal et al. 2014): the mean of the tents, weights (d − b)^power."""

    power: float = 1.0

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Array]:
        """Silhouettes, each of shape (bins,).

        A tent is the sum of three hinges max(0, x − c): slope 1 from its birth, −2 from its
        middle, 1 from its death; sums of hinges are prefix sums over sorted positions.
        """
        lengths = bars.deaths - bars.births
        longest = lengths.max(initial=0.0)
        if longest == 0:
            return [np.zeros_like(grid.points) for grid in grids]
        weights = (lengths / longest) ** self.power
        weights /= weights.sum()
        points = np.concatenate([grid.points for grid in grids])
        total = _hinges(bars.births, weights, points)
        total -= 2 * _hinges((bars.births + bars.deaths) / 2, weights, points)
        total += _hinges(bars.deaths, weights, points)
        return np.split(total, np.cumsum([len(grid.points) for grid in grids])[:-1])


def _hinges(positions: Array, weights: Array, points: Array) -> Array:
    """Σ_i weights_i · max(0, x − positions_i) at each point x."""
    if np.any(positions[1:] < positions[:-1]):
        order = np.argsort(positions, kind="stable")
        positions, weights = positions[order], weights[order]
    before = np.searchsorted(positions, points, side="right")
    mass = np.concatenate([[0.0], np.cumsum(weights)])[before]
    moment = np.concatenate([[0.0], np.cumsum(weights * positions)])[before]
    hinges: Array = points * mass - moment
    return hinges


@dataclass(frozen=True)
class Heat:
    """Heat kernel signature (Reininghaus et al. 2015): Gaussians at the bars less their mirror.

    Sampled as the histogram of the bars over the pixels of the grid: numbers of the pixels that
    hold a bar (birth pixel · bins + death pixel) and how many bars each holds.
    """

    sigma: float = 0.1

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[tuple[IntArray, IntArray]]:
        """Histograms, each as (pixels, counts); bars of no length do not count."""
        proper = bars.deaths > bars.births
        births, deaths = bars.births[proper], bars.deaths[proper]
        if not len(births):
            empty = np.empty(0, dtype=np.int64)
            return [(empty, empty)] * len(grids)
        if deaths.min() == deaths.max():
            return [
                (pixels * len(grid.points) + _pixel(deaths[:1], grid), counts)
                for grid in grids
                for pixels, counts in [_sorted_histogram(births, grid)]
            ]
        if births.min() == births.max():
            return [
                (_pixel(births[:1], grid) * len(grid.points) + pixels, counts)
                for grid in grids
                for pixels, counts in [_sorted_histogram(deaths, grid)]
            ]
        return [
            np.unique(
                _pixel(births, grid) * len(grid.points) + _pixel(deaths, grid), return_counts=True
            )
            for grid in grids
        ]

    def distance(
        self, one: tuple[IntArray, IntArray], other: tuple[IntArray, IntArray], grid: Grid
    ) -> float:
        """L2 distance of the two images of bins × bins pixels."""
        if grid.step == 0:
            return 0.0
        bins = len(grid.points)
        histogram = np.zeros(bins * bins)
        histogram[one[0]] += one[1]
        histogram[other[0]] -= other[1]
        histogram = histogram.reshape(bins, bins)
        births = np.flatnonzero(histogram.any(axis=1))
        deaths = np.flatnonzero(histogram.any(axis=0))
        # Filtering is linear and separable: one difference is filtered, on the rows and columns
        # that hold anything. In a layered network that is one row or one column.
        kernel = self._filter(grid)
        occupied = histogram[np.ix_(births, deaths)]
        smooth = np.einsum("ib,bd->id", kernel[:, births], occupied)
        image = np.einsum("id,jd->ij", smooth, kernel[:, deaths])
        return _norm(image - image.T) / grid.step

    def _filter(self, grid: Grid) -> Array:
        """Matrix of scipy's Gaussian filter along an axis of ``bins`` pixels, zero outside."""
        bins = len(grid.points)
        impulse = np.zeros(2 * bins - 1)
        impulse[bins - 1] = 1
        width = min(self.sigma / grid.step, 1e5 * bins)  # giotto's bound
        response = gaussian_filter1d(impulse, width, mode="constant")
        matrix: Array = toeplitz(response[bins - 1 :])
        return matrix


def _norm(differences: Array) -> float:
    """Euclidean norm by numpy's own sums: BLAS adds in another order with other threads."""
    return float(np.sqrt(np.sum(differences**2)))


def _pixel(values: Array, grid: Grid) -> IntArray:
    pixels: IntArray = ((values - grid.points[0]) / grid.step).astype(np.int64)
    return pixels


def _sorted_histogram(values: Array, grid: Grid) -> tuple[IntArray, IntArray]:
    """Pixels that hold some of the sorted values, and how many, by bisection.

    The pixel of a value is a rounded quotient, so the first value of each pixel is found by
    computing that quotient, not by comparing with a rounded edge.
    """
    bins = len(grid.points)
    wanted = np.arange(1, bins)
    low = np.zeros(bins - 1, dtype=np.int64)  # every value before low lies in a lower pixel
    high = np.full(bins - 1, len(values), dtype=np.int64)  # every value from high on does not
    while np.any(low < high):
        middle = (low + high) // 2
        reached = _pixel(values[np.minimum(middle, len(values) - 1)], grid) >= wanted
        searching = low < high
        high = np.where(searching & reached, middle, high)
        low = np.where(searching & ~reached, middle + 1, low)
    counts = np.diff(np.concatenate([[0], low, [len(values)]]))
    pixels = np.flatnonzero(counts)
    return pixels, counts[pixels]
