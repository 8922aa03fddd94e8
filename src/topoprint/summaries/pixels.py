"""Bars as the pixels of a grid that they fall into, and how many fall into each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.counts import before, in_order, select
from topoprint.summaries.bars import Bars, Grid
from topoprint.summaries.base import IntArray, search

Histogram = tuple[IntArray, NDArray[Any]]  # pixels, and how many bars or what share each holds


def pixel_histograms(bars: Bars, grids: Sequence[Grid]) -> list[Histogram]:
    """Pixels of each grid that hold a bar of some length, and how many each holds."""
    if bars.death is not None:
        proper = slice(search(bars.births, np.array([bars.death]), "left")[0])
        born = bars.births[proper], bars.counts[proper]
        return [
            (pixels * len(grid.points) + _pixels(bars.deaths[:1], grid), counts)
            for grid, (pixels, counts) in zip(grids, _sorted_histograms(*born, grids), strict=True)
        ]
    if bars.birth is not None:
        long = bars.deaths > bars.births
        ends = in_order(bars.deaths[long], select(bars.counts, long))
        return [
            (_pixels(bars.births[:1], grid) * len(grid.points) + pixels, counts)
            for grid, (pixels, counts) in zip(grids, _sorted_histograms(*ends, grids), strict=True)
        ]
    long = bars.deaths > bars.births
    births, deaths, counts = bars.births[long], bars.deaths[long], select(bars.counts, long)
    return [
        _counted(_pixels(births, grid) * len(grid.points) + _pixels(deaths, grid), counts)
        for grid in grids
    ]


def _counted(pixels: IntArray, counts: IntArray) -> Histogram:
    """Return the different pixels, and how many bars each holds."""
    different, places = np.unique(pixels, return_inverse=True)
    held = np.zeros(len(different), dtype=np.int64)
    np.add.at(held, places, counts)
    return different, held


def _pixels(values: NDArray[Any], grid: Grid) -> IntArray:
    """Pixel of each value, truncated as giotto-tda does; 0 on a grid of no width."""
    if grid.step == 0:
        return np.zeros(len(values), dtype=np.int64)
    pixels: IntArray = ((values.astype(np.float64) - grid.points[0]) / grid.step).astype(np.int64)
    return pixels


def _sorted_histograms(
    values: NDArray[Any], multiplicities: IntArray, grids: Sequence[Grid]
) -> list[Histogram]:
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
        ends = before(multiplicities, np.concatenate([[0], borders, [len(values)]]))
        counts = np.diff(ends)
        pixels = np.flatnonzero(counts)
        histograms.append((pixels, counts[pixels]))
    return histograms
