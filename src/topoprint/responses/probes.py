"""Probes: inputs that a user gives, one a row, in memory or in a file."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.readers.choice import split_path
from topoprint.networks.readers.kinds import check_file, open_file
from topoprint.networks.readers.safetensors_file import is_safetensors

Array = NDArray[Any]
KINDS = "npy, npz, safetensors or CSV"


def check_probes(given: Any, told: str = "the probes") -> Array:
    """Take numbers as probes, shape (n, …): at least two, finite, not all the same.

    Raises
    ------
    InputError
        If they are no numbers, fewer than two, of one dimension, hold a NaN or an infinity, or are
        all the same.
    """
    detached = given.detach().cpu().numpy() if hasattr(given, "detach") else given
    try:
        array = np.asarray(detached)
    except ValueError as error:
        raise InputError(f"{told} are rows of different lengths") from error
    if array.dtype.kind not in "fiub":
        raise InputError(f"{told} are no real numbers but {array.dtype}")
    if array.ndim < 2 or len(array) < 2 or not array.size:
        raise InputError(
            f"{told} have the shape {array.shape}; give at least two inputs, shape (n, features) "
            "or (n, …)"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        row = int(np.argmin(np.isfinite(array.reshape(len(array), -1)).all(axis=1)))
        raise InputError(f"{told} hold a NaN or an infinity in row {row}, counted from 0")
    if (array == array[0]).all():
        raise InputError(f"{told} are all the same; give inputs that differ")
    return array


def load_probes(path: str | os.PathLike[str]) -> Array:
    """Read probes from a file of npy, npz, safetensors or CSV, told by its content.

    Of several arrays ``FILE::NAME`` chooses one. A CSV file has a row a probe and may have one line
    of names above.

    Raises
    ------
    InputError
        If the file cannot be read, holds several arrays and none is chosen, or no probes
        (:func:`check_probes`).
    """
    file, chosen = split_path(path)
    check_file(file)
    with open(file, "rb") as opened:
        start = opened.read(9)
    if start.startswith(b"\x93NUMPY"):
        return check_probes(_npy(file), f"{path}: the probes")
    if start.startswith(b"PK") or is_safetensors(start):
        return check_probes(_chosen(path, file, chosen), f"{path}: the probes")
    return check_probes(_csv(file), f"{path}: the probes")


def _npy(path: Path) -> Array:
    try:
        found: Array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: cannot be read as npy ({error}); save plain numbers") from error
    return found


def _chosen(path: str | os.PathLike[str], file: Path, chosen: tuple[str, ...]) -> Array:
    tensors = open_file(file).groups.get("", {})
    if not tensors:
        raise InputError(f"{path}: holds no array; probes are read from {KINDS}")
    name = "::".join(chosen) if chosen else next(iter(tensors))
    if name not in tensors or (not chosen and len(tensors) > 1):
        held = ", ".join(tensors)
        raise InputError(f"{path}: holds {held}; say which are the probes, as in FILE::NAME")
    return tensors[name].read()


def _csv(path: Path) -> Array:
    try:
        with open(path, encoding="utf-8-sig") as file:
            first = file.readline()
        skipped = 0 if _are_numbers(first) else 1
        found: Array = np.loadtxt(
            path, delimiter=",", skiprows=skipped, ndmin=2, encoding="utf-8-sig"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: probes are read from {KINDS}; as CSV: {error}") from error
    return found


def _are_numbers(line: str) -> bool:
    try:
        [float(part) for part in line.split(",")]
    except ValueError:
        return False
    return True
