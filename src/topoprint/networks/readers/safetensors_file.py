"""Files of safetensors: tensors are views of the memory-mapped file."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from topoprint.errors import InputError
from topoprint.networks.readers.tensors import NARROW, Array, Contents, Tensor, unreadable
from topoprint.storage import check_readable, file_error

DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2"),
    "BF16": NARROW["bfloat16"], "F8_E4M3": NARROW["float8_e4m3fn"],
    "F8_E5M2": NARROW["float8_e5m2"], "F8_E4M3FNUZ": NARROW["float8_e4m3fnuz"],
    "F8_E5M2FNUZ": NARROW["float8_e5m2fnuz"], "F8_E8M0": NARROW["float8_e8m0fnu"],
    "I64": np.dtype("<i8"), "I32": np.dtype("<i4"), "I16": np.dtype("<i2"), "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"), "U32": np.dtype("<u4"), "U16": np.dtype("<u2"), "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}  # fmt: skip

# The one key that metadata of the project have: safetensors keeps several in no fixed order.
METADATA_KEY = "topoprint"
# Version of the project's files of networks: of chained dense layers; of units, maps and wires.
CHAIN_VERSION, MAPS_VERSION = 2, 3


def is_safetensors(head: bytes) -> bool:
    """Whether a file begins as one of safetensors: a length, then JSON."""
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32


def read_header(path: Path) -> dict[str, str]:
    """Read the metadata of a file, which is checked whole.

    Raises
    ------
    InputError
        If it is no complete file of safetensors.
    """
    check_readable(path)
    try:
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except OSError as error:
        raise file_error(error, path, "read") from error
    except SafetensorError as error:
        raise InputError(f"{path}: not a complete safetensors file ({error})") from error


def holds_maps(metadata: dict[str, str]) -> bool:
    """Whether a file of the project holds a network's units, maps and wires (format version 3)."""
    try:
        told = json.loads(metadata.get(METADATA_KEY, "{}"))
    except json.JSONDecodeError:
        return False
    return isinstance(told, dict) and told.get("format_version") == MAPS_VERSION


def open_safetensors(path: Path) -> Contents:
    """List the tensors of a file.

    Raises
    ------
    InputError
        If it is no complete file of safetensors, or its tensors are units, maps and wires of the
        project, which are a network as a whole.
    """
    if holds_maps(read_header(path)):
        raise InputError(
            f"{path}: holds a whole network, with the places of its weights; name the file itself, "
            "and leave out what chooses of its tensors"
        )
    return Contents("safetensors", {"": tensors_of(path)})


def tensors_of(path: Path) -> dict[str, Tensor]:
    """List the tensors of a file that is known to be complete."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    tensors: dict[str, Tensor] = {}
    for name, told in header.items():
        shape, kind = tuple(told["shape"]), told["dtype"]
        if kind in DTYPES:
            first = 8 + length + told["data_offsets"][0]
            read = partial(_mapped, path, first, shape, DTYPES[kind])
            tensors[name] = Tensor(shape, DTYPES[kind].name, read)
        else:
            tensors[name] = unreadable(
                shape, kind, f"tensor {name!r} is of type {kind}, which is not read"
            )
    return tensors


def _mapped(path: Path, first: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Map a part of a file into memory."""
    n_bytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if not n_bytes:
        return np.empty(shape, dtype)
    try:
        found = np.memmap(path, np.uint8, "r", first, (n_bytes,))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: was changed while it was read ({error}); try again") from error
    return np.require(found.view(dtype).reshape(shape), requirements="A").view(np.ndarray)
