"""Archives of numpy; an array of objects, which would be a pickle, is never opened."""

import zipfile
from functools import partial
from pathlib import Path

import numpy as np

from topoprint.networks.readers.tensors import Array, Contents, Tensor, unreadable

# Numbers of float64 are rounded so many at a time.
BLOCK = 1 << 16
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def open_npz(path: Path) -> Contents:
    """List the arrays of an archive."""
    tensors: dict[str, Tensor] = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            name = member.removesuffix(".npy")
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)  # type: ignore[no-untyped-call]
                if version not in HEADERS:
                    tensors[name] = unreadable((), "unknown", f"array {name!r} is not plain")
                    continue
                shape, _, dtype = HEADERS[version](file)  # type: ignore[no-untyped-call]
            if dtype.hasobject or dtype.kind not in "fiub":
                why = "a pickle, which is never opened" if dtype.hasobject else f"of type {dtype}"
                tensors[name] = unreadable(
                    shape, dtype.name, f"array {name!r} is {why}; save plain numbers"
                )
            else:
                large = dtype.name == "float64" and np.prod(shape) > BLOCK
                read = partial(_read_rounded, path, member) if large else partial(_read, path, name)
                tensors[name] = Tensor(shape, dtype.name, read)
    return Contents("npz", {"": tensors})


def _read(path: Path, name: str) -> Array:
    with np.load(path, allow_pickle=False) as archive:
        found: Array = archive[name]
        return found


def _read_rounded(path: Path, member: str) -> Array:
    """Read float64 numbers as float32, a block at a time."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        version = np.lib.format.read_magic(file)  # type: ignore[no-untyped-call]
        shape, by_columns, dtype = HEADERS[version](file)  # type: ignore[no-untyped-call]
        found = np.empty(int(np.prod(shape)), dtype=np.float32)
        with np.errstate(over="ignore"):  # an overflow is an infinity, which a network refuses
            for start in range(0, len(found), BLOCK):
                part = found[start : start + BLOCK]
                content = file.read(dtype.itemsize * len(part))
                part[:] = np.frombuffer(content, dtype=dtype, count=len(part))
        return found.reshape(shape, order="F" if by_columns else "C")
