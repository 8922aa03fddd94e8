"""Embeddings: rows of a table that tokens pick."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import Result, Tracer, as_integers, serves
from topoprint.networks.tracing.values import Known, Units, Unserved, Value
from topoprint.networks.tracing.views import move, shape_of, shapes_of, tensor_of


@serves("embedding")
def embedding(tracer: Tracer, node: Node, table: Value, tokens: Value, *_: Any) -> Result:
    """Follow an embedding: a token is a unit, and the row that it picks its weights."""
    numbers = _rows(tracer, node, table, tokens)
    return Units.of(numbers.reshape(shape_of(node)))


@serves("index", "_unsafe_index")
def index(tracer: Tracer, node: Node, table: Value, places: list[Value | None]) -> Result:
    """Follow an index; tokens that pick rows of parameters are those of an embedding."""
    by_token = len(places) == 1 and isinstance(places[0], Units)
    if by_token and isinstance(table, Known) and table.trained and table.tensor.ndim == 2:
        return embedding(tracer, node, table, places[0])
    return move(tracer, node, table, places)


@serves("_embedding_bag", "_embedding_bag_forward_only")
def bag(
    tracer: Tracer,
    node: Node,
    table: Value,
    tokens: Value,
    offsets: Value,
    by_frequency: bool = False,
    mode: int = 0,
    sparse: bool = False,
    weights: Value | None = None,
    includes_last: bool = False,
    padding: int = -1,
) -> Result:
    """Follow sums, means or maxima of rows: a reduction of what they give."""
    starts = tensor_of(offsets)
    if not isinstance(starts, torch.Tensor) or isinstance(weights, Units):
        raise tracer.refuse(node, "its bags or their weights depend on the input")
    rows = _rows(tracer, node, table, tokens)
    picked = tensor_of(tokens)
    ends = [*starts.tolist(), len(picked)][: len(starts) + (0 if includes_last else 1)]
    bags = []
    for start, end in pairwise(ends):
        taken = rows[start:end][picked[start:end] != padding]
        if len(taken):
            bags.append(tracer.recorder.reduce(as_integers(taken.T)))
        else:
            bags.append(np.full(rows.shape[1], NOTHING))
    unused = Unserved("the bookkeeping of a bag cannot be followed")
    others = len(shapes_of(node)) - 1
    return (Units.of(torch.from_numpy(np.stack(bags))), *[unused] * others)


def _rows(tracer: Tracer, node: Node, table: Value, tokens: Value) -> torch.Tensor:
    """Numbers of the units that a token each gives, shape (tokens, features)."""
    picked = tensor_of(tokens)
    if not isinstance(table, Known):
        raise tracer.refuse(node, "its rows depend on the input")
    if not isinstance(picked, torch.Tensor):
        raise tracer.refuse(node, "its tokens are computed from activations")
    rows, row_of = torch.unique(picked.reshape(-1), return_inverse=True)
    chosen = table.moved(lambda tensor: tensor[rows])
    weight = tracer.weight(chosen, chosen.tensor.T[None, :, None, :])
    places = np.arange(picked.numel())
    pairs = [
        np.column_stack([places[taken], places[taken]])
        for taken in (row_of.numpy() == row for row in range(len(rows)))
    ]
    inputs = as_integers(tracer.numbers(tokens).reshape(1, 1, -1))
    outputs = tracer.recorder.linear(weight, inputs, pairs, picked.numel())
    return torch.from_numpy(outputs[0]).T
