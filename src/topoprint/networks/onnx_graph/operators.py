"""What the operators of ONNX share: how one is registered, and how its inputs are read.

The value of an input is a tensor of torch if it depends on the input of the graph or on trained
weights, and an array of numpy if it is known, such as a shape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from topoprint.errors import InputError

Value = torch.Tensor | np.ndarray[Any, Any] | None
Handler = Callable[..., Any]

# Operators of the default domain by their name: each takes its call and its inputs.
OPERATORS: dict[str, Handler] = {}


@dataclass(frozen=True)
class Call:
    """One node of a graph.

    Attributes
    ----------
    kind : str
        Name of the operator.
    attributes : dict
    opset : int
        Version of the operators.
    outputs : int
        How many results are named.
    """

    kind: str
    attributes: dict[str, Any]
    opset: int
    outputs: int

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, otherwise)

    def axes(self, value: Value = None, name: str = "axes") -> list[int] | None:
        """Return whole numbers that are an attribute or, in later versions, an input."""
        if value is not None:
            return integers(value)
        given = self.get(name)
        return None if given is None else [int(one) for one in given]


def serves(*names: str) -> Callable[[Handler], Handler]:
    """Register what these operators do."""

    def register(handler: Handler) -> Handler:
        OPERATORS.update(dict.fromkeys(names, handler))
        return handler

    return register


def tensor(value: Value) -> torch.Tensor:
    """Return a value as torch has it."""
    if value is None:
        raise ValueError("an input is missing")
    if isinstance(value, torch.Tensor):
        return value
    return as_tensor(value)


def as_tensor(array: np.ndarray[Any, Any]) -> torch.Tensor:
    """Return a copy of an array as torch has it."""
    copied = np.array(array, copy=True, order="C")
    if copied.dtype.name == "bfloat16":  # which numpy has of ml_dtypes
        return torch.from_numpy(copied.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(copied)


def integers(value: Value) -> list[int]:
    """Return whole numbers that must be known, such as a shape."""
    if isinstance(value, torch.Tensor):
        raise InputError("a shape, axis or place in it depends on the input")
    return [int(one) for one in np.asarray(value).reshape(-1)]


def number(value: Value) -> Any:
    """Return one number that must be known."""
    if isinstance(value, torch.Tensor):
        if value.requires_grad or value.numel() != 1:
            raise InputError("a number in it depends on the input or is trained")
        return value.item()
    return np.asarray(value).reshape(()).item()


def trained_or_none(value: Value) -> torch.Tensor | None:
    """Return an optional input as torch has it."""
    return None if value is None else tensor(value)
