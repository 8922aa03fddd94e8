"""Distances of all pairs of some diagrams, by a summary of their bars on grids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.spatial.distance import cdist

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.summaries.bars import Array, Bars, Grid
from topoprint.summaries.base import Embedded, Summary
from topoprint.summaries.extents import EXTENT, Extents, Grids, extent_of

GridKind = Literal["paper", "shared"]

# Where each pair has its own grid, summaries of this many diagrams by as many are held at once.
BLOCK = 64


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

    def prepared(self, diagram: Diagram, dimension: int) -> Bars:
        """Prepare the bars of one dimension."""
        return Bars.of(diagram, dimension, self.min_persistence, self.infinity)

    def extents(self, diagrams: Sequence[Diagram]) -> Extents:
        """Tell how far the bars of each diagram and dimension reach, shape (n, dimensions)."""
        found = np.empty((len(diagrams), diagrams[0].max_dimension + 1), dtype=EXTENT)
        for number, diagram in enumerate(diagrams):
            for dimension in range(diagram.max_dimension + 1):
                found[number, dimension] = extent_of(self.prepared(diagram, dimension))
        return found


def distances(
    diagrams: Sequence[Diagram],
    summary: Summary[Any],
    how: Discretisation,
    dimensions: Sequence[int] | None = None,
) -> Array:
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
    grids = Grids(how.extents(diagrams), how.bins)
    if has_points(summary, how):
        points = summary_points(diagrams, summary, how, grids, compared)
        return distances_of_points(points, points)
    everyone = range(len(diagrams))
    return distances_of_pairs(diagrams, everyone, everyone, summary, how, grids, compared)


def has_points(summary: Summary[Any], how: Discretisation) -> bool:
    """Whether a network is one point, whatever it is compared with."""
    return how.grid == "shared" and isinstance(summary, Embedded)


def summary_points(
    diagrams: Sequence[Diagram],
    summary: Summary[Any],
    how: Discretisation,
    grids: Grids,
    dimensions: Sequence[int],
) -> Array:
    """Give each diagram a point: their Euclidean distances are those of the summaries.

    Parameters
    ----------
    diagrams, summary, how, dimensions
        As in :func:`distances`; summaries that :func:`has_points`.
    grids : Grids
        Those of the whole collection, of which ``diagrams`` may be a part: a point does not depend
        on how it is parted.

    Returns
    -------
    ndarray, float64, shape (n, d)
        Coordinates of each dimension one after another.
    """
    parts = [np.empty((len(diagrams), 0))]
    for dimension in dimensions if len(diagrams) else ():
        if grids.has_bars(dimension) and isinstance(summary, Embedded):
            grid = grids.shared(dimension)
            place = summary.placing(
                grid, grids.common_birth(dimension), grids.common_death(dimension)
            )
            own = (how.prepared(diagram, dimension) for diagram in diagrams)
            parts.append(np.stack([place(summary.sample(bars, [grid])[0]) for bars in own]))
    return np.concatenate(parts, axis=1)


def distances_of_points(rows: Array, columns: Array) -> Array:
    """Euclidean distances, shape (rows, columns).

    Of each pair the coordinates are subtracted: near points lose no digits, equal ones have
    the distance 0, and a pair has the same bits among whatever others it is computed.
    """
    if not (rows.size and columns.size):
        return np.zeros((len(rows), len(columns)))
    found: Array = cdist(rows, columns)
    return found


def distances_of_pairs(
    diagrams: Mapping[int, Diagram] | Sequence[Diagram],
    rows: Sequence[int],
    columns: Sequence[int],
    summary: Summary[Any],
    how: Discretisation,
    grids: Grids,
    dimensions: Sequence[int],
) -> Array:
    """Distances of some diagrams from others, a block at a time, in bounded memory.

    Parameters
    ----------
    diagrams : sequence or mapping of int to Diagram
        By their number in the collection; only those of ``rows`` and ``columns`` are looked at.
    rows, columns : sequence of int
        Numbers of diagrams; where both are the same, each pair is computed once.
    summary, how, dimensions
        As in :func:`distances`.
    grids : Grids
        Those of the whole collection.

    Returns
    -------
    ndarray, float64, shape (rows, columns)
    """
    squares = np.zeros((len(rows), len(columns)))
    same = rows == columns
    for top in range(0, len(rows), BLOCK):
        for left in range(top if same else 0, len(columns), BLOCK):
            across, down = rows[top : top + BLOCK], columns[left : left + BLOCK]
            block = np.zeros((len(across), len(down)))
            for dimension in filter(grids.has_bars, dimensions):
                if how.grid == "shared":
                    one = grids.shared(dimension)
                    own = [[one] * len(down)] * len(across)
                else:
                    own = grids.of_pairs(across, down, dimension)
                block += _squares(diagrams, across, down, summary, how, own, dimension)
            squares[top : top + BLOCK, left : left + BLOCK] = block
            if same:
                squares[left : left + BLOCK, top : top + BLOCK] = block.T
    return np.sqrt(squares)


def _squares(
    diagrams: Mapping[int, Diagram] | Sequence[Diagram],
    rows: Sequence[int],
    columns: Sequence[int],
    summary: Summary[Any],
    how: Discretisation,
    grids: list[list[Grid]],
    dimension: int,
) -> Array:
    """Squares of the distances in one dimension of a block, each pair on its grid."""
    same = rows == columns
    asked: dict[int, dict[Grid, None]] = {number: {} for number in (*rows, *columns)}
    pairs = [
        (i, j)
        for i in range(len(rows))
        for j in range(i if same else 0, len(columns))
        if rows[i] != columns[j]
    ]
    for i, j in pairs:
        asked[rows[i]][grids[i][j]] = asked[columns[j]][grids[i][j]] = None
    sampled = {
        number: dict(
            zip(own, summary.sample(how.prepared(diagrams[number], dimension), [*own]), strict=True)
        )
        for number, own in asked.items()
        if own
    }
    squares = np.zeros((len(rows), len(columns)))
    for i, j in pairs:
        grid = grids[i][j]
        one, other = sampled[rows[i]][grid], sampled[columns[j]][grid]
        squares[i, j] = summary.distance(one, other, grid) ** 2
        if same:
            squares[j, i] = squares[i, j]
    return squares


def check_dimensions(
    diagrams: Sequence[Diagram], dimensions: Sequence[int] | None = None
) -> list[int]:
    """Dimensions to compare, all by default; refuse those that the diagrams do not share."""
    if not diagrams:
        raise InputError("no diagrams to compare")
    if len({diagram.max_dimension for diagram in diagrams}) > 1:
        raise InputError("the diagrams have different max_dimension; compute them alike")
    return some_dimensions(diagrams[0].max_dimension, dimensions)


def some_dimensions(greatest: int, dimensions: Sequence[int] | None) -> list[int]:
    """Dimensions to compare, all from 0 to the greatest by default; refuse others."""
    wanted = list(range(greatest + 1)) if dimensions is None else list(dimensions)
    if not wanted or len(set(wanted)) < len(wanted) or not set(wanted) <= set(range(greatest + 1)):
        raise InputError(f"dimensions {wanted} are not some of 0 … {greatest}, each once")
    return wanted
