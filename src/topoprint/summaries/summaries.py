"""Vector summaries of the bars of one dimension, sampled on grids, and distances between them.

Each summary has the meaning of giotto-tda 0.6.2 (``gtda.diagrams.PairwiseDistance``), computed
without an array of bars × bins: landscapes from the few bars that no other bar covers, silhouettes
from prefix sums, heat from a histogram and one small matrix. docs/method.md derives each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz
from scipy.ndimage import gaussian_filter1d
from scipy.special import erf

from topoprint.summaries.bars import Array, Bars, Grid

IntArray = NDArray[np.int64]
Histogram = tuple[IntArray, NDArray[Any]]  # pixels, and how many bars or what share each holds
Sampled = TypeVar("Sampled")

# Tents are laid on a grid this many at a time where a landscape needs several.
TENTS_AT_ONCE = 4096
# Bars are weighed this many at a time, to stay in the processor's cache.
BLOCK = 1 << 16
# Beyond this many pixels a Gaussian kernel is not summed term by term.
WIDEST_SUMMED = 1e4


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


@dataclass(frozen=True)
class Landscape(Curve):
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
        if bars.death is not None:
            return bars.births[: self.layers].astype(np.float64), bars.deaths[: self.layers]
        births, deaths = bars.births.astype(np.float64), bars.deaths
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
class Silhouette(Curve):
    """Weighted silhouette (Chazal et al. 2014): the mean of the tents, weights (d − b)^power."""

    power: float = 1.0

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Array]:
        """Silhouettes, each of shape (bins,).

        A tent is the sum of three hinges max(0, x − c): slope 1 from its birth, −2 from its
        middle, 1 from its death. Sums of hinges are prefix sums over sorted positions. Where all
        bars share an end e, the hinge from a middle is half the hinge from the other end at
        2x − e, so one set of sums serves all three.
        """
        longest = self._longest(bars)
        if longest == 0:
            return [np.zeros_like(grid.points) for grid in grids]
        points = np.concatenate([grid.points for grid in grids])
        if bars.death is not None:
            total = self._sharing_an_end(bars.births, bars.death, longest, points)
        elif bars.birth is not None:
            total = self._sharing_an_end(np.sort(bars.deaths), bars.birth, longest, points)
        else:
            births = bars.births.astype(np.float64)
            weights = ((bars.deaths - births) / longest) ** self.power
            weights /= weights.sum()
            total = _hinges(births, weights, points)
            total -= 2 * _hinges((births + bars.deaths) / 2, weights, points)
            total += _hinges(bars.deaths, weights, points)
        return np.split(total, np.cumsum([len(grid.points) for grid in grids])[:-1])

    @staticmethod
    def _longest(bars: Bars) -> float:
        if not len(bars):
            return 0.0
        if bars.death is not None:
            return bars.death - bars.low
        if bars.birth is not None:
            return bars.high - bars.birth
        return float((bars.deaths - bars.births).max())

    def _sharing_an_end(
        self, positions: NDArray[Any], end: float, longest: float, points: Array
    ) -> Array:
        """Silhouette of bars from or to a common ``end``, given the sorted other ends."""
        both = np.concatenate([points, 2 * points - end])
        before = search(positions, both, "right")
        mass, moment = np.zeros(len(both)), np.zeros(len(both))
        total = total_moment = 0.0
        for start in range(0, len(positions), BLOCK):
            block = positions[start : start + BLOCK].astype(np.float64)
            weights = (np.abs(block - end) / longest) ** self.power
            masses, moments = np.cumsum(weights), np.cumsum(weights * block)
            within = (before > start) & (before <= start + len(block))
            mass[within] = total + masses[before[within] - start - 1]
            moment[within] = total_moment + moments[before[within] - start - 1]
            total += float(masses[-1])
            total_moment += float(moments[-1])
        at_points, at_mirrored = np.split(both * mass - moment, 2)
        tents: Array = at_points - at_mirrored + np.maximum(points - end, 0) * total
        return tents / total


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
    hold a bar (birth pixel · bins + death pixel) and how many bars each holds. With ``unit_mass``
    the share of bars instead: networks of different size then have images of one mass.
    """

    sigma: float = 0.1
    unit_mass: bool = False

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Histogram]:
        """Histograms, each as (pixels, counts); bars of no length do not count."""
        histograms = pixel_histograms(bars, grids)
        if not self.unit_mass:
            return histograms
        return [(pixels, counts / max(1, counts.sum())) for pixels, counts in histograms]

    def distance(self, one: Histogram, other: Histogram, grid: Grid) -> float:
        """L2 distance of the two images of bins × bins pixels."""
        if grid.step == 0:
            return 0.0
        bins = len(grid.points)
        pixels = np.concatenate([one[0], other[0]])
        counts = np.concatenate([one[1], -other[1]]).astype(np.float64)
        births, deaths = np.divmod(pixels, bins)
        # Filtering is linear: one difference is filtered. It is separable too, and in a layered
        # network the difference lies in a single row or column: the image is an outer product.
        if len(pixels) and (births == births[0]).all():
            return self._outer_distance(births[0], deaths, counts, grid)
        if len(pixels) and (deaths == deaths[0]).all():
            return self._outer_distance(deaths[0], births, counts, grid)
        histogram = np.bincount(pixels, counts, bins * bins).reshape(bins, bins)
        kernel = toeplitz(self._response(grid))
        image = np.einsum("id,jd->ij", np.einsum("ib,bd->id", kernel, histogram), kernel)
        return norm(image - image.T) / grid.step

    def _outer_distance(self, line: np.int64, places: IntArray, counts: Array, grid: Grid) -> float:
        """Norm of u vᵀ − v uᵀ, where u filters the line's pixel and v the histogram along it.

        It is √2 |u| |r|, with r what is left of v when its part along u is taken away.
        """
        bins = len(grid.points)
        response = self._response(grid)
        across = response[np.abs(np.arange(bins) - line)]
        histogram = np.bincount(places, counts, bins)
        along = np.einsum("ij,j->i", toeplitz(response), histogram)
        square = np.sum(across**2)
        rest = along - np.sum(along * across) / square * across
        return float(np.sqrt(2 * square)) * norm(rest) / grid.step

    def _response(self, grid: Grid) -> Array:
        """Answer of scipy's Gaussian filter to one pixel, at distances of 0 … bins − 1 pixels."""
        bins = len(grid.points)
        width = min(self.sigma / grid.step, 1e5 * bins)  # giotto's bound
        if width > WIDEST_SUMMED:
            # scipy cuts the kernel at four widths and divides it by its sum: here by the integral
            # from half a pixel beyond, the same to far below 1e-9.
            mass = (
                width * np.sqrt(2 * np.pi) * erf((int(4 * width + 0.5) + 0.5) / width / np.sqrt(2))
            )
            wide: Array = np.exp(-0.5 * (np.arange(bins) / width) ** 2) / mass
            return wide
        impulse = np.zeros(2 * bins - 1)
        impulse[bins - 1] = 1
        response: Array = gaussian_filter1d(impulse, width, mode="constant")[bins - 1 :]
        return response


def pixel_histograms(bars: Bars, grids: Sequence[Grid]) -> list[Histogram]:
    """Pixels of each grid that hold a bar of some length, and how many each holds."""
    if bars.death is not None:
        proper = bars.births[: search(bars.births, np.array([bars.death]), "left")[0]]
        return [
            (pixels * len(grid.points) + _pixels(bars.deaths[:1], grid), counts)
            for grid, (pixels, counts) in zip(grids, _sorted_histograms(proper, grids), strict=True)
        ]
    if bars.birth is not None:
        ends = np.sort(bars.deaths[bars.deaths > bars.births])
        return [
            (_pixels(bars.births[:1], grid) * len(grid.points) + pixels, counts)
            for grid, (pixels, counts) in zip(grids, _sorted_histograms(ends, grids), strict=True)
        ]
    long = bars.deaths > bars.births
    births, deaths = bars.births[long], bars.deaths[long]
    return [
        np.unique(
            _pixels(births, grid) * len(grid.points) + _pixels(deaths, grid),
            return_counts=True,
        )
        for grid in grids
    ]


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


def _pixels(values: NDArray[Any], grid: Grid) -> IntArray:
    """Pixel of each value, truncated as giotto-tda does; 0 on a grid of no width."""
    if grid.step == 0:
        return np.zeros(len(values), dtype=np.int64)
    pixels: IntArray = ((values.astype(np.float64) - grid.points[0]) / grid.step).astype(np.int64)
    return pixels


def _sorted_histograms(values: NDArray[Any], grids: Sequence[Grid]) -> list[Histogram]:
    """Pixels of each grid that hold some of the sorted values, and how many they hold.

    The pixel of a value is a truncated quotient, which may differ from the exact one in its last
    bits: the first value of a pixel is searched by that quotient, near the border. All grids
    have the same number of points.
    """
    if not grids:
        return []
    points = np.stack([grid.points for grid in grids])
    first = points[:, :1]
    step = np.array([[grid.step or np.inf] for grid in grids])  # no width: all in pixel 0
    wanted = np.arange(1, points.shape[1])
    slack = 1e-12 * np.abs(points[:, [0, -1]]).max(axis=1, keepdims=True)  # far above rounding
    low = search(values, points[:, 1:] - slack, "left")
    high = search(values, points[:, 1:] + slack, "left")
    while np.any(unsure := low < high):
        middle = (low + high) // 2
        quotient = (values[np.minimum(middle, len(values) - 1)].astype(np.float64) - first) / step
        reached = quotient.astype(np.int64) >= wanted
        high = np.where(unsure & reached, middle, high)
        low = np.where(unsure & ~reached, middle + 1, low)
    histograms: list[Histogram] = []
    for borders in low:
        counts = np.diff(borders, prepend=0, append=len(values))
        pixels = np.flatnonzero(counts)
        histograms.append((pixels, counts[pixels]))
    return histograms
