"""HDF5 files of what is found along trainings (docs/file-formats.md)."""

import os
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import h5py
import numpy as np

from topoprint.evaluation.learning.learning import Learning
from topoprint.evaluation.seeds import Estimate
from topoprint.storage import create_h5, open_h5

FORMAT = "topoprint learning"
FORMAT_VERSION = 1
_TEXT = h5py.string_dtype()


def save_learning(path: str | os.PathLike[str], found: Learning) -> None:
    """Write all tables, a group each, with a data set a column."""
    with create_h5(path, FORMAT, FORMAT_VERSION, {"dataset": found.dataset}, {}) as file:
        for name, kind in _kinds().items():
            _write(file.create_group(name), kind, getattr(found, name))


def load_learning(path: str | os.PathLike[str]) -> Learning:
    """Read what :func:`save_learning` wrote.

    Raises
    ------
    InputError
        If it is no such file.
    """
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint learning") as file:
        return Learning(**{name: _read(file[name], kind) for name, kind in _kinds().items()})


def tables_of(found: Learning) -> dict[str, tuple[type, list[Any]]]:
    """Kind and records of each table, by its name."""
    return {name: (kind, getattr(found, name)) for name, kind in _kinds().items()}


def _kinds() -> dict[str, type]:
    """Kind of the records of each table."""
    return {name: get_args(hint)[0] for name, hint in get_type_hints(Learning).items()}


def _write(group: h5py.Group, kind: type, records: Sequence[Any]) -> None:
    for field in fields(kind):
        values = [getattr(record, field.name) for record in records]
        if field.type is str:
            group.create_dataset(field.name, data=values, dtype=_TEXT)
        elif field.type is Estimate:
            table = [(float(value), value.low, value.high) for value in values]
            group.create_dataset(field.name, data=np.array(table, np.float64).reshape(-1, 3))
        else:
            group.create_dataset(field.name, data=np.array(values, dtype=field.type))


def _read(group: h5py.Group, kind: type) -> list[Any]:
    columns = []
    for field in fields(kind):
        if field.type is str:
            columns.append(group[field.name].asstr()[()].tolist())
        elif field.type is Estimate:
            columns.append([Estimate.between(*row) for row in group[field.name][()].tolist()])
        else:
            columns.append(group[field.name][()].tolist())
    return [kind(*row) for row in zip(*columns, strict=True)]
