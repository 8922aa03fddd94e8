"""What the operations of a traced module share: its recorder, and how values become units."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.errors import InputError
from topoprint.networks.maps import FloatArray, IntArray
from topoprint.networks.tracing.coverage import Coverage
from topoprint.networks.tracing.recorder import NOTHING, Recorder, Weight
from topoprint.networks.tracing.values import Known, Units, Unserved, Value

Result = Value | tuple[Value, ...]
Handler = Callable[..., Result]

OpOverload = type(torch.ops.aten.add.Tensor)

# Operations by their name, whatever their overload: each takes the tracer, its node and arguments.
HANDLERS: dict[str, Handler] = {}

# A mask adds or fills in a number as low as this where it leaves nothing of a weight.
LOWEST = -1e4


def serves(*names: str) -> Callable[[Handler], Handler]:
    """Register what follows operations of these names (``linear`` of ``aten.linear``)."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, handler))
        return handler

    return register


def name_of(target: Any) -> str:
    """Name of an operation without its namespace and overload; empty if it is none of torch's."""
    if not isinstance(target, OpOverload):
        return ""
    return str(target).partition(".")[2].partition(".")[0]  # aten.NAME.OVERLOAD


def place_of(node: Node) -> str:
    """Where an operation stands: the path of its module."""
    stack = node.meta.get("nn_module_stack") or {}
    paths = [str(path) for path, _ in stack.values()]
    return f"module {paths[-1]!r}" if paths and paths[-1] else "the module itself"


class Tracer:
    """The state of one trace."""

    def __init__(self, coverage: Coverage) -> None:
        self.recorder = Recorder()
        self.coverage = coverage
        self.seen: dict[Node, Any] = {}  # what each operation gave
        # The numbers copied from a place in memory, and what holds that place.
        self._copied: dict[Any, tuple[Known, FloatArray]] = {}

    def refuse(self, node: Node, why: str) -> InputError:
        """Return the error that an operation cannot be followed."""
        name = name_of(node.target) or str(node.target)
        return InputError(f"operation {name!r} at {place_of(node)} cannot be followed: {why}")

    def weight(self, known: Known, values: torch.Tensor) -> Weight:
        """Return weights of a map, made of a tensor; they count as part of the graph."""
        if known.trained:
            self.coverage.mark(known)
        if values.untyped_storage().data_ptr() != known.tensor.untyped_storage().data_ptr():
            return Weight(known.name, as_floats(values), known.trained)
        # A parameter that is used again, such as at every layer, is copied once.
        key = (values.data_ptr(), values.dtype, tuple(values.shape), values.stride())
        if key not in self._copied:
            self._copied[key] = (known, as_floats(values))
        return Weight(known.name, self._copied[key][1], known.trained)

    def numbers(self, value: Value) -> torch.Tensor:
        """Return the numbers of the units of a value.

        A number that is known is a unit without an input, a parameter one with a bias; zeros
        and what masks fill in are none.
        """
        if isinstance(value, Units):
            return value.numbers
        if isinstance(value, Unserved):
            raise InputError(value.what)
        if value.trained:
            flat = self.recorder.units(value.tensor.numel())
            self.recorder.bias(self.weight(value, value.tensor.reshape(-1)), flat[:, None])
            return torch.from_numpy(flat).reshape(value.tensor.shape)
        given = value.tensor
        real = given.double() if not given.is_complex() else given.abs().double()
        there = (real != 0) & real.isfinite() & (real > LOWEST)
        numbers = torch.full(given.shape, NOTHING)
        numbers[there] = torch.from_numpy(self.recorder.units(int(there.sum())))
        return numbers

    def copies(self, value: Units) -> Units:
        """Return units that take the place of others, which come from several tensors."""
        return later(
            value.shape,
            lambda: torch.from_numpy(self.recorder.copies(as_integers(value.numbers))),
        )

    def join(self, shape: Sequence[int], operands: Sequence[Units], sums: bool = False) -> Units:
        """Return the units that several tensors enter together, place by place."""

        def made() -> torch.Tensor:
            arrays = [as_integers(one.numbers.expand(tuple(shape))) for one in operands]
            return torch.from_numpy(self.recorder.join(arrays, sums))

        return later(shape, made)

    def gain(self, units: Units, known: Known, shift: Known | None = None) -> Units:
        """Multiply units by trained numbers and add others: a map with one edge a unit, a bias.

        The result has the shape that the operands have together; numbers that are the same along a
        dimension of it are one weight.
        """
        shape = np.broadcast_shapes(units.shape, known.tensor.shape)

        def made() -> torch.Tensor:
            numbers, factors, back = _by_weight(shape, units.numbers, known.tensor)
            groups, positions = numbers.shape
            places = np.arange(positions)
            added = None
            if shift is not None:
                offsets = _by_weight(shape, units.numbers, shift.tensor)[1]
                added = self.weight(shift, offsets.expand(groups))
            outputs = self.recorder.linear(
                self.weight(known, factors[:, None, None, None]),
                as_integers(numbers)[:, None],
                (np.column_stack([places, places]),),
                positions,
                added,
            )
            return back(torch.from_numpy(outputs[:, 0]))

        return later(shape, made)

    def shift(self, units: Units, known: Known) -> Units:
        """Add trained numbers to units: new ones, each with a wire from its own and a bias."""
        shape = np.broadcast_shapes(units.shape, known.tensor.shape)

        def made() -> torch.Tensor:
            numbers, offsets, back = _by_weight(shape, units.numbers, known.tensor)
            outputs = self.recorder.copies(as_integers(numbers), sums=True)
            missing = outputs == NOTHING
            outputs[missing] = self.recorder.units(int(missing.sum()))
            self.recorder.bias(self.weight(known, offsets), outputs)
            return back(torch.from_numpy(outputs))

        return later(shape, made)


def later(shape: Sequence[int], number: Callable[[], torch.Tensor]) -> Units:
    """Return units that are made when they are used first."""
    return Units(tuple(shape), number)


def as_integers(numbers: torch.Tensor) -> IntArray:
    """Return numbers of units as numpy has them."""
    return np.ascontiguousarray(numbers.numpy())


def as_floats(values: torch.Tensor) -> FloatArray:
    """Return weights as numpy has them: a copy, so that training on does not change the network."""
    return np.array(values.detach().cpu().to(torch.float32).numpy(), copy=True, order="C")


def _by_weight(
    shape: Sequence[int], numbers: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]:
    """Arrange a tensor by the weights that stand at its places.

    Returns
    -------
    numbers : Tensor, shape (weights, positions)
    weights : Tensor, shape (weights,)
    back : callable
        Takes a tensor of the shape of ``numbers`` to ``shape``.
    """
    wide = weights.expand(tuple(shape))
    own = [d for d in range(len(shape)) if wide.stride(d) != 0 and shape[d] > 1]
    shared = [d for d in range(len(shape)) if d not in own]
    order = own + shared
    one = wide.permute(order)
    for _ in shared:
        one = one.select(-1, 0)
    arranged = numbers.expand(tuple(shape)).permute(order)
    form = arranged.shape

    def back(found: torch.Tensor) -> torch.Tensor:
        return found.reshape(form).permute(sorted(range(len(order)), key=order.__getitem__))

    one = one.reshape(-1)
    return arranged.reshape(len(one), -1), one, back
