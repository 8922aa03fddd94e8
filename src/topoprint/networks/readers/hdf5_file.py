"""Keras: ``.h5`` of its older releases, ``.weights.h5`` and ``.keras`` of version 3."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import h5py

from topoprint.errors import InputError
from topoprint.networks.readers.keras_roles import (
    JOINS,
    by_position,
    natural,
    partnered,
    role_of,
)
from topoprint.networks.readers.tensors import Array, Contents, Tensor

MEMBER = "model.weights.h5"


class Window(io.RawIOBase):
    """A part of a file as a file of its own: what a zip archive stores uncompressed."""

    def __init__(self, path: Path, first: int, size: int) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - closed with the window
        self._first, self._size, self._at = first, size, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that places in it can be sought."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Return the place in it."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read what follows into a buffer."""
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._first + self._at)
        found = self._file.readinto(memoryview(buffer)[:wanted])
        self._at += found
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def open_hdf5(path: Path) -> Contents:
    """List the tensors of a file of Keras.

    Raises
    ------
    InputError
        If Keras did not write it.
    """
    with h5py.File(path, "r") as file:
        return _contents(path, file, partial(_read, path))


def open_keras(path: Path) -> Contents:
    """List the tensors of an archive of Keras 3, with what its config says of the layers."""
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(MEMBER)
        config = json.loads(archive.read("config.json")) if _has(archive, "config.json") else {}
        if member.compress_type != zipfile.ZIP_STORED:
            whole = io.BytesIO(archive.read(MEMBER))
            with h5py.File(whole, "r") as file:
                return _contents(path, file, partial(_read_bytes, whole), config)
        with archive.open(MEMBER) as opened:
            opened.read(0)
    first = _data_offset(path, member)
    with Window(path, first, member.file_size) as window, h5py.File(window, "r") as file:
        return _contents(path, file, partial(_read_part, path, first, member.file_size), config)


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist()


def _data_offset(path: Path, member: zipfile.ZipInfo) -> int:
    """Where the bytes of a stored member begin: behind its own header, name and extra field."""
    with open(path, "rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise InputError(f"{path}: not a complete zip archive; get or save it again")
    lengths = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    return member.header_offset + 30 + sum(lengths)


def _contents(
    path: Path, file: h5py.File, read: Any, config: Mapping[str, Any] | None = None
) -> Contents:
    root = file.get("model_weights", file)
    if "layer_names" in root.attrs:
        if not config and "model_config" in file.attrs:
            config = json.loads(file.attrs["model_config"])
        tensors = dict(_older(root, read))
    elif "layers" in file or "_layer_checkpoint_dependencies" in file or "vars" in file:
        tensors = dict(_version_3(file, read))
    else:
        raise InputError(f"{path}: is an HDF5 file that Keras did not write; name one of weights")
    tensors = partnered(tensors)
    classes = list(_classes(config or {}))
    return Contents(
        "Keras",
        {"": tensors},
        order=_order(tensors, classes),
        joined=any(kind in JOINS for kind in classes),
    )


def _older(root: h5py.Group, read: Any) -> Iterator[tuple[str, Tensor]]:
    """Tensors of the files of Keras 2, in the order of the layers."""
    for layer in root.attrs["layer_names"]:
        group = root[layer]
        for name in group.attrs["weight_names"]:
            found = group[name]
            text = name.decode() if isinstance(name, bytes) else str(name)
            own = text.removesuffix(":0")
            top = layer.decode() if isinstance(layer, bytes) else str(layer)
            # The name of the model, and what is within it, may stand before that of the layer.
            inner = f"/{own}".rpartition(f"/{top}/")[2]
            own = f"{top}/{inner}".replace("/", ".")
            tensor = Tensor(tuple(found.shape), found.dtype.name, partial(read, found.name))
            yield own, role_of(own, tensor)


def _version_3(file: h5py.File, read: Any) -> Iterator[tuple[str, Tensor]]:
    """Tensors of the files of Keras 3, whose variables have numbers for names."""
    layers: dict[str, list[tuple[str, Tensor]]] = {}

    def visit(name: str, found: object) -> None:
        if not isinstance(found, h5py.Dataset) or name.startswith("optimizer"):
            return
        layer, _, number = name.rpartition("/vars/")
        tensor = Tensor(tuple(found.shape), found.dtype.name, partial(read, found.name))
        layers.setdefault(layer, []).append((number, tensor))

    file.visititems(visit)
    for layer in sorted(layers, key=natural):
        own = re.sub(r"^(layers|_layer_checkpoint_dependencies)[/\\]", "", layer)
        own = own.replace("/layers/", "/").replace("/", ".")
        ordered = [tensor for _, tensor in sorted(layers[layer], key=lambda one: natural(one[0]))]
        for part, tensor in by_position(own, ordered):
            name = f"{own}.{part}" if own else part
            yield name, role_of(name, tensor)


def _classes(config: Mapping[str, Any]) -> Iterator[str]:
    """Classes of the layers of a config, those of inner models too."""
    yield str(config.get("class_name", ""))
    inner = config.get("config", {})
    for layer in inner.get("layers", ()) if isinstance(inner, Mapping) else ():
        if isinstance(layer, Mapping):
            yield from _classes(layer)


def _order(tensors: Mapping[str, Tensor], classes: list[str]) -> tuple[str, ...] | None:
    """Weights in the order of the layers, where the config shows one of dense layers alone."""
    weights = [name for name, tensor in tensors.items() if tensor.role == "weight"]
    dense = [kind for kind in classes if kind == "Dense"]
    if "Sequential" not in classes[:1] or len(dense) != len(weights):
        return None
    return tuple(weights)


def _read(path: Path, name: str) -> Array:
    with h5py.File(path, "r") as file:
        found: Array = file[name][()]
        return found


def _read_bytes(content: io.BytesIO, name: str) -> Array:
    with h5py.File(content, "r") as file:
        found: Array = file[name][()]
        return found


def _read_part(path: Path, first: int, size: int, name: str) -> Array:
    with Window(path, first, size) as window, h5py.File(window, "r") as file:
        found: Array = file[name][()]
        return found
