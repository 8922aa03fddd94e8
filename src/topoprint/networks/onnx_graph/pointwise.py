"""Element-wise operators, softmax, and what passes a tensor on as it is."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import (
    OPERATORS,
    Call,
    Handler,
    Value,
    number,
    serves,
    tensor,
)

OF_ONE: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "Abs": torch.abs, "Acos": torch.acos, "Acosh": torch.acosh, "Asin": torch.asin,
    "Asinh": torch.asinh, "Atan": torch.atan, "Atanh": torch.atanh, "Ceil": torch.ceil,
    "Cos": torch.cos, "Cosh": torch.cosh, "Erf": torch.erf, "Exp": torch.exp,
    "Floor": torch.floor, "HardSwish": F.hardswish, "IsNaN": torch.isnan, "Log": torch.log,
    "Mish": F.mish, "Neg": torch.neg, "Not": torch.logical_not, "Reciprocal": torch.reciprocal,
    "Relu": torch.relu, "Round": torch.round, "Sigmoid": torch.sigmoid, "Sign": torch.sign,
    "Sin": torch.sin, "Sinh": torch.sinh, "Softplus": F.softplus, "Softsign": F.softsign,
    "Sqrt": torch.sqrt, "Tan": torch.tan, "Tanh": torch.tanh,
}  # fmt: skip
OF_TWO: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Pow": torch.pow,
    "Equal": torch.eq, "Greater": torch.gt, "GreaterOrEqual": torch.ge, "Less": torch.lt,
    "LessOrEqual": torch.le, "And": torch.logical_and, "Or": torch.logical_or,
    "Xor": torch.logical_xor,
}  # fmt: skip
OF_SEVERAL: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "Sum": torch.add, "Mean": torch.add, "Max": torch.maximum, "Min": torch.minimum,
}  # fmt: skip
# Types of ONNX (TensorProto.DataType) to which an activation may be cast.
TYPES = {
    1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32,
    7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64, 16: torch.bfloat16,
}  # fmt: skip


def _of_one(function: Callable[[torch.Tensor], torch.Tensor]) -> Handler:
    return lambda call, x: function(tensor(x))


def _of_two(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Handler:
    return lambda call, a, b: function(tensor(a), _aligned(call, tensor(a), tensor(b)))


OPERATORS.update({name: _of_one(function) for name, function in OF_ONE.items()})
OPERATORS.update({name: _of_two(function) for name, function in OF_TWO.items()})


def _aligned(call: Call, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Before version 7, the second operand stood at a dimension that an attribute names."""
    if not call.get("broadcast") or call.get("axis") is None:
        return b
    missing = a.dim() - b.dim() - call.get("axis") % a.dim()
    return b.reshape(*b.shape, *(1,) * missing)


@serves(*OF_SEVERAL)
def of_several(call: Call, *given: Value) -> torch.Tensor:
    """Join any number of tensors."""
    found = reduce(OF_SEVERAL[call.kind], map(tensor, given))
    return found / len(given) if call.kind == "Mean" else found


@serves("Elu", "Celu", "Selu", "LeakyRelu", "ThresholdedRelu", "HardSigmoid", "Shrink", "Swish")
def with_numbers(call: Call, x: Value) -> torch.Tensor:
    """Apply a function that has parameters of its own."""
    given, get = tensor(x), call.get
    match call.kind:
        case "Elu":
            return F.elu(given, get("alpha", 1.0))
        case "Celu":
            return F.celu(given, get("alpha", 1.0))
        case "Selu":
            gamma = get("gamma", 1.0507009873554805)
            return torch.mul(F.elu(given, get("alpha", 1.6732632423543772)), gamma)
        case "LeakyRelu":
            return F.leaky_relu(given, get("alpha", 0.01))
        case "ThresholdedRelu":
            return F.threshold(given, get("alpha", 1.0), 0.0)
        case "HardSigmoid":
            return torch.clamp(given * get("alpha", 0.2) + get("beta", 0.5), 0, 1)
        case "Shrink":
            bias, bound = get("bias", 0.0), get("lambd", 0.5)
            shrunk = given - bias * torch.sign(given)
            return torch.where(given.abs() > bound, shrunk, 0.0)
        case _:
            return given * torch.sigmoid(get("alpha", 1.0) * given)


@serves("Gelu")
def gelu(call: Call, x: Value) -> torch.Tensor:
    """Apply the Gaussian error linear unit."""
    how = call.get("approximate", "none")
    return F.gelu(tensor(x), approximate=how)


@serves("PRelu")
def prelu(call: Call, x: Value, slope: Value) -> torch.Tensor:
    """Apply a slope a channel below zero."""
    given, factor = tensor(x), tensor(slope)
    wide = (1,) * max(given.dim() - factor.dim(), 0) + tuple(factor.shape)
    others = [size for axis, size in enumerate(wide) if axis != 1]
    if factor.numel() == 1 or (given.dim() > 1 and all(size == 1 for size in others)):
        return F.prelu(given, factor.reshape(-1))
    raise ValueError("only one slope, or one a channel, is known here")


@serves("Clip")
def clip(call: Call, x: Value, low: Value = None, high: Value = None) -> torch.Tensor:
    """Keep numbers in a range."""
    least = call.get("min") if low is None else number(low)
    most = call.get("max") if high is None else number(high)
    return tensor(x) if least is None and most is None else torch.clamp(tensor(x), least, most)


@serves("Softmax", "LogSoftmax")
def softmax(call: Call, x: Value) -> torch.Tensor:
    """Normalise along an axis; before version 13, along it and all later ones."""
    given = tensor(x)
    axis = call.get("axis", 1 if call.opset < 13 else -1) % given.dim()
    function = F.softmax if call.kind == "Softmax" else F.log_softmax
    if call.opset >= 13 or axis == given.dim() - 1:
        return function(given, dim=axis)
    return function(given.flatten(axis), dim=axis).reshape(given.shape)


@serves("Where")
def where(call: Call, condition: Value, a: Value, b: Value) -> torch.Tensor:
    """Choose between two tensors, place by place."""
    return torch.where(tensor(condition), tensor(a), tensor(b))


@serves("Cast")
def cast(call: Call, x: Value) -> torch.Tensor:
    """Give another type."""
    if call.get("to") not in TYPES:
        raise ValueError(f"type {call.get('to')} is not known here")
    return tensor(x).to(TYPES[call.get("to")])


@serves("CastLike")
def cast_like(call: Call, x: Value, like: Value) -> torch.Tensor:
    """Give the type of another tensor."""
    return tensor(x).to(tensor(like).dtype)


@serves("Identity", "QuantizeLinear", "DequantizeLinear")
def as_it_is(call: Call, x: Value, *scales: Value) -> torch.Tensor:
    """Pass a tensor on; weights are dequantised where they are read, activations keep their units.

    A scale of activations that the graph computes is none of the network.
    """
    return tensor(x)


@serves("Dropout")
def dropout(call: Call, x: Value, *ratios: Value) -> Any:
    """Pass a tensor on: this is inference."""
    given = tensor(x)
    return (given, np.ones(tuple(given.shape), dtype=bool)) if call.outputs > 1 else given
