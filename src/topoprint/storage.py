"""What every file of the project has in common: written whole or not at all, and labelled."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from topoprint.errors import InputError


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside ``path``, and rename it to ``path`` when the block succeeds.

    The temporary name is unique to the process, so that two processes that write the same file
    never share one. If the block fails, nothing is left behind.
    """
    final = Path(path)
    if not final.parent.is_dir():
        raise InputError(f"{final}: its folder does not exist; create {final.parent} first")
    temporary = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def create_h5(
    path: str | os.PathLike[str],
    kind: str,
    version: int,
    identity: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> Iterator[h5py.File]:
    """Create an HDF5 file of one ``kind`` and ``version``, atomically.

    ``identity`` (what the file holds) and ``parameters`` (what made it) are stored as JSON
    attributes with sorted keys, so that equal contents give equal bytes.
    """
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"] = kind
        file.attrs["format_version"] = version
        file.attrs["identity"] = json.dumps(dict(identity), sort_keys=True)
        file.attrs["parameters"] = json.dumps(dict(parameters), sort_keys=True)
        yield file


@contextmanager
def open_h5(path: str | os.PathLike[str], kind: str, version: int) -> Iterator[h5py.File]:
    """Open an HDF5 file of one ``kind`` and ``version``; refuse any other, with its name.

    Raises
    ------
    InputError
        If the file is missing, no complete HDF5 file, of another kind or version, or if what
        is read of it within the block is missing or damaged.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format")
            if found != kind:
                raise InputError(f"{path}: expected a {kind} file, found {found or 'another'}")
            found_version = int(file.attrs.get("format_version", -1))
            if found_version != version:
                raise InputError(
                    f"{path}: format version {found_version} is not known here (this release "
                    f"reads version {version}); make the file again, or use the release that "
                    "wrote it"
                )
            yield file
    except InputError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: not a complete HDF5 file of this project (truncated or damaged?); "
            "delete it and make it again"
        ) from error


def read_json(file: h5py.File, attribute: str) -> dict[str, Any]:
    """Read one of the JSON attributes that :func:`create_h5` writes."""
    value: dict[str, Any] = json.loads(file.attrs[attribute])
    return value


def write_strings(group: h5py.Group, name: str, values: Sequence[str]) -> None:
    """Write a list of strings as a variable-length UTF-8 data set."""
    group.create_dataset(name, data=list(values), dtype=h5py.string_dtype())


def read_strings(group: h5py.Group, name: str) -> tuple[str, ...]:
    """Read what :func:`write_strings` wrote."""
    return tuple(str(value) for value in group[name].asstr()[()])
