"""The registry of measures, and distance matrices between persistence diagrams."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.matrix import DistanceMatrix
from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.summaries.bars import Bars, Grid
from topoprint.summaries.betti import BettiCurve, PersistenceImage
from topoprint.summaries.summaries import Heat, Landscape, Silhouette, Summary

GridKind = Literal["paper", "shared"]
DistanceEngine = Literal["exact", "giotto"]

AnySummary = Landscape | Silhouette | Heat | BettiCurve | PersistenceImage
SUMMARIES: dict[str, type[AnySummary]] = {
    "landscape": Landscape,
    "silhouette": Silhouette,
    "heat": Heat,
    "betti": BettiCurve,
    "persistence_image": PersistenceImage,
}
# Those of the paper, which are computed where nothing else is asked for.
METRICS = ("landscape", "silhouette", "heat")


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


def distance_matrix(
    diagrams: Sequence[Diagram],
    metric: str = "silhouette",
    grid: GridKind = "paper",
    bins: int = 200,
    engine: DistanceEngine = "exact",
    *,
    min_persistence: float = 0.01,
    infinity: float = 1.0,
    dimensions: Sequence[int] | None = None,
    labels: Sequence[str] | None = None,
    **parameters: float,
) -> DistanceMatrix:
    """Distances between all pairs of diagrams.

    Parameters
    ----------
    diagrams : sequence of Diagram
        All of one ``max_dimension``. On the ``paper`` grid a distance depends on the whole
        collection, as in the authors' code: giotto-tda pads the filtered diagrams to one length
        with trivial bars at the collection's least birth, and those widen the grid of a pair.
    metric : {"landscape", "silhouette", "heat", "betti", "persistence_image"}
        Per dimension the L2 distance of the two summaries; the whole is the Euclidean norm of
        these over the dimensions.
    grid, bins, min_persistence, infinity
        See :class:`Discretisation`.
    engine : {"exact", "giotto"}
        Ours, or giotto-tda's own code; both give the same numbers.
    dimensions : sequence of int, optional
        Homology dimensions to compare; by default all. Grids are the same either way.
    labels : sequence of str, optional
        Names of the rows; by default the network of each diagram, or its position.
    **parameters
        ``layers`` (landscape, default 1), ``power`` (silhouette, 1.0), ``sigma`` (heat and
        persistence_image, 0.1) and ``unit_mass`` (heat, False: each diagram's image divided by
        its number of bars, which giotto-tda does not have).

    Returns
    -------
    DistanceMatrix
        Distances in units of the summaries; exact zeros on the diagonal.

    Raises
    ------
    InputError
        If there are no diagrams, an argument is not known or out of range, or giotto-tda is
        needed and not installed.
    """
    how = Discretisation(grid, bins, min_persistence, infinity)
    summary = make_summary(metric, **parameters)
    diagrams = list(diagrams)
    if not diagrams:
        raise InputError("no diagrams to compare")
    if len({diagram.max_dimension for diagram in diagrams}) > 1:
        raise InputError("the diagrams have different max_dimension; compute them alike")
    compared = _check_dimensions(dimensions, diagrams[0].max_dimension)
    if engine == "giotto":
        from topoprint.summaries.giotto import giotto_distances

        values = giotto_distances(diagrams, metric, summary, how, compared)
    elif engine == "exact":
        values = _exact_distances(diagrams, summary, how, compared)
    else:
        raise InputError(f"engine {engine!r} is not known; choose exact or giotto")
    names = (
        list(labels)
        if labels is not None
        else [
            diagram.identity.get("network", str(position))
            for position, diagram in enumerate(diagrams)
        ]
    )
    if len(names) != len(diagrams):
        raise InputError(f"{len(names)} labels for {len(diagrams)} diagrams")
    used: dict[str, Any] = {**asdict(how), **asdict(summary), "engine": engine}
    if dimensions is not None:
        used["dimensions"] = compared
    return DistanceMatrix(values, tuple(names), metric, used)


def _check_dimensions(dimensions: Sequence[int] | None, greatest: int) -> list[int]:
    known = range(greatest + 1)
    wanted = list(known) if dimensions is None else list(dimensions)
    if not wanted or len(set(wanted)) < len(wanted) or not set(wanted) <= set(known):
        raise InputError(f"dimensions {wanted} are not some of 0 … {greatest}, each once")
    return wanted


def make_summary(metric: str, **parameters: float) -> AnySummary:
    """Make the summary of a metric, refusing parameters that are not its own or out of range."""
    if metric not in SUMMARIES:
        raise InputError(f"metric {metric!r} is not known; choose {', '.join(SUMMARIES)}")
    kind = SUMMARIES[metric]
    known = [field.name for field in fields(kind)]
    for name, value in parameters.items():
        if name not in known:
            raise InputError(
                f"metric {metric} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
            )
        if name == "unit_mass":
            if not isinstance(value, bool):
                raise InputError(f"unit_mass of heat must be True or False, not {value}")
            continue
        if not isinstance(value, Real) or not (value > 0 and np.isfinite(value)):
            raise InputError(f"{name} of {metric} must be a positive number, not {value}")
        if name == "layers" and value != int(value):
            raise InputError(f"layers of {metric} must be a whole number, not {value}")
        if name == "layers":
            parameters = {"layers": int(value)}
    return kind(**parameters)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Extent:
    """Number of prepared bars of one diagram and dimension, least birth and greatest death."""

    count: int
    low: float
    high: float

    @classmethod
    def of(cls, bars: Bars) -> "_Extent":
        return cls(len(bars), bars.low, bars.high)


def _exact_distances(
    diagrams: Sequence[Diagram],
    summary: AnySummary,
    how: Discretisation,
    compared: Sequence[int],
) -> NDArray[np.float64]:
    dimensions = range(diagrams[0].max_dimension + 1)
    # Bars are prepared twice, to know the grids and to sample, rather than all held at once.
    extents = [
        [
            _Extent.of(Bars.of(diagram, dimension, how.min_persistence, how.infinity))
            for diagram in diagrams
        ]
        for dimension in dimensions
    ]
    squares = np.zeros((len(diagrams), len(diagrams)))
    if len(diagrams) == 1:
        return squares
    for dimension in compared:
        if all(extent.count == 0 for extent in extents[dimension]):
            continue
        grids = _grids(extents, dimension, how)
        sampled = [
            _sample(summary, Bars.of(diagram, dimension, how.min_persistence, how.infinity), own)
            for diagram, own in zip(
                diagrams,
                ({pair: g for pair, g in grids.items() if n in pair} for n in range(len(diagrams))),
                strict=True,
            )
        ]
        for (one, other), grid in grids.items():
            pair = (one, other)
            distance = summary.distance(sampled[one][pair], sampled[other][pair], grid)
            squares[one, other] += distance**2
    distances: NDArray[np.float64] = np.sqrt(squares + squares.T)
    return distances


def _sample(
    summary: Summary[Any], bars: Bars, grids: dict[tuple[int, int], Grid]
) -> dict[tuple[int, int], Any]:
    distinct = list({id(grid): grid for grid in grids.values()}.values())
    samples = dict(zip(map(id, distinct), summary.sample(bars, distinct), strict=True))
    return {pair: samples[id(grid)] for pair, grid in grids.items()}


def _grids(
    extents: list[list[_Extent]], dimension: int, how: Discretisation
) -> dict[tuple[int, int], Grid]:
    """Grid of each pair of diagrams in one dimension (one object for all, where shared)."""
    everyone = range(len(extents[0]))
    pairs = list(combinations(everyone, 2))
    if how.grid == "shared":
        low, high = _range(extents, dimension, everyone)
        return dict.fromkeys(pairs, Grid.between(low, high, how.bins))
    return {pair: Grid.between(*_range(extents, dimension, pair), how.bins) for pair in pairs}


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
