"""Silhouettes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.counts import IntArray, all_one, in_order
from topoprint.summaries.bars import Array, Bars, Grid
from topoprint.summaries.base import Curve, search

# Bars are weighed this many at a time, to stay in the processor's cache.
BLOCK = 1 << 16


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
            ends = bars.births, bars.counts
            total = self._sharing_an_end(*ends, bars.death, longest, points)
        elif bars.birth is not None:
            ends = in_order(bars.deaths, bars.counts)
            total = self._sharing_an_end(*ends, bars.birth, longest, points)
        else:
            births = bars.births.astype(np.float64)
            weights = ((bars.deaths - births) / longest) ** self.power * bars.counts
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
        self,
        positions: NDArray[Any],
        counts: IntArray,
        end: float,
        longest: float,
        points: Array,
    ) -> Array:
        """Silhouette of bars from or to a common ``end``, given the sorted other ends."""
        both = np.concatenate([points, 2 * points - end])
        before = search(positions, both, "right")
        mass, moment = np.zeros(len(both)), np.zeros(len(both))
        total = total_moment = 0.0
        for start in range(0, len(positions), BLOCK):
            block = positions[start : start + BLOCK].astype(np.float64)
            weights = (np.abs(block - end) / longest) ** self.power
            if not all_one(counts):
                weights *= counts[start : start + BLOCK]
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
