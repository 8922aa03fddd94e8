"""Distance matrices: labelled and symmetric; their average over seeds; their HDF5 files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.storage import (
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
        Symmetric, zero on the diagonal, not negative; NaN between networks that the measure
        cannot compare.
    labels : tuple of str, length n
        What the rows and columns are.
    measure : str
        Name of the measure.
    parameters : dict
        What the measure was computed with.
    own_norms : ndarray, float64, shape (n,), or None
        Norm of each network itself, where the measure is a norm of differences.
    """

    values: Array
    labels: tuple[str, ...]
    measure: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own_norms: Array | None = None

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
    own_norms : ndarray, float64, shape (R, n), or None
        Norms of the networks, where the measure is a norm of differences.
    """

    runs: Array
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    seeds: tuple[str, ...]
    measure: str
    own_norms: Array | None = None

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

    @property
    def greatest(self) -> float:
        """Greatest mean distance, by which relative distances are divided; 1 if all are zero."""
        return float(np.nanmax(self.mean)) or 1.0


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
            if matrix.own_norms is not None:
                group.create_dataset("own_norms", data=matrix.own_norms)
            write_strings(group, "labels", matrix.labels)


def load_distances(
    path: str | os.PathLike[str],
) -> tuple[dict[str, DistanceMatrix], dict[str, str]]:
    """Read what :func:`save_distances` wrote: matrices by measure, and their identity."""
    with open_h5(path, FORMAT, FORMAT_VERSION) as file:
        matrices = {
            name: DistanceMatrix(
                _matrix(file[name], path),
                read_strings(file[name], "labels"),
                name,
                used,
                _own_norms(file[name]),
            )
            for name, used in read_json(file, "parameters")["measures"]
        }
        return matrices, read_json(file, "identity")


def average(paths: Sequence[str | os.PathLike[str]]) -> tuple[list[AveragedMatrix], dict[str, str]]:
    """Read the distance files of several seeds and put their matrices together.

    Parameters
    ----------
    paths : sequence of path
        Distance files of one data set; a seed may have several, of different measures.

    Returns
    -------
    matrices : list of AveragedMatrix
        One a measure, in the order in which the first seed has them.
    identity : dict
        The data set.

    Raises
    ------
    InputError
        If the files differ in data set, measures, parameters or labels, or a seed has a measure
        twice.
    """
    if not paths:
        raise InputError("no distance files to average")
    by_seed: dict[str, dict[str, _Found]] = {}
    dataset: str | None = None
    for path in paths:
        matrices, identity = load_distances(path)
        found = identity.get("dataset", "")
        dataset = found if dataset is None else dataset
        if found != dataset:
            raise InputError(
                f"{path} holds data set {found!r}, {paths[0]} {dataset!r}; "
                "average the seeds of one data set"
            )
        seed = identity.get("seed", "")
        of_seed = by_seed.setdefault(seed, {})
        for name, matrix in matrices.items():
            if name in of_seed:
                raise InputError(
                    f"{path}: seed {seed!r} is among the files twice ({name} is also in "
                    f"{of_seed[name].path})"
                )
            of_seed[name] = _Found(path, matrix)
    first, *others = by_seed.values()
    for other in others:
        _check_alike(first, other)
    averaged = []
    for name, (_, matrix) in first.items():
        runs = [of_seed[name].matrix for of_seed in by_seed.values()]
        norms = [run.own_norms for run in runs if run.own_norms is not None]
        averaged.append(
            AveragedMatrix(
                runs=np.stack([run.values for run in runs]),
                labels=matrix.labels,
                groups=tuple(group_of(label) for label in matrix.labels),
                seeds=tuple(by_seed),
                measure=name,
                own_norms=np.stack(norms) if norms else None,
            )
        )
    return averaged, {"dataset": dataset or ""}


class _Found(NamedTuple):
    """A matrix and the file that it was found in."""

    path: str | os.PathLike[str]
    matrix: DistanceMatrix


def _check_alike(first: Mapping[str, _Found], other: Mapping[str, _Found]) -> None:
    """Refuse two seeds that do not hold the same measures of the same networks."""
    for name in sorted(first.keys() | other.keys()):
        if name not in first or name not in other:
            one, two = next(iter(first.values())).path, next(iter(other.values())).path
            raise InputError(f"{two} and {one} do not hold the same measures ({name})")
        one, two = first[name].path, other[name].path
        if other[name].matrix.labels != first[name].matrix.labels:
            raise InputError(
                f"{two} compares other networks than {one}; only matrices of the same "
                "networks in the same order can be averaged"
            )
        if other[name].matrix.parameters != first[name].matrix.parameters:
            raise InputError(
                f"{two} was made with other parameters than {one} ({name}); "
                "compute both with the same"
            )


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
            if matrix.own_norms is not None:
                group.create_dataset("own_norms", data=matrix.own_norms)
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
                own_norms=_own_norms(file[name]),
            )
            for name in read_json(file, "parameters")["measures"]
        ]
        return matrices, read_json(file, "identity")


def _matrix(group: h5py.Group, path: str | os.PathLike[str]) -> Array:
    values = np.asarray(group["values"][()], dtype=np.float64)
    square = values.ndim == 2 and values.shape[0] == values.shape[1]
    if not square or np.isinf(values).any() or not np.isfinite(np.diag(values)).all():
        raise InputError(f"{path}: {group.name} is not a square matrix of finite numbers")
    return values


def _own_norms(group: h5py.Group) -> Array | None:
    return np.asarray(group["own_norms"][()], dtype=np.float64) if "own_norms" in group else None
