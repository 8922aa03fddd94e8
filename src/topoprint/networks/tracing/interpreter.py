"""Walks the graph of an exported module, operation by operation."""

import operator
from dataclasses import replace
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Node
from torch.fx.node import map_arg

from topoprint.errors import InputError
from topoprint.networks.tracing import (
    attention,
    convolution,
    embeddings,
    interpolation,
    joins,
    linear,
    norms,
    recurrent,
    reductions,
    views,
)
from topoprint.networks.tracing.pointwise import pointwise
from topoprint.networks.tracing.tracer import HANDLERS, Result, Tracer, name_of
from topoprint.networks.tracing.values import Known, Units, Unserved

# Each of them has said above which operations it serves.
FAMILIES = (
    attention, convolution, embeddings, interpolation, joins, linear, norms, recurrent, reductions,
    views,
)  # fmt: skip

# Operations whose result is elements of their first tensor.
PICKED = (*views.RESHAPED, *views.MOVED, "index", "_unsafe_index", "embedding")

INTEGERS = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def walk(program: ExportedProgram, tracer: Tracer, example: list[Any]) -> list[Units]:
    """Follow a program on an example, and return what it gives.

    Parameters
    ----------
    program : ExportedProgram
    tracer : Tracer
        Records what is met.
    example : list
        The inputs, flattened.

    Raises
    ------
    InputError
        If an operation cannot be followed: its name, its place, and why.
    """
    given = iter(example)
    kinds = {one.arg.name: one for one in program.graph_signature.input_specs}
    for node in program.graph.nodes:
        if node.op == "placeholder":
            tracer.seen[node] = _input(program, tracer, kinds[node.name], given)
        elif node.op == "call_function":
            tracer.seen[node] = _followed(tracer, node)
        elif node.op == "output":
            specs = program.graph_signature.output_specs
            results = zip(node.args[0], specs, strict=True)
            wanted = [one for one, spec in results if spec.kind == OutputKind.USER_OUTPUT]
            found = [tracer.seen[one] for one in wanted if isinstance(one, Node)]
            return [one for one in found if isinstance(one, Units) and not _is_weight(one)]
        else:
            raise tracer.refuse(node, "it is no operation on tensors")
    raise AssertionError("a graph ends with its output")


def _input(program: ExportedProgram, tracer: Tracer, spec: Any, given: Any) -> Any:
    if spec.kind == InputKind.USER_INPUT:
        value = next(given)
        if not isinstance(value, torch.Tensor):
            return value
        shape = tuple(value.shape)

        def numbers() -> torch.Tensor:
            return torch.from_numpy(tracer.recorder.units(*shape))

        if value.dtype in INTEGERS:  # tokens and masks are units once they are taken as such
            return Units(shape, numbers, value.detach().cpu())
        return Units.of(numbers())
    if spec.kind == InputKind.PARAMETER:
        tensor = program.state_dict[spec.target].detach().cpu()
        return Known(tensor, (tracer.coverage.names[spec.target],), ())
    if spec.kind == InputKind.BUFFER and spec.target in program.state_dict:
        return Known(program.state_dict[spec.target].detach().cpu())
    held = program.constants.get(spec.target)
    return Known(held.detach().cpu()) if isinstance(held, torch.Tensor) else held


def _followed(tracer: Tracer, node: Node) -> Any:
    try:
        return _call(tracer, node)
    except InputError:
        raise
    except (
        AssertionError, AttributeError, IndexError, KeyError, NotImplementedError, RuntimeError,
        TypeError, ValueError,
    ) as error:  # fmt: skip
        raise tracer.refuse(node, "tracing does not know such arguments of it") from error


def _call(tracer: Tracer, node: Node) -> Any:
    args: Any = map_arg(node.args, lambda one: tracer.seen[one])
    kwargs: Any = map_arg(node.kwargs, lambda one: tracer.seen[one])
    name = name_of(node.target)
    if not name:  # the one of several results that is taken
        if node.target is operator.getitem:
            return args[0][args[1]]
        raise tracer.refuse(node, "it is no operation on tensors")
    given = _values(args) + _values(list(kwargs.values()))
    for one in given:
        if isinstance(one, Unserved):
            raise tracer.refuse(node, one.what)
    if not any(isinstance(one, Units) for one in given):
        return _known(node, args, kwargs, given)
    if name.startswith("_assert"):
        return None
    if name.endswith("_like") or name.startswith("new_"):  # of an activation, its shape alone
        source: Any = node.args[0]
        shaped = torch.zeros(given[0].shape, dtype=source.meta["val"].dtype)
        return _known(node, (Known(shaped), *args[1:]), kwargs, [])
    by_value = all(
        not one.trained if isinstance(one, Known) else one.values is not None for one in given
    )
    found: Any
    if name in HANDLERS:
        found = _checked(tracer, node, HANDLERS[name](tracer, node, *args, **kwargs))
    elif torch.Tag.pointwise in node.target.tags:  # type: ignore[union-attr]
        found = _checked(tracer, node, pointwise(tracer, node, *args, **kwargs))
    elif by_value:
        found = _known(node, args, kwargs, [])
    else:
        raise tracer.refuse(node, "tracing does not know it")
    if by_value and isinstance(found, Units) and found.values is None:
        values = _known(node, args, kwargs, [])
        found = replace(found, values=values.tensor)
    return found


def _known(node: Node, args: Any, kwargs: Any, given: list[Any]) -> Any:
    """Run an operation on what does not depend on the input."""
    name = name_of(node.target)
    known = [one for one in given if isinstance(one, Known)]
    names = tuple(dict.fromkeys(own for one in known for own in one.parameters))
    trained = [one for one in known if one.trained]
    if name in PICKED and len(trained) == 1 and args[0] is trained[0]:
        if not isinstance(node.meta["val"], list | tuple):
            return trained[0].moved(lambda tensor: views.apply(node, args, kwargs, tensor))
        return tuple(
            trained[0].moved(lambda tensor, k=k: views.apply(node, args, kwargs, tensor)[k])
            for k in range(len(node.meta["val"]))
        )
    tensors = {key: views.tensor_of(one) for key, one in kwargs.items()}
    found = node.target(*views.tensor_of(args), **tensors)  # type: ignore[operator]
    if name.startswith(("empty", "new_empty")):  # what is not yet written is nothing
        found = torch.zeros_like(found)
    if isinstance(found, list | tuple):
        return tuple(Known(one, names) if isinstance(one, torch.Tensor) else one for one in found)
    return Known(found, names) if isinstance(found, torch.Tensor) else found


def _checked(tracer: Tracer, node: Node, found: Result) -> Result:
    """Refuse a result of another shape than that of the operation."""
    if isinstance(found, Units) and found.shape != tuple(node.meta["val"].shape):
        raise tracer.refuse(node, f"its result has shape {found.shape}, not as torch says")
    return found


def _is_weight(units: Units) -> bool:
    """Whether it is the weights of an attention that are given beside its result: no units."""
    return units.product and units.mixes


def _values(args: Any) -> list[Any]:
    if isinstance(args, list | tuple):
        return [one for arg in args for one in _values(arg)]
    return [args] if isinstance(args, Known | Units | Unserved) else []
