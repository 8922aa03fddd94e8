"""The dense layers of a file and the order in which they chain, by their names and shapes."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.files import Tensors

# Orders of layers whose names carry no numbers are searched by shape; beyond this many the search
# could take for ever, and the user must name them.
MOST_UNNUMBERED_LAYERS = 12


def dense_layer(tensors: Tensors, name: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return weights and biases of a dense layer by its name; InputError if it is none."""
    weight = tensors.get(f"{name}.weight")
    if weight is None:
        known = ", ".join(key.removesuffix(".weight") for key in tensors if key.endswith(".weight"))
        raise InputError(f"no layer named {name!r}; the file has: {known or 'none'}")
    if weight.ndim != 2:
        raise InputError(f"{name}.weight has shape {weight.shape}: not a dense layer (out, in)")
    return weight, tensors.get(f"{name}.bias")


def order_layers(tensors: Tensors) -> list[str]:
    """Names of the dense layers, first to last, or a refusal that says what stands in the way."""
    shapes: dict[str, tuple[int, int]] = {}
    for key, tensor in tensors.items():
        name, _, part = key.rpartition(".")
        if part == "weight" and tensor.ndim == 2:
            shapes[name] = (tensor.shape[0], tensor.shape[1])
        elif not (part == "bias" and tensor.ndim == 1 and _is_dense(tensors, name)):
            raise InputError(
                f"tensor {key!r} of shape {tuple(tensor.shape)} is no dense layer (a convolution, "
                "normalisation or other part?); name the dense layers with --layers NAME,NAME,…"
            )
    if not shapes:
        raise InputError("no dense layer: expected tensors NAME.weight of shape (out, in)")
    names = sorted(shapes, key=_natural_key)
    if len({re.sub(r"\d+", "#", name) for name in names}) == 1:  # only their numbers differ
        if _chains(names, shapes):
            return names
        listed = ", ".join(f"{name} {shapes[name]}" for name in names)
        raise InputError(
            f"the layers {listed} do not chain (out, in) to (out, in) in the order of their "
            "numbers; give their order with --layers NAME,NAME,…"
        )
    orders = _orders(shapes) if len(names) <= MOST_UNNUMBERED_LAYERS else []
    if len(orders) != 1:
        problem = "in more than one order" if orders else "in no order that their shapes tell"
        raise InputError(
            f"the layers {', '.join(names)} chain (out, in) to (out, in) {problem}; "
            "give their order with --layers NAME,NAME,…"
        )
    return orders[0]


def _is_dense(tensors: Tensors, name: str) -> bool:
    weight = tensors.get(f"{name}.weight")
    return weight is not None and weight.ndim == 2


def _natural_key(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _chains(names: Sequence[str], shapes: Mapping[str, tuple[int, int]]) -> bool:
    return all(shapes[after][1] == shapes[before][0] for before, after in pairwise(names))


def _orders(shapes: Mapping[str, tuple[int, int]]) -> list[list[str]]:
    """Up to two orders in which all layers chain: enough to know none, one, or several."""
    found: list[list[str]] = []

    def extend(order: list[str], rest: frozenset[str]) -> None:
        if not rest:
            found.append(order)
        tried = set()
        for name in sorted(rest, key=_natural_key):
            if len(found) > 1:
                return
            # Layers of one shape lead to the same ends: two of them are tried, as two orders.
            fits = not order or shapes[name][1] == shapes[order[-1]][0]
            if fits and (shapes[name], len(found)) not in tried:
                tried.add((shapes[name], len(found)))
                extend([*order, name], rest - {name})

    extend([], frozenset(shapes))
    return found
