"""Betti curves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.homology.counts import before, in_order
from topoprint.summaries.bars import Array, Bars, Grid
from topoprint.summaries.base import Curve, search


@dataclass(frozen=True)
class BettiCurve(Curve):
    """Betti curve: the number of bars that are alive at x, those with birth ≤ x < death."""

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Array]:
        """Betti curves, each of shape (bins,)."""
        if not grids:
            return []
        points = np.concatenate([grid.points for grid in grids])
        born = before(bars.counts, search(bars.births, points, "right"))
        if bars.death is not None:
            dead = np.where(points >= bars.death, len(bars), 0)
        else:
            deaths, counts = in_order(bars.deaths, bars.counts)
            dead = before(counts, np.searchsorted(deaths, points, side="right"))
        alive = (born - dead).astype(np.float64)
        return np.split(alive, np.cumsum([len(grid.points) for grid in grids])[:-1])
