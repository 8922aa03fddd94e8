"""CSV tables: group statistics, accuracies, and the matrices themselves."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from topoprint.comparison.matrix import AveragedMatrix
from topoprint.errors import InputError
from topoprint.networks.network import read_metadata
from topoprint.reporting.statistics import group_statistics
from topoprint.storage import atomic_path


@dataclass(frozen=True)
class Accuracy:
    """How well one trained network does on the test set."""

    dataset: str
    network: str
    seed: str
    test_accuracy: float
    test_loss: float


def read_accuracies(paths: Iterable[str | os.PathLike[str]]) -> list[Accuracy]:
    """Read the scores that training wrote into its network files."""
    scores = []
    for path in paths:
        header = read_metadata(path)
        try:
            scores.append(
                Accuracy(
                    **header["identity"],
                    test_accuracy=header["test_accuracy"],
                    test_loss=header["test_loss"],
                )
            )
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


def write_networks(path: str | os.PathLike[str], matrix: AveragedMatrix) -> None:
    """Write which network each row of the matrices is (Table 1 of the paper)."""
    rows = [
        [number, network, group]
        for number, (network, group) in enumerate(
            zip(matrix.labels, matrix.groups, strict=True), start=1
        )
    ]
    write_rows(path, ["number", "network", "group"], rows)


def write_accuracies(path: str | os.PathLike[str], scores: Sequence[Accuracy]) -> None:
    """Write the test scores, a row a network and seed."""
    rows = [[s.dataset, s.network, s.seed, s.test_accuracy, s.test_loss] for s in scores]
    write_rows(path, ["dataset", "network", "seed", "test_accuracy", "test_loss"], rows)


def load_accuracies(path: str | os.PathLike[str]) -> list[Accuracy]:
    """Read what :func:`write_accuracies` wrote."""
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            return [
                Accuracy(
                    row["dataset"],
                    row["network"],
                    row["seed"],
                    float(row["test_accuracy"]),
                    float(row["test_loss"]),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a table of accuracies; make it again") from error


def write_records(path: str | os.PathLike[str], kind: type, records: Sequence[Any]) -> None:
    """Write dataclass instances as a table, a column a field."""
    write_rows(path, [field.name for field in fields(kind)], map(astuple, records))


def write_rows(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table as CSV."""
    with (
        atomic_path(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
