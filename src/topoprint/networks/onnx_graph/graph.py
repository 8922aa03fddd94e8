"""The graph of an ONNX model as a torch module."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from topoprint.errors import InputError
from topoprint.networks.onnx_graph import (
    interpolation,
    linear,
    norms,
    pointwise,
    pooling,
    recurrent,
    shapes,
)
from topoprint.networks.onnx_graph.operators import OPERATORS, Call, Value, as_tensor
from topoprint.networks.readers.onnx_file import RECURRENT
from topoprint.networks.readers.tensors import Array, Tensor

# Each of them has said which operators it serves.
FAMILIES = (interpolation, linear, norms, pointwise, pooling, recurrent, shapes)

DOMAINS = ("", "ai.onnx")
# Operators that draw numbers: none of them is known, even without an input.
DRAWN = ("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli",
         "Multinomial")  # fmt: skip
# A mask fills in or adds numbers as low as this.
LOWEST = -1e4

Scope = dict[str, Value]


class Operation(nn.Module):
    """One node of a graph; its place in the module bears its name."""

    def __init__(self, node: Any, opset: int) -> None:
        from onnx import helper

        super().__init__()
        self.node = node
        attributes = {
            one.name: helper.get_attribute_value(one)
            for one in node.attribute
            if not one.HasField("g") and not one.graphs
        }
        attributes = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in attributes.items()
        }
        self.call = Call(node.op_type, attributes, opset, len(node.output))

    @property
    def told(self) -> str:
        """Its name and place, for messages."""
        kind = self.node.op_type
        if self.node.domain not in DOMAINS:
            kind = f"{self.node.domain}.{kind}"
        results = ", ".join(map(repr, self.node.output))
        place = f"node {self.node.name!r}" if self.node.name else f"the node that gives {results}"
        return f"operator {kind!r} at {place}"

    def forward(self, *given: Value) -> Sequence[Value]:
        """Return its results."""
        kind = self.node.op_type
        is_known = not any(isinstance(one, torch.Tensor) for one in given)
        if self.node.domain in DOMAINS and kind not in DRAWN:
            if kind in ("Shape", "Size") and isinstance(given[0], torch.Tensor):
                return [self._asked(tuple(given[0].shape))]
            if is_known:
                return self._computed(given)
            if kind in OPERATORS:
                found = OPERATORS[kind](self.call, *given)
                return found if isinstance(found, tuple) else [found]
        raise ValueError("it is not known here")

    def _asked(self, shape: tuple[int, ...]) -> Array:
        if self.node.op_type == "Size":
            return np.array(int(np.prod(shape)), dtype=np.int64)
        part = slice(self.call.get("start", 0), self.call.get("end"))
        return np.array([int(size) for size in shape][part], dtype=np.int64)

    def _computed(self, given: Sequence[Value]) -> Sequence[Value]:
        """Compute what does not depend on the input, by the reference of onnx."""
        from onnx import helper
        from onnx.reference import ReferenceEvaluator

        named: dict[str, Array] = {
            name: np.asarray(one)
            for name, one in zip(self.node.input, given, strict=True)
            if one is not None
        }
        if self.node.op_type == "DequantizeLinear" and named[self.node.input[0]].size > 1:
            raise ValueError("its scale is not stored, so that its weights are not known")
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            [self.node], "node",
            [value(name, helper.np_dtype_to_tensor_dtype(one.dtype), one.shape)
             for name, one in named.items()],
            [value(name, 0, None) for name in self.node.output if name],
        )  # fmt: skip
        version = helper.make_opsetid(self.node.domain, self.call.opset)
        model = helper.make_model(graph, opset_imports=[version])
        found: Any = ReferenceEvaluator(model).run(None, named)
        return list(found)


@dataclass(frozen=True)
class Step:
    """A node as it is run: where its operation stands, and the graphs in its branches."""

    path: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    branches: dict[str, "Plan"]


@dataclass(frozen=True)
class Plan:
    """A graph as it is run.

    Attributes
    ----------
    known : dict of str to array
        What it stores that is not trained.
    places : dict of str to str
        The parameter of each trained value.
    steps : tuple of Step
        Its nodes, in their order.
    outputs : tuple of str
    """

    known: Scope
    places: dict[str, str]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]


class OnnxGraph(nn.Module):
    """A module that computes in inference what the graph of a model does.

    Trained weights are its parameters; all else that the model stores is known.

    Parameters
    ----------
    model : onnx.ModelProto
        Without functions of its own.
    tensors : mapping of str to Tensor
        What its initialisers and constants are to the network, as its reader tells.
    folder : str
        Where its external data are.

    Attributes
    ----------
    names : dict of str to str
        The name in the model of each parameter.

    Raises
    ------
    InputError
        If a stored tensor cannot be read.
    """

    def __init__(self, model: Any, tensors: Mapping[str, Tensor], folder: str = "") -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self._opset = max(
            (one.version for one in model.opset_import if one.domain in DOMAINS), default=1
        )
        self._inputs = [one.name for one in inputs_of(model.graph)]
        self._plan = self._planned(model.graph, tensors, folder)

    def _planned(self, graph: Any, tensors: Mapping[str, Tensor], folder: str) -> Plan:
        fills = set(fills_of(graph))
        known: Scope = {}
        places: dict[str, str] = {}
        for name, proto in stored_in(graph):
            array, trained = _read(name, proto, tensors, folder, name in fills)
            if trained:
                places[name] = f"parameter_{len(self.names)}"
                self.names[places[name]] = name
                self.register_parameter(places[name], nn.Parameter(as_tensor(array)))
            else:
                known[name] = array
        steps = []
        for node in graph.node:
            if node.op_type == "Constant" and node.output[0] in {**known, **places}:
                continue
            path = (node.name or node.op_type).replace(".", "_")
            while hasattr(self, path):
                path += "_again"
            self.add_module(path, Operation(node, self._opset))
            branches = {
                one.name: self._planned(one.g, tensors, folder)
                for one in node.attribute
                if one.HasField("g")
            }
            steps.append(Step(path, tuple(node.input), tuple(node.output), branches))
        return Plan(known, places, tuple(steps), tuple(one.name for one in graph.output))

    def forward(self, *given: Any) -> tuple[torch.Tensor, ...]:
        """Compute the results of the graph, of which those that depend on the input count."""
        scope: Scope = {"": None}
        for name, value in zip(self._inputs, given, strict=True):
            scope[name] = value if isinstance(value, torch.Tensor) else np.asarray(value)
        found = self._run(self._plan, scope)
        return tuple(one for one in found if isinstance(one, torch.Tensor))

    def _run(self, plan: Plan, scope: Scope) -> list[Value]:
        scope |= plan.known
        scope |= {name: self.get_parameter(place) for name, place in plan.places.items()}
        for step in plan.steps:
            operation = self.get_submodule(step.path)
            assert isinstance(operation, Operation)
            given = [scope[name] for name in step.inputs]
            try:
                if operation.node.op_type == "If" and step.branches:
                    found: Sequence[Value] = self._run(_taken(given[0], step), dict(scope))
                else:
                    found = operation(*given)
            except (
                AssertionError, AttributeError, IndexError, InputError, KeyError,
                NotImplementedError, RuntimeError, TypeError, ValueError,
            ) as error:  # fmt: skip
                reason = str(error).strip().split("\n")[0] or type(error).__name__
                if isinstance(error, InputError) and reason.startswith("operator "):
                    raise  # of a node within a branch
                raise InputError(f"{operation.told} cannot be followed: {reason}") from error
            scope.update(zip(step.outputs, found, strict=False))
        return [scope[name] for name in plan.outputs]


def inputs_of(graph: Any) -> list[Any]:
    """Return what a graph is given; early versions name its initialisers among its inputs."""
    stored = {one.name for one in graph.initializer}
    return [one for one in graph.input if one.name not in stored]


def stored_in(graph: Any) -> Iterator[tuple[str, Any]]:
    """Yield the tensors that a graph itself stores: initialisers and constants."""
    for proto in graph.initializer:
        yield proto.name, proto
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.HasField("t"):
                yield node.output[0], attribute.t


def _read(
    name: str, proto: Any, tensors: Mapping[str, Tensor], folder: str, may_fill: bool
) -> tuple[Array, bool]:
    """Return a stored tensor, and whether it is trained."""
    from onnx import numpy_helper

    told = tensors.get(name)
    try:
        array: Array = numpy_helper.to_array(proto, folder)
    except Exception as error:  # of the file beside it, or its own bytes
        raise InputError(f"tensor {name!r} cannot be read: {error}") from error
    if told is not None and told.dtype == "float32" and array.dtype.kind in "iu":
        array = told.read()  # dequantised
    is_float = array.dtype.kind == "f" or array.dtype.name == "bfloat16"
    # The reader tells what is none of the network; it splits what recurrent operators take.
    if not is_float or not array.size or (told is not None and told.role == "none"):
        return array, False
    is_fill = may_fill and array.size > 1 and bool((array == array.flat[0]).all())
    is_mask = not float(array.min()) > LOWEST or not np.isfinite(array.astype(np.float32)).all()
    return array, not (is_fill or is_mask)


def fills_of(graph: Any) -> Iterator[str]:
    """Yield what may be mere fill where its numbers are all the same: constants, first states."""
    for node in graph.node:
        if node.op_type == "Constant":
            yield node.output[0]
        elif node.op_type in RECURRENT:
            yield from list(node.input)[5:7]


def _taken(condition: Value, step: Step) -> Plan:
    """Return the branch that a condition takes."""
    if condition is None or isinstance(condition, torch.Tensor):
        raise ValueError("which branch is taken depends on the input")
    return step.branches["then_branch" if bool(np.asarray(condition).all()) else "else_branch"]
