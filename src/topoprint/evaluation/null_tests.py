"""Null tests: a measure's distances beside those between null models of the same networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.mantel import mantel, spearman
from topoprint.evaluation.seeds import FEWEST, Array, Estimate, comparable


@dataclass(frozen=True)
class NullTest:
    """A measure's distances between networks, beside those between nulls of the same networks.

    Attributes
    ----------
    measure, null : str
    networks : int
        How many networks are compared: the most that the measure can compare throughout.
    nulls : int
        Nulls of each network: repetitions times seeds.
    spearman : Estimate
        Mean correlation of the distances of a seed with those of its nulls. Near 1: the measure
        ranks the networks as if they were their nulls, and the order of its distances does not
        depend on what the null has lost.
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
    spearman: Estimate
    among_seeds: float
    mantel_p: float
    rank_p: float
    median_z: float
    beyond_2: float
    own: float


def null_tests(
    seeds: Sequence[Comparison], nulls: Mapping[str, Sequence[Comparison]]
) -> list[NullTest]:
    """Test each measure by each null model.

    Parameters
    ----------
    seeds : sequence of Comparison
        Of the networks, one a seed.
    nulls : mapping of str to sequence of Comparison
        Of null models of the same networks, by file, one a null, repetition and seed.

    Raises
    ------
    InputError
        If the null models are of other networks, parameters or seeds, or seeds differ in them.
    """
    by_null: dict[str, dict[int | None, list[Comparison]]] = {}
    known = {comparison.index.seeds[0]: comparison for comparison in seeds}
    for file, comparisons in nulls.items():
        for comparison in comparisons:
            seed = comparison.index.seeds[0]
            _check(file, comparison, known.get(seed))
            of_null = by_null.setdefault(comparison.index[0].id.state, {})
            of_null.setdefault(seed, []).append(comparison)
    ordered = {}
    for null, found in by_null.items():
        held = {tuple(tuple(made.matrices) for made in of_seed) for of_seed in found.values()}
        if len(held) > 1 or found.keys() != known.keys():
            raise InputError(
                f"null model {null!r}: its repetitions or measures are not the same of every seed"
            )
        ordered[null] = [found[seed] for seed in known]
    rows = [
        _null_test(seeds, repetitions, measure, null)
        for measure in seeds[0].matrices
        for null, repetitions in ordered.items()
        if all(measure in made.matrices for of_seed in repetitions for made in of_seed)
    ]
    return [row for row in rows if row]


def _check(file: str, null: Comparison, real: Comparison | None) -> None:
    """Refuse null models of other networks, or compared otherwise."""
    if real is None or tuple(own.original for own in null.index.ids) != real.index.ids:
        raise InputError(f"{file}: its null models are of other networks or seeds")
    for name, matrix in null.matrices.items():
        if name not in real.matrices or matrix.parameters != real.matrices[name].parameters:
            raise InputError(
                f"{file}: its null models were compared with other measures or parameters than "
                f"the networks ({name}); compute both with the same"
            )


def _null_test(
    seeds: Sequence[Comparison],
    repetitions: Sequence[Sequence[Comparison]],
    measure: str,
    null: str,
) -> NullTest | None:
    """Test one measure by one null, from the repetitions of each seed."""
    distances = [seed.matrices[measure].values for seed in seeds]
    of_nulls = [[null.matrices[measure].values for null in of_seed] for of_seed in repetitions]
    some = comparable([*distances, *chain.from_iterable(of_nulls)])
    if len(some) < FEWEST:
        return None
    both = np.ix_(some, some)
    upper = np.triu_indices(len(some), k=1)
    real = np.stack([values[both] for values in distances])
    nulls = np.stack(
        [[values[both] for values in of_seed] for of_seed in of_nulls]
    )  # seeds, R, n, n
    own = np.mean([null.own[measure][some].mean() for of_seed in repetitions for null in of_seed])
    by_seed = [
        float(np.mean([spearman(one, other) for other in of_seed]))
        for one, of_seed in zip(real, nulls, strict=True)
    ]
    of_seeds = [spearman(one, other) for one, other in combinations(real, 2)]
    median_z, beyond_2 = _z_scores(real[:, *upper], nulls[:, :, *upper])
    mean = float(real[:, *upper].mean())
    return NullTest(
        measure=measure,
        null=null,
        networks=len(some),
        nulls=nulls.shape[0] * nulls.shape[1],
        spearman=Estimate(by_seed),
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
