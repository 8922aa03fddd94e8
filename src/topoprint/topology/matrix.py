"""Distance matrices: labelled and symmetric; their average over seeds; their HDF5 files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from topoprint.topology.errors import InputError
from topoprint.topology.storage import (
    create_h5,
    open_h5,
    read_json,
    read_strings,
    write_strings,
)

FORMAT = "topoprint distances"
AVERAGE_FORMAT = "topoprint matrices"
FORMAT_VERSION = 1

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DistanceMatrix:
    """Distances between all pairs of some networks.

    Attributes
    ----------
    values : ndarray, float64, shape (n, n)
        Symmetric, zero on the diagonal, not negative.
    labels : tuple of str, length n
        What the rows and columns are.
    measure : str
        Name of the measure.
    parameters : dict
        What the measure was computed with.
    """

    values: Array
    labels: tuple[str, ...]
    measure: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the matrix as a table in plain text, rows and columns labelled."""
        numbers = [f"{value:.6g}" for value in self.values.ravel()]
        width = max(len(text) for text in [*numbers, *self.labels]) + 2
        margin = max(len(label) for label in self.labels)
        n = len(self.labels)
        lines = [" " * margin + "".join(label.rjust(width) for label in self.labels)]
        for row, label in enumerate(self.labels):
            cells = numbers[row * n : (row + 1) * n]
            lines.append(label.ljust(margin) + "".join(cell.rjust(width) for cell in cells))
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class AveragedMatrix:
    """The matrices of one measure over several seeds.

    Attributes
    ----------
    runs : ndarray, float64, shape (R, n, n)
        One matrix a seed, in the order of ``seeds``.
    labels : tuple of str, length n
    groups : tuple of str, length n
        Experiment of each network.
    seeds : tuple of str, length R
    measure : str
    """

    runs: Array
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    seeds: tuple[str, ...]
    measure: str

    @property
    def mean(self) -> Array:
        """Mean over the runs, shape (n, n)."""
        mean: Array = self.runs.mean(axis=0)
        return mean

    @property
    def std(self) -> Array:
        """Standard deviation over the runs (ddof 0), shape (n, n)."""
        std: Array = self.runs.std(axis=0)
        return std


def group_of(label: str) -> str:
    """Find the group of a label ``{experiment}-{value}`` or ``{dataset}/{network}``."""
    dataset, slash, network = label.rpartition("/")
    return dataset if slash else network.rpartition("-")[0] or network


def save_distances(
    path: str | os.PathLike[str],
    matrices: Sequence[DistanceMatrix],
    identity: Mapping[str, str],
) -> None:
    """Write the matrices of one seed, a group a measure."""
    parameters = {"measures": [[matrix.measure, dict(matrix.parameters)] for matrix in matrices]}
    with create_h5(path, FORMAT, FORMAT_VERSION, identity, parameters) as file:
        for matrix in matrices:
            group = file.create_group(matrix.measure)
            group.create_dataset("values", data=matrix.values)
            write_strings(group, "labels", matrix.labels)


def load_distances(
    path: str | os.PathLike[str],
) -> tuple[dict[str, DistanceMatrix], dict[str, str]]:
    """Read what :func:`save_distances` wrote: matrices by measure, and their identity."""
    with open_h5(path, FORMAT, FORMAT_VERSION) as file:
        matrices = {
            name: DistanceMatrix(
                _matrix(file[name], path), read_strings(file[name], "labels"), name, used
            )
            for name, used in read_json(file, "parameters")["measures"]
        }
        return matrices, read_json(file, "identity")


def average(paths: Sequence[str | os.PathLike[str]]) -> tuple[list[AveragedMatrix], dict[str, str]]:
    """Read the distance files of several seeds and put their matrices together.

    Returns
    -------
    matrices : list of AveragedMatrix
        One a measure.
    identity : dict
        The data set.

    Raises
    ------
    InputError
        If the files differ in data set, measures, parameters or labels, or repeat a seed.
    """
    if not paths:
        raise InputError("no distance files to average")
    loaded = [load_distances(path) for path in paths]
    first, identity = loaded[0]
    seeds: list[str] = []
    for path, (matrices, found) in zip(paths, loaded, strict=True):
        if found.get("dataset") != identity.get("dataset"):
            raise InputError(
                f"{path} holds data set {found.get('dataset')!r}, {paths[0]} "
                f"{identity.get('dataset')!r}; average the seeds of one data set"
            )
        seed = found.get("seed", "")
        if seed in seeds:
            raise InputError(f"{path}: seed {seed!r} is among the files twice")
        seeds.append(seed)
        for name in sorted(first.keys() | matrices.keys()):
            if name not in first or name not in matrices:
                raise InputError(f"{path} and {paths[0]} do not hold the same measures ({name})")
            if matrices[name].labels != first[name].labels:
                raise InputError(
                    f"{path} compares other networks than {paths[0]}; only matrices of the same "
                    "networks in the same order can be averaged"
                )
            if matrices[name].parameters != first[name].parameters:
                raise InputError(
                    f"{path} was made with other parameters than {paths[0]} ({name}); "
                    "compute both with the same"
                )
    averaged = [
        AveragedMatrix(
            runs=np.stack([matrices[name].values for matrices, _ in loaded]),
            labels=matrix.labels,
            groups=tuple(group_of(label) for label in matrix.labels),
            seeds=tuple(seeds),
            measure=name,
        )
        for name, matrix in first.items()
    ]
    return averaged, {"dataset": identity.get("dataset", "")}


def save_average(
    path: str | os.PathLike[str],
    matrices: Sequence[AveragedMatrix],
    identity: Mapping[str, str],
) -> None:
    """Write ``matrices.h5``: a group a measure, in the order given."""
    order = {"measures": [matrix.measure for matrix in matrices]}
    with create_h5(path, AVERAGE_FORMAT, FORMAT_VERSION, identity, order) as file:
        for matrix in matrices:
            group = file.create_group(matrix.measure)
            group.create_dataset("runs", data=matrix.runs)
            group.create_dataset("mean", data=matrix.mean)
            group.create_dataset("std", data=matrix.std)
            write_strings(group, "labels", matrix.labels)
            write_strings(group, "groups", matrix.groups)
            write_strings(group, "seeds", matrix.seeds)


def load_average(
    path: str | os.PathLike[str],
) -> tuple[list[AveragedMatrix], dict[str, str]]:
    """Read what :func:`save_average` wrote, and the identity of what it holds."""
    with open_h5(path, AVERAGE_FORMAT, FORMAT_VERSION) as file:
        matrices = [
            AveragedMatrix(
                runs=np.asarray(file[name]["runs"][()], dtype=np.float64),
                labels=read_strings(file[name], "labels"),
                groups=read_strings(file[name], "groups"),
                seeds=read_strings(file[name], "seeds"),
                measure=name,
            )
            for name in read_json(file, "parameters")["measures"]
        ]
        return matrices, read_json(file, "identity")


def _matrix(group: h5py.Group, path: str | os.PathLike[str]) -> Array:
    values = np.asarray(group["values"][()], dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not np.isfinite(values).all():
        raise InputError(f"{path}: {group.name} is not a square matrix of finite numbers")
    return values
