"""Recurrent operators, as torch's own."""

from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from topoprint.networks.onnx_graph.operators import (
    Call,
    Value,
    integers,
    serves,
    tensor,
    trained_or_none,
)

# Order of torch's gates among those of ONNX: input, output, forget, cell; update, reset, hidden.
GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
MODULES: Any = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


@serves("LSTM", "GRU", "RNN")
def recurrent(
    call: Call,
    x: Value,
    w: Value,
    r: Value,
    b: Value = None,
    lengths: Value = None,
    h: Value = None,
    c: Value = None,
    peepholes: Value = None,
) -> tuple[torch.Tensor, ...]:
    """Run over the steps; the functions of the gates are element-wise, whichever they are."""
    given = tensor(x)
    if call.get("layout", 0):
        given = given.transpose(0, 1)
    if peepholes is not None:
        raise ValueError("peepholes are not known here")
    if call.kind == "GRU" and not call.get("linear_before_reset", 0):
        raise ValueError("the reset before the recurrent weights is not known here")
    if lengths is not None and set(integers(lengths)) != {given.shape[0]}:
        raise ValueError("sequences of unequal lengths are not known here")
    direction = call.get("direction", "forward")
    if direction == "reverse":
        given = given.flip(0)
    size, both = int(call.get("hidden_size")), direction == "bidirectional"
    module = MODULES[call.kind](
        given.shape[2], size, bias=b is not None, bidirectional=both, device="meta"
    )
    weights = _weights(call, tensor(w), tensor(r), trained_or_none(b), size)
    states = [_state(call, one) for one in ((h, c) if call.kind == "LSTM" else (h,))]
    if states[0] is None and all(one is None for one in states):
        arguments: tuple[Any, ...] = (given,)
    else:
        zeros = torch.zeros(1 + both, given.shape[1], size, dtype=given.dtype)
        full = tuple(zeros if one is None else one for one in states)
        arguments = (given, full if call.kind == "LSTM" else full[0])
    output, last = functional_call(module, weights, arguments)
    steps, batch = output.shape[:2]
    output = output.reshape(steps, batch, 1 + both, size).permute(0, 2, 1, 3)
    if direction == "reverse":
        output = output.flip(0)
    ends = last if call.kind == "LSTM" else (last,)
    if call.get("layout", 0):
        return (output.permute(2, 0, 1, 3), *(one.transpose(0, 1) for one in ends))
    return (output, *ends)


def _state(call: Call, given: Value) -> torch.Tensor | None:
    state = trained_or_none(given)
    return state.transpose(0, 1) if state is not None and call.get("layout", 0) else state


def _weights(
    call: Call, w: torch.Tensor, r: torch.Tensor, b: torch.Tensor | None, size: int
) -> dict[str, torch.Tensor]:
    """Return the weights by torch's names, their gates in its order."""
    found = {}
    for number, end in enumerate(("", "_reverse")[: w.shape[0]]):
        parts = {"weight_ih_l0": w[number], "weight_hh_l0": r[number]}
        if b is not None:
            halves = torch.split(b[number], b.shape[1] // 2)
            parts |= {"bias_ih_l0": halves[0], "bias_hh_l0": halves[1]}
        for name, part in parts.items():
            gates = torch.split(part, size)
            found[name + end] = torch.cat([gates[place] for place in GATES[call.kind]])
    return found
