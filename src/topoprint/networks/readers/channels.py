"""Kernels of convolutions as edges between channels, where nothing says how many positions are."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.tensors import Array, Tensor

Positions = Literal["each", "channels"]


def check_positions(positions: str) -> None:
    """Refuse what is no way to take shared weights."""
    if positions not in get_args(Positions):
        raise InputError(f"positions {positions!r} are not known; choose each or channels")


def of_channels(tensor: Tensor) -> Tensor:
    """Take a kernel as a matrix of channels: ‖K[o, i]‖₂ over the taps, in float32.

    Parameters
    ----------
    tensor : Tensor
        Of a convolution if it has ``groups``; whatever else it is stays as it is.

    Returns
    -------
    Tensor
        Of shape (out, in a group). Outputs come group by group, as in the kernel. A kernel of one
        tap keeps its weights with their signs.
    """
    if not tensor.groups or len(tensor.shape) < 3:
        return tensor
    axes = tensor.axes or tuple(range(len(tensor.shape)))
    first, second = (tensor.shape[axis] for axis in axes[:2])
    groups, transposed = tensor.groups, axes[:2] == (1, 0)
    if tensor.out_axes == 2:  # (in, multiplier, taps …): each input is a group
        shape = (first * second, 1)
    elif transposed:  # (out of a group, in, taps …)
        shape = (first * groups, second // groups)
    else:
        shape = (first, second)

    def read() -> Array:
        kernel = tensor.read().transpose(axes)
        kernel = kernel.astype(np.float32, copy=False).reshape(first, second, -1)
        one_tap = kernel.shape[2] == 1
        matrix: Array = kernel[..., 0] if one_tap else np.linalg.norm(kernel, axis=2)
        if transposed:
            matrix = np.moveaxis(matrix.reshape(first, groups, -1), 1, 0)
        return matrix.reshape(shape)

    return replace(tensor, shape=shape, dtype="float32", read=read, axes=None, out_axes=1)
