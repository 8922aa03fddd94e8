"""A torch module → its units, linear maps and wires, by what it computes on an example."""

import io
import logging
import operator
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.export import ExportedProgram, default_decompositions, export
from torch.fx import Node
from torch.nn.utils.rnn import PackedSequence

from topoprint.errors import InputError
from topoprint.networks.maps import IntArray, LinearMap, Wires
from topoprint.networks.tracing.coverage import Coverage
from topoprint.networks.tracing.interpreter import walk
from topoprint.networks.tracing.tracer import HANDLERS, Tracer, as_integers, name_of

# Modules that a Sequential may hold beside Linear if it is to be read without an example.
ELEMENTWISE = (nn.Identity, nn.Flatten, nn.BatchNorm1d, nn.LayerNorm, nn.RMSNorm)
# Element-wise operations that are several: a factor among them may be trained.
SEVERAL = ("addcmul", "addcdiv", "lerp")
ACTIVATIONS = "torch.nn.modules.activation"


@dataclass(frozen=True, eq=False)
class Traced:
    """What tracing found.

    Attributes
    ----------
    n_units : int
    maps : tuple of LinearMap
    wires : tuple of Wires
    outputs : tuple of ndarray, int64
        Units of what the module returns, one array a tensor.
    sums : ndarray, int64
        Units that are sums of what enters them.
    metadata : dict
        ``coverage``: share of the trained weights that are edges; ``outside``: names of the
        parameters of which none is.
    """

    n_units: int
    maps: tuple[LinearMap, ...]
    wires: tuple[Wires, ...]
    outputs: tuple[IntArray, ...]
    sums: IntArray
    metadata: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Followed:
    """The operations of a module on an example, and what following them met.

    Attributes
    ----------
    program : ExportedProgram
        It holds the module's own parameters, not copies of them.
    tracer : Tracer
    outputs : tuple of ndarray, int64
        Units of what the module returns, one array a tensor.
    """

    program: ExportedProgram
    tracer: Tracer
    outputs: tuple[IntArray, ...]


def trace(module: nn.Module, example: Any = None, names: Mapping[str, str] | None = None) -> Traced:
    """Follow a module on an example, as :func:`follow` does, and tell what was found."""
    found = follow(module, example, names)
    recorder, summary = found.tracer.recorder, found.tracer.coverage.summary()
    return Traced(
        recorder.n_units, recorder.maps, recorder.wires, found.outputs, recorder.sums, summary
    )


def follow(
    module: nn.Module, example: Any = None, names: Mapping[str, str] | None = None
) -> Followed:
    """Follow a module on an example.

    Parameters
    ----------
    module : torch.nn.Module
        Followed as in inference; it is left as it was.
    example : tensor, or tuple, list or dict of them, optional
        What ``module`` is called with: a tuple or list holds its arguments, a dict its keywords.
        Each tensor is one example, a batch of one. Needed unless the module is a Sequential
        of Linear and element-wise modules.
    names : mapping of str to str, optional
        What parameters are called in the result, by their names in the module.

    Raises
    ------
    InputError
        If an example is missing or does not fit, torch cannot export the module, it holds an
        operation that cannot be followed, or no trained weight is in its graph.
    """
    if not isinstance(module, nn.Module):
        raise InputError(f"expected a torch module, not {type(module).__name__}")
    if isinstance(module, torch.jit.ScriptModule):
        raise InputError(
            "a TorchScript module cannot be traced; give the module of which it was made"
        )
    parameters = dict(module.named_parameters(remove_duplicate=False))
    _check(parameters)
    args, kwargs = _arguments(_made_up(module, parameters) if example is None else example)
    with _as_in_inference(module):
        program = _exported(module, args, kwargs)
    tracer = Tracer(Coverage(parameters, names))
    example_inputs = list(flat(program.example_inputs or ()))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(
            0
        )  # a module that draws numbers has the same graph each time
        found = walk(program, tracer, example_inputs)
        outputs = tuple(as_integers(one.numbers) for one in found)
    if not tracer.recorder.maps:
        raise InputError(
            f"no trained weight of {type(module).__name__} acts on the example; nothing is left "
            "to take a fingerprint of"
        )
    return Followed(program, tracer, outputs)


def _check(parameters: Mapping[str, nn.Parameter]) -> None:
    for name, parameter in parameters.items():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise InputError(f"parameter {name!r} has no shape yet; call the module once")
        if parameter.is_meta:
            raise InputError(f"parameter {name!r} is on the meta device and has no numbers")
        if parameter.is_complex():
            raise InputError(f"parameter {name!r} is complex; only real weights can be edges")


def _made_up(module: nn.Module, parameters: Mapping[str, nn.Parameter]) -> torch.Tensor:
    """Return an example for a module whose first Linear says all that is to be known."""
    parts = [one for one in module.modules() if not list(one.children())]
    plain = all(isinstance(one, nn.Sequential) for one in module.modules() if list(one.children()))
    served = all(_is_plain(one) for one in parts)
    first = next((one for one in parts if isinstance(one, nn.Linear)), None)
    if not plain or not served or first is None:
        raise InputError(
            f"what {type(module).__name__} computes depends on its input; give an example of it: "
            "Network.from_torch(module, example_input=...)"
        )
    return torch.zeros(1, first.in_features, dtype=first.weight.dtype, device=first.weight.device)


def _is_plain(module: nn.Module) -> bool:
    if type(module).__module__ == ACTIVATIONS:
        return not isinstance(module, nn.MultiheadAttention)
    return isinstance(module, (nn.Linear, nn.Dropout, nn.AlphaDropout, *ELEMENTWISE))


def _arguments(example: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(example, Mapping):
        return (), {str(name): _as_tensor(one) for name, one in example.items()}
    if isinstance(example, tuple | list) and not isinstance(example, PackedSequence):
        return tuple(_as_tensor(one) for one in example), {}
    return (_as_tensor(example),), {}


def _as_tensor(given: Any) -> Any:
    if isinstance(given, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(given))
    if isinstance(given, torch.Tensor):
        if not given.numel():
            raise InputError(f"a tensor of the example has no elements (shape {(*given.shape,)})")
        if given.is_meta:
            raise InputError("a tensor of the example is on the meta device and has no numbers")
        return given.detach()
    if isinstance(given, PackedSequence):
        raise InputError("the example is a packed sequence; give the sequence as a plain tensor")
    if isinstance(given, tuple | list):
        return type(given)(_as_tensor(one) for one in given)
    return given


def flat(given: Any) -> Iterator[Any]:
    """Yield the leaves of arguments, in the order in which torch passes them."""
    if isinstance(given, Mapping):
        given = list(given.values())
    if isinstance(given, tuple | list):
        for one in given:
            yield from flat(one)
    else:
        yield given


@contextmanager
def _as_in_inference(module: nn.Module) -> Iterator[None]:
    """Set a module to inference, without its own hooks on that, and back afterwards."""
    before = [(one, one.training) for one in module.modules()]
    fast = torch.backends.mha.get_fastpath_enabled()
    try:
        torch.backends.mha.set_fastpath_enabled(False)  # one operation for a whole layer
        for one, _ in before:
            one.training = False
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for one, training in before:
            one.training = training


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what torch prints and logs while it exports; its error says the same."""
    before = logging.root.manager.disable
    with (
        warnings.catch_warnings(),
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


def _exported(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ExportedProgram:
    """Return the operations of the module; those that tracing serves are left whole."""
    with _quiet():
        try:
            program = export(module, args, kwargs, strict=False)
            if _is_served(program):
                return program
            table = default_decompositions()
            for operation in list(table):
                if name_of(operation) in HANDLERS:
                    del table[operation]
            decomposed: ExportedProgram = program.run_decompositions(table)
            return decomposed
        except InputError:
            raise
        except Exception as error:
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            raise InputError(
                f"torch cannot export {type(module).__name__} on this example: {reason}"
            ) from error


def _is_served(program: ExportedProgram) -> bool:
    """Whether each operation can be followed as it stands, and none writes into a tensor."""
    inputs = set(program.graph_signature.user_inputs)
    follows: set[Node] = set()  # what depends on the input
    for node in program.graph.nodes:
        name = name_of(node.target)
        if name.endswith("_"):
            return False
        if node.op == "placeholder" and node.name in inputs:
            follows.add(node)
        elif node.op == "call_function" and not follows.isdisjoint(node.all_input_nodes):
            pointwise = name and torch.Tag.pointwise in node.target.tags and name not in SEVERAL
            known = name in HANDLERS or name.startswith("_assert") or name.endswith("_like")
            if not (pointwise or known or node.target is operator.getitem):
                return False
            follows.add(node)
    return True
