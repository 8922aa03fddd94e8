"""Matrices of the report page: their values as CSV, their orders, and networks as points."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.matrix import Array
from topoprint.evaluation.seeds import comparable
from topoprint.evaluation.statistics import group_spans, group_statistics
from topoprint.figures.scaling import scaled
from topoprint.figures.words import spoken
from topoprint.reporting.page_tables import Download, Table, of_groups
from topoprint.reporting.tables import rows_text
from topoprint.reporting.words import runs

# Side and margin of a map of points, in its own units.
SIDE, MARGIN = 434, 24


@dataclass(frozen=True)
class Part:
    """A matrix: mean or standard deviation.

    Attributes
    ----------
    title : str
    top : float
        End of its scale; 0 where there is nothing to draw, which ``nothing`` says in a sentence.
    nothing : str
    download : Download
    """

    title: str
    top: float
    nothing: str
    download: Download


@dataclass(frozen=True)
class Point:
    """A network in the plane: its number, name, group's number, and place on the page."""

    number: int
    name: str
    group: int
    x: float
    y: float


@dataclass(frozen=True)
class Plane:
    """Networks as points of a plane, in which distances are nearly those of a measure."""

    title: str
    points: list[Point]
    groups: list[str]
    stress: float
    download: Download


@dataclass(frozen=True)
class MeasureView:
    """All that the page shows of one measure.

    Attributes
    ----------
    measure : str
    parts : list of Part
        Mean and standard deviation.
    order : list of int
        Networks in the order of their dendrogram; those that cannot be compared stand last.
    spans : list of (str, int, int)
        Experiments: name, first row, and the row after the last.
    plane : Plane or None
    statistics : Table
    """

    measure: str
    parts: list[Part]
    order: list[int]
    spans: list[tuple[str, int, int]]
    plane: Plane | None
    statistics: Table


def of_measure(name: str, matrix: AveragedMatrix) -> MeasureView:
    """Lay out one measure of a data set."""
    parts = [("mean", "mean", matrix.mean), ("std", "standard deviation", matrix.std)]
    some = len(comparable([matrix.mean])) > 1
    nothing = "All are 0." if some else "No two networks can be compared."
    return MeasureView(
        matrix.measure,
        [
            Part(
                f"{said} of {runs(matrix)}",
                float(np.nanmax(values)),
                nothing,
                Download(f"{name}_{matrix.measure}_{part}.csv", _square(matrix, values)),
            )
            for part, said, values in parts
        ],
        _order(matrix),
        [(spoken(group.removeprefix("number_of_")), first, last)
         for group, first, last in group_spans(matrix.groups)],
        _plane(name, matrix),
        of_groups(name, matrix.measure, group_statistics(matrix)),
    )  # fmt: skip


def _square(matrix: AveragedMatrix, values: Array) -> str:
    """Give a matrix as CSV, six digits a number; what cannot be compared is empty."""
    rows = [
        [label, *(f"{value:.6g}" if np.isfinite(value) else "" for value in row)]
        for label, row in zip(matrix.labels, values, strict=True)
    ]
    return rows_text(["network", *matrix.labels], rows)


def _order(matrix: AveragedMatrix) -> list[int]:
    some = comparable([matrix.mean])
    if len(some) < 2:
        return list(range(len(matrix.labels)))
    values = matrix.mean[np.ix_(some, some)]
    tree = linkage(squareform(values, checks=False), method="average")
    ordered: list[int] = some[leaves_list(tree)].tolist()
    return ordered + [number for number in range(len(matrix.labels)) if number not in ordered]


def _plane(name: str, matrix: AveragedMatrix) -> Plane | None:
    """Scale the mean distances into a plane; of fewer than three networks, or of zeros, nothing."""
    some = comparable([matrix.mean])
    values = matrix.mean[np.ix_(some, some)]
    if len(some) < 3 or not values.any():
        return None
    places, stress = scaled(values)
    groups = [spoken(group) for group in dict.fromkeys(matrix.groups)]
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    on_page = SIDE / 2 + centred * (SIDE / 2 - MARGIN) / (np.abs(centred).max() or 1.0)
    labels = [matrix.labels[number] for number in some]
    points = [
        Point(number + 1, label, groups.index(spoken(matrix.groups[number])), float(x), float(y))
        for number, label, (x, y) in zip(some.tolist(), labels, on_page, strict=True)
    ]
    rows = [[label, f"{x:.6g}", f"{y:.6g}"] for label, (x, y) in zip(labels, places, strict=True)]
    file = f"{name}_{matrix.measure}_map.csv"
    shown = len(some) if len(some) == len(matrix.labels) else f"{len(some)} of {len(matrix.labels)}"
    title = f"{name}, {spoken(matrix.measure)}: map of {shown} networks"
    download = Download(file, rows_text(["network", "x", "y"], rows))
    return Plane(title, points, groups, ceil(100 * stress) / 100, download)
