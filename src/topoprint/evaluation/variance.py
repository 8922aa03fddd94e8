"""Variance explained: how much of a measure's distances simpler ones explain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.evaluation.seeds import FEWEST, Array, Estimate, comparable
from topoprint.identity import Index

# The measures that explain the others.
SIMPLE = ("number_of_edges", "weight_histogram")


@dataclass(frozen=True)
class VarianceExplained:
    """Share of the variance of a measure's distances that simpler ones explain, mean over seeds.

    Attributes
    ----------
    measure : str
    networks : int
        How many networks are compared.
    size, histogram, both : Estimate
        R² of a linear fit of the distances by ``number_of_edges``, by ``weight_histogram``, and
        by both; NaN where the simpler distance is the same between all networks.
    """

    measure: str
    networks: int
    size: Estimate
    histogram: Estimate
    both: Estimate


def variance_explained(seeds: Sequence[Comparison]) -> list[VarianceExplained]:
    """Share of the variance that size and histogram explain, for the other measures."""
    known = [{name: m.values for name, m in seed.matrices.items()} for seed in seeds]
    if not known[0].keys() >= set(SIMPLE):
        return []
    rows = []
    for measure in (name for name in known[0] if name not in SIMPLE):
        some = comparable([seed[measure] for seed in known])
        if len(some) < FEWEST:
            continue
        both = np.ix_(some, some)
        shares = [
            _shares_explained(seed[measure][both], *(seed[name][both] for name in SIMPLE))
            for seed in known
        ]
        estimates = map(Estimate, zip(*shares, strict=True))
        rows.append(VarianceExplained(measure, len(some), *estimates))
    return rows


def variance_of_tasks(
    comparison: Comparison, apart: Collection[str] = ()
) -> list[VarianceExplained]:
    """Share of the variance among the networks of each seed, without those of tasks ``apart``.

    Where seeds have not the same networks, or fewer than three: among the networks of all seeds,
    without an interval.

    Parameters
    ----------
    comparison : Comparison
        Of the networks of all seeds; a network's group is its task.
    """
    places: dict[int | None, list[int]] = {}
    for place, row in enumerate(comparison.index):
        if row.group not in apart:
            places.setdefault(row.id.seed, []).append(place)
    seeds = [_part(comparison, some) for some in places.values()]
    differ = len({tuple(seed.index.without_seeds()) for seed in seeds}) > 1
    if differ or len(seeds[0].index) < FEWEST:
        seeds = [_part(comparison, sorted(chain.from_iterable(places.values())))]
    return variance_explained(seeds)


def _part(comparison: Comparison, places: Sequence[int]) -> Comparison:
    """Take the networks at some places."""
    index = Index(comparison.index[place] for place in places)
    matrices = {
        name: DistanceMatrix(
            matrix.values[np.ix_(places, places)], index, matrix.measure, matrix.parameters
        )
        for name, matrix in comparison.matrices.items()
    }
    return Comparison(index, matrices)


def _shares_explained(distances: Array, size: Array, histogram: Array) -> list[float]:
    upper = np.triu_indices(len(distances), k=1)
    target = distances[upper]
    return [
        _r_squared(target, np.column_stack(columns))
        for columns in (
            [size[upper]],
            [histogram[upper]],
            [size[upper], histogram[upper]],
        )
    ]


def _r_squared(target: Array, columns: Array) -> float:
    centred = target - target.mean()
    design = columns - columns.mean(axis=0)
    scale = np.abs(design).max(axis=0)
    design = design / np.where(scale > 0, scale, 1)  # edges and shares have other units
    coefficients, *_ = np.linalg.lstsq(design, centred, rcond=None)
    total = float((centred**2).sum())
    rest = float(((centred - design @ coefficients) ** 2).sum())
    return 1 - rest / total if total and design.any() else np.nan
