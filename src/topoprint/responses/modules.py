"""What torch modules answer, read off the operations that tracing follows."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.export.graph_signature import InputKind
from torch.fx import Interpreter, Node
from torch.nn.attention import SDPBackend, sdpa_kernel

from topoprint.errors import InputError
from topoprint.networks.network import Network
from topoprint.networks.tracing.hidden import Hidden, HiddenLayer, hidden_layers
from topoprint.networks.tracing.modules import Followed, flat, follow
from topoprint.networks.tracing.tracer import name_of
from topoprint.responses.answers import Answering, Answers

# Inputs that are answered at once.
BLOCK = 32
# Bytes of hidden outputs that are kept of one network.
MEMORY = 1 << 30

Tensors = tuple[torch.Tensor, ...]


def answering_module(module: nn.Module, example: Any = None) -> Answering:
    """Make what answers as a module does in inference.

    The operations of the module are followed on one example, as
    :meth:`topoprint.Network.from_torch` follows them, and then done on each input by itself: the
    module is not called again, and its mode, hooks and parameters stay as they are. Hidden layers
    are what its linear maps read (:func:`~topoprint.networks.tracing.hidden.hidden_layers`).

    Parameters
    ----------
    module : torch.nn.Module
        Of one input tensor.
    example : ndarray or tensor, shape (1, …), optional
        Needed unless the module is a Sequential of Linear and element-wise modules.

    Raises
    ------
    InputError
        If the module cannot be followed, takes several inputs, or has no hidden layer. The answers:
        if an input does not fit or holds a NaN, what is kept would take more than 1 GiB, or an
        operation fails.
    """
    name = type(module).__name__
    with torch.random.fork_rng(devices=[]):
        found = follow(module, None if example is None else as_inputs(module, example))
        hidden = hidden_layers(found)
    if hidden.last is None or not hidden.layers:
        raise InputError(f"{name} has no hidden layer between its input and its last linear map")
    tensors = [
        one for one in flat(found.program.example_inputs or ()) if isinstance(one, torch.Tensor)
    ]
    if len(tensors) != 1:
        raise InputError(f"{name} takes {len(tensors)} tensors; probes are of one")
    shape = tuple(tensors[0].shape[1:])

    def answering(weights: Mapping[str, torch.Tensor]) -> Answering:
        return Answering(
            shape,
            lambda inputs: _answer(name, found, hidden, tensors[0], inputs, weights),
            lambda network, other: answering(_weights_of(name, found, network, other)),
        )

    return answering({})


def _weights_of(
    name: str, found: Followed, network: Network, other: Network
) -> dict[str, torch.Tensor]:
    """Put the weights of a network of the same maps in the places of a module's parameters."""
    parameters = found.program.state_dict
    pairs: dict[str, list[tuple[NDArray[Any], NDArray[Any]]]] = {}
    for own, its in zip(network.maps, other.maps, strict=True):
        pairs.setdefault(own.name, []).append((own.weight, its.weight))
    weights = {}
    for parameter, parts in pairs.items():
        before, after = (np.concatenate([part[end].ravel() for part in parts]) for end in (0, 1))
        place = parameters.get(parameter)
        flat = None if place is None else place.detach().float().cpu().numpy().ravel()
        if place is None or flat is None or not np.array_equal(before, flat):
            raise InputError(
                f"null models of {name} do not answer: the weights of its graph are not those of "
                f"parameter {parameter!r} (folded, picked, turned, or used several times)"
            )
        made = torch.from_numpy(after).reshape(place.shape)
        weights[parameter] = made.to(place.device, place.dtype)
    return weights


def as_inputs(module: nn.Module, probes: Any) -> torch.Tensor:
    """Give probes the type of the module's parameters, on their device; whole numbers stay."""
    tensor = torch.as_tensor(probes).detach()
    first = next((one for one in module.parameters() if one.is_floating_point()), None)
    if first is None:
        return tensor
    return tensor.to(first.device, first.dtype if tensor.is_floating_point() else tensor.dtype)


def _answer(
    name: str,
    found: Followed,
    hidden: Hidden,
    like: torch.Tensor,
    inputs: NDArray[Any],
    weights: Mapping[str, torch.Tensor],
) -> Answers:
    shape = tuple(like.shape[1:])
    if inputs.shape[1:] != shape:
        raise InputError(f"{name} takes inputs of shape {shape}, the probes are {inputs.shape[1:]}")
    if inputs.dtype.kind == "f" and not like.is_floating_point():
        raise InputError(f"{name} takes whole numbers, as tokens are; the probes are fractions")
    units = sum(len(layer.places) for layer in hidden.layers)
    if units * len(inputs) * 4 > MEMORY:
        raise InputError(
            f"{name}: {units} hidden units to {len(inputs)} probes take more than "
            f"{MEMORY / 2**30:.2g} GiB; give fewer probes, or smaller ones"
        )
    wanted = (*hidden.layers, hidden.last)
    with (
        torch.no_grad(),
        torch.random.fork_rng(devices=[]),
        sdpa_kernel(SDPBackend.MATH),  # which alone takes inputs together
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # that an operation is done input by input
        torch.default_generator.manual_seed(0)
        run = _runner(found, wanted, weights)
        blocks = [
            [part.float().cpu().numpy() for part in _in_block(name, run, block)]
            for block in torch.split(torch.as_tensor(inputs).to(like.device, like.dtype), BLOCK)
        ]
    *layers, last, outputs = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    if not all(np.isfinite(part).all() for part in (*layers, last)):
        raise InputError(f"{name} answers with a NaN or an infinity; look at its weights")
    return Answers(tuple(layers), last, outputs)


def _in_block(
    name: str, run: Callable[[torch.Tensor], Tensors], block: torch.Tensor
) -> list[torch.Tensor]:
    """Answer inputs together, each as a batch of one; input by input where torch cannot."""
    try:
        return list(torch.vmap(run)(block))
    except (RuntimeError, NotImplementedError, ValueError):
        pass
    try:
        answers = [run(one) for one in block]
    except Exception as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"{name} cannot answer the probes: {reason}") from error
    return [torch.stack(parts) for parts in zip(*answers, strict=True)]


def _runner(
    found: Followed, wanted: tuple[HiddenLayer | None, ...], weights: Mapping[str, torch.Tensor]
) -> Callable[[torch.Tensor], Tensors]:
    """Give what takes one input to the wanted activations and the first output.

    ``weights`` stand for parameters of the module, by the names that they have in its maps.
    """
    program = found.program
    layers = [(one.node, torch.from_numpy(one.places)) for one in wanted if one is not None]
    kept = {node for node, _ in layers}
    arguments: list[Any] = []
    given = iter(flat(found.program.example_inputs or ()))
    for spec in program.graph_signature.input_specs:
        if spec.kind == InputKind.USER_INPUT:
            arguments.append(next(given))
        elif spec.target in program.state_dict:
            told = found.tracer.coverage.names.get(spec.target, spec.target)
            arguments.append(weights.get(told, program.state_dict[spec.target]))
        else:
            arguments.append(program.constants.get(str(spec.target)))
    place = next(
        number
        for number, spec in enumerate(program.graph_signature.input_specs)
        if spec.kind == InputKind.USER_INPUT and isinstance(arguments[number], torch.Tensor)
    )

    def run(one: torch.Tensor) -> Tensors:
        reader = _Reader(program.graph_module, kept)
        outputs = reader.run(*arguments[:place], one[None], *arguments[place + 1 :])
        first = next(out for out in outputs if isinstance(out, torch.Tensor))
        taken = [reader.found[node].reshape(-1)[places.to(one.device)] for node, places in layers]
        return (*taken, first[0])

    return run


class _Reader(Interpreter):
    """Runs a graph and keeps what some of its operations give."""

    def __init__(self, module: torch.fx.GraphModule, kept: set[Node]) -> None:
        super().__init__(module)
        self._kept = kept
        self.found: dict[Node, torch.Tensor] = {}

    def run_node(self, n: Node) -> Any:
        """Run one operation; assertions were made when the module was exported."""
        if name_of(n.target).startswith("_assert"):
            return None
        result = super().run_node(n)
        if n in self._kept:
            self.found[n] = result
        return result
