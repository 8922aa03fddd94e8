"""Element-wise operations: functions of one unit keep it, those of several are joins."""

from dataclasses import replace
from typing import Any

import torch
from torch.fx import Node

from topoprint.networks.tracing.folding import fold
from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import LOWEST, Result, Tracer, name_of, serves
from topoprint.networks.tracing.values import Known, Units, Value
from topoprint.networks.tracing.views import shape_of, tensor_of

ADDITIONS = ("add", "sub", "rsub")
# What a statistic may go through on its way to the units that it normalises.
OF_STATISTICS = (
    *ADDITIONS, "mul", "div", "pow", "sqrt", "rsqrt", "square", "reciprocal", "neg", "abs", "exp",
    "log", "clamp", "clamp_min", "maximum", "_to_copy", "clone",
)  # fmt: skip
NORMALISING = ("add", "sub", "mul", "div")
# Element-wise operations that torch does not mark as such. The slope of a PReLU is in no map.
UNMARKED = ("_to_copy", "to", "type_as", "prelu", "_prelu_kernel", "dropout", "native_dropout",
            "feature_dropout", "alpha_dropout", "log_sigmoid_forward", "_log_softmax",
            "log_softmax", "fill", "rrelu", "hardswish")  # fmt: skip


@serves(*UNMARKED)
def unmarked(tracer: Tracer, node: Node, *args: Any, **kwargs: Any) -> Result:
    """Follow casts, dropout in inference, and others."""
    if not isinstance(node.meta["val"], list | tuple):
        return pointwise(tracer, node, *args, **kwargs)
    first = args[0]
    assert isinstance(first, Units)
    return (first, first)


def pointwise(tracer: Tracer, node: Node, *args: Any, **kwargs: Any) -> Result:
    """Follow any element-wise operation."""
    operands: list[Value] = [
        arg for arg in (*args, *kwargs.values()) if isinstance(arg, Known | Units)
    ]
    name, by_value = name_of(node.target), _values(node, args, kwargs)
    if by_value is None:  # masks and tokens act by what they are in the example
        operands = [_by_value(one) for one in operands]
    units = [one for one in operands if isinstance(one, Units)]
    if len(units) == 1:
        known = [one for one in operands if isinstance(one, Known)]
        first = operands[0] is units[0]
        found = _of_one(tracer, node, name, units[0], known, first, kwargs.get("alpha", 1))
    else:
        found = _of_several(tracer, name, shape_of(node), units, by_value is not None)
    return found if by_value is None else replace(found, values=by_value)


def add(tracer: Tracer, node: Node, units: Units, added: Value) -> Units:
    """Follow what another operation adds to its result: activations, a mask, or a bias."""
    other = _by_value(added)
    if isinstance(other, Known):
        return _of_one(tracer, node, "add", units, [other], True, 1)
    assert isinstance(other, Units)
    return _of_several(tracer, "add", shape_of(node), [units, other], False)


def _values(node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.Tensor | None:
    """Return what the operation gives in the example, if all is known there."""
    tensors = [tensor_of(arg) for arg in args]
    if any(isinstance(one, Units) for one in (*tensors, *map(tensor_of, kwargs.values()))):
        return None
    found = node.target(*tensors, **{k: tensor_of(v) for k, v in kwargs.items()})  # type: ignore[operator]
    assert isinstance(found, torch.Tensor)
    return found


def _by_value(one: Value) -> Value:
    return Known(one.values) if isinstance(one, Units) and one.values is not None else one


def _of_one(
    tracer: Tracer,
    node: Node,
    name: str,
    units: Units,
    known: list[Known],
    first: bool,
    alpha: float,
) -> Units:
    """Follow a function of one activation and of numbers that no input changes.

    ``first``: the activation stands before the numbers; ``alpha`` multiplies what is added.
    """
    shape = shape_of(node)
    found = replace(
        units, shape=shape, number=lambda: units.numbers.expand(shape), values=None, statistic=None
    )
    if units.closed is not None:
        found = replace(found, closed=units.closed.expand(shape))
    for one in known:
        if not one.trained:
            found = _with_constant(found, name, one.tensor)
        elif name in ADDITIONS:
            minus = name == "sub" if first else name == "rsub"
            sign = (-1 if minus else 1) * (alpha if first else 1)
            added = one if sign == 1 else Known(one.tensor * sign, one.parameters)
            if not fold(tracer, node, units, None, added):
                found = _same_kind(tracer.shift(found, added), found)
        elif name == "mul":
            found = _same_kind(tracer.gain(found, one), found)
        elif name == "div" and first:
            inverse = Known(one.tensor.reciprocal(), one.parameters)
            found = _same_kind(tracer.gain(found, inverse), found)
    keeps = name in OF_STATISTICS and shape == units.shape and not any(k.trained for k in known)
    return replace(found, statistic=units.statistic) if keeps else found


def _with_constant(units: Units, name: str, constant: torch.Tensor) -> Units:
    """Leave nothing where the factor is zero or a mask is added."""
    if name == "mul":
        nothing = constant == 0
    elif name == "add":
        nothing = constant <= LOWEST
    elif name == "sub":
        nothing = constant >= -LOWEST
    else:
        return units
    return units.masked(nothing) if bool(nothing.any()) else units


def _same_kind(made: Units, of: Units) -> Units:
    return replace(made, product=of.product, mixes=of.mixes, closed=of.closed)


def _of_several(
    tracer: Tracer, name: str, shape: tuple[int, ...], units: list[Units], by_value: bool
) -> Units:
    """Follow a function of several activations."""
    if by_value:
        return tracer.join(shape, units)
    weights = [one for one in units if one.mixes]
    if name == "mul" and 0 < len(weights) < len(units):
        (mixed,) = [one for one in units if not one.mixes]
        found = Units(shape, lambda: mixed.numbers.expand(shape))
        for one in weights:
            if one.closed is not None:
                found = found.masked(one.closed)
        return replace(found, closed=None)
    if name in NORMALISING and len(units) == 2:
        for one, other in (units, units[::-1]):
            if other.statistic is not None and other.statistic.normalises(one.numbers):
                return Units.of(one.numbers)
    arrays = [one.numbers.expand(shape) for one in units]
    if all(torch.equal(array, arrays[0]) for array in arrays[1:]):
        return replace(units[0], shape=shape, number=lambda: arrays[0], values=None, statistic=None)
    live = [one for one, array in zip(units, arrays, strict=True) if (array != NOTHING).any()]
    if len(live) == 1 and name in ADDITIONS:  # nothing is added
        return Units.of(live[0].numbers.expand(shape))
    if name == "mul" and len(live) < len(units):
        return Units.of(torch.full(shape, NOTHING))
    return tracer.join(shape, live, sums=name in ADDITIONS)
