"""Distances of all pairs of some diagrams, by a summary of their bars on grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.summaries.bars import Bars, Grid
from topoprint.summaries.base import Summary

GridKind = Literal["paper", "shared"]


@dataclass(frozen=True)
class Discretisation:
    """How bars are prepared and laid on a grid (paper, section 3.1; giotto-tda 0.6.2).

    Attributes
    ----------
    grid : {"paper", "shared"}
        ``paper``: each pair of diagrams has its own grid in each dimension; ``shared``: one grid
        a dimension for all diagrams of the matrix.
    bins : int
        Number of grid points, at least 2.
    min_persistence : float
        η: bars of length at most this are dropped, while essential bars are infinite.
    infinity : float
        What then stands for a death at ∞.
    """

    grid: GridKind = "paper"
    bins: int = 200
    min_persistence: float = 0.01
    infinity: float = 1.0

    def __post_init__(self) -> None:
        if self.grid not in ("paper", "shared"):
            raise InputError(f"grid {self.grid!r} is not known; choose paper or shared")
        if not isinstance(self.bins, int | np.integer) or self.bins < 2:
            raise InputError(f"bins must be at least 2, not {self.bins}")
        if not self.min_persistence >= 0 or not np.isfinite(self.infinity):
            raise InputError("min_persistence must be at least 0 and infinity a finite number")


@dataclass(frozen=True)
class _Extent:
    """Number of prepared bars of one diagram and dimension, least birth and greatest death."""

    count: int
    low: float
    high: float

    @classmethod
    def of(cls, bars: Bars) -> "_Extent":
        return cls(len(bars), bars.low, bars.high)


def distances(
    diagrams: Sequence[Diagram],
    summary: Summary[Any],
    how: Discretisation,
    dimensions: Sequence[int] | None = None,
) -> NDArray[np.float64]:
    """Distances between all pairs of diagrams.

    Parameters
    ----------
    diagrams : sequence of Diagram
        All of one ``max_dimension``. On the ``paper`` grid a distance depends on the whole
        collection, as in the authors' code: giotto-tda pads the filtered diagrams to one length
        with trivial bars at the collection's least birth, and those widen the grid of a pair.
    summary : Summary
        Per dimension the L2 distance of the two summaries is taken; the whole is the Euclidean
        norm of these over the dimensions.
    how : Discretisation
    dimensions : sequence of int, optional
        Homology dimensions to compare; by default all. Grids are the same either way.

    Returns
    -------
    ndarray, float64, shape (n, n)

    Raises
    ------
    InputError
        If there are no diagrams, they differ in ``max_dimension``, or a dimension is not known.
    """
    compared = check_dimensions(diagrams, dimensions)
    # Bars are prepared twice, to know the grids and to sample, rather than all held at once.
    extents = [
        [_Extent.of(_prepared(diagram, dimension, how)) for diagram in diagrams]
        for dimension in range(diagrams[0].max_dimension + 1)
    ]
    squares = np.zeros((len(diagrams), len(diagrams)))
    if len(diagrams) == 1:
        return squares
    for dimension in compared:
        if all(extent.count == 0 for extent in extents[dimension]):
            continue
        grids = _grids(extents, dimension, how)
        sampled = []
        for number, diagram in enumerate(diagrams):
            own = list(dict.fromkeys(grid for pair, grid in grids.items() if number in pair))
            samples = summary.sample(_prepared(diagram, dimension, how), own)
            sampled.append(dict(zip(own, samples, strict=True)))
        for (one, other), grid in grids.items():
            distance = summary.distance(sampled[one][grid], sampled[other][grid], grid)
            squares[one, other] += distance**2
    values: NDArray[np.float64] = np.sqrt(squares + squares.T)
    return values


def check_dimensions(
    diagrams: Sequence[Diagram], dimensions: Sequence[int] | None = None
) -> list[int]:
    """Dimensions to compare, all by default; refuse those that the diagrams do not share."""
    if not diagrams:
        raise InputError("no diagrams to compare")
    if len({diagram.max_dimension for diagram in diagrams}) > 1:
        raise InputError("the diagrams have different max_dimension; compute them alike")
    greatest = diagrams[0].max_dimension
    wanted = list(range(greatest + 1)) if dimensions is None else list(dimensions)
    if not wanted or len(set(wanted)) < len(wanted) or not set(wanted) <= set(range(greatest + 1)):
        raise InputError(f"dimensions {wanted} are not some of 0 … {greatest}, each once")
    return wanted


def _prepared(diagram: Diagram, dimension: int, how: Discretisation) -> Bars:
    return Bars.of(diagram, dimension, how.min_persistence, how.infinity)


def _grids(
    extents: list[list[_Extent]], dimension: int, how: Discretisation
) -> dict[tuple[int, int], Grid]:
    """Grid of each pair of diagrams in one dimension."""
    everyone = range(len(extents[0]))
    pairs = list(combinations(everyone, 2))
    if how.grid == "shared":
        low, high = _range(extents, dimension, everyone)
        return dict.fromkeys(pairs, Grid(low, high, how.bins))
    return {pair: Grid(*_range(extents, dimension, pair), how.bins) for pair in pairs}


def _range(
    extents: list[list[_Extent]], dimension: int, members: Sequence[int]
) -> tuple[float, float]:
    """Least birth and greatest death of some diagrams, as giotto-tda finds them.

    Filtering pads all diagrams of the collection to one length with trivial bars at the
    collection's least birth (at 0 in a dimension without bars); they count here. A dimension in
    which all values are equal reaches up to the greatest value of any dimension.
    """
    lows, highs = [], []
    for of_dimension in extents:
        longest = max(extent.count for extent in of_dimension)
        padding = min(extent.low for extent in of_dimension) if longest else 0.0
        own = [of_dimension[n] for n in members if of_dimension[n].count]
        ends = [(extent.low, extent.high) for extent in own]
        if not longest or any(of_dimension[n].count < longest for n in members):
            ends.append((padding, padding))
        lows.append(min(low for low, _ in ends))
        highs.append(max(high for _, high in ends))
    low, high = lows[dimension], highs[dimension]
    return low, (high if high != low else max(highs))
