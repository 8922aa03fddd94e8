"""Weights as they act: prefixes dropped, parametrisations and quantisations undone."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.tensors import (
    QUANTISED,
    Array,
    Group,
    Tensor,
    as_numbers,
    unreadable,
)

# What wrappers of torch put before every name, and within names.
OUTER = ("module.", "_orig_mod.")
INNER = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")
# Where torch keeps what it computes a weight of.
PARAMETRISED = re.compile(r"(^|\.)parametrizations\.")
# Last parts of names that are weights; whole numbers of other names are counters and masks.
WEIGHTS = re.compile(r"(^|[._/])(q?weight|kernel|_data|weight_packed|weight_quantized)\w*$")
# Forms of quantisation that pack several weights into a number, or keep tables beside them.
PACKED = re.compile(
    r"(qweight|qzeros|weight_packed|quant_map|absmax|quant_state\..+|g_idx|packed_params\w*)$"
)


def parameters(group: Group) -> dict[str, Tensor]:
    """Give the weights of a dictionary of tensors as they act in the network.

    Weight norm, pruning and the usual forms of quantisation are undone when they are read; what
    is quantised in a form that is not known refuses to be read.
    """
    found = _without_prefixes(group)
    for name in list(found):
        for undo in (_weight_norm, _pruned, _spectral, _dequantised):
            undo(name, found)
    for name, tensor in list(found.items()):
        is_weight = tensor.role == "weight" or WEIGHTS.search(name) is not None
        if PACKED.search(name) or (tensor.dtype in QUANTISED and is_weight):
            refused = unreadable(
                tensor.shape,
                tensor.dtype,
                f"{name} is quantised ({tensor.dtype}), and no scale that is known stands beside "
                "it; save the network dequantised, as float32 or float16",
            )
            found[name] = replace(refused, role="weight") if is_weight else refused
    return found


def _without_prefixes(group: Group) -> dict[str, Tensor]:
    names = {name: name for name in group if not name.endswith("n_averaged")}
    for _ in range(4):
        for outer in OUTER:
            if names and all(name.startswith(outer) for name in names.values()):
                names = {own: name.removeprefix(outer) for own, name in names.items()}
    for inner in INNER:
        names = {own: name.replace(inner, "") for own, name in names.items()}
    if len(set(names.values())) < len(names):
        return dict(group)
    return {names[own]: group[own] for own in names}


def _take(found: dict[str, Tensor], *names: str) -> list[Tensor] | None:
    """Take tensors out, if all are there."""
    if not all(name in found for name in names):
        return None
    return [found.pop(name) for name in names]


def _put(found: dict[str, Tensor], name: str, like: Tensor, read: Callable[[], Array]) -> None:
    found[name] = replace(like, dtype="float32", read=read, told="")


def _weight_norm(name: str, found: dict[str, Tensor]) -> None:
    """Magnitudes and directions, in the two ways in which torch keeps them: g v / ‖v‖."""
    if name.endswith("_v"):
        base, names = name.removesuffix("_v"), (f"{name.removesuffix('_v')}_g", name)
    elif name.endswith(".original1"):
        base = PARAMETRISED.sub(r"\1", name.removesuffix(".original1"))
        names = (f"{name.removesuffix('1')}0", name)
    else:
        return
    if not all(one in found for one in names):
        return
    shapes = [found[one].shape for one in names]
    normed = [size == 1 for size in shapes[0]]
    if len(shapes[0]) != len(shapes[1]) or any(
        own not in (1, whole) for own, whole in zip(*shapes, strict=True)
    ):
        return
    length, direction = _take(found, *names) or []
    axes = tuple(axis for axis, one in enumerate(normed) if one)

    def read() -> Array:
        v = direction.read().astype(np.float32)
        norm = np.sqrt(np.square(v).sum(axis=axes, keepdims=True))
        found: Array = length.read().astype(np.float32) * (v / norm)
        return found

    _put(found, base, direction, read)


def _pruned(name: str, found: dict[str, Tensor]) -> None:
    """Weights under a mask, as torch's pruning keeps them."""
    base = name.removesuffix("_orig")
    if name == base or f"{base}_mask" not in found:
        return
    whole, mask = _take(found, name, f"{base}_mask") or []
    _put(found, base, whole, lambda: as_numbers(whole.read()) * mask.read().astype(np.float32))


def _spectral(name: str, found: dict[str, Tensor]) -> None:
    """Weights that are divided by their spectral norm: the singular vectors beside them tell."""
    if name.endswith("_orig") and f"{name.removesuffix('_orig')}_u" in found:
        base = name.removesuffix("_orig")
        names = (name, f"{base}_u", f"{base}_v")
    elif name.endswith(".original") and f"{name.removesuffix('original')}0._u" in found:
        base = PARAMETRISED.sub(r"\1", name.removesuffix(".original"))
        stem = name.removesuffix("original")
        names = (name, f"{stem}0._u", f"{stem}0._v")
    else:
        return
    taken = _take(found, *names)
    if taken is None:
        return
    whole, left, right = taken

    def read() -> Array:
        weight = whole.read().astype(np.float32)
        matrix = weight.reshape(len(weight), -1)
        if (left.size, right.size) != matrix.shape:
            raise InputError(
                f"{base} is kept under spectral norm of another axis than the first; remove the "
                "parametrisation before saving"
            )
        sigma = left.read().astype(np.float32) @ matrix @ right.read().astype(np.float32)
        return weight / sigma

    _put(found, base, whole, read)


def _dequantised(name: str, found: dict[str, Tensor]) -> None:
    """Quantised weights with scale and zero point beside them: (q − zero point) × scale."""
    tensor = found.get(name)
    narrow = tensor is not None and (tensor.dtype in QUANTISED or tensor.dtype.startswith("float8"))
    if tensor is None or not narrow or len(tensor.shape) < 2:
        return
    base = name.removesuffix("._data")
    module = name.rpartition(".")[0]
    forms = [
        (f"{name}_scale", f"{name}_zero_point", 1.0),
        (f"{name}_scale_inv", "", 1.0),
        (f"{name}.scale", f"{name}.zero_point", 1.0),
        (f"{base}._scale", f"{base}._shift", 1.0),
        (f"{module}.SCB" if module else "SCB", "", 127.0),  # rows of LLM.int8
    ]
    for scale_name, zero_name, divisor in forms:
        scale = found.get(scale_name)
        if scale is None or not scale.is_float:
            continue
        zero = found.pop(zero_name, None)
        del found[scale_name], found[name]
        found.pop(f"{module}.weight_format", None)
        _put(found, base, tensor, partial(_numbers, base, tensor, scale, zero, divisor))
        return


def _numbers(base: str, whole: Tensor, scale: Tensor, zero: Tensor | None, divisor: float) -> Array:
    array = whole.read().astype(np.float32)
    if zero is not None:
        array = array - _spread(zero.read().astype(np.float32), array.shape, base)
    factors = _spread(scale.read().astype(np.float32), array.shape, base)
    return array * (factors / np.float32(divisor))


def _spread(values: Array, shape: tuple[int, ...], name: str) -> Array:
    """Scales of a whole tensor, of its rows, or of blocks of it, one for each number."""
    if values.size == 1:
        return values.reshape((1,) * len(shape))
    if values.shape == shape[:1]:
        return values.reshape(-1, *(1,) * (len(shape) - 1))
    if values.ndim == len(shape):
        if all(own in (1, whole) for own, whole in zip(values.shape, shape, strict=True)):
            return values
        for axis, (own, whole) in enumerate(zip(values.shape, shape, strict=True)):
            block = 1 << max(0, int(np.ceil(np.log2(whole / own))))  # blocks are powers of two
            values = np.repeat(values, block, axis=axis).take(range(whole), axis=axis)
        return values
    raise InputError(
        f"{name} is quantised with scales of shape {values.shape}, which do not fit it"
    )


def names_of(group: Iterable[str]) -> str:
    """List the first names, for a message."""
    names = list(group)
    return ", ".join(names[:6]) + (f", … ({len(names)})" if len(names) > 6 else "")
