"""Tensors of several sources side by side: concatenation, assignment, choices by masks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.fx import Node

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
from topoprint.networks.tracing.values import Known, Units, Value
from topoprint.networks.tracing.views import shape_of, tensor_of


@serves("cat")
def concatenate(tracer: Tracer, node: Node, parts: list[Value], dim: int = 0) -> Result:
    """Follow a concatenation: a join."""
    return _merged(tracer, node, parts, lambda tensors: torch.cat(tensors, dim))


@serves("stack")
def stack(tracer: Tracer, node: Node, parts: list[Value], dim: int = 0) -> Result:
    """Follow a concatenation along a new dimension."""
    return _merged(tracer, node, parts, lambda tensors: torch.stack(tensors, dim))


@serves("slice_scatter", "select_scatter", "diagonal_scatter")
def scatter(tracer: Tracer, node: Node, base: Value, part: Value, *args: Any, **kw: Any) -> Result:
    """Follow an assignment to a slice."""
    target: Callable[..., Any] = node.target  # type: ignore[assignment]
    return _merged(tracer, node, [base, part], lambda two: target(*two, *args, **kw))


@serves("copy")
def copy(tracer: Tracer, node: Node, base: Value, part: Value, *args: Any) -> Result:
    """Follow an assignment to all of a tensor."""
    if isinstance(part, Known):
        return Known(part.tensor.expand(shape_of(node)), part.parameters)
    assert isinstance(part, Units)
    return part.moved(shape_of(node), lambda tensor: tensor.expand(shape_of(node)))


@serves("index_put", "_unsafe_index_put")
def put(
    tracer: Tracer,
    node: Node,
    base: Value,
    places: list[Value | None],
    part: Value,
    accumulate: bool = False,
) -> Result:
    """Follow an assignment to picked places, or an addition there."""
    at = tensor_of(places)
    if any(isinstance(one, Units) for one in at):
        raise tracer.refuse(node, "the places where it puts depend on the input")
    if accumulate:
        return _summed(tracer, shape_of(node), base, part, lambda flat: flat[tuple(
            slice(None) if one is None else one for one in at)])  # fmt: skip
    return _merged(tracer, node, [base, part], lambda two: torch.index_put(two[0], at, two[1]))


@serves("scatter", "scatter_add")
def scatter_at(
    tracer: Tracer, node: Node, base: Value, dim: int, places: Value, part: Any, **kwargs: Any
) -> Result:
    """Follow an assignment to picked places along a dimension, or an addition there."""
    at = tensor_of(places)
    if isinstance(at, Units) or kwargs:
        raise tracer.refuse(node, "the places where it puts depend on the input")
    if name_of(node.target) == "scatter_add":
        return _summed(tracer, shape_of(node), base, part, lambda flat: torch.gather(flat, dim, at))
    value = part if isinstance(part, Known | Units) else Known(torch.tensor(float(part)))
    return _merged(
        tracer,
        node,
        [base, value],
        lambda two: torch.scatter(two[0], dim, at, two[1].expand(at.shape)),
    )


def _summed(
    tracer: Tracer,
    shape: tuple[int, ...],
    base: Value,
    part: Value,
    picked: Callable[[torch.Tensor], torch.Tensor],
) -> Units:
    """Units to which others are added in picked places, each by a unit of its own."""

    def made() -> torch.Tensor:
        places = torch.arange(int(np.prod(shape))).reshape(shape)
        to = picked(places)
        parts = [(tracer.numbers(base), places), (tracer.numbers(part).expand(to.shape), to)]
        sources = torch.cat([numbers.reshape(-1) for numbers, _ in parts])
        targets = torch.cat([at.reshape(-1) for _, at in parts])[sources != NOTHING]
        own = tracer.recorder.copies(as_integers(sources[sources != NOTHING]))
        reached = np.unique(as_integers(targets))
        sums = np.full(places.numel(), NOTHING)
        sums[reached] = tracer.recorder.units(len(reached), sums=True)
        tracer.recorder.wire(own[:, None], sums[as_integers(targets)][:, None])
        return torch.from_numpy(sums).reshape(shape)

    return later(shape, made)


@serves("where")
def where(tracer: Tracer, node: Node, condition: Value, *parts: Any) -> Result:
    """Follow a choice by a mask; one by an activation is a function of all that it looks at."""
    shape = shape_of(node)
    values: list[Value] = [
        one if isinstance(one, Known | Units) else Known(torch.tensor(one)) for one in parts
    ]
    chosen = tensor_of(condition)
    if isinstance(chosen, Units):
        return pointwise(tracer, node, condition, *values)
    live = [one for one in values if isinstance(one, Units)]
    if not live:
        names = tuple(own for one in values if isinstance(one, Known) for own in one.parameters)
        first, second = (tensor_of(one) for one in values)
        return Known(torch.where(chosen, first, second), names)
    if len(live) == 1 and isinstance(other := values[1 - values.index(live[0])], Known):
        closed = ~chosen if values[0] is live[0] else chosen
        return fill(tracer, shape, live[0], closed, other)
    return _merged(
        tracer, node, values, lambda two: torch.where(chosen, two[0].expand(shape), two[1])
    )


@serves("masked_fill")
def masked_fill(tracer: Tracer, node: Node, units: Value, mask: Value, value: Any) -> Result:
    """Follow a number that is filled in by a mask."""
    chosen = tensor_of(mask)
    filling = value if isinstance(value, Known) else Known(torch.tensor(tensor_of(value)))
    if isinstance(chosen, Units):
        return pointwise(tracer, node, units, chosen)
    if isinstance(units, Known):
        return Known(torch.where(chosen, filling.tensor, units.tensor), units.parameters)
    assert isinstance(units, Units)
    return fill(tracer, shape_of(node), units, chosen, filling)


def fill(
    tracer: Tracer, shape: tuple[int, ...], units: Units, chosen: torch.Tensor, filling: Known
) -> Units:
    """Units with numbers that are known in the places of a mask."""
    masked = units.masked(chosen.expand(shape))
    if not filling.trained and (tracer.numbers(filling) == NOTHING).all():
        return masked
    return later(
        shape,
        lambda: torch.where(
            chosen, tracer.numbers(filling.moved(lambda one: one.expand(shape))), masked.numbers
        ),
    )


def _merged(
    tracer: Tracer,
    node: Node,
    parts: list[Value],
    placed: Callable[[list[torch.Tensor]], torch.Tensor],
) -> Units:
    """Units of several tensors side by side: new ones, unless all come from one of them."""

    def number() -> torch.Tensor:
        arrays = [tracer.numbers(part) for part in parts]
        merged = placed(arrays)
        if sum(bool((array != NOTHING).any()) for array in arrays) < 2:
            return merged
        return tracer.copies(Units.of(merged.contiguous())).numbers

    return later(shape_of(node), number)
