"""Reductions and poolings: a new unit a result, with a wire from each unit that it is of."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.tracing.convolution import windows
from topoprint.networks.tracing.pointwise import pointwise
from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import (
    Result,
    Tracer,
    as_integers,
    later,
    name_of,
    serves,
)
from topoprint.networks.tracing.values import Statistic, Units, Unserved
from topoprint.networks.tracing.views import shapes_of

# Operations by the place of their dimensions among the arguments; None: all dimensions.
OVER_GIVEN = (
    "mean", "sum", "amax", "amin", "prod", "var", "std", "var_mean", "std_mean", "logsumexp",
    "max", "min", "median", "nanmedian", "norm", "any", "all",
)  # fmt: skip
POOLS = ("max_pool1d", "max_pool2d", "max_pool3d", "max_pool2d_with_indices",
         "max_pool3d_with_indices", "avg_pool1d", "avg_pool2d", "avg_pool3d")  # fmt: skip
ADAPTIVE = ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
            "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool1d",
            "adaptive_max_pool2d", "adaptive_max_pool3d")  # fmt: skip


@serves(*OVER_GIVEN, "linalg_vector_norm")
def reduce(tracer: Tracer, node: Node, units: Units, *args: Any, **kwargs: Any) -> Result:
    """Follow means, sums, extremes, variances and norms over some dimensions or all."""
    name, shapes = name_of(node.target), shapes_of(node)
    if name in ("max", "min") and args and isinstance(args[0], Units):  # of two tensors
        return pointwise(tracer, node, units, *args)
    at = 1 if name in ("linalg_vector_norm", "norm") else 0
    given = args[at] if len(args) > at else kwargs.get("dim")
    if isinstance(given, bool) or given is None or given == []:
        given = list(range(len(units.shape)))
    dims = [given] if isinstance(given, int) else list(given)
    found = reduced(tracer, units, [d % max(len(units.shape), 1) for d in dims], shapes[0])
    if name in ("var_mean", "std_mean"):
        return (found, found)
    if len(shapes) == 1:
        return found
    return (found, Unserved("which of several activations is greatest cannot be followed"))


def reduced(tracer: Tracer, units: Units, dims: Sequence[int], shape: tuple[int, ...]) -> Units:
    """Reduce dimensions to new units; weights of a mixture stay such."""
    kept = [d for d in range(len(units.shape)) if d not in dims]
    if units.mixes and units.product:
        return replace(later(shape, lambda: _over(tracer, units, dims, kept).reshape(shape)),
                       product=True, mixes=True)  # fmt: skip
    found = later(shape, lambda: _over(tracer, units, dims, kept).reshape(shape))
    if units.product or units.values is not None:
        return found
    smallest = units.numbers.amin(tuple(dims), keepdim=True) if dims else units.numbers
    source = units.numbers if units.statistic is None else units.statistic.source
    if units.statistic is not None:
        return found
    statistic = Statistic(source, smallest.expand(units.shape), smallest.reshape(shape))
    return replace(found, statistic=statistic)


@serves("cumsum", "cumprod")
def cumulate(tracer: Tracer, node: Node, units: Units, dim: int, **kwargs: Any) -> Result:
    """Follow a running sum or product: a new unit for each place, of the units up to there."""

    def made() -> torch.Tensor:
        rows = units.numbers.movedim(dim, -1)
        size = rows.shape[-1]
        upto = torch.ones(size, size, dtype=torch.bool).tril()
        wide = rows[..., None, :].expand(*rows.shape[:-1], size, size)
        masked = wide.masked_fill(~upto, NOTHING).reshape(-1, size)
        found = torch.from_numpy(tracer.recorder.reduce(as_integers(masked)))
        return found.reshape(rows.shape).movedim(-1, dim)

    return later(units.shape, made)


@serves(*POOLS)
def pool(tracer: Tracer, node: Node, units: Units, kernel: Sequence[int], *args: Any) -> Result:
    """Follow maximum and average poolings."""
    name = name_of(node.target)
    dimensions = int(name.partition("pool")[2][0])
    shapes = shapes_of(node)
    stride = args[0] if args and args[0] else kernel
    padding = args[1] if len(args) > 1 else [0]
    dilation = args[2] if len(args) > 2 and name.startswith("max") else [1]
    sizes = [_each(given, dimensions) for given in (kernel, stride, padding, dilation)]

    def made() -> torch.Tensor:
        numbers = units.numbers.reshape(-1, *units.shape[-dimensions:])
        found = windows(numbers, sizes, shapes[0][-dimensions:], NOTHING)
        rows = as_integers(found.reshape(-1, found.shape[-1]))
        return torch.from_numpy(tracer.recorder.reduce(rows)).reshape(shapes[0])

    return _with_places(later(shapes[0], made), len(shapes))


@serves(*ADAPTIVE)
def adaptive_pool(tracer: Tracer, node: Node, units: Units, *_: Any) -> Result:
    """Follow poolings of which the size of the result is given."""
    dimensions = int(name_of(node.target).partition("pool")[2][0])
    shapes = shapes_of(node)
    extents, sizes = shapes[0][-dimensions:], units.shape[-dimensions:]
    spans = [
        [(place * size // out, -(-(place + 1) * size // out)) for place in range(out)]
        for size, out in zip(sizes, extents, strict=True)
    ]

    def made() -> torch.Tensor:
        numbers = units.numbers.reshape(-1, *sizes)
        parts = []
        for window in product(*spans):
            cut = numbers[(slice(None), *(slice(*span) for span in window))]
            rows = as_integers(cut.reshape(len(numbers), -1))
            parts.append(tracer.recorder.reduce(rows))
        return torch.from_numpy(np.stack(parts, axis=1)).reshape(shapes[0])

    return _with_places(later(shapes[0], made), len(shapes))


def _with_places(found: Units, outputs: int) -> Result:
    if outputs == 1:
        return found
    return (found, Unserved("the places that a maximum pooling took cannot be followed"))


def _over(tracer: Tracer, units: Units, dims: Sequence[int], kept: Sequence[int]) -> torch.Tensor:
    sizes = [units.shape[d] for d in kept]
    ordered = units.numbers.permute(*kept, *dims).reshape(int(np.prod(sizes)), -1)
    return torch.from_numpy(tracer.recorder.reduce(as_integers(ordered)))


def _each(given: Sequence[int], dimensions: int) -> list[int]:
    return list(given) if len(given) == dimensions else [*given] * dimensions
