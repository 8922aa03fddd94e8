"""The hidden layers of a traced module: the activations that its linear maps read."""

from dataclasses import dataclass

import numpy as np
from torch.fx import Node

from topoprint.networks.maps import IntArray
from topoprint.networks.tracing.modules import Followed
from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import as_integers, name_of
from topoprint.networks.tracing.values import Known, Units

# Operations that a trained matrix, kernel or table takes part in; gains are none.
LINEAR = (
    "linear", "mm", "mv", "dot", "bmm", "addmm", "baddbmm", "addmv", "matmul", "bilinear",
    "convolution", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell",
    "rnn_tanh_cell", "rnn_relu_cell", "embedding",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class HiddenLayer:
    """Units that a linear map reads.

    Attributes
    ----------
    node : Node
        The operation that gives them.
    places : ndarray, int64, shape (units,)
        Where they stand in its result, flattened.
    """

    node: Node
    places: IntArray


@dataclass(frozen=True)
class Hidden:
    """The hidden layers of a module.

    Attributes
    ----------
    layers : tuple of HiddenLayer
        In the order in which they are read. Each unit stands once, where it is read first.
    last : HiddenLayer or None
        All that the last linear map reads; None if that is the module's input.
    """

    layers: tuple[HiddenLayer, ...]
    last: HiddenLayer | None


def hidden_layers(found: Followed) -> Hidden:
    """Find what the trained linear maps read that is no input of the module.

    Of a dense network these are the outputs of its hidden layers, after the functions that follow
    each; of a residual block what it and its second convolution take; of recurrent layers and
    attention what they give to the maps that come after.
    """
    seen = found.tracer.seen
    inputs = [
        as_integers(value.numbers).reshape(-1)
        for node, value in seen.items()
        if node.op == "placeholder" and isinstance(value, Units)
    ]
    taken = np.unique(np.concatenate([np.array([NOTHING]), *inputs]))
    given = taken
    layers: list[HiddenLayer] = []
    last = None
    for node in found.program.graph.nodes:
        for read in _read(node, seen):
            numbers = as_integers(seen[read].numbers).reshape(-1)
            fresh = _first_places(numbers, taken)
            if fresh.size:
                layers.append(HiddenLayer(read, fresh))
                taken = np.union1d(taken, numbers)
            known = _first_places(numbers, given)
            last = HiddenLayer(read, known) if known.size else None
    return Hidden(tuple(layers), last)


def _read(node: Node, seen: dict[Node, object]) -> list[Node]:
    """Activations that a trained linear operation reads; none of any other."""
    if node.op != "call_function" or name_of(node.target) not in LINEAR:
        return []
    values = [(one, seen[one]) for one in node.all_input_nodes]
    if not any(isinstance(value, Known) and value.trained for _, value in values):
        return []
    return [one for one, value in values if isinstance(value, Units)]


def _first_places(numbers: IntArray, without: IntArray) -> IntArray:
    """Where each unit that is not among those of ``without`` stands first, in their order there."""
    units, places = np.unique(numbers, return_index=True)
    return np.sort(places[~np.isin(units, without)])
