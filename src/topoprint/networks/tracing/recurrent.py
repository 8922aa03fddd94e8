"""Recurrent layers over the steps of the example: LSTM, GRU and plain RNN.

The maps of a layer are two: from its inputs, at every step, and from its own states, each step to
the next. What the two give are joined, as are the products and sums of the gates, in the form in
which the equations are usually written (a GRU's is h' = (1 − z) ⊙ n + z ⊙ h).
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.maps import IntArray
from topoprint.networks.tracing.linear import dense, same_places
from topoprint.networks.tracing.recorder import NOTHING, Recorder, Weight
from topoprint.networks.tracing.tracer import Result, Tracer, as_integers, name_of, serves
from topoprint.networks.tracing.values import Known, Units, Value

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}

# From what the inputs and the last hidden state give, shape (gates · hidden, batch) each, and the
# last cell state: the new hidden and cell state, shape (hidden, batch).
Step = Callable[[Recorder, IntArray, IntArray, IntArray, IntArray], tuple[IntArray, IntArray]]


def lstm_step(
    recorder: Recorder, given: IntArray, back: IntArray, hidden: IntArray, cell: IntArray
) -> tuple[IntArray, IntArray]:
    """Follow c' = f ⊙ c + i ⊙ g and h' = o ⊙ tanh c'."""
    enters, forgets, candidate, gives = np.split(plus(recorder, given, back), 4)
    kept = times(recorder, forgets, cell)
    cell = plus(recorder, kept, times(recorder, enters, candidate))
    return times(recorder, gives, cell), cell


def gru_step(
    recorder: Recorder, given: IntArray, back: IntArray, hidden: IntArray, cell: IntArray
) -> tuple[IntArray, IntArray]:
    """Follow n = tanh(W x + r ⊙ U h) and h' = (1 − z) ⊙ n + z ⊙ h."""
    resets, updates, new = np.split(given, 3)
    resets_back, updates_back, new_back = np.split(back, 3)
    reset = plus(recorder, resets, resets_back)
    update = plus(recorder, updates, updates_back)
    candidate = plus(recorder, new, times(recorder, reset, new_back))
    kept = times(recorder, update, hidden)
    return plus(recorder, times(recorder, update, candidate), kept), cell


def plain_step(
    recorder: Recorder, given: IntArray, back: IntArray, hidden: IntArray, cell: IntArray
) -> tuple[IntArray, IntArray]:
    """Follow h' = tanh(W x + U h), or with another function."""
    return plus(recorder, given, back), cell


STEPS: dict[str, Step] = {
    "lstm": lstm_step, "gru": gru_step, "rnn_tanh": plain_step, "rnn_relu": plain_step,
}  # fmt: skip


def plus(recorder: Recorder, one: IntArray, other: IntArray) -> IntArray:
    """Add; what is nothing adds nothing."""
    if (other == NOTHING).all():
        return one
    return other if (one == NOTHING).all() else recorder.join([one, other], sums=True)


def times(recorder: Recorder, one: IntArray, other: IntArray) -> IntArray:
    """Multiply; nothing times anything is nothing."""
    if (one == NOTHING).all() or (other == NOTHING).all():
        return np.full(one.shape, NOTHING)
    return recorder.join([one, other])


@serves("lstm", "gru", "rnn_tanh", "rnn_relu")
def layers(
    tracer: Tracer,
    node: Node,
    units: Value,
    states: Any,
    parameters: Sequence[Value],
    has_biases: Any,
    n_layers: Any,
    dropout: Any = 0.0,
    train: Any = False,
    bidirectional: bool = False,
    batch_first: bool = False,
    *_: Any,
) -> Result:
    """Follow layers of recurrent cells over all steps."""
    kind = name_of(node.target)
    if not isinstance(has_biases, bool):
        raise tracer.refuse(node, "its input is packed; give the sequence as a plain tensor")
    if any(not isinstance(one, Known) for one in parameters):
        raise tracer.refuse(node, "its weights depend on the input")
    numbers = tracer.numbers(units)
    sequence = numbers.transpose(0, 1) if batch_first else numbers  # (steps, batch, features)
    given = [states] if isinstance(states, Known | Units) else list(states)
    first = [as_integers(tracer.numbers(state)) for state in given]
    directions = 2 if bidirectional else 1
    each = len(parameters) // (n_layers * directions)
    last: list[list[IntArray]] = [[] for _ in first]
    place = count()
    for _layer in range(n_layers):
        found = []
        for direction in range(directions):
            at = next(place)
            weights = list(parameters[at * each : (at + 1) * each])
            begin = [state[at] for state in first]
            ordered = sequence.flip(0) if direction else sequence
            outputs, ends = _layer_of(tracer, kind, ordered, begin, weights, has_biases)
            found.append(outputs.flip(0) if direction else outputs)
            for kept, end in zip(last, ends, strict=True):
                kept.append(end)
        sequence = torch.cat(found, -1)
    outputs = sequence.transpose(0, 1) if batch_first else sequence
    behind = [Units.of(torch.from_numpy(np.stack(kept))) for kept in last]
    return (Units.of(outputs), *behind)


@serves("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def cell(
    tracer: Tracer, node: Node, units: Value, states: Any, *parameters: Value | None
) -> Result:
    """Follow one step of a cell."""
    kind = name_of(node.target)
    kind = kind.removesuffix("_cell")
    weights = [one for one in parameters if one is not None]
    if any(not isinstance(one, Known) for one in weights):
        raise tracer.refuse(node, "its weights depend on the input")
    given = [states] if isinstance(states, Known | Units) else list(states)
    begin = [as_integers(tracer.numbers(state)) for state in given]
    sequence = tracer.numbers(units)[None]
    _, ends = _layer_of(tracer, kind, sequence, begin, weights, len(weights) == 4)
    found = tuple(Units.of(torch.from_numpy(end)) for end in ends)
    return found if kind == "lstm" else found[0]


def _layer_of(
    tracer: Tracer,
    kind: str,
    sequence: torch.Tensor,
    begin: list[IntArray],
    parameters: Sequence[Any],
    has_biases: bool,
) -> tuple[torch.Tensor, list[IntArray]]:
    """Follow one direction of one layer.

    Parameters
    ----------
    sequence : Tensor, shape (steps, batch, features)
    begin : list of ndarray, shape (batch, hidden)
        The hidden state before, and the cell state of an LSTM.

    Returns
    -------
    outputs : Tensor, shape (steps, batch, hidden)
    ends : list of ndarray
        The states behind, as ``begin``.
    """
    recorder = tracer.recorder
    made = [tracer.weight(one, one.tensor) for one in parameters]
    forward, backward, *rest = made
    biases: list[Weight | None] = list(rest[:2]) if has_biases else [None, None]
    project = rest[-1] if len(rest) % 2 else None
    steps, batch, _ = sequence.shape
    given = as_integers(dense(tracer, sequence, forward, biases[0]))
    hidden = begin[0].T  # (hidden, batch)
    cells = begin[1].T if len(begin) > 1 else hidden
    befores, backs, outputs = [], [], []
    for step in range(steps):
        empty = biases[1] is None and (hidden == NOTHING).all()
        back = np.full((backward.values.shape[0], batch), NOTHING)
        if not empty:
            back = recorder.units(*back.shape)
            befores.append(hidden)
            backs.append(back)
        hidden, cells = STEPS[kind](recorder, given[step].T, back, hidden, cells)
        if project is not None:
            hidden = as_integers(dense(tracer, torch.from_numpy(hidden.T), project)).T
        outputs.append(hidden.T)
    if backs:
        before, back = (np.concatenate(parts, axis=1)[None] for parts in (befores, backs))
        wide = Weight(backward.name, backward.values[None, :, :, None], backward.trained)
        recorder.connect(wide, before, same_places(back.shape[2]), back, biases[1])
    ends = [outputs[-1], cells.T][: len(begin)]
    return torch.from_numpy(np.stack(outputs)), ends
