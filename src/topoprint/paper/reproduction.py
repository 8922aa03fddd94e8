"""Our matrices beside those that the authors of the paper published."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.averages import AveragedMatrix
from topoprint.errors import InputError
from topoprint.evaluation.mantel import mantel, spearman
from topoprint.evaluation.seeds import FEWEST
from topoprint.evaluation.statistics import group_statistics
from topoprint.identity import Index
from topoprint.paper.published import CONTROL, CONTROL_ORDER, NORMS, Published, RowName

Array = NDArray[np.float64]

# Rows of tables and figures: the measures, and the data sets as in the paper's Table 3.
MEASURES = ("heat", "silhouette", "landscape", *NORMS.values())
DATASETS = (*CONTROL_ORDER[:3], *reversed(CONTROL_ORDER[3:]))


@dataclass(frozen=True)
class Pair:
    """The published matrices of one data set and measure, and ours, of the same networks.

    Rows are matched by the names of the networks, whatever order either has, and stand in our
    order; networks that only one of the two has are left out.
    """

    dataset: str
    published: AveragedMatrix
    ours: AveragedMatrix


@dataclass(frozen=True)
class Agreement:
    """How well the matrices of a pair agree.

    Attributes
    ----------
    dataset, measure : str
    networks : int
        Networks that are compared.
    published_runs, our_runs : int
    spearman : float
        Correlation of the two mean matrices' distances.
    p_value : float
        Of the Mantel test of it, 0.0001 at least (9,999 permutations); NaN where a measure
        compares the networks of one data set alone, which cannot be permuted freely.
    between : float
        Mean correlation of one published run and one of ours.
    within_published, within_ours : float
        Mean correlation of two runs of the same source, its repeatability; NaN for a single run.
    noise_corrected : float
        ``between`` over the geometric mean of the two repeatabilities: the correlation that the
        sources would have if their runs had no noise (Spearman, "The proof and measurement of
        association between two things", 1904). It is an estimate and may exceed 1; NaN unless
        both sources repeat themselves.
    scale : float
        Median over the pairs of networks of our mean distance divided by the published one.
    """

    dataset: str
    measure: str
    networks: int
    published_runs: int
    our_runs: int
    spearman: float
    p_value: float
    between: float
    within_published: float
    within_ours: float
    noise_corrected: float
    scale: float


@dataclass(frozen=True)
class GroupMeans:
    """Mean relative distance within an experiment, published and ours."""

    dataset: str
    measure: str
    group: str
    published: float
    ours: float
    difference: float


@dataclass(frozen=True)
class NormMeans:
    """Mean norm of the control's networks of a data set, published and ours, and their ratio."""

    dataset: str
    measure: str
    published: float
    ours: float
    scale: float


def pair_up(
    published: Iterable[Published], ours: Mapping[str, Sequence[AveragedMatrix]]
) -> list[Pair]:
    """Find ours of the same data sets and measures.

    What has no counterpart among ours is told on stderr.

    Parameters
    ----------
    published : iterable of Published
        Of these the matrices; own norms are left to :func:`norm_means`.
    ours : mapping
        Averaged matrices by data set, those of the control across data sets as ``control``.

    Returns
    -------
    list of Pair
        In the order of the paper.

    Raises
    ------
    InputError
        If nothing can be compared, or fewer than three networks of a file are ours.
    """
    pairs = []
    for one in published:
        if one.is_own_norms:
            continue
        matrix = _ours(one, ours)
        if matrix is None:
            print(f"{one.path}: skipped; no {_what(one)} of ours", file=sys.stderr)
            continue
        theirs, own = _match(one, matrix.index)
        index = Index(matrix.index[place] for place in own)
        runs = one.runs[:, theirs][:, :, theirs]
        seeds = tuple(range(1, len(runs) + 1))
        pairs.append(
            Pair(
                one.dataset,
                AveragedMatrix(runs, index, seeds, one.measure),
                replace(matrix, runs=matrix.runs[:, own][:, :, own], index=index, own_norms=None),
            )
        )
    if not pairs:
        raise InputError(
            f"nothing to compare: ours are matrices of {', '.join(ours) or 'nothing'}, and none is "
            "of a data set and measure that the published ones are of"
        )
    places = [*DATASETS, *(name for name in ours if name not in (*DATASETS, CONTROL)), CONTROL]
    measures = [*MEASURES, *sorted({pair.ours.measure for pair in pairs} - {*MEASURES})]
    return sorted(
        pairs, key=lambda pair: (measures.index(pair.ours.measure), places.index(pair.dataset))
    )


def norm_means(
    published: Iterable[Published], ours: Mapping[str, Sequence[AveragedMatrix]]
) -> list[NormMeans]:
    """Compare the networks' own norms, a row a norm and data set, in the order of ours.

    What has no counterpart among ours is told on stderr.
    """
    rows = []
    for one in published:
        if not one.is_own_norms:
            continue
        matrix = _ours(one, ours)
        if matrix is None or matrix.own_norms is None:
            print(f"{one.path}: skipped; no {_what(one)} of ours", file=sys.stderr)
            continue
        theirs, own = _match(one, matrix.index)
        for dataset in matrix.index.datasets:
            of_both = [
                (their, our)
                for their, our in zip(theirs, own, strict=True)
                if matrix.index[our].id.dataset == dataset
            ]
            if not of_both:
                continue
            columns = [list(places) for places in zip(*of_both, strict=True)]
            of_theirs = float(one.runs[:, columns[0]].mean())
            of_ours = float(matrix.own_norms[:, columns[1]].mean())
            scale = of_ours / of_theirs if of_theirs else np.nan
            rows.append(NormMeans(dataset, one.measure, of_theirs, of_ours, scale))
    return rows


def agreement(pair: Pair) -> Agreement:
    """Compare the matrices of a pair; the test's permutations have a fixed seed."""
    published, ours = pair.published, pair.ours
    theirs, own = published.mean, ours.mean
    upper = np.triu_indices(len(own), k=1)
    comparable = np.isfinite(theirs[upper]) & np.isfinite(own[upper])
    shares = own[upper][comparable & (theirs[upper] > 0)]
    shares = shares / theirs[upper][comparable & (theirs[upper] > 0)]
    between = _mean_correlation(product(published.runs, ours.runs))
    within = [_mean_correlation(combinations(each.runs, 2)) for each in (published, ours)]
    repeats = min(within) > 0
    return Agreement(
        dataset=pair.dataset,
        measure=ours.measure,
        networks=len(own),
        published_runs=len(published.runs),
        our_runs=len(ours.runs),
        spearman=spearman(theirs, own),
        p_value=mantel(theirs, own).p_value if comparable.all() else np.nan,
        between=between,
        within_published=within[0],
        within_ours=within[1],
        noise_corrected=between / float(np.sqrt(np.prod(within))) if repeats else np.nan,
        scale=float(np.median(shares)) if shares.size else np.nan,
    )


def group_means(pair: Pair) -> list[GroupMeans]:
    """Mean relative distance within each experiment, as shares of each mean matrix's maximum."""
    return [
        GroupMeans(
            pair.dataset,
            pair.ours.measure,
            own.group,
            theirs.mean,
            own.mean,
            own.mean - theirs.mean,
        )
        for theirs, own in zip(
            group_statistics(pair.published), group_statistics(pair.ours), strict=True
        )
    ]


def _mean_correlation(pairs: Iterator[tuple[Array, Array]]) -> float:
    found = [spearman(one, other) for one, other in pairs]
    return float(np.mean(found)) if found else np.nan


def _ours(
    published: Published, ours: Mapping[str, Sequence[AveragedMatrix]]
) -> AveragedMatrix | None:
    of_dataset = ours.get(published.dataset, ())
    return next((one for one in of_dataset if one.measure == published.measure), None)


def _what(published: Published) -> str:
    kind = "own" if published.is_own_norms else "matrix of"
    return f"{kind} {published.measure} of {published.dataset}"


def _match(published: Published, index: Index) -> tuple[list[int], list[int]]:
    """Places of the networks that both have, in theirs and in ours, in our order."""
    names = _names(index, published.dataset)
    places = {name: place for place, name in enumerate(published.rows)}
    own = [place for place, name in enumerate(names) if name in places]
    if len(own) < FEWEST:
        raise InputError(
            f"{published.path}: ours has {len(own)} of its {len(places)} networks; run the "
            "paper's experiments under the names of config.yaml, or name its rows as ours are "
            f"with --order {published.dataset}:NAME,NAME,…"
        )
    if len(own) < max(len(names), len(places)):
        print(
            f"{published.path}: {len(own)} networks are compared, of {len(places)} published and "
            f"{len(names)} of ours; the others have no counterpart",
            file=sys.stderr,
        )
    return [places[names[place]] for place in own], own


def _names(index: Index, dataset: str) -> list[RowName]:
    """Name our networks as :class:`Published` names its rows."""
    if dataset != CONTROL:
        return [(dataset, row.id.network) for row in index]
    seen: dict[str, int] = {}
    names: list[RowName] = []
    for row in index:
        place = seen.get(row.id.dataset, 0)
        names.append((row.id.dataset, place))
        seen[row.id.dataset] = place + 1
    return names
