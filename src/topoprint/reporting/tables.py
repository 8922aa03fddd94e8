"""CSV tables: group statistics, accuracies, and the matrices themselves."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.seeds import Estimate
from topoprint.evaluation.statistics import group_statistics
from topoprint.networks.files import read_metadata
from topoprint.storage import check_readable, file_error, write_bytes

Record = TypeVar("Record")


@dataclass(frozen=True)
class Accuracy:
    """How well one trained network does on the test set."""

    dataset: str
    network: str
    seed: int
    test_accuracy: float
    test_loss: float


def read_accuracies(paths: Iterable[str | os.PathLike[str]]) -> list[Accuracy]:
    """Read the scores that training wrote into its network files."""
    scores = []
    for path in paths:
        header = read_metadata(path)
        try:
            own = header["identity"]
            of_test = (header["test_accuracy"], header["test_loss"])
            scores.append(Accuracy(own["dataset"], own["network"], own["seed"], *of_test))
        except (KeyError, TypeError) as error:
            raise InputError(
                f"{path}: says nothing of its test accuracy; train it again"
            ) from error
    return scores


def write_statistics(path: str | os.PathLike[str], matrices: Sequence[AveragedMatrix]) -> None:
    """Write the group statistics of each measure, a row a group."""
    rows = [
        [matrix.measure, row.group, row.networks, row.mean, row.deviation]
        for matrix in matrices
        for row in group_statistics(matrix)
    ]
    write_rows(path, ["measure", "group", "networks", "mean", "deviation"], rows)


def write_distances(path: str | os.PathLike[str], matrices: Sequence[AveragedMatrix]) -> None:
    """Write mean and standard deviation of each distance, a row a pair of networks."""
    rows = [
        [matrix.measure, one, other, matrix.mean[row, column], matrix.std[row, column]]
        for matrix in matrices
        for row, one in enumerate(matrix.labels)
        for column, other in enumerate(matrix.labels)
        if row < column
    ]
    write_rows(path, ["measure", "network", "other_network", "mean", "std"], rows)


def write_comparison(path: str | os.PathLike[str], comparison: Comparison) -> None:
    """Write each distance, a row a measure and pair of networks."""
    rows = [
        [measure, matrix.labels[row], matrix.labels[column], matrix.values[row, column]]
        for measure, matrix in comparison.items()
        for row, column in combinations(range(len(matrix)), 2)
    ]
    write_rows(path, ["measure", "network", "other_network", "distance"], rows)


def write_networks(path: str | os.PathLike[str], matrix: AveragedMatrix) -> None:
    """Write which network each row of the matrices is (Table 1 of the paper)."""
    rows = [
        [number, network, group]
        for number, (network, group) in enumerate(
            zip(matrix.labels, matrix.groups, strict=True), start=1
        )
    ]
    write_rows(path, ["number", "network", "group"], rows)


def load_accuracies(path: str | os.PathLike[str]) -> list[Accuracy]:
    """Read a table of accuracies that :func:`write_records` wrote."""
    return load_records(path, Accuracy, "accuracies")


def load_records(path: str | os.PathLike[str], kind: type[Record], what: str) -> list[Record]:
    """Read a table of dataclass instances without estimates that :func:`write_records` wrote.

    Raises
    ------
    InputError
        If it cannot be read, or is another table.
    """
    check_readable(path)
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found: list[Record] = TypeAdapter(list[kind]).validate_python(rows)  # type: ignore[valid-type]
        return found
    except OSError as error:
        raise file_error(error, path, "read") from error
    except ValueError as error:
        raise InputError(f"{path}: not a table of {what}; make it again") from error


def write_records(path: str | os.PathLike[str], kind: type, records: Sequence[Any]) -> None:
    """Write dataclass instances as a table: a column a field, and three for an estimate."""
    write_bytes(path, records_text(kind, records).encode())


def records_text(kind: type, records: Sequence[Any]) -> str:
    """Give the table that :func:`write_records` writes."""
    columns: list[str] = []
    for field in fields(kind):
        ends = ("low", "high") if field.type is Estimate else ()
        columns += [field.name, *(f"{field.name}_{end}" for end in ends)]
    return rows_text(columns, map(_cells, records))


def _cells(record: Any) -> list[object]:
    cells: list[object] = []
    for value in (getattr(record, field.name) for field in fields(record)):
        cells += [float(value), value.low, value.high] if isinstance(value, Estimate) else [value]
    return cells


def write_rows(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table as CSV."""
    write_bytes(path, rows_text(header, rows).encode())


def rows_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a table as CSV."""
    table = StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return table.getvalue()
