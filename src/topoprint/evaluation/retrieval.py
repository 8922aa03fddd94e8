"""Retrieval: whether a measure finds the networks that are known to belong together."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.seeds import Array, Estimate

Mask = NDArray[np.bool_]

# Networks count as of equal size if their numbers of edges differ by this share at most.
EQUAL_SIZE = 0.01


@dataclass(frozen=True)
class Retrieval:
    """How well a measure finds the networks that belong together.

    Attributes
    ----------
    measure : str
    relevant : str
        What makes networks belong together: ``group``, ``shape`` or ``data set``; ``across seeds``
        if networks of all seeds are compared with one another; ``at equal size`` if only among
        networks of equal size.
    networks : int
        How many networks were asked for: those that have some that belong to them and some that
        do not, each of every seed.
    average_precision : Estimate
        Of finding, by nearness, the others that belong to a network; mean over the networks.
    nearest : Estimate
        Share of these networks whose nearest neighbour belongs to them.
    chance, chance_precision : float
        That share, and the average precision, expected of random distances.
    """

    measure: str
    relevant: str
    networks: int
    average_precision: Estimate
    nearest: Estimate
    chance: float
    chance_precision: float


def retrieval(
    seeds: Sequence[Comparison], all_seeds: Comparison | None = None, by_group: bool = False
) -> list[Retrieval]:
    """Whether each measure puts networks of one data set, or else of one shape, nearest.

    Parameters
    ----------
    seeds : sequence of Comparison
        One a seed.
    all_seeds : Comparison, optional
        Of the networks of all these seeds together.
    by_group : bool
        Whether the groups too say which networks belong together.

    Raises
    ------
    InputError
        If the networks of all seeds are not those of the seeds.
    """
    index = seeds[0].index
    if len(index.datasets) > 1:
        return _both_ways("data set", seeds, [own.dataset for own in index.ids])
    relevant = {"group": attrgetter("group")} if by_group else {}
    relevant |= {"shape": attrgetter("shape")}
    found = [
        row
        for what, of in relevant.items()
        for row in _both_ways(what, seeds, [of(own) for own in index])
    ]
    if all_seeds:
        known = {own for seed in seeds for own in seed.index.ids}
        if known != set(all_seeds.index.ids):
            raise InputError(
                "the distances across seeds are of other networks or seeds than those of the seeds"
            )
        for name, matrix in all_seeds.matrices.items():
            own = seeds[0].matrices.get(name)
            if own is None or dict(own.parameters) != dict(matrix.parameters):
                raise InputError(
                    "the distances across seeds were made with other measures or parameters than "
                    f"those of the seeds ({name}); compute both with the same"
                )
        for what, of in relevant.items():
            everyone = [of(row) for row in all_seeds.index]
            found += _both_ways(f"{what}, across seeds", [all_seeds], everyone)
    return found


def _both_ways(
    relevant: str, comparisons: Sequence[Comparison], groups: Sequence[Hashable]
) -> list[Retrieval]:
    """Among all networks, and among those of equal size."""
    same: Mask = np.array([[one == other for other in groups] for one in groups])
    edges = np.array([row.edges for row in comparisons[0].index])
    larger = np.maximum(edges[:, None], edges)
    equal_size: Mask = np.abs(edges[:, None] - edges) <= EQUAL_SIZE * larger
    found = [
        _retrieval(measure, where, comparisons, same, among)
        for where, among in (
            (relevant, np.ones_like(same)),
            (f"{relevant}, at equal size", equal_size),
        )
        for measure in comparisons[0].matrices
        # Sizes that are equal within 1 % are no answer to which of them are the same.
        if measure != "number_of_edges" or among is not equal_size
    ]
    return [row for row in found if row]


def _retrieval(
    measure: str,
    relevant: str,
    comparisons: Sequence[Comparison],
    same: Mask,
    among: Mask,
) -> Retrieval | None:
    """Average precision and nearest neighbours; None if there is nothing to find."""
    scores: dict[int | None, list[tuple[float, float, float, float]]] = {}
    for comparison in comparisons:
        distances = comparison.matrices[measure].values
        candidates = among & np.isfinite(distances) & ~np.eye(len(same), dtype=bool)
        for query, own in enumerate(comparison.index.ids):
            wanted = same[query, candidates[query]]
            if wanted.any() and not wanted.all():
                found = _retrieve(distances[query, candidates[query]], wanted)
                scores.setdefault(own.seed, []).append(found)
    if not scores:
        return None
    means = np.array([np.mean(found, axis=0) for found in scores.values()])
    precision, nearest, chance, chance_precision = means.T
    return Retrieval(
        measure=measure,
        relevant=relevant,
        networks=sum(map(len, scores.values())),
        average_precision=Estimate(precision.tolist()),
        nearest=Estimate(nearest.tolist()),
        chance=float(chance.mean()),
        chance_precision=float(chance_precision.mean()),
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
