"""Convolutions of any number of dimensions: kernels unrolled over the places of the example."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.maps import convolution_pairs
from topoprint.networks.tracing.recorder import Weight
from topoprint.networks.tracing.tracer import Result, Tracer, as_integers, serves
from topoprint.networks.tracing.values import Known, Units, Value
from topoprint.networks.tracing.views import shape_of


@serves("convolution")
def convolution(
    tracer: Tracer,
    node: Node,
    units: Value,
    kernel: Value,
    bias: Value | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,
    output_padding: Sequence[int],
    groups: int,
) -> Result:
    """Follow convolutions, plain or transposed, with strides, dilations and groups."""
    if not isinstance(kernel, Known) or not isinstance(bias, Known | None):
        raise tracer.refuse(node, "its kernel depends on the input")
    assert isinstance(units, Units)
    given, shape = units.numbers, shape_of(node)
    if given.ndim < kernel.tensor.ndim:  # no dimension of examples
        given, shape = given[None], (1, *shape)
    batch, channels, *extents = given.shape
    weight, taps = _kernel(tracer, kernel, transposed, groups)
    steps, gaps = (_each(one, len(extents)) for one in (stride, dilation))
    before = _each(padding, len(extents))
    small, large = (shape[2:], tuple(extents)) if transposed else (tuple(extents), shape[2:])
    # A transposed convolution joins the positions of the one that it transposes.
    around = [
        (first, (out - 1) * step + gap * (tap - 1) + 1 - size - first)
        for first, size, out, step, gap, tap in zip(
            before, small, large, steps, gaps, taps, strict=True
        )
    ]
    pairs, _ = convolution_pairs(small, taps, steps, around, gaps)
    if transposed:
        pairs = tuple(used[:, ::-1] for used in pairs)
    into, out = int(np.prod(extents)), int(np.prod(shape[2:]))
    if batch > 1:
        pairs = tuple(
            (used[None] + np.arange(batch)[:, None, None] * [into, out]).reshape(-1, 2)
            for used in pairs
        )
    inputs = given.reshape(batch, groups, channels // groups, into)
    added = None if bias is None else tracer.weight(bias, bias.tensor)
    outputs = tracer.recorder.linear(
        weight,
        as_integers(inputs.permute(1, 2, 0, 3).reshape(groups, channels // groups, batch * into)),
        pairs,
        batch * out,
        added,
    )
    numbers = torch.from_numpy(outputs).reshape(shape[1], batch, out).transpose(0, 1)
    return Units.of(numbers.reshape(shape_of(node)))


@serves("conv1d", "conv2d", "conv3d")
def plain(
    tracer: Tracer,
    node: Node,
    units: Value,
    kernel: Value,
    bias: Value | None = None,
    stride: Sequence[int] = (1,),
    padding: Sequence[int] | str = (0,),
    dilation: Sequence[int] = (1,),
    groups: int = 1,
) -> Result:
    """Follow a convolution, with a padding that may be a word."""
    if isinstance(padding, str):
        assert isinstance(kernel, Known)
        taps = kernel.tensor.shape[2:]
        gaps = _each(dilation, len(taps))
        wide = padding == "same"
        padding = [gap * (tap - 1) // 2 * wide for tap, gap in zip(taps, gaps, strict=True)]
    return convolution(
        tracer, node, units, kernel, bias, stride, padding, dilation, False, (0,), groups
    )


@serves("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed(
    tracer: Tracer,
    node: Node,
    units: Value,
    kernel: Value,
    bias: Value | None = None,
    stride: Sequence[int] = (1,),
    padding: Sequence[int] = (0,),
    output_padding: Sequence[int] = (0,),
    groups: int = 1,
    dilation: Sequence[int] = (1,),
) -> Result:
    """Follow a transposed convolution."""
    return convolution(
        tracer, node, units, kernel, bias, stride, padding, dilation, True, output_padding, groups
    )


def _kernel(
    tracer: Tracer, kernel: Known, transposed: bool, groups: int
) -> tuple[Weight, tuple[int, ...]]:
    """Return values of shape (groups, out, in, taps), and the taps of each dimension."""
    given = kernel.tensor
    taps = tuple(given.shape[2:])
    if transposed:  # (in, out a group, taps)
        values = given.reshape(groups, -1, given.shape[1], int(np.prod(taps))).transpose(1, 2)
    else:  # (out, in a group, taps)
        values = given.reshape(groups, -1, given.shape[1], int(np.prod(taps)))
    return tracer.weight(kernel, values), taps


def _each(given: Sequence[int], dimensions: int) -> list[int]:
    return list(given) if len(given) == dimensions else [*given] * dimensions


def windows(
    numbers: torch.Tensor,
    geometry: Sequence[Sequence[int]],
    extents: Sequence[int],
    nothing: int,
) -> torch.Tensor:
    """Return the units of each window of a pooling, shape (channels, output positions, taps).

    Parameters
    ----------
    numbers : Tensor, shape (channels, extents of the input)
    geometry : sequence of sequences of int
        Kernel, stride, padding and dilation, each with one number a dimension.
    extents : sequence of int
        Of the output.
    nothing : int
        What stands where a window leaves the input.
    """
    kernel, stride, padding, dilation = geometry
    sizes = tuple(numbers.shape[1:])
    around = [
        (first, (out - 1) * step + gap * (tap - 1) + 1 - size - first)
        for first, size, out, step, gap, tap in zip(
            padding, sizes, extents, stride, dilation, kernel, strict=True
        )
    ]
    pairs, _ = convolution_pairs(sizes, kernel, stride, around, dilation)
    flat = numbers.reshape(len(numbers), -1)
    found = torch.full((len(numbers), int(np.prod(extents)), len(pairs)), nothing)
    for tap, used in enumerate(pairs):
        from_, to = torch.from_numpy(np.ascontiguousarray(used.T))
        found[:, to, tap] = flat[:, from_]
    return found
