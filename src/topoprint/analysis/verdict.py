"""What a measure sees: its distances beside those between null models, and known truths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import average_precision_score

from topoprint.analysis.mantel import mantel, spearman
from topoprint.topology.errors import InputError
from topoprint.topology.matrix import AveragedMatrix
from topoprint.topology.study import Study

Array = NDArray[np.float64]

RESAMPLES = 1999
CONFIDENCE = 0.95


@dataclass(frozen=True)
class NullVerdict:
    """A measure's distances between networks, beside those between nulls of the same networks.

    Attributes
    ----------
    measure, null : str
    nulls : int
        Nulls of each network: repetitions times seeds.
    spearman, low, high : float
        Mean correlation of the distances of a seed with those of its nulls, and its bootstrap
        interval over the seeds. Near 1: the measure ranks the networks as if they were their
        nulls, and does not see what the null has lost.
    mantel_p : float
        Of the correlation of the mean matrices (Mantel test).
    rank_p : float
        Share of the matrices, real and null, that lie at least as far from the mean of the nulls
        as the real ones do; at best 1 / (repetitions + 1).
    median_z, beyond_2 : float
        Median of |z|, and share of the pairs with |z| > 2, where z is a distance less the mean
        of its nulls' distances, in their standard deviations; NaN for a single null.
    own : float
        Mean distance of a network from its own null, divided by the mean distance of networks.
    """

    measure: str
    null: str
    nulls: int
    spearman: float
    low: float
    high: float
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
    size, histogram, both : float
        R² of a linear fit of the distances by ``number_of_edges``, by ``weight_histogram``, and
        by both.
    low, high : float
        Bootstrap interval of ``both`` over the seeds.
    """

    measure: str
    size: float
    histogram: float
    both: float
    low: float
    high: float


@dataclass(frozen=True)
class Truth:
    """How well a measure finds the networks that belong together.

    Attributes
    ----------
    measure : str
    together : str
        What makes networks belong together: ``shape``, or ``data set``.
    average_precision, low, high : float
        Of finding, by nearness, the others that belong to a network; mean over the networks that
        have any and over the seeds, with its bootstrap interval over the seeds.
    nearest : float
        Share of these networks whose nearest neighbour belongs to them.
    chance : float
        That share if neighbours were random.
    """

    measure: str
    together: str
    average_precision: float
    low: float
    high: float
    nearest: float
    chance: float


@dataclass(frozen=True)
class Verdict:
    """All that is found of the measures of one data set."""

    measures: tuple[str, ...]
    models: tuple[str, ...]
    nulls: list[NullVerdict]
    explained: list[Explained]
    truths: list[Truth]

    @classmethod
    def of(cls, studies: Sequence[Study]) -> "Verdict":
        """Judge by the studies of the seeds of one data set."""
        first = _check_alike(studies)
        return cls(
            tuple(first.real),
            tuple(first.nulls),
            null_verdicts(studies),
            explained(studies),
            shape_truths(studies),
        )


def null_verdicts(studies: Sequence[Study]) -> list[NullVerdict]:
    """Judge each measure by each null, from the studies of the seeds of one data set."""
    first = _check_alike(studies)
    return [_null_verdict(studies, measure, null) for measure in first.real for null in first.nulls]


def explained(studies: Sequence[Study]) -> list[Explained]:
    """Share of the variance that size and histogram explain, for the other measures."""
    first = _check_alike(studies)
    simple = ("number_of_edges", "weight_histogram")
    rows = []
    for measure in first.real:
        if measure in simple or not first.real.keys() >= set(simple):
            continue
        seeds = [
            _shares_explained(made.real[measure], *(made.real[name] for name in simple))
            for made in studies
        ]
        size, histogram, both = np.mean(seeds, axis=0)
        low, high = _interval([shares[2] for shares in seeds])
        rows.append(Explained(measure, float(size), float(histogram), float(both), low, high))
    return rows


def shape_truths(studies: Sequence[Study]) -> list[Truth]:
    """Whether each measure puts networks of one shape nearest to one another."""
    first = _check_alike(studies)
    return [
        truth
        for measure in first.real
        if (
            truth := _truth(
                measure, "shape", [made.real[measure] for made in studies], first.shapes
            )
        )
    ]


def dataset_truths(control: Sequence[AveragedMatrix]) -> list[Truth]:
    """Whether each measure puts networks of one data set nearest, in the control across them."""
    return [
        truth
        for matrix in control
        if np.isfinite(matrix.runs).all()
        and (truth := _truth(matrix.measure, "data set", list(matrix.runs), matrix.groups))
    ]


def in_words(
    verdicts: Sequence[NullVerdict], shares: Sequence[Explained], truths: Sequence[Truth]
) -> dict[str, list[str]]:
    """Say in plain sentences, by measure, what the numbers mean."""
    said: dict[str, list[str]] = {}
    size = {truth.together: truth for truth in truths if truth.measure == "number_of_edges"}
    for row in verdicts:
        lost = WHAT_IS_LOST[row.null]
        if row.spearman >= 0.95:
            sentence = f"It does not see {lost}: without it the order of its distances stays"
        elif row.spearman >= 0.8:
            sentence = f"It hardly sees {lost}: without it the order of its distances nearly stays"
        else:
            sentence = f"It depends on {lost}: without it the order of its distances changes"
        said.setdefault(row.measure, []).append(f"{sentence} (ρ = {row.spearman:.2f}).")
    for share in shares:
        said.setdefault(share.measure, []).append(
            f"Size and weight histogram together explain {100 * share.both:.0f} % of the variance "
            f"of its distances (size alone {100 * share.size:.0f} %, histogram alone "
            f"{100 * share.histogram:.0f} %)."
        )
    for truth in truths:
        sentence = (
            f"Networks of one {truth.together} are found with an average precision of "
            f"{truth.average_precision:.2f}"
        )
        if truth.together in size and truth.measure != "number_of_edges":
            alone = size[truth.together].average_precision
            sentence += f"; the number of edges alone reaches {alone:.2f}"
        said.setdefault(truth.measure, []).append(f"{sentence}.")
    return said


# What a network has and its null has not.
WHAT_IS_LOST = {
    "shuffled_layers": "how the neurons are wired",
    "shuffled_network": "which layer a weight is in",
    "gaussian": "the shape of the weights' distribution",
    "resampled": "anything but each layer's distribution of weights",
    "initial": "what the network has learned",
}


def _check_alike(studies: Sequence[Study]) -> Study:
    if not studies:
        raise InputError("no studies to judge by")
    first = studies[0]
    for other in studies[1:]:
        same = (other.labels, other.shapes, list(other.real), list(other.nulls)) == (
            first.labels, first.shapes, list(first.real), list(first.nulls),
        )  # fmt: skip
        if not same:
            raise InputError("the studies are of different networks, measures or nulls")
    if len(first.labels) < 3:
        raise InputError("a verdict needs at least three networks")
    return first


def _null_verdict(studies: Sequence[Study], measure: str, null: str) -> NullVerdict:
    upper = np.triu_indices(len(studies[0].labels), k=1)
    real = np.stack([made.real[measure] for made in studies])
    nulls = np.stack([made.nulls[null][measure].values for made in studies])  # seeds, R, n, n
    own = np.mean([made.nulls[null][measure].own.mean() for made in studies])
    by_seed = [
        float(np.mean([spearman(one, other) for other in of_seed]))
        for one, of_seed in zip(real, nulls, strict=True)
    ]
    low, high = _interval(by_seed)
    median_z, beyond_2 = _z_scores(real[:, *upper], nulls[:, :, *upper])
    mean = float(real[:, *upper].mean())
    return NullVerdict(
        measure=measure,
        null=null,
        nulls=nulls.shape[0] * nulls.shape[1],
        spearman=float(np.mean(by_seed)),
        low=low,
        high=high,
        mantel_p=mantel(real.mean(axis=0), nulls.mean(axis=(0, 1))).p_value,
        rank_p=_rank_p(real[:, *upper], nulls[:, :, *upper]),
        median_z=median_z,
        beyond_2=beyond_2,
        own=float(own) / mean if mean else np.nan,
    )


def _z_scores(real: Array, nulls: Array) -> tuple[float, float]:
    """Median |z| and share beyond 2; distances (S, pairs), of nulls (S, R, pairs).

    The deviation of a pair's null distances is pooled over the seeds, around each seed's mean.
    """
    seeds, repetitions, _ = nulls.shape
    if repetitions < 2:
        return np.nan, np.nan
    means = nulls.mean(axis=1)
    squares = ((nulls - means[:, None]) ** 2).sum(axis=(0, 1)) / (seeds * (repetitions - 1))
    differences = np.abs((real - means).mean(axis=0))
    # Where nulls do not differ at all, any difference is beyond all bounds, and none is none.
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(differences == 0, 0, differences / np.sqrt(squares))
    return float(np.median(z)), float((z > 2).mean())


def _rank_p(real: Array, nulls: Array) -> float:
    """Rank of the real matrices among the null ones, by distance from the mean of the others."""
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
    return 1 - rest / total if total else np.nan


def _truth(
    measure: str, together: str, runs: Sequence[Array], groups: Sequence[str]
) -> Truth | None:
    """Average precision and nearest neighbours of the networks that have others in their group."""
    names = np.asarray(groups)
    same = (names[:, None] == names) & ~np.eye(len(names), dtype=bool)
    queries = np.flatnonzero(same.any(axis=1))
    if not len(queries) or same.sum() == len(names) * (len(names) - 1):
        return None
    precisions, nearest = [], []
    for run in runs:
        found = [_retrieve(np.delete(run[q], q), np.delete(same[q], q)) for q in queries]
        precision, first = np.mean(found, axis=0)
        precisions.append(float(precision))
        nearest.append(float(first))
    low, high = _interval(precisions)
    chance = float(same[queries].sum(axis=1).mean() / (len(names) - 1))
    return Truth(
        measure, together, float(np.mean(precisions)), low, high, float(np.mean(nearest)), chance
    )


def _retrieve(distances: Array, relevant: NDArray[np.bool_]) -> tuple[float, float]:
    """Average precision, and the share of the relevant among the nearest."""
    precision = float(average_precision_score(relevant, -distances))
    return precision, float(relevant[distances == distances.min()].mean())


def _interval(seeds: Sequence[float]) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over seeds; NaN for a single seed."""
    if len(seeds) < 2 or not np.isfinite(seeds).all():
        return np.nan, np.nan
    found = bootstrap(
        (np.asarray(seeds),),
        np.mean,
        confidence_level=CONFIDENCE,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
