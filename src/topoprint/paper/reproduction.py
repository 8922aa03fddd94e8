"""Our matrices beside those that the authors of the paper published."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.matrix import AveragedMatrix
from topoprint.errors import InputError
from topoprint.evaluation.mantel import mantel, spearman
from topoprint.evaluation.statistics import group_statistics

# The authors' folders, a data set each, and their files of shape (runs, networks, networks).
FOLDERS = {
    "MNIST": "mnist",
    "MNIST_FASHION": "fashion_mnist",
    "CIFAR": "cifar10",
    "LANGUAGE_IDENTIFICATION": "language_identification",
    "REUTERS": "reuters",
}
SUFFIX = "_distance_matrices.npy"


@dataclass(frozen=True)
class Pair:
    """The published matrices of one data set and measure, and ours of the same networks."""

    dataset: str
    published: AveragedMatrix
    ours: AveragedMatrix


@dataclass(frozen=True)
class Agreement:
    """How well the matrices of a pair agree.

    Attributes
    ----------
    dataset, measure : str
    published_runs, our_runs : int
    spearman : float
        Correlation of the two mean matrices' distances.
    p_value : float
        Of the Mantel test of it.
    between : float
        Mean correlation of one published run and one of ours.
    within_published, within_ours : float
        Mean correlation of two runs of the same source: what agreement could be expected; NaN
        for a single run.
    scale : float
        Median over the pairs of networks of our mean distance divided by the published one.
    """

    dataset: str
    measure: str
    published_runs: int
    our_runs: int
    spearman: float
    p_value: float
    between: float
    within_published: float
    within_ours: float
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


def pair_up(folder: Path, ours: Mapping[str, Sequence[AveragedMatrix]]) -> list[Pair]:
    """Read the published matrices below a folder and find ours of the same data set and measure.

    Parameters
    ----------
    folder : path
        Holds ``{data set}/{measure}_distance_matrices.npy`` at any depth; the data set by the
        authors' name or ours.
    ours : mapping
        Averaged matrices by data set.

    Raises
    ------
    InputError
        If nothing can be compared, or a file is no stack of symmetric matrices, or of other
        networks than ours.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder")
    pairs = []
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        dataset = FOLDERS.get(path.parent.name, path.parent.name)
        measure = path.name.removesuffix(SUFFIX)
        known = [matrix for matrix in ours.get(dataset, ()) if matrix.measure == measure]
        if not known:
            print(f"{path}: skipped; no {measure} matrix of {dataset} of ours", file=sys.stderr)
            continue
        pairs.append(Pair(dataset, _load(path, known[0]), known[0]))
    if not pairs:
        raise InputError(
            f"{folder}: nothing to compare; expected folders named {', '.join(FOLDERS)} or as the "
            f"data sets at hand ({', '.join(ours) or 'none'}), with files *{SUFFIX}"
        )
    order = {dataset: number for number, dataset in enumerate(ours)}
    return sorted(pairs, key=lambda pair: (pair.ours.measure, order[pair.dataset]))


def agreement(pair: Pair) -> Agreement:
    """Compare the matrices of a pair; the test's permutations have a fixed seed."""
    test = mantel(pair.published.mean, pair.ours.mean)
    upper = np.triu_indices(len(pair.ours.labels), k=1)
    published = pair.published.mean[upper]
    shares = pair.ours.mean[upper][published > 0] / published[published > 0]
    return Agreement(
        dataset=pair.dataset,
        measure=pair.ours.measure,
        published_runs=len(pair.published.runs),
        our_runs=len(pair.ours.runs),
        spearman=test.correlation,
        p_value=test.p_value,
        between=_mean_correlation(product(pair.published.runs, pair.ours.runs)),
        within_published=_mean_correlation(combinations(pair.published.runs, 2)),
        within_ours=_mean_correlation(combinations(pair.ours.runs, 2)),
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


def _mean_correlation(
    pairs: Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> float:
    found = [spearman(one, other) for one, other in pairs]
    return float(np.mean(found)) if found else np.nan


def _load(path: Path, ours: AveragedMatrix) -> AveragedMatrix:
    try:
        runs = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise InputError(f"{path}: is no readable .npy file of numbers ({error})") from error
    count = len(ours.labels)
    if not isinstance(runs, np.ndarray) or runs.dtype.kind not in "fiu" or runs.ndim != 3:
        raise InputError(f"{path}: expected numbers of shape (runs, networks, networks)")
    if not len(runs) or runs.shape[1:] != (count, count):
        raise InputError(
            f"{path}: has the shape {runs.shape}, ours compares {count} networks; run the paper's "
            f"experiments to compare with it"
        )
    runs = runs.astype(np.float64)
    if not np.isfinite(runs).all() or not np.allclose(runs, runs.transpose(0, 2, 1)):
        raise InputError(f"{path}: a matrix is not symmetric, or holds NaN or infinity")
    runs = (runs + runs.transpose(0, 2, 1)) / 2
    seeds = tuple(range(1, len(runs) + 1))
    return AveragedMatrix(runs, ours.index, seeds, ours.measure)
