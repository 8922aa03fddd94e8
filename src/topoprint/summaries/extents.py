"""How far the bars of diagrams reach, and the grids that follow from it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.summaries.bars import Array, Bars, Grid

# Of one diagram and dimension: number of prepared bars, least and greatest birth and death.
EXTENT = np.dtype(
    [
        ("bars", np.int64),
        ("first_birth", np.float64),
        ("last_birth", np.float64),
        ("first_death", np.float64),
        ("last_death", np.float64),
    ]
)
Extents = NDArray[Any]  # of EXTENT, shape (diagrams, dimensions)


def extent_of(bars: Bars) -> "np.void":
    """Return the extent of prepared bars; without bars the least is ∞, the greatest −∞."""
    last_birth = float(bars.births[-1]) if len(bars) else -np.inf
    first_death = float(bars.deaths.min(initial=np.inf)) if bars.death is None else bars.death
    found = np.array([(len(bars), bars.low, last_birth, first_death, bars.high)], dtype=EXTENT)
    return found[0]  # type: ignore[no-any-return]


class Grids:
    """The grids that a collection of diagrams is laid on, as giotto-tda finds them.

    Filtering pads all diagrams of the collection to one length with trivial bars at the
    collection's least birth (at 0 in a dimension without bars); they count here. A dimension in
    which all values are equal reaches up to the greatest value of any dimension.

    Parameters
    ----------
    extents : ndarray of EXTENT, shape (n, dimensions)
        Of the whole collection.
    bins : int
        Grid points.
    """

    def __init__(self, extents: Extents, bins: int) -> None:
        self._bins = bins
        self._longest = extents["bars"].max(axis=0)
        least = extents["first_birth"].min(axis=0)
        self._padding = np.where(self._longest > 0, least, 0.0)
        is_padded = (self._longest == 0) | (extents["bars"] < self._longest)
        self._low = np.where(
            is_padded, np.minimum(extents["first_birth"], self._padding), extents["first_birth"]
        )
        self._high = np.where(
            is_padded, np.maximum(extents["last_death"], self._padding), extents["last_death"]
        )
        self._extents = extents

    @property
    def n_dimensions(self) -> int:
        """Number of homology dimensions."""
        return int(self._low.shape[1])

    def has_bars(self, dimension: int) -> bool:
        """Whether any diagram has a bar of a dimension."""
        return bool(self._longest[dimension] > 0)

    def shared(self, dimension: int) -> Grid:
        """One grid for all diagrams."""
        low, high = _reaching(self._low.min(axis=0), self._high.max(axis=0))
        return Grid(float(low[dimension]), float(high[dimension]), self._bins)

    def of_pairs(
        self, rows: Sequence[int], columns: Sequence[int], dimension: int
    ) -> list[list[Grid]]:
        """Each pair's own grid, by row and column; equal ones are the same object."""
        low = np.minimum(self._low[rows][:, None], self._low[columns][None])
        high = np.maximum(self._high[rows][:, None], self._high[columns][None])
        low, high = _reaching(low, high)
        made: dict[tuple[float, float], Grid] = {}
        ends = zip(low[..., dimension].tolist(), high[..., dimension].tolist(), strict=True)
        return [
            [
                made.setdefault(pair, Grid(*pair, self._bins))
                for pair in zip(row_low, row_high, strict=True)
            ]
            for row_low, row_high in ends
        ]

    def common_birth(self, dimension: int) -> bool:
        """Whether all bars of a dimension of all diagrams are born at one value."""
        return self._is_one(dimension, "first_birth", "last_birth")

    def common_death(self, dimension: int) -> bool:
        """Whether all bars of a dimension of all diagrams die at one value."""
        return self._is_one(dimension, "first_death", "last_death")

    def _is_one(self, dimension: int, first: str, last: str) -> bool:
        own = self._extents[:, dimension]
        own = own[own["bars"] > 0]
        return bool(len(own)) and bool(own[first].min() == own[last].max())


def _reaching(low: Array, high: Array) -> tuple[Array, Array]:
    """Let a dimension of no width reach up to the greatest value of any."""
    return low, np.where(high != low, high, high.max(axis=-1, keepdims=True))
