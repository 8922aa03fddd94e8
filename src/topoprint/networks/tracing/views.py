"""Operations that move units about: the numbers go through the operation itself."""

from collections.abc import Callable
from typing import Any

import torch
from torch.fx import Node

from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import Result, Tracer, later, name_of, serves
from topoprint.networks.tracing.values import Known, Units, Value

# What only lays numbers out otherwise: folding looks through these.
RESHAPED = (
    "view",
    "_unsafe_view",
    "reshape",
    "unflatten",
    "flatten",
    "squeeze",
    "unsqueeze",
    "permute",
    "transpose",
    "t",
    "clone",
    "alias",
    "detach",
    "contiguous",
    "lift_fresh_copy",
)
MOVED = (
    "expand",
    "select",
    "slice",
    "split",
    "split_with_sizes",
    "chunk",
    "unbind",
    "unfold",
    "flip",
    "roll",
    "repeat",
    "repeat_interleave",
    "tile",
    "index_select",
    "gather",
    "diagonal",
    "pixel_shuffle",
    "pixel_unshuffle",
    "channel_shuffle",
    "tril",
    "triu",
)
# Operations that torch has for real numbers alone: numbers of units are exact in float64.
REAL = (
    "im2col", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
    "_upsample_nearest_exact1d", "_upsample_nearest_exact2d", "_upsample_nearest_exact3d",
    "reflection_pad1d", "reflection_pad2d", "reflection_pad3d",
    "replication_pad1d", "replication_pad2d", "replication_pad3d",
)  # fmt: skip


def apply(node: Node, args: tuple[Any, ...], kwargs: dict[str, Any], first: torch.Tensor) -> Any:
    """Run an operation on tensors, with another one as its first argument."""
    rest = [tensor_of(arg) for arg in args[1:]]
    if name_of(node.target) in RESHAPED:  # numbers may lie otherwise in memory
        first = first.contiguous()
    target: Callable[..., Any] = node.target  # type: ignore[assignment]
    return target(first, *rest, **{key: tensor_of(arg) for key, arg in kwargs.items()})


def tensor_of(arg: Any) -> Any:
    """Return the tensor of a value that is known, within lists too, and anything else as it is.

    All that is known lies in the processor's memory, wherever the module is.
    """
    if isinstance(arg, torch.device):
        return torch.device("cpu")
    if isinstance(arg, Known):
        return arg.tensor
    if isinstance(arg, Units) and arg.values is not None:
        return arg.values
    if isinstance(arg, list | tuple):
        return type(arg)(tensor_of(one) for one in arg)
    return arg


def shapes_of(node: Node) -> list[tuple[int, ...]]:
    """Return the shape of each output of an operation."""
    given = node.meta["val"]
    parts = given if isinstance(given, list | tuple) else [given]
    return [tuple(part.shape) for part in parts]


def shape_of(node: Node) -> tuple[int, ...]:
    """Return the shape of the one output of an operation."""
    return shapes_of(node)[0]


@serves(*RESHAPED, *MOVED)
def move(tracer: Tracer, node: Node, *args: Any, **kwargs: Any) -> Result:
    """Follow views, slices, permutations, expansions and picks."""
    return _moved(tracer, node, args, kwargs, lambda tensor: apply(node, args, kwargs, tensor))


@serves(*REAL)
def move_real(tracer: Tracer, node: Node, *args: Any, **kwargs: Any) -> Result:
    """Follow paddings by copies, nearest neighbours and patches."""

    def moved(tensor: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = apply(node, args, kwargs, tensor.double())
        return found.to(tensor.dtype)

    if name_of(node.target) == "im2col":
        return _patches(node, args, kwargs)
    return _moved(tracer, node, args, kwargs, moved)


@serves("pad")
def pad_by_mode(
    tracer: Tracer,
    node: Node,
    units: Value,
    widths: list[int],
    mode: str = "constant",
    value: float | None = None,
) -> Result:
    """Follow a padding with a number, or with copies of what is there."""
    if mode == "constant":
        return pad(tracer, node, units, widths, value or 0.0)
    return move_real(tracer, node, units, widths, mode)


@serves("constant_pad_nd")
def pad(tracer: Tracer, node: Node, units: Value, widths: list[int], value: float = 0.0) -> Result:
    """Follow a padding with a number; zeros are no units."""
    assert isinstance(units, Units)
    filling = tracer.numbers(Known(torch.tensor([float(value)])))

    def padded(numbers: torch.Tensor) -> torch.Tensor:
        return torch.constant_pad_nd(numbers, widths, int(filling))

    return units.moved(
        shape_of(node), lambda tensor: torch.constant_pad_nd(tensor, widths, value), padded
    )


def _moved(
    tracer: Tracer,
    node: Node,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    moved: Callable[[torch.Tensor], Any],
) -> Result:
    first = args[0]
    if any(isinstance(tensor_of(arg), Units) for arg in _flat(args[1:])):
        raise tracer.refuse(node, "the places that it takes depend on the input")
    if isinstance(first, Known):
        return first.moved(moved)
    assert isinstance(first, Units)
    if name_of(node.target) in ("tril", "triu"):
        return first.masked(moved(torch.ones(first.shape, dtype=torch.bool)).logical_not())
    if not isinstance(node.meta["val"], list | tuple):
        return first.moved(shape_of(node), moved)
    return tuple(
        first.moved(shape, lambda tensor, k=k: moved(tensor)[k])  # type: ignore[misc]
        for k, shape in enumerate(shapes_of(node))
    )


def _patches(node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Units:
    units = args[0]
    assert isinstance(units, Units)

    def patches(numbers: torch.Tensor) -> torch.Tensor:
        # Patches are padded with zeros, which are to be NOTHING.
        found: torch.Tensor = apply(node, args, kwargs, (numbers - NOTHING).double())
        return found.long() + NOTHING

    return later(shape_of(node), lambda: patches(units.numbers))


def _flat(args: Any) -> list[Any]:
    if isinstance(args, list | tuple):
        return [one for arg in args for one in _flat(arg)]
    return [args]
