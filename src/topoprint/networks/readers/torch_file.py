"""Files of ``torch.save``, zip or older: nothing but tensors is admitted, and nothing is run."""

import re
import zipfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PosixPath
from types import ModuleType
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.legacy_file import PassedOver
from topoprint.networks.readers.tensors import (
    NARROW,
    Array,
    Contents,
    Tensor,
    first_sentence,
    unreadable,
)

# What the older files begin with: a pickle of torch's magic number.
LEGACY = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
# Dictionaries of a checkpoint that are the state of its training.
TRAINING = re.compile(
    r"(^|_)(optim|optims|optimizer|optimizers|opt|scheduler|schedulers|lr_schedulers?|scaler|"
    r"loops|callbacks|rng|hparams|metrics|buffers?)(_|\d|$)",
    re.IGNORECASE,
)

# Of a tensor of torch and what reads it, what reads it.
Filling = Callable[[Any, Callable[[], Array]], Callable[[], Array]]


def _as_it_is(value: Any, read: Callable[[], Array]) -> Callable[[], Array]:
    return read


def import_torch(path: object) -> ModuleType:
    """Import torch; InputError where it is not installed."""
    try:
        import torch
    except ImportError as error:
        raise InputError(
            f"{path}: reading it needs torch (pip install 'topoprint[train]'), "
            "or save the weights as safetensors"
        ) from error
    return torch


def open_torch(path: Path) -> Contents:
    """List the tensors of a file, ``weights_only``; their numbers are read when asked for.

    A zip file is memory-mapped, of an older one (:mod:`.legacy_file`) the storages are passed over.

    Raises
    ------
    InputError
        If torch does not take it, or it holds no named tensors.
    """
    torch = import_torch(path)
    try:
        with torch.serialization.safe_globals([*_harmless(), *_settings(path, torch)]):
            found = _groups_in(path, torch)
    except MemoryError:
        raise
    except Exception as error:  # torch raises many kinds for a file that it does not take
        reason = first_sentence(error)
        if "EOF" in reason or isinstance(error, EOFError):
            raise InputError(
                f"{path}: not a complete torch file ({reason}); get it again"
            ) from error
        raise InputError(
            f"{path}: torch cannot read it with weights_only ({reason}); save "
            "model.state_dict() alone"
        ) from error
    if not found:
        raise InputError(f"{path}: not a state dict of tensors; save model.state_dict() alone")
    return Contents("torch", found)


def _groups_in(path: Path, torch: ModuleType) -> dict[str, dict[str, Tensor]]:
    load = partial(torch.load, map_location="cpu", weights_only=True)
    try:
        if zipfile.is_zipfile(path):
            return groups_of(load(path, mmap=True))
        with open(path, "rb") as opened:
            file = PassedOver(path, opened)
            return groups_of(load(file), file.filling)
    except RuntimeError:  # what cannot be mapped or passed over
        return groups_of(load(path))


def _harmless() -> list[Any]:
    """List what checkpoints keep beside their tensors: numbers of numpy, options and paths."""
    scalar, array = np.float64(0).__reduce__()[0], np.zeros(1).__reduce__()[0]
    known: list[Any] = [Namespace, PosixPath, defaultdict, np.dtype, np.ndarray]
    known += {type(np.dtype(letter)) for letter in "?bhilqBHILQefd"}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        known += [(scalar, f"{module}.scalar"), (array, f"{module}._reconstruct")]
    return known


class _Setting:
    """Stands in a checkpoint for an option of OmegaConf; what it was made of is dropped."""

    def __new__(cls, *_: object) -> "_Setting":
        return super().__new__(cls)

    def __setstate__(self, _: object) -> None:
        pass


def _settings(path: Path, torch: ModuleType) -> list[Any]:
    """List what a zip file names of OmegaConf, which keeps the options of a training."""
    names_in = getattr(torch.serialization, "get_unsafe_globals_in_checkpoint", None)
    if names_in is None or not zipfile.is_zipfile(path):
        return []
    names = names_in(path)
    if not any(name.startswith("omegaconf.") for name in names):
        return []
    settings = [(_Setting, name) for name in names if name.startswith(("omegaconf.", "typing."))]
    return [dict, list, int, float, str, bool, *settings]


def groups_of(state: object, filling: Filling = _as_it_is) -> dict[str, dict[str, Tensor]]:
    """Find the dictionaries of tensors in what was saved, the state of a training left out.

    Parameters
    ----------
    state : object
    filling : callable, optional
        Of a tensor of torch and what reads it, what does so after its numbers were filled in.
    """
    found = {key: group for key, group in _groups(state, (), filling) if group}
    of_models = {
        key: group
        for key, group in found.items()
        if not any(TRAINING.search(part) for part in key.split("::"))
        and any(len(tensor.shape) > 1 for tensor in group.values())
    }
    return of_models or found


def _groups(
    state: object, above: tuple[str, ...], filling: Filling
) -> Iterator[tuple[str, dict[str, Tensor]]]:
    if not isinstance(state, Mapping) or len(above) > 8:
        return
    own: dict[str, Tensor] = {}
    for name, value in state.items():
        own.update(_named(str(name), value, filling))
    yield "::".join(above), own
    for name, value in state.items():
        yield from _groups(value, (*above, str(name)), filling)


def _named(name: str, value: object, filling: Filling) -> Iterator[tuple[str, Tensor]]:
    """Tensors that stand under a name: one, or the weight and bias that torch packed together."""
    if is_tensor(value):
        yield name, _tensor_of(name, value, filling)
    elif name.endswith("._packed_params") and isinstance(value, tuple):
        module = name.removesuffix("._packed_params").removesuffix("._packed_params")
        for part, packed in zip(("weight", "bias"), value, strict=False):
            if is_tensor(packed):
                yield f"{module}.{part}", _tensor_of(f"{module}.{part}", packed, filling)


def _tensor_of(name: str, value: Any, filling: Filling) -> Tensor:
    found = tensor_of(name, value)
    return found if found.fault else replace(found, read=filling(value, found.read))


def is_tensor(value: object) -> bool:
    """Whether it is a tensor of torch."""
    import torch

    return isinstance(value, torch.Tensor)


def tensor_of(name: str, value: Any) -> Tensor:
    """Make a tensor of one of torch; quantised ones are the numbers that they stand for."""
    import torch

    shape, dtype = tuple(value.shape), str(value.dtype).removeprefix("torch.")
    value = value.detach()
    if value.layout != torch.strided or value.is_complex() or value.is_meta or value.is_nested:
        return unreadable(
            shape, dtype, f"entry {name!r} is no dense tensor of real numbers with a name"
        )
    if value.is_quantized:
        return Tensor(shape, "float32", lambda: value.dequantize().cpu().numpy())
    if dtype in NARROW:
        return Tensor(shape, dtype, lambda: _narrow(value, NARROW[dtype]))
    if not hasattr(torch, dtype) or dtype.startswith(("bits", "uint4", "int4", "float4")):
        return unreadable(shape, dtype, f"entry {name!r} is of type {dtype}, which is not read")
    return Tensor(shape, dtype, lambda: value.cpu().numpy())


def _narrow(value: Any, dtype: Any) -> Array:
    """Numbers of a type that numpy does not know, by their bits."""
    import torch

    bits = value.cpu().contiguous().view(torch.int16 if dtype.itemsize == 2 else torch.uint8)
    found: Array = bits.numpy().view(dtype)
    return found
