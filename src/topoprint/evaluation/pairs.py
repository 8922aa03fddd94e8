"""Null tests of single pairs of networks: whether a distance is small or large."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from topoprint.comparison.compare import distances_of
from topoprint.evaluation.seeds import Array
from topoprint.identity import Index, stream
from topoprint.measures.base import Measure
from topoprint.measures.subject import Subject, new_cache
from topoprint.networks.network import Network


@dataclass(frozen=True)
class PairTest:
    """The distance of two networks beside those between their null models.

    Attributes
    ----------
    measure, one, other : str
    distance : float
        NaN between networks that the measure cannot compare.
    z : dict of str to float
        By null model: the distance less the mean of the R nulls' distances, divided by what it
        would deviate if it were one of them: their standard deviation (ddof 1) times √(1 + 1/R).
        0 where both differ by nothing, NaN for a single null.
    """

    measure: str
    one: str
    other: str
    distance: float
    z: dict[str, float]


def pair_tests(
    networks: Sequence[Network],
    labels: Sequence[str],
    measures: Sequence[Measure],
    nulls: Sequence[str],
    repetitions: int,
) -> list[PairTest]:
    """Test each pair of networks, by each measure, against null models of both.

    Parameters
    ----------
    networks : sequence of Network
    labels : sequence of str
    measures : sequence of Measure
        Of weights alone.
    nulls : sequence of str
        Of :data:`topoprint.networks.nulls.NULLS`.
    repetitions : int
        Nulls of each network, from random streams of its position.

    Raises
    ------
    InputError
        If a measure needs responses, or a null model is not known.
    """
    index = Index.of_names(labels)
    cache = new_cache()
    subjects = [
        Subject(label, partial(_itself, network), cache=cache)
        for label, network in zip(labels, networks, strict=True)
    ]
    real = distances_of(subjects, index, measures)
    by_null: dict[str, dict[str, list[Array]]] = {}
    for null in nulls:
        of_measures = by_null.setdefault(null, {measure.name: [] for measure in measures})
        for repetition in range(repetitions):
            cache = new_cache()  # what is known of a null model is of no use to the next
            made = [
                subject.null_model(null, stream("verdict", position, null, repetition), cache)
                for position, subject in enumerate(subjects)
            ]
            for name, matrix in distances_of(made, index, measures).items():
                of_measures[name].append(matrix.values)
    return [
        PairTest(
            name,
            labels[one],
            labels[other],
            distance := float(matrix.values[one, other]),
            {
                null: z_score(distance, np.stack(found[name])[:, one, other])
                for null, found in by_null.items()
            },
        )
        for name, matrix in real.items()
        for one, other in combinations(range(len(labels)), 2)
    ]


def z_score(distance: float, nulls: Array) -> float:
    """Deviation of a distance from those of its nulls, shape (R,), in units of their own.

    Nulls that came out without a weight, NaN, do not count.
    """
    nulls = nulls[np.isfinite(nulls)]
    if len(nulls) < 2:
        return float("nan")
    alike = bool((nulls == nulls[0]).all())  # the mean of equal numbers may be another, by rounding
    difference = distance - float(nulls[0] if alike else nulls.mean())
    if alike and difference:
        return difference if np.isnan(difference) else float(np.copysign(np.inf, difference))
    return difference / (float(nulls.std(ddof=1)) * float(np.sqrt(1 + 1 / len(nulls))) or 1.0)


def _itself(network: Network) -> Network:
    return network
