"""Attention: values are wired to what they are mixed into, channel by channel."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import (
    LOWEST,
    Result,
    Tracer,
    as_integers,
    later,
    serves,
)
from topoprint.networks.tracing.values import Known, Units, Value
from topoprint.networks.tracing.views import shape_of, tensor_of


@serves("softmax", "_softmax", "_safe_softmax")
def softmax(tracer: Tracer, node: Node, units: Units, *args: Any) -> Result:
    """Follow a softmax: its numbers may become the weights of a mixture; their units stay."""
    return replace(units, mixes=True, values=None, statistic=None)


@serves("scaled_dot_product_attention")
def attention(
    tracer: Tracer,
    node: Node,
    query: Value,
    key: Value,
    value: Value,
    mask: Value | None = None,
    dropout: float = 0.0,
    is_causal: bool = False,
    **kwargs: Any,
) -> Result:
    """Follow attention as one operation: queries and keys end where its weights are formed."""
    shape = shape_of(node)
    steps = shape[-2]
    values = Units.of(tracer.numbers(value))
    if kwargs.get("enable_gqa"):
        heads = values.shape[-3]
        numbers = values.numbers.repeat_interleave(shape[-3] // heads, dim=-3)
        values = Units.of(numbers)
    sources = values.shape[-2]
    values = Units.of(values.numbers.expand(*shape[:-2], sources, shape[-1]))
    closed = torch.zeros(steps, sources, dtype=torch.bool)
    if is_causal:
        closed = torch.ones(steps, sources, dtype=torch.bool).tril().logical_not()
    given = None if mask is None else tensor_of(mask)
    if isinstance(given, torch.Tensor) and not (isinstance(mask, Known) and mask.trained):
        closed = closed | (~given if given.dtype == torch.bool else given <= LOWEST)
    closed = closed.expand(*shape[:-1], sources)
    weights = Units((*shape[:-1], sources), _no_numbers, closed=closed)
    flat = _flat(weights)
    mixed = mix(tracer, flat, _flat(values))
    return mixed.moved(shape, lambda tensor: tensor.reshape(shape))


def mix(tracer: Tracer, weights: Units, values: Units) -> Units:
    """Mix values (n, sources, channels) by weights (n, targets, sources).

    Each channel of what is mixed has a wire from that channel of every source that a mask leaves.
    """
    batch, targets, channels = weights.shape[0], weights.shape[1], values.shape[2]

    def made() -> torch.Tensor:
        found = torch.full((batch, targets, channels), NOTHING)
        there = values.numbers != NOTHING
        if weights.closed is None and bool(there.all()):
            masks = torch.ones(1, 1, weights.shape[2], dtype=torch.bool)
        elif weights.closed is None:
            masks = torch.ones(1, 1, 1, dtype=torch.bool).expand(1, 1, weights.shape[2])
        else:
            masks = ~weights.closed
        same = bool((masks == masks[:1]).all()) and bool((there == there[:1]).all())
        for entry in [slice(None)] if same else [slice(n, n + 1) for n in range(batch)]:
            opened = masks[0 if same or len(masks) == 1 else entry.start]
            patterns, of_target = torch.unique(
                opened.expand(targets, -1), dim=0, return_inverse=True
            )
            for number, pattern in enumerate(patterns):
                taken = of_target == number
                found[entry, taken] = _mixed(
                    tracer, values.numbers[entry][:, pattern], int(taken.sum())
                )
        return found

    return later((batch, targets, channels), made)


def _mixed(tracer: Tracer, values: torch.Tensor, targets: int) -> torch.Tensor:
    """Wire values (n, sources, channels) to as many targets, all of them to each."""
    batch, sources, channels = values.shape
    rows = as_integers(values.transpose(1, 2).reshape(batch * channels, sources))
    ranked = np.sort(rows, axis=1)
    if (rows == NOTHING).any() or (ranked[:, 1:] == ranked[:, :-1]).any():
        each = [tracer.recorder.reduce(rows) for _ in range(targets)]
        return torch.from_numpy(np.stack(each)).reshape(targets, batch, channels).transpose(0, 1)
    mixed = tracer.recorder.units(len(rows), targets)
    tracer.recorder.wire(rows, mixed)
    return torch.from_numpy(mixed).reshape(batch, channels, targets).transpose(1, 2)


def _flat(units: Units) -> Units:
    shape = units.shape
    flat = (int(torch.tensor(shape[:-2]).prod()), *shape[-2:])
    return units.moved(flat, lambda tensor: tensor.reshape(flat))


def _no_numbers() -> torch.Tensor:
    raise AssertionError("the weights of attention are no units")
