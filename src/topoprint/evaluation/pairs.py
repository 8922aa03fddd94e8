"""Null tests of single pairs of networks: whether a distance is small or large."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from topoprint.comparison.compare import (
    Comparable,
    MeasureLike,
    distances_of,
    load,
    subjects_of,
)
from topoprint.comparison.naming import check_list, index_of, names_of
from topoprint.comparison.probed import on_probes, probes_of
from topoprint.errors import InputError
from topoprint.evaluation.seeds import Array
from topoprint.homology.diagram import Diagram
from topoprint.identity import Index, stream
from topoprint.measures.base import Measure
from topoprint.measures.registry import make_measures
from topoprint.measures.registry import measures as known_measures
from topoprint.measures.subject import Subject, new_cache
from topoprint.networks.network import Network
from topoprint.networks.nulls import NULLS

# A p-value below this is called unlikely.
UNLIKELY = 0.05
# Distances that differ relatively by no more are the same: sums are rounded.
TIED = 1e-9


@dataclass(frozen=True)
class AmongNulls:
    """Where a distance stands among those of R null models.

    The p-values are those of a Monte Carlo test (Phipson and Smyth 2010, equation 2): of R nulls, b
    of which lie as far out, p = (b + 1) / (R + 1). They ask nothing of the nulls' distribution,
    which is skewed, as z does.

    Attributes
    ----------
    nearer : int
        How many nulls have a smaller distance.
    repetitions : int
        R: nulls that have one at all.
    p_nearer, p_farther : float
        Probability that a null is at most, or at least, as far; NaN where nothing is compared.
    z : float
        The distance less the mean of the R nulls' distances, divided by what it would deviate if
        it were one of them: their standard deviation (ddof 1) times √(1 + 1/R). 0 where both
        differ by nothing, NaN for a single null.
    """

    nearer: int
    repetitions: int
    p_nearer: float
    p_farther: float
    z: float

    @property
    def floor(self) -> float:
        """Least p-value that so many nulls can show."""
        return 1 / (self.repetitions + 1)

    @classmethod
    def of(cls, distance: float, nulls: Array) -> "AmongNulls":
        """Place a distance among those of nulls, shape (R,), of which NaN do not count."""
        nulls = nulls[np.isfinite(nulls)]
        count = len(nulls)
        tied = np.isclose(nulls, distance, rtol=TIED, atol=0)
        near = np.count_nonzero(tied | (nulls < distance))
        far = np.count_nonzero(tied | (nulls > distance))
        known = count > 0 and not np.isnan(distance)
        return cls(
            int(np.count_nonzero(~tied & (nulls < distance))),
            count,
            (near + 1) / (count + 1) if known else float("nan"),
            (far + 1) / (count + 1) if known else float("nan"),
            z_score(distance, nulls),
        )


@dataclass(frozen=True)
class PairTest:
    """The distance of two networks beside those between their null models.

    Attributes
    ----------
    measure, one, other : str
    distance : float
        NaN between networks that the measure cannot compare.
    nulls : dict of str to AmongNulls
        By null model; none where one of the two is a diagram, of which no null can be made.
    same : bool
        Whether both are the same network: the same weights in the same places.
    """

    measure: str
    one: str
    other: str
    distance: float
    nulls: dict[str, AmongNulls]
    same: bool = False

    @property
    def said(self) -> str:
        """What it means, in one plain sentence."""
        if self.same:
            return "the same network: every weight is equal and in its place"
        if np.isnan(self.distance):
            return "cannot be compared by this measure: they have different shapes"
        known = {name: one for name, one in self.nulls.items() if one.repetitions}
        if not known:
            return "not tested: null models are made of weights, which a diagram does not have"
        if min(one.floor for one in known.values()) > UNLIKELY:
            return f"too few nulls to tell: the least p that these can show is {_floor(known):.2g}"
        near = [name for name, one in known.items() if one.p_nearer <= UNLIKELY]
        far = [name for name, one in known.items() if one.p_farther <= UNLIKELY]
        rest = [name for name in known if name not in near and name not in far]
        parts = [
            f"nearer than their nulls {', '.join(near)}" if near else "",
            f"farther apart than their nulls {', '.join(far)}" if far else "",
            f"as far apart as their nulls {', '.join(rest)}" if rest else "",
        ]
        told = "; ".join(part for part in parts if part)
        if self.distance == 0 and near:
            return f"not told apart, and {told}"
        return told


def _floor(known: dict[str, AmongNulls]) -> float:
    return min(one.floor for one in known.values())


def verdict(
    networks: Sequence[Comparable],
    measures: Iterable[MeasureLike] | None = None,
    nulls: Sequence[str] | None = None,
    repetitions: int = 20,
    labels: Sequence[str] | None = None,
    probes: Any = None,
) -> list[PairTest]:
    """Hold the distances of networks against those between their null models.

    Parameters
    ----------
    networks : sequence of Network, Graph, NetworkGraph, Diagram, module of torch or path
        As of :func:`topoprint.compare`, at least two. Of graphs and diagrams no nulls can be made.
    measures : iterable of str, mapping or Measure, optional
        By default those of :func:`testable_measures`.
    nulls : sequence of str, optional
        Of :data:`topoprint.networks.nulls.NULLS`; by default all.
    repetitions : int
        Nulls of each network, at least 2.
    labels : sequence of str, optional
        By default what the networks say of themselves, or their position.
    probes : array, or sequence of arrays, optional
        As of :func:`topoprint.compare`. Null models of dense networks answer them, and those of
        modules whose parameters are the weights of their graph.

    Returns
    -------
    list of PairTest
        One a measure and pair.

    Raises
    ------
    InputError
        As :func:`topoprint.compare`, or if a null model is not known.
    """
    networks = check_list(networks)
    if len(networks) < 2:
        raise InputError("a verdict needs at least two networks")
    if repetitions < 2:
        raise InputError(f"a verdict needs at least 2 repetitions, not {repetitions}")
    each = probes_of(probes, len(networks))
    loaded = [load(network, example=some) for network, some in zip(networks, each, strict=True)]
    labels = index_of(loaded, labels, names_of(networks)).labels
    asked = make_measures(testable_measures(loaded) if measures is None else measures)
    subjects = subjects_of(networks, loaded, labels, each)
    of_nulls = list(dict.fromkeys(check_list(nulls or list(NULLS), "null models")))
    return pair_tests(loaded, labels, on_probes(asked, each), of_nulls, repetitions, subjects)


def testable_measures(networks: Sequence[Network | Diagram]) -> list[str]:
    """Names of the measures that all of some networks have.

    Those of responses are not among them, nor those that draw units, which refuse small networks
    and take long.
    """
    chained = all(isinstance(network, Network) and network.is_chain for network in networks)
    return [
        name
        for name, known in known_measures().items()
        if not known.needs & {"responses", "units"} and (chained or known.needs <= {"diagram"})
    ]


def pair_tests(
    networks: Sequence[Network | Diagram],
    labels: Sequence[str],
    measures: Sequence[Measure],
    nulls: Sequence[str],
    repetitions: int,
    subjects: Sequence[Subject] | None = None,
    progress: Callable[[list[Any]], Iterable[Any]] = iter,
) -> list[PairTest]:
    """Test each pair of networks, by each measure, against null models of both.

    Parameters
    ----------
    networks : sequence of Network or Diagram
    labels : sequence of str
    measures : sequence of Measure
        Of weights alone, or of diagrams alone where one of the networks is a diagram.
    nulls : sequence of str
        Of :data:`topoprint.networks.nulls.NULLS`.
    repetitions : int
        Nulls of each network, from random streams of its position.
    subjects : sequence of Subject, optional
        What measures see of the networks, where that is more than these are.
    progress : callable
        Is given the list of what is to be done, a null model and repetition each, and gives it
        back one by one, perhaps telling how far it is.

    Raises
    ------
    InputError
        If a measure needs what a network does not have, or a null model is not known.
    """
    if subjects is None:
        subjects = subjects_of(networks, networks, labels)
    real = distances_of(subjects, Index.of_names(labels), measures)
    weighted = {
        position: network for position, network in enumerate(networks) if _has_weights(network)
    }
    place = {position: row for row, position in enumerate(weighted)}
    index = Index.of_names(labels[position] for position in weighted)
    by_null: dict[str, dict[str, list[Array]]] = {}
    todo = list(product(nulls, range(repetitions))) if len(weighted) > 1 else []
    for null, repetition in progress(todo):
        of_measures = by_null.setdefault(null, {measure.name: [] for measure in measures})
        cache = new_cache()  # what is known of a null model is of no use to the next
        made = [
            subject.null_model(null, stream("verdict", position, null, repetition), cache)
            for position, subject in enumerate(subjects)
            if position in place
        ]
        for name, matrix in distances_of(made, index, measures).items():
            of_measures[name].append(matrix.values)
    pairs = list(combinations(range(len(labels)), 2))
    same = {pair: _same(networks[pair[0]], networks[pair[1]]) for pair in pairs}
    return [
        PairTest(
            name,
            labels[one],
            labels[other],
            distance := float(matrix.values[one, other]),
            {
                null: AmongNulls.of(distance, np.stack(found[name])[:, place[one], place[other]])
                for null, found in by_null.items()
                if one in weighted and other in weighted
            },
            same[one, other],
        )
        for name, matrix in real.items()
        for one, other in pairs
    ]


def _has_weights(network: Network | Diagram) -> bool:
    return isinstance(network, Network)


def _same(one: Network | Diagram, other: Network | Diagram) -> bool:
    """Whether two networks have equal weights in the same places."""
    if one is other:
        return True
    if not isinstance(one, Network) or not isinstance(other, Network):
        return False
    if one.shape != other.shape or len(one.maps) != len(other.maps):
        return False
    return all(
        own.weight.shape == its.weight.shape and np.array_equal(own.weight, its.weight)
        for own, its in zip(one.maps, other.maps, strict=True)
    )


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
