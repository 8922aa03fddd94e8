"""Variance explained: how much of a measure's distances simpler ones explain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.evaluation.seeds import FEWEST, Array, Estimate, IntArray, comparable
from topoprint.identity import Index

# The measures that explain the others.
SIMPLE = ("number_of_edges", "weight_histogram")
# Change of a share by one network from which sentences tell of it.
TELLING = 0.1


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
    size_without, histogram_without, both_without : float
        The same without one network, whose leaving out changes it most, mean over the seeds: the
        distances to one network can hold most of the variance. NaN where nothing can be told of
        the others, as the simpler distance is the same between all of them.
    size_left_out, histogram_left_out, both_left_out : str
        Which network that is; empty, and the share NaN, where the whole share is NaN or there are
        three networks only.
    """

    measure: str
    networks: int
    size: Estimate
    histogram: Estimate
    both: Estimate
    size_without: float = np.nan
    size_left_out: str = ""
    histogram_without: float = np.nan
    histogram_left_out: str = ""
    both_without: float = np.nan
    both_left_out: str = ""


def variance_explained(seeds: Sequence[Comparison]) -> list[VarianceExplained]:
    """Share of the variance that size and histogram explain, for the other measures.

    Each network is left out in turn, so that n networks take n + 1 fits to their n(n − 1) / 2
    distances, for each measure and seed.
    """
    known = [{name: m.values for name, m in seed.matrices.items()} for seed in seeds]
    if not known[0].keys() >= set(SIMPLE):
        return []
    rows = []
    for measure in (name for name in known[0] if name not in SIMPLE):
        some = comparable([seed[measure] for seed in known])
        if len(some) < FEWEST:
            continue
        shares = _shares_of_seeds(known, measure, some)
        labels = [seeds[0].index.labels[place] for place in some]
        rest = {}
        if len(some) > FEWEST:
            without = [
                _shares_of_seeds(known, measure, np.delete(some, at)) for at in range(len(some))
            ]
            rest = _without_one(shares.mean(axis=0), np.mean(without, axis=1), labels)
        size, histogram, joint = map(Estimate, shares.T)
        rows.append(VarianceExplained(measure, len(some), size, histogram, joint, **rest))
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


def _without_one(shares: Array, without: Array, labels: Sequence[str]) -> dict[str, Any]:
    """Each share (3,) without the network that changes it most, of those (n, 3), and its name."""
    found: dict[str, Any] = {}
    for name, whole, rest in zip(("size", "histogram", "both"), shares, without.T, strict=True):
        if np.isfinite(whole):
            changes = np.where(np.isnan(rest), np.inf, np.abs(rest - whole))
            at = int(np.argmax(changes))
            found |= {f"{name}_without": float(rest[at]), f"{name}_left_out": labels[at]}
    return found


def _shares_of_seeds(
    seeds: Sequence[Mapping[str, Array]], measure: str, networks: IntArray
) -> Array:
    """Shares (seeds, 3) that are explained among some networks."""
    among = np.ix_(networks, networks)
    return np.array(
        [_shares_explained(*(seed[name][among] for name in (measure, *SIMPLE))) for seed in seeds]
    )


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
