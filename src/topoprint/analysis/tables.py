"""CSV tables: group statistics, accuracies, and the matrices themselves."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from topoprint.analysis.statistics import group_statistics
from topoprint.topology.errors import InputError
from topoprint.topology.matrix import AveragedMatrix
from topoprint.topology.network import read_metadata
from topoprint.topology.storage import atomic_path


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
    _write(path, ["measure", "group", "networks", "mean", "deviation"], rows)


def write_distances(path: str | os.PathLike[str], matrices: Sequence[AveragedMatrix]) -> None:
    """Write mean and standard deviation of each distance, a row a pair of networks."""
    rows = [
        [matrix.measure, one, other, matrix.mean[row, column], matrix.std[row, column]]
        for matrix in matrices
        for row, one in enumerate(matrix.labels)
        for column, other in enumerate(matrix.labels)
        if row < column
    ]
    _write(path, ["measure", "network", "other_network", "mean", "std"], rows)


def write_accuracies(path: str | os.PathLike[str], scores: Sequence[Accuracy]) -> None:
    """Write the test scores, a row a network and seed."""
    rows = [[s.dataset, s.network, s.seed, s.test_accuracy, s.test_loss] for s in scores]
    _write(path, ["dataset", "network", "seed", "test_accuracy", "test_loss"], rows)


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


def _write(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    with (
        atomic_path(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
