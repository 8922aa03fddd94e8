"""HDF5 files of comparisons and of averaged matrices (docs/file-formats.md)."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from topoprint.comparison import version_1
from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.matrix import Array, Comparison, DistanceMatrix
from topoprint.errors import InputError, check_type
from topoprint.identity import Index
from topoprint.storage import create_h5, format_of, open_h5, read_json, read_strings, write_strings

FORMAT = "topoprint distances"
AVERAGE_FORMAT = "topoprint matrices"
FORMAT_VERSION = 2


def save_comparisons(path: str | os.PathLike[str], comparisons: Sequence[Comparison]) -> None:
    """Write comparisons, a group each, with a group a measure."""
    order = {"measures": [list(comparison.matrices) for comparison in comparisons]}
    with create_h5(path, FORMAT, FORMAT_VERSION, {}, order) as file:
        for number, comparison in enumerate(comparisons):
            group = file.create_group(str(number))
            write_strings(group, "inputs", comparison.inputs)
            comparison.index.write(group)
            for name, matrix in comparison.matrices.items():
                part = group.create_group(name)
                part.attrs["parameters"] = json.dumps(dict(matrix.parameters), sort_keys=True)
                part.create_dataset("values", data=matrix.values)
                if matrix.own_norms is not None:
                    part.create_dataset("own_norms", data=matrix.own_norms)
                if name in comparison.own:
                    part.create_dataset("own", data=comparison.own[name])


def load_comparisons(path: str | os.PathLike[str]) -> list[Comparison]:
    """Read what :func:`save_comparisons` wrote, or a file of distances of version 1.

    Raises
    ------
    InputError
        If it is no whole file of distances.
    """
    with open_h5(path, FORMAT, 1, FORMAT_VERSION, made_by="topoprint distances") as file:
        if file.attrs["format_version"] == 1:
            return [version_1.read_comparison(file)]
        return [
            _read_comparison(file[str(number)], measures, path)
            for number, measures in enumerate(read_json(file, "parameters")["measures"])
        ]


def load_comparison(path: str | os.PathLike[str]) -> Comparison:
    """Read a file that holds one comparison."""
    found = load_comparisons(path)
    if len(found) != 1:
        raise InputError(f"{path}: holds {len(found)} comparisons, those of null models, not one")
    return found[0]


def load_distances(path: str | os.PathLike[str]) -> dict[str, DistanceMatrix]:
    """Read the distance matrices of some networks, by measure."""
    return load_comparison(path).matrices


def save_distances(path: str | os.PathLike[str], comparison: Comparison) -> None:
    """Write what :func:`topoprint.compare` found; :func:`load_distances` reads it."""
    check_type(comparison, Comparison, "what tp.compare gives")
    save_comparisons(path, [comparison])


def save_average(path: str | os.PathLike[str], matrices: Sequence[AveragedMatrix]) -> None:
    """Write averaged matrices of the same networks and seeds, a group a measure."""
    order = {"measures": [matrix.measure for matrix in matrices]}
    with create_h5(path, AVERAGE_FORMAT, FORMAT_VERSION, {}, order) as file:
        matrices[0].index.write(file)
        file.create_dataset("seeds", data=np.array(matrices[0].seeds, np.int64))
        for matrix in matrices:
            group = file.create_group(matrix.measure)
            group.attrs["parameters"] = json.dumps(dict(matrix.parameters), sort_keys=True)
            group.create_dataset("runs", data=matrix.runs)
            group.create_dataset("mean", data=matrix.mean)
            group.create_dataset("std", data=matrix.std)
            if matrix.own_norms is not None:
                group.create_dataset("own_norms", data=matrix.own_norms)


def load_average(path: str | os.PathLike[str]) -> list[AveragedMatrix]:
    """Read what :func:`save_average` wrote, or averaged matrices of version 1."""
    with open_h5(path, AVERAGE_FORMAT, 1, FORMAT_VERSION, made_by="topoprint average") as file:
        names = read_json(file, "parameters")["measures"]
        if file.attrs["format_version"] == 1:
            return [version_1.read_average(file, name) for name in names]
        index, seeds = Index.read(file), tuple(int(seed) for seed in file["seeds"][()])
        return [
            AveragedMatrix(
                runs=np.asarray(file[name]["runs"][()], dtype=np.float64),
                index=index,
                seeds=seeds,
                measure=name,
                parameters=read_json(file[name], "parameters"),
                own_norms=own_norms(file[name]),
            )
            for name in names
        ]


def find_averages(results: Path) -> list[Path]:
    """Find the averaged matrices of a run, or those that a folder keeps; or take a file itself.

    Raises
    ------
    InputError
        If there are none.
    """
    if results.is_file():
        return [results]
    for pattern in ("*/matrices.h5", "*.h5", "matrices/*.h5"):
        paths = sorted(results.glob(pattern))
        if found := [path for path in paths if format_of(path) in (AVERAGE_FORMAT, "")]:
            return found
    raise InputError(
        f"{results}: holds no averaged matrices (*/matrices.h5, as a run writes them, or *.h5, "
        "matrices/*.h5); run the experiment first, or name the file"
    )


def own_norms(group: h5py.Group) -> Array | None:
    """Read the norms of the networks themselves, of the measures that have them."""
    return np.asarray(group["own_norms"][()], dtype=np.float64) if "own_norms" in group else None


def _read_comparison(
    group: h5py.Group, measures: Sequence[str], path: str | os.PathLike[str]
) -> Comparison:
    index = Index.read(group)
    matrices = {
        name: DistanceMatrix(
            _square(group[name], len(index), path),
            index,
            name,
            read_json(group[name], "parameters"),
            own_norms(group[name]),
        )
        for name in measures
    }
    own: dict[str, Any] = {
        name: np.asarray(group[name]["own"][()]) for name in measures if "own" in group[name]
    }
    return Comparison(index, matrices, own, read_strings(group, "inputs"))


def _square(group: h5py.Group, count: int, path: str | os.PathLike[str]) -> Array:
    values = np.asarray(group["values"][()], dtype=np.float64)
    square = values.shape == (count, count)
    if not square or np.isinf(values).any() or not np.isfinite(np.diag(values)).all():
        raise InputError(f"{path}: {group.name} is not a square matrix of finite numbers")
    return values
