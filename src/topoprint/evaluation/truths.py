"""Ground truths: whether a measure finds the networks that are known to belong together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import average_precision_score

from topoprint.comparison.study import Study
from topoprint.errors import InputError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

RESAMPLES = 1999
CONFIDENCE = 0.95
# Networks count as of equal size if their numbers of edges differ by this share at most.
EQUAL_SIZE = 0.01


@dataclass(frozen=True)
class Truth:
    """How well a measure finds the networks that belong together.

    Attributes
    ----------
    measure : str
    together : str
        What makes networks belong together: ``shape`` or ``data set``; ``across seeds`` if
        networks of all seeds are compared with one another; ``at equal size`` if only among
        networks of equal size.
    networks : int
        How many networks were asked for: those that have some that belong to them and some that
        do not, each of every seed.
    average_precision, low, high : float
        Of finding, by nearness, the others that belong to a network; mean over the networks,
        with its bootstrap interval over the seeds.
    nearest, nearest_low, nearest_high : float
        Share of these networks whose nearest neighbour belongs to them, and its interval.
    chance, chance_precision : float
        That share, and the average precision, expected of random distances.
    """

    measure: str
    together: str
    networks: int
    average_precision: float
    low: float
    high: float
    nearest: float
    nearest_low: float
    nearest_high: float
    chance: float
    chance_precision: float


def truths_of(studies: Sequence[Study], across: Study | None = None) -> list[Truth]:
    """Whether each measure puts networks of one shape nearest to one another.

    Parameters
    ----------
    studies : sequence of Study
        One a seed.
    across : Study, optional
        Of the networks of all these seeds together, labelled ``{network}/seed{seed}``.

    Raises
    ------
    InputError
        If the studies are of different networks, or of fewer than three.
    """
    first = check_alike(studies)
    if across:
        _check_across(across, first, len(studies))
    asked = [("shape", studies, [""] * len(first.labels))]
    if across:
        asked.append(("shape, across seeds", [across], [_seed(label) for label in across.labels]))
    return [
        truth
        for together, compared, seeds in asked
        for truth in _both_ways(together, compared, compared[0].shapes, seeds)
    ]


def dataset_truths(control: Sequence[Study]) -> list[Truth]:
    """Whether each measure puts networks of one data set nearest, in the control across them."""
    if not control:
        return []
    first = check_alike(control)
    groups = [label.partition("/")[0] for label in first.labels]
    return _both_ways("data set", control, groups, [""] * len(groups))


def check_alike(studies: Sequence[Study]) -> Study:
    """Refuse studies that cannot be judged together; return the first."""
    if not studies:
        raise InputError("no studies to judge by")
    first = studies[0]
    for other in studies[1:]:
        if _what_is_compared(other) != _what_is_compared(first):
            raise InputError(
                "the studies are of different networks, measures, nulls or numbers of repetitions"
            )
    if len(first.labels) < 3:
        raise InputError("a verdict needs at least three networks")
    return first


def bootstrap_interval(seeds: Sequence[float]) -> tuple[float, float]:
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


def _what_is_compared(made: Study) -> tuple[object, ...]:
    nulls = {
        null: {measure: distances.values.shape for measure, distances in measures.items()}
        for null, measures in made.nulls.items()
    }
    return made.labels, made.shapes, list(made.real), nulls


def _check_across(across: Study, first: Study, seeds: int) -> None:
    names = {label.rpartition("/")[0] for label in across.labels}
    if names != set(first.labels) or len(across.labels) != seeds * len(first.labels):
        raise InputError(
            "the study across seeds is of other networks or seeds than the studies of the seeds"
        )


def _both_ways(
    together: str, studies: Sequence[Study], groups: Sequence[str], seeds: Sequence[str]
) -> list[Truth]:
    """Among all networks, and among those of equal size."""
    names = np.asarray(groups)
    same: Mask = names[:, None] == names
    edges = np.asarray(studies[0].edges)
    larger = np.maximum(edges[:, None], edges)
    equal_size: Mask = np.abs(edges[:, None] - edges) <= EQUAL_SIZE * larger
    found = [
        _truth(measure, where, studies, same, among, seeds)
        for where, among in (
            (together, np.ones_like(same)),
            (f"{together}, at equal size", equal_size),
        )
        for measure in studies[0].real
        # Sizes that are equal within 1 % are no answer to which of them are the same.
        if measure != "number_of_edges" or among is not equal_size
    ]
    return [truth for truth in found if truth]


def _truth(
    measure: str,
    together: str,
    studies: Sequence[Study],
    same: Mask,
    among: Mask,
    seeds: Sequence[str],
) -> Truth | None:
    """Average precision and nearest neighbours; None if there is nothing to find."""
    scores: dict[tuple[int, str], list[tuple[float, float, float, float]]] = {}
    for number, made in enumerate(studies):
        distances = made.real[measure]
        candidates = among & np.isfinite(distances) & ~np.eye(len(same), dtype=bool)
        for query, seed in enumerate(seeds):
            relevant = same[query, candidates[query]]
            if relevant.any() and not relevant.all():
                found = _retrieve(distances[query, candidates[query]], relevant)
                scores.setdefault((number, seed), []).append(found)
    if not scores:
        return None
    means = np.array([np.mean(found, axis=0) for found in scores.values()])
    precision, nearest, chance, chance_precision = means.T
    return Truth(
        measure,
        together,
        sum(map(len, scores.values())),
        float(precision.mean()),
        *bootstrap_interval(list(precision)),
        float(nearest.mean()),
        *bootstrap_interval(list(nearest)),
        float(chance.mean()),
        float(chance_precision.mean()),
    )


def _retrieve(distances: Array, relevant: Mask) -> tuple[float, float, float, float]:
    """Average precision, share of the relevant among the nearest; both as expected by chance."""
    precision = float(average_precision_score(relevant, -distances))
    nearest = float(relevant[distances == distances.min()].mean())
    return precision, nearest, float(relevant.mean()), random_precision(relevant)


def random_precision(relevant: Mask) -> float:
    """Average precision expected of a random order without ties.

    The mean over the ranks k of P(k is relevant) (1 + (k − 1) P(another is)) / k, divided by the
    share of the relevant.
    """
    count, found = len(relevant), int(relevant.sum())
    harmonic = float(np.sum(1 / np.arange(1, count + 1)))
    return (harmonic + (count - harmonic) * (found - 1) / max(1, count - 1)) / count


def _seed(label: str) -> str:
    return label.rpartition("/")[2]
