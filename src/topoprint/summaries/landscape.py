"""Persistence landscapes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.homology.counts import all_one, repeated
from topoprint.summaries.bars import Array, Bars, Grid
from topoprint.summaries.base import Curve

# Tents are laid on a grid this many at a time where a landscape needs several.
TENTS_AT_ONCE = 4096


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
        # Of equal bars no more than ``layers`` can be among the largest.
        copies = bars.counts if all_one(bars.counts) else np.minimum(bars.counts, self.layers)
        if bars.death is not None:
            first = slice(self.layers)
            births = repeated(bars.births[first], copies[first])[first].astype(np.float64)
            return births, np.full(len(births), bars.death)
        births = repeated(bars.births, copies).astype(np.float64)
        deaths = repeated(bars.deaths, copies)
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
