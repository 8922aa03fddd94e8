"""Variance explained: how much of a measure's distances simpler ones explain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.evaluation.seeds import FEWEST, Array, Estimate, comparable
from topoprint.identity import Index

# The measures that explain the others.
SIMPLE = ("number_of_edges", "weight_histogram")
# Sums of squares below this share of the number of pairs, of distances divided by their greatest,
# are rounding.
ROUNDING = 1e-13


class Share(NamedTuple):
    """One of the shares that a measure has, and what it is without one network."""

    whole: Estimate
    without: float
    left_out: str


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

    @property
    def shares(self) -> dict[str, Share]:
        """The three shares by name: ``size``, ``histogram`` and ``both``."""
        return {
            "size": Share(self.size, self.size_without, self.size_left_out),
            "histogram": Share(self.histogram, self.histogram_without, self.histogram_left_out),
            "both": Share(self.both, self.both_without, self.both_left_out),
        }


def variance_explained(seeds: Sequence[Comparison]) -> list[VarianceExplained]:
    """Share of the variance that size and histogram explain, for the other measures."""
    known = [{name: m.values for name, m in seed.matrices.items()} for seed in seeds]
    if not known[0].keys() >= set(SIMPLE):
        return []
    rows, labels = [], seeds[0].index.labels
    for measure in (name for name in known[0] if name not in SIMPLE):
        some = comparable([seed[measure] for seed in known])
        if len(some) < FEWEST:
            continue
        among = np.ix_(some, some)
        parts = [[seed[name][among] for name in (measure, *SIMPLE)] for seed in known]
        shares = np.array([_shares_explained(*part) for part in parts])
        rest = {}
        if len(some) > FEWEST:
            without = np.mean([_without_each(*part) for part in parts], axis=0)
            rest = _without_one(shares.mean(axis=0), without, [labels[place] for place in some])
        size, histogram, both = map(Estimate, shares.T)
        rows.append(VarianceExplained(measure, len(some), size, histogram, both, **rest))
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


def _without_each(distances: Array, size: Array, histogram: Array) -> Array:
    """Shares (n, 3) without each network, from sums over all pairs less those of its own.

    So all n together take as long as a few fits.
    """
    pairs = ~np.eye(len(distances), dtype=bool)
    columns = [np.ones(pairs.shape)]
    for column in (size, histogram, distances):
        centred = column - column[pairs].mean()
        columns.append(centred / (np.abs(centred[pairs]).max() or 1))
    told = np.array(columns) * pairs
    own = np.einsum("aij,bij->iab", told, told)
    rest = own.sum(axis=0) / 2 - own
    count, sums = rest[:, 0, 0, None], rest[:, 0, 1:]
    products = rest[:, 1:, 1:] - sums[:, :, None] * sums[:, None] / count[:, None]
    squares = np.diagonal(products, axis1=1, axis2=2)
    deviations = np.sqrt(np.where(squares > ROUNDING * count, squares, np.inf))
    correlations = products / (deviations[:, :, None] * deviations[:, None])
    simple, alone = correlations[:, :2, :2], correlations[:, :2, 2]
    inverse = np.linalg.pinv(simple, rcond=1e-12, hermitian=True)
    both = np.einsum("ni,nij,nj->n", alone, inverse, alone)
    varies = np.isfinite(deviations)
    known = np.column_stack([varies[:, :2], varies[:, :2].any(axis=1)]) & varies[:, 2:]
    return np.where(known, np.column_stack([alone**2, both]), np.nan)


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
