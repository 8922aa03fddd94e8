"""Tables 2 and 3 of the paper beside ours."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.averages import AveragedMatrix
from topoprint.evaluation.statistics import group_statistics

# Averaged matrices of each data set, one a measure.
ByDataset = Mapping[str, Sequence[AveragedMatrix]]
Array = NDArray[np.float64]

PAPER: dict[str, Any] = json.loads(
    files("topoprint.paper").joinpath("paper.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class OwnNorm:
    """A network of the control: its norm beside the norms of differences.

    Attributes
    ----------
    measure, dataset, network : str
    own_norm : float
        Norm of the network's adjacency matrix, mean over the seeds.
    greatest_distance : float
        Greatest mean distance of two networks of the control of this data set.
    relative_difference : float
        |greatest_distance − own_norm| / greatest_distance (paper, section 4, Figure 2).
    """

    measure: str
    dataset: str
    network: str
    own_norm: float
    greatest_distance: float
    relative_difference: float


@dataclass(frozen=True)
class NormStatistics:
    """Statistics of the relative differences, as in Table 2.

    Attributes
    ----------
    measure : str
    averaged_over : {"seeds", "networks"}
        What a norm is averaged over before it is compared. ``seeds``: each network's norm over
        the seeds, compared with the greatest distance of its own data set. ``networks``: as the
        authors' code does, each seed's norm over all networks of all data sets; the first seed
        is then compared with the first data set, the second with the second, and so on.
    minimum, maximum, mean, deviation : float
        Standard deviation with ddof 0.
    """

    measure: str
    averaged_over: Literal["seeds", "networks"]
    minimum: float
    maximum: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class Comparison:
    """A number of the paper beside ours.

    Attributes
    ----------
    table : str
        Table of the paper.
    dataset, measure, statistic, way : str
        What the number is of, and how ours was computed.
    paper, ours, difference : float
    lowest, highest : float or None
        Of the same statistic of single seeds, where it has one. A single seed's distances spread
        wider than their mean: of deviations and extremes ours may lie outside itself.
    within : bool or None
        Whether the paper's number lies between them.
    """

    table: str
    dataset: str
    measure: str
    statistic: str
    way: str
    paper: float
    ours: float
    difference: float
    lowest: float | None
    highest: float | None
    within: bool | None


def own_norms(matrices: ByDataset, control: str) -> list[OwnNorm]:
    """Norms of the networks of the control, beside the norms of their differences."""
    rows = []
    for measure, of_datasets in _norms(matrices, control).items():
        for dataset, (distances, norms, labels) in of_datasets.items():
            greatest = float(distances.mean(axis=0).max())
            for network, norm in zip(labels, norms.mean(axis=0), strict=True):
                relative = abs(greatest - norm) / greatest
                rows.append(
                    OwnNorm(measure, dataset, network, float(norm), greatest, float(relative))
                )
    return rows


def norm_statistics(matrices: ByDataset, control: str) -> list[NormStatistics]:
    """Table 2 both ways: averaged as it should be, and as the authors' code averages."""
    rows = []
    for measure, of_datasets in _norms(matrices, control).items():
        rows.append(_statistics(measure, "seeds", _over_seeds(of_datasets)))
        if as_authors := _over_networks(of_datasets):
            rows.append(_statistics(measure, "networks", as_authors))
    return rows


def compare_with_paper(matrices: ByDataset, control: str | None) -> list[Comparison]:
    """Set the numbers of the paper that these matrices speak of beside ours.

    Parameters
    ----------
    matrices : mapping
        Averaged matrices by data set, of the data sets that have the paper's names; among them, by
        any name, the control across data sets.
    control : str or None
        Name of the experiment that is the control.
    """
    if control is None or control != PAPER["control"]:
        return []
    return [*_table_2(matrices, control), *_table_3(matrices, control)]


def _table_2(matrices: ByDataset, control: str) -> Iterator[Comparison]:
    found = {name: matrices[name] for name in PAPER["datasets"] if name in matrices}
    if len(found) < len(PAPER["datasets"]):
        return
    by_measure = _norms(found, control)
    for ours in norm_statistics(found, control):
        seeds = []
        if ours.averaged_over == "seeds":
            of_datasets = by_measure[ours.measure]
            count = min(len(runs) for runs, _, _ in of_datasets.values())
            for seed in range(count):
                single = {
                    dataset: (runs[seed : seed + 1], norms[seed : seed + 1], labels)
                    for dataset, (runs, norms, labels) in of_datasets.items()
                }
                seeds.append(_statistics(ours.measure, "seeds", _over_seeds(single)))
        for statistic, paper in PAPER["table_2"].get(ours.measure, {}).items():
            yield _comparison(
                ("2", "all", ours.measure, statistic, f"averaged over {ours.averaged_over}"),
                paper,
                getattr(ours, statistic),
                [getattr(seed, statistic) for seed in seeds],
            )


def _table_3(matrices: ByDataset, control: str) -> Iterator[Comparison]:
    """Both readings of “normalized by dataset”: by each data set's maximum, and the control's."""
    across = {
        matrix.measure: matrix
        for of_collection in matrices.values()
        for matrix in of_collection
        if len(matrix.index.datasets) > 1
    }
    for measure, of_datasets in PAPER["table_3"].items():
        for dataset, statistics in of_datasets.items():
            own = {matrix.measure: matrix for matrix in matrices.get(dataset, ())}
            ways = [(own.get(measure), control, "divided by the data set's maximum"),
                    (across.get(measure), dataset, "divided by the control's maximum")]  # fmt: skip
            for matrix, group, way in ways:
                if matrix is None or group not in matrix.groups:
                    continue
                ours = _group(matrix, group, matrix.mean)
                seeds = [_group(matrix, group, run) for run in matrix.runs]
                for statistic, paper in statistics.items():
                    yield _comparison(
                        ("3", dataset, measure, statistic, way),
                        paper,
                        getattr(ours, statistic),
                        [getattr(seed, statistic) for seed in seeds],
                    )


def _group(matrix: AveragedMatrix, group: str, values: Array) -> Any:
    return next(row for row in group_statistics(matrix, values) if row.group == group)


def _comparison(
    what: tuple[str, str, str, str, str], paper: float, ours: float, seeds: Sequence[float]
) -> Comparison:
    difference = ours - paper
    if not seeds:
        return Comparison(*what, paper, ours, difference, None, None, None)
    lowest, highest = min(seeds), max(seeds)
    return Comparison(*what, paper, ours, difference, lowest, highest, lowest <= paper <= highest)


# Of the control's networks of one data set: distances (R, n, n), norms (R, n), labels.
_Norms = tuple[Array, Array, tuple[str, ...]]


def _norms(matrices: ByDataset, control: str) -> dict[str, dict[str, _Norms]]:
    """Norms of the control's networks, by measure and data set."""
    found: dict[str, dict[str, _Norms]] = {}
    for dataset, of_dataset in matrices.items():
        for matrix in of_dataset:
            members = [n for n, group in enumerate(matrix.groups) if group == control]
            several = len(matrix.index.datasets) > 1
            if several or matrix.own_norms is None or len(members) < 2:
                continue
            distances = matrix.runs[np.ix_(range(len(matrix.runs)), members, members)]
            labels = tuple(matrix.labels[n] for n in members)
            if np.isfinite(distances).all():
                found.setdefault(matrix.measure, {})[dataset] = (
                    distances, matrix.own_norms[:, members], labels,
                )  # fmt: skip
    return found


def _over_seeds(of_datasets: Mapping[str, _Norms]) -> list[float]:
    relative: list[float] = []
    for distances, norms, _ in of_datasets.values():
        greatest = distances.mean(axis=0).max()
        relative += list(np.abs(greatest - norms.mean(axis=0)) / greatest)
    return relative


def _over_networks(of_datasets: Mapping[str, _Norms]) -> list[float]:
    """Compare as the authors' code does, where there are as many seeds as data sets."""
    norms = [norms for _, norms, _ in of_datasets.values()]
    if any(len(of_dataset) != len(norms) for of_dataset in norms):
        return []
    of_seeds = np.concatenate(norms, axis=1).mean(axis=1)
    greatest = [distances.mean(axis=0).max() for distances, _, _ in of_datasets.values()]
    return [float(abs(top - norm) / top) for top, norm in zip(greatest, of_seeds, strict=True)]


def _statistics(
    measure: str, way: Literal["seeds", "networks"], relative: Sequence[float]
) -> NormStatistics:
    numbers = np.asarray(relative)
    found = (numbers.min(), numbers.max(), numbers.mean(), numbers.std())
    return NormStatistics(measure, way, *map(float, found))
