"""Variance explained: how much of a measure's distances simpler ones explain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.comparison.matrix import Comparison
from topoprint.evaluation.seeds import FEWEST, Array, Estimate, comparable

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
