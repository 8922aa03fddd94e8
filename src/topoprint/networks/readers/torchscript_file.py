"""Parameters and buffers of a TorchScript archive; none of its code is run.

Its ``data.pkl`` is read by an unpickler that knows the tensors of torch and makes empty objects of
everything else.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.tensors import NARROW, Array, Contents, Tensor

STORAGES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"), "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"), "BFloat16Storage": NARROW["bfloat16"],
    "LongStorage": np.dtype("<i8"), "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"), "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"), "BoolStorage": np.dtype("?"),
}  # fmt: skip


class Inert:
    """An object of a class of the archive: its attributes, and no code."""

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        if isinstance(state, Mapping):
            self.__dict__.update({str(name): value for name, value in state.items()})


class Unpickler(pickle.Unpickler):
    """Reads tensors and :class:`Inert` objects; refuses whatever would call something else."""

    def __init__(self, file: Any, storage: Callable[[str, np.dtype[Any]], Array]) -> None:
        super().__init__(file)
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        """Give what a name stands for, which is never a thing of that name itself."""
        known = (module, name)
        if known == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in STORAGES:
            return name
        if known == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda *given: _tensor(*given)
        if known == ("torch._utils", "_rebuild_parameter") or module == "torch.jit._pickle":
            return lambda *given: given[0]
        if module.startswith("__torch__"):
            return Inert
        raise pickle.UnpicklingError(f"{module}.{name} is no tensor")

    def persistent_load(self, told: Any) -> Callable[[], Array]:
        """Give what reads a storage: ("storage", type, key, device, length)."""
        _, kind, key, *_ = told
        return partial(self._storage, str(key), STORAGES[kind])


def _tensor(
    storage: Callable[[], Array], offset: int, shape: Any, strides: Any, *_: object
) -> Tensor:
    shape, strides = tuple(map(int, shape)), tuple(map(int, strides))
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if min((offset, *shape, *strides)) < 0:
        raise pickle.UnpicklingError("a tensor has a negative extent")

    def read() -> Array:
        flat = storage()
        if 0 in shape:
            return np.empty(shape, flat.dtype)
        if last >= len(flat):
            raise InputError("a tensor reaches beyond its storage: the file is damaged")
        steps = [step * flat.itemsize for step in strides]
        return np.lib.stride_tricks.as_strided(flat[offset:], shape, steps, writeable=False)

    dtype = storage.args[-1].name  # type: ignore[attr-defined]
    return Tensor(shape, dtype, read)


def open_torchscript(path: Path) -> Contents:
    """List the parameters and buffers of an archive, by the modules' names."""
    with zipfile.ZipFile(path) as archive:
        data = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = data.removesuffix("data.pkl") + "data/"
        with archive.open(data) as file:
            module = Unpickler(file, partial(_storage, path, folder)).load()
    tensors = dict(_tensors(module, "", set()))
    return Contents("TorchScript", {"": tensors})


def _storage(path: Path, folder: str, key: str, dtype: np.dtype[Any]) -> Array:
    with zipfile.ZipFile(path) as archive:
        return np.frombuffer(archive.read(folder + key), dtype)


def _tensors(value: object, name: str, seen: set[int]) -> Iterator[tuple[str, Tensor]]:
    """Tensors of a module and of those in it, each object once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Inert):
        for part, inner in value.__dict__.items():
            yield from _tensors(inner, f"{name}.{part}" if name else part, seen)
