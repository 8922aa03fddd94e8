"""Files of ``torch.save``, zip or older: nothing but tensors is admitted, and nothing is run."""

import re
import zipfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PosixPath
from types import ModuleType
from typing import Any

import numpy as np

from topoprint.errors import InputError
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
    """List the tensors of a file, ``weights_only``; a zip file is memory-mapped.

    Raises
    ------
    InputError
        If torch does not take it, or it holds no named tensors.
    """
    torch = import_torch(path)
    mapped = zipfile.is_zipfile(path)
    try:
        with torch.serialization.safe_globals(_harmless()):
            try:
                state = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
            except RuntimeError:
                if not mapped:
                    raise
                state = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # torch raises many kinds for a file that it does not take
        raise InputError(
            f"{path}: torch cannot read it with weights_only ({first_sentence(error)}); save "
            "model.state_dict() alone"
        ) from error
    found = groups_of(state)
    if not found:
        raise InputError(f"{path}: not a state dict of tensors; save model.state_dict() alone")
    return Contents("torch", found)


def _harmless() -> list[Any]:
    """List what checkpoints keep beside their tensors: numbers of numpy, options and paths."""
    scalar, array = np.float64(0).__reduce__()[0], np.zeros(1).__reduce__()[0]
    known: list[Any] = [Namespace, PosixPath, defaultdict, np.dtype, np.ndarray]
    known += {type(np.dtype(letter)) for letter in "?bhilqBHILQefd"}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        known += [(scalar, f"{module}.scalar"), (array, f"{module}._reconstruct")]
    return known


def groups_of(state: object) -> dict[str, dict[str, Tensor]]:
    """Find the dictionaries of tensors in what was saved, the state of a training left out."""
    found = {key: group for key, group in _groups(state, ()) if group}
    of_models = {
        key: group
        for key, group in found.items()
        if not any(TRAINING.search(part) for part in key.split("::"))
        and any(len(tensor.shape) > 1 for tensor in group.values())
    }
    return of_models or found


def _groups(state: object, above: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Tensor]]]:
    if not isinstance(state, Mapping) or len(above) > 8:
        return
    own: dict[str, Tensor] = {}
    for name, value in state.items():
        own.update(_named(str(name), value))
    yield "::".join(above), own
    for name, value in state.items():
        yield from _groups(value, (*above, str(name)))


def _named(name: str, value: object) -> Iterator[tuple[str, Tensor]]:
    """Tensors that stand under a name: one, or the weight and bias that torch packed together."""
    if is_tensor(value):
        yield name, tensor_of(name, value)
    elif name.endswith("._packed_params") and isinstance(value, tuple):
        module = name.removesuffix("._packed_params").removesuffix("._packed_params")
        for part, packed in zip(("weight", "bias"), value, strict=False):
            if is_tensor(packed):
                yield f"{module}.{part}", tensor_of(f"{module}.{part}", packed)


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
