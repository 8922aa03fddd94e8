"""Scales and shifts of channels that go into the linear map before them."""

import torch
from torch.fx import Node

from topoprint.networks.tracing.recorder import Weight
from topoprint.networks.tracing.tracer import Tracer, as_floats, as_integers, name_of
from topoprint.networks.tracing.values import Known, Units
from topoprint.networks.tracing.views import RESHAPED

# Trained factors are a map with one edge a unit; a product of activations is none, and never folds.
LINEAR = (
    "linear", "convolution", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "addmm", "mm", "bmm", "matmul", "mul",
)  # fmt: skip


def fold(
    tracer: Tracer,
    node: Node,
    units: Units,
    scale: torch.Tensor | None,
    shift: Known | None,
    scaled_by: Known | None = None,
    channel: int | None = None,
) -> bool:
    """Fold an operation into the linear map that alone feeds it, if there is one.

    Parameters
    ----------
    node : Node
        The operation; nothing else may use what it takes.
    units : Units
        What it takes.
    scale, shift : Tensor and Known, optional
        One number a channel. Without ``channel``, they broadcast with the units and may differ
        along one dimension alone.
    scaled_by : Known, optional
        The parameter of which the scale was made.
    channel : int, optional
        The dimension of channels.
    """
    if not _fed_by_a_map(tracer, node):
        return False
    if channel is None:
        assert shift is not None
        wide = shift.tensor.shape
        own = [d for d in range(-len(wide), 0) if wide[d] > 1]
        if len(own) > 1 or len(wide) > len(units.shape):
            return False
        channel = own[0] % len(units.shape) if own else len(units.shape) - 1
        if shift.tensor.numel() != units.shape[channel]:
            return False
    numbers = units.numbers.movedim(channel, 0).reshape(units.shape[channel], -1)
    added = None
    if shift is not None:
        added = Weight(shift.name, as_floats(shift.tensor.reshape(-1)), shift.trained)
    factors = None if scale is None else scale.double().numpy()
    if not tracer.recorder.fold(as_integers(numbers), factors, added):
        return False
    for known in (shift, scaled_by):
        if known is not None:
            tracer.coverage.mark(known)
    return True


def _fed_by_a_map(tracer: Tracer, node: Node) -> bool:
    """Whether a linear map gives what an operation takes, to it alone and as it is."""
    while True:
        sources = [one for one in node.all_input_nodes if isinstance(tracer.seen[one], Units)]
        if len(sources) != 1 or len(sources[0].users) > 1:
            return False
        (node,) = sources
        if name_of(node.target) in LINEAR:
            return True
        if name_of(node.target) not in RESHAPED:
            return False
