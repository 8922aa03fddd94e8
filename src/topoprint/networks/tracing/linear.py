"""Dense linear operations: matrices of weights, and products of activations."""

from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.maps import IntArray
from topoprint.networks.tracing.attention import mix
from topoprint.networks.tracing.pointwise import add
from topoprint.networks.tracing.recorder import NOTHING, Weight
from topoprint.networks.tracing.tracer import (
    Result,
    Tracer,
    as_integers,
    later,
    name_of,
    serves,
)
from topoprint.networks.tracing.values import Known, Units, Value
from topoprint.networks.tracing.views import shape_of


def same_places(positions: int) -> tuple[IntArray, ...]:
    """Pairs of positions of a map that is used at each of them."""
    places = np.arange(positions)
    return (np.column_stack([places, places]),)


def dense(
    tracer: Tracer, numbers: torch.Tensor, weight: Weight, bias: Weight | None = None
) -> torch.Tensor:
    """Record a matrix, values of shape (out, in), at all places of numbers of shape (…, in)."""
    leading = numbers.shape[:-1]
    inputs = as_integers(numbers.reshape(-1, numbers.shape[-1]).T)[None]
    wide = Weight(weight.name, weight.values[None, :, :, None], weight.trained)
    positions = inputs.shape[2]
    outputs = tracer.recorder.linear(wide, inputs, same_places(positions), positions, bias)
    return torch.from_numpy(outputs[0]).T.reshape(*leading, -1)


@serves("linear")
def linear(
    tracer: Tracer, node: Node, units: Value, weight: Value, bias: Value | None = None
) -> Result:
    """Follow a dense layer at every token."""
    if isinstance(weight, Known) and isinstance(units, Units):
        if bias is None or isinstance(bias, Known):
            added = None if bias is None else tracer.weight(bias, bias.tensor)
            matrix = tracer.weight(weight, weight.tensor)
            return Units.of(dense(tracer, units.numbers, matrix, added))
        raise tracer.refuse(node, "its bias depends on the input")
    if bias is not None:
        raise tracer.refuse(node, "its weights depend on the input")
    assert isinstance(units, Known | Units)
    assert isinstance(weight, Known | Units)
    flat = units.tensor if isinstance(units, Known) else units
    shape = tuple(flat.shape)
    rows = _reshaped(units, (1, -1, shape[-1]))
    turned = _reshaped(weight, (1, *_shape(weight))).turned()
    found = product(tracer, node, rows, turned)
    return found.moved(shape_of(node), lambda tensor: tensor.reshape(shape_of(node)))


@serves("mm", "mv", "dot", "bmm", "addmm", "baddbmm", "addmv", "addbmm")
def matrix_product(tracer: Tracer, node: Node, *args: Any, **kwargs: Any) -> Result:
    """Follow products of matrices; what ``addmm`` and the like add is a bias."""
    name = name_of(node.target)
    left, right = args[-2:]
    if name == "addbmm" or kwargs.get("beta", 1) != 1 or kwargs.get("alpha", 1) != 1:
        raise tracer.refuse(node, "it scales or sums what it multiplies")
    lefts = _shape(left)
    rights = _shape(right)
    first = _reshaped(left, (1,) * (3 - len(lefts)) + lefts)
    second = _reshaped(right, (*((1,) * (2 - len(rights))), *rights, 1)[-3:] if len(rights) == 1
                       else (1,) * (3 - len(rights)) + rights)  # fmt: skip
    added = args[0] if name.startswith(("add", "badd")) else None
    bias = None
    if (
        name == "addmm" and isinstance(added, Known) and isinstance(right, Known)
        and added.tensor.numel() == rights[-1]
    ):  # fmt: skip
        bias, added = added, None
    found = product(tracer, node, first, second, bias)
    shaped = found.moved(shape_of(node), lambda tensor: tensor.reshape(shape_of(node)))
    return shaped if added is None else add(tracer, node, shaped, added)


@serves("matmul")
def matmul(tracer: Tracer, node: Node, left: Value, right: Value) -> Result:
    """Follow a product of vectors, matrices or batches of them."""
    lefts, rights = _shape(left), _shape(right)
    lefts = lefts if len(lefts) > 1 else (1, *lefts)
    rights = rights if len(rights) > 1 else (*rights, 1)
    first, second = _reshaped(left, lefts), _reshaped(right, rights)
    if len(rights) == 2:  # the same matrix for all rows
        first, second = _reshaped(first, (1, -1, lefts[-1])), _reshaped(second, (1, *rights))
    else:
        batch = tuple(np.broadcast_shapes(lefts[:-2], rights[:-2]))
        first, second = (_batched(one, batch) for one in (first, second))
    found = product(tracer, node, first, second)
    return found.moved(shape_of(node), lambda tensor: tensor.reshape(shape_of(node)))


@serves("bilinear")
def bilinear(
    tracer: Tracer, node: Node, one: Value, other: Value, weight: Value, bias: Value | None = None
) -> Result:
    """Follow Σ w x y: a linear map of the one, joined with the other."""
    if not (isinstance(weight, Known) and isinstance(one, Units) and isinstance(other, Units)):
        raise tracer.refuse(node, "its weights depend on the input, or an input does not")
    n_out, n_one, n_other = weight.tensor.shape
    rows = one.numbers.reshape(-1, n_one)
    values = weight.tensor.transpose(1, 2).reshape(n_out * n_other, n_one)
    mapped = dense(tracer, rows, tracer.weight(weight, values)).reshape(-1, n_out, n_other)
    found = product(tracer, node, Units.of(mapped), _reshaped(other, (len(rows), n_other, 1)))
    shaped = found.moved(shape_of(node), lambda tensor: tensor.reshape(shape_of(node)))
    return shaped if bias is None else add(tracer, node, shaped, bias)


def product(
    tracer: Tracer, node: Node, left: Known | Units, right: Known | Units, bias: Known | None = None
) -> Units:
    """Follow a batch of matrix products, (n, rows, inner) by (n, inner, columns)."""
    if isinstance(left, Units) and left.product and left.mixes:  # values may be parameters
        return mix(tracer, left, Units.of(tracer.numbers(right)))
    if isinstance(left, Units) and isinstance(right, Known):
        return _by_matrix(tracer, left, right, bias)
    if isinstance(left, Known) and isinstance(right, Units):
        return _by_matrix(tracer, right.turned(), left.turned(), None).turned()
    assert isinstance(left, Units)
    assert isinstance(right, Units)
    if left.mixes and not right.mixes:
        return mix(tracer, left, right)
    if right.mixes and not left.mixes:
        return mix(tracer, right.turned(), left.turned()).turned()
    return _of_units(tracer, left, right)


def _by_matrix(tracer: Tracer, left: Units, right: Known, bias: Known | None) -> Units:
    """Follow activations (n, rows, inner) by weights (n, inner, columns), or the same for all n."""
    rows = left.shape[1]
    matrices = right.tensor
    added = None if bias is None else tracer.weight(bias, bias.tensor.reshape(-1))
    if matrices.shape[0] == 1 or matrices.stride(0) == 0:
        weight = tracer.weight(right, matrices[0].T)
        return Units.of(dense(tracer, left.numbers, weight, added))
    weight = tracer.weight(right, matrices.transpose(1, 2)[..., None])
    inputs = as_integers(left.numbers.transpose(1, 2))
    outputs = tracer.recorder.linear(weight, inputs, same_places(rows), rows, added)
    return Units.of(torch.from_numpy(outputs).transpose(1, 2))


def _of_units(tracer: Tracer, left: Units, right: Units) -> Units:
    """Join, for each number of a product, a row of the one and a column of the other."""
    batch, rows, inner = left.shape
    columns = right.shape[2]
    shape = (batch, rows, columns)

    def made() -> torch.Tensor:
        wide = (*shape, inner)
        from_left = left.numbers[:, :, None, :].expand(wide).reshape(-1, inner)
        from_right = right.numbers.transpose(1, 2)[:, None].expand(wide).reshape(-1, inner)
        both = torch.cat([from_left, from_right], 1)
        both[(from_left == NOTHING).repeat(1, 2) | (from_right == NOTHING).repeat(1, 2)] = NOTHING
        own = tracer.recorder.copies(as_integers(both))
        return torch.from_numpy(tracer.recorder.reduce(own)).reshape(shape)

    made_later = later(shape, made)
    return Units(made_later.shape, made_later.number, product=True)


def _batched(value: Known | Units, batch: tuple[int, ...]) -> Known | Units:
    """Return a value as (n, rows, columns); what is known and the same for all n stands once."""
    shape = _shape(value)
    if isinstance(value, Known) and int(np.prod(shape[:-2])) == 1:
        return _reshaped(value, (1, *shape[-2:]))
    wide, flat = (*batch, *shape[-2:]), (int(np.prod(batch)), *shape[-2:])
    if isinstance(value, Known):
        return value.moved(lambda tensor: tensor.expand(wide).reshape(flat))
    return value.moved(flat, lambda tensor: tensor.expand(wide).reshape(flat))


def _shape(value: Value) -> tuple[int, ...]:
    assert isinstance(value, Known | Units)
    return tuple(value.tensor.shape) if isinstance(value, Known) else value.shape


def _reshaped(value: Value, shape: tuple[int, ...]) -> Known | Units:
    count = int(np.prod(_shape(value)))
    known = int(np.prod([size for size in shape if size != -1]))
    full = tuple(count // known if size == -1 else size for size in shape)
    assert isinstance(value, Known | Units)
    if isinstance(value, Known):
        return value.moved(lambda tensor: tensor.reshape(full))
    return value.moved(full, lambda tensor: tensor.reshape(full))
