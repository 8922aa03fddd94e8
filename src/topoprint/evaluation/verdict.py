"""What a measure sees: its distances beside those between null models, and known truths."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.study import Study
from topoprint.errors import InputError
from topoprint.evaluation.mantel import mantel, spearman
from topoprint.evaluation.truths import Truth, bootstrap_interval, check_alike, truths_of

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Fewer networks than this have too few distances to correlate.
FEWEST = 3


@dataclass(frozen=True)
class NullVerdict:
    """A measure's distances between networks, beside those between nulls of the same networks.

    Attributes
    ----------
    measure, null : str
    networks : int
        How many networks are compared: the most that the measure can compare throughout.
    nulls : int
        Nulls of each network: repetitions times seeds.
    spearman, low, high : float
        Mean correlation of the distances of a seed with those of its nulls, and its bootstrap
        interval over the seeds. Near 1: the measure ranks the networks as if they were their
        nulls, and the order of its distances does not depend on what the null has lost.
    among_seeds : float
        Mean correlation of the distances of two seeds: how well the order repeats by itself.
        NaN for a single seed.
    mantel_p : float
        Of the correlation of the mean matrices (Mantel test).
    rank_p : float
        Share of the matrices, real and null, that lie at least as far from the mean of the others
        as the real ones do; at best 1 / (repetitions + 1). NaN for a single null.
    median_z, beyond_2 : float
        Median of |z|, and share with |z| > 2, over the pairs of networks and the seeds; z is a
        distance less the mean of its R nulls' distances, divided by what it would deviate if it
        were one of them: their standard deviation, pooled over the seeds, times √(1 + 1/R). For a
        measure that sees nothing the median is about 0.7. NaN for a single null.
    own : float
        Mean distance of a network from its own null, divided by the mean distance of networks.
    """

    measure: str
    null: str
    networks: int
    nulls: int
    spearman: float
    low: float
    high: float
    among_seeds: float
    mantel_p: float
    rank_p: float
    median_z: float
    beyond_2: float
    own: float


@dataclass(frozen=True)
class Explained:
    """Share of the variance of a measure's distances that simpler ones explain, mean over seeds.

    Attributes
    ----------
    measure : str
    networks : int
        How many networks are compared.
    size, histogram, both : float
        R² of a linear fit of the distances by ``number_of_edges``, by ``weight_histogram``, and
        by both; NaN where the simpler distance is the same between all networks.
    size_low, size_high, histogram_low, histogram_high, both_low, both_high : float
        Bootstrap intervals over the seeds.
    """

    measure: str
    networks: int
    size: float
    size_low: float
    size_high: float
    histogram: float
    histogram_low: float
    histogram_high: float
    both: float
    both_low: float
    both_high: float


@dataclass(frozen=True)
class Verdict:
    """All that is found of the measures of one data set."""

    measures: tuple[str, ...]
    models: tuple[str, ...]
    nulls: list[NullVerdict]
    explained: list[Explained]
    truths: list[Truth]

    @classmethod
    def of(cls, studies: Sequence[Study], across: Study | None = None) -> "Verdict":
        """Judge by the studies of the seeds of a data set, and by that of all of them together.

        Raises
        ------
        InputError
            If the studies do not belong together, or there is nothing to judge by in them.
        """
        first = check_alike(studies)
        found = (null_verdicts(studies), explained(studies), truths_of(studies, across))
        if not any(found):
            raise InputError(
                "the studies hold nothing to judge by: neither null models, nor number_of_edges "
                "and weight_histogram, nor networks of one shape beside others"
            )
        return cls(tuple(first.real), tuple(first.nulls), *found)


def null_verdicts(studies: Sequence[Study]) -> list[NullVerdict]:
    """Judge each measure by each null, from the studies of the seeds of one data set."""
    first = check_alike(studies)
    return [
        row
        for measure in first.real
        for null, measures in first.nulls.items()
        if measure in measures and (row := _null_verdict(studies, measure, null))
    ]


def explained(studies: Sequence[Study]) -> list[Explained]:
    """Share of the variance that size and histogram explain, for the other measures."""
    first = check_alike(studies)
    simple = ("number_of_edges", "weight_histogram")
    rows = []
    for measure in first.real:
        some = _comparable([made.real[measure] for made in studies])
        if measure in simple or not first.real.keys() >= set(simple) or len(some) < FEWEST:
            continue
        both = np.ix_(some, some)
        seeds = [
            _shares_explained(made.real[measure][both], *(made.real[name][both] for name in simple))
            for made in studies
        ]
        found = [(float(np.mean(of)), *bootstrap_interval(of)) for of in zip(*seeds, strict=True)]
        rows.append(Explained(measure, len(some), *chain.from_iterable(found)))
    return rows


def _comparable(matrices: Sequence[Array]) -> IntArray:
    """Positions of the networks of the largest set that are compared in all matrices (n, n)."""
    compared = np.isfinite(matrices).all(axis=0)
    patterns, inverse = np.unique(compared, axis=0, return_inverse=True)
    largest = int(np.argmax(np.bincount(inverse.ravel(), minlength=len(patterns))))
    return np.flatnonzero(inverse.ravel() == largest)


def _null_verdict(studies: Sequence[Study], measure: str, null: str) -> NullVerdict | None:
    found = [made.nulls[null][measure] for made in studies]
    some = _comparable(
        [*(made.real[measure] for made in studies), *chain.from_iterable(d.values for d in found)]
    )
    if len(some) < FEWEST:
        return None
    both = np.ix_(some, some)
    upper = np.triu_indices(len(some), k=1)
    real = np.stack([made.real[measure][both] for made in studies])
    nulls = np.stack(
        [distances.values[:, both[0], both[1]] for distances in found]
    )  # seeds, R, n, n
    own = np.mean([distances.own[:, some].mean() for distances in found])
    by_seed = [
        float(np.mean([spearman(one, other) for other in of_seed]))
        for one, of_seed in zip(real, nulls, strict=True)
    ]
    low, high = bootstrap_interval(by_seed)
    of_seeds = [spearman(one, other) for one, other in combinations(real, 2)]
    median_z, beyond_2 = _z_scores(real[:, *upper], nulls[:, :, *upper])
    mean = float(real[:, *upper].mean())
    return NullVerdict(
        measure=measure,
        null=null,
        networks=len(some),
        nulls=nulls.shape[0] * nulls.shape[1],
        spearman=float(np.mean(by_seed)),
        low=low,
        high=high,
        among_seeds=float(np.mean(of_seeds)) if of_seeds else np.nan,
        mantel_p=mantel(real.mean(axis=0), nulls.mean(axis=(0, 1))).p_value,
        rank_p=_rank_p(real[:, *upper], nulls[:, :, *upper]),
        median_z=median_z,
        beyond_2=beyond_2,
        own=float(own) / mean if mean else np.nan,
    )


def _z_scores(real: Array, nulls: Array) -> tuple[float, float]:
    """Median |z| and share beyond 2; distances (S, pairs), of nulls (S, R, pairs)."""
    seeds, repetitions, _ = nulls.shape
    if repetitions < 2:
        return np.nan, np.nan
    # The mean of equal numbers may be another number, by rounding.
    alike = (nulls == nulls[:, :1]).all(axis=1)
    means = np.where(alike, nulls[:, 0], nulls.mean(axis=1))
    variance = ((nulls - means[:, None]) ** 2).sum(axis=(0, 1)) / (seeds * (repetitions - 1))
    differences = np.abs(real - means)
    # Where nulls do not differ at all, any difference is beyond all bounds, and none is none.
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = np.sqrt(variance * (1 + 1 / repetitions))
        z = np.where(differences == 0, 0, differences / deviations)
    return float(np.median(z)), float((z > 2).mean())


def _rank_p(real: Array, nulls: Array) -> float:
    """Rank of the real matrices among the null ones, by distance from the mean of the others."""
    if nulls.shape[1] < 2:
        return np.nan  # two matrices are as far from each other
    everything = np.concatenate([real[:, None], nulls], axis=1)  # seeds, 1 + R, pairs
    count = everything.shape[1]
    total = everything.sum(axis=1, keepdims=True)
    others = (total - everything) / (count - 1)
    far = np.sqrt(((everything - others) ** 2).sum(axis=(0, 2)))
    return float((far >= far[0] * (1 - 1e-12)).mean())


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
