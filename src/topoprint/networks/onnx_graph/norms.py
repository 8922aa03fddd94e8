"""Normalisations."""

import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import Call, Value, serves, tensor, trained_or_none


@serves("BatchNormalization")
def batch_norm(
    call: Call, x: Value, scale: Value, shift: Value, mean: Value, variance: Value
) -> torch.Tensor:
    """Normalise by running statistics."""
    if call.outputs > 1 or call.get("training_mode", 0):
        raise ValueError("it is set to training; export the model for inference")
    statistics = tensor(mean), tensor(variance)
    eps = call.get("epsilon", 1e-5)
    return F.batch_norm(tensor(x), *statistics, tensor(scale), tensor(shift), False, 0.0, eps)


@serves("InstanceNormalization")
def instance_norm(call: Call, x: Value, scale: Value, shift: Value) -> torch.Tensor:
    """Normalise each channel over space."""
    eps = call.get("epsilon", 1e-5)
    return F.instance_norm(
        tensor(x), weight=tensor(scale), bias=tensor(shift), use_input_stats=True, eps=eps
    )


@serves("LayerNormalization", "RMSNormalization")
def layer_norm(call: Call, x: Value, scale: Value, shift: Value = None) -> torch.Tensor:
    """Normalise over the last dimensions."""
    if call.outputs > 1:
        raise ValueError("its statistics are no units")
    given, weight = tensor(x), tensor(scale)
    shape = list(given.shape[call.get("axis", -1) % given.dim() :])
    eps = call.get("epsilon", 1e-5)
    weight = weight.expand(shape) if list(weight.shape) != shape else weight
    if call.kind == "RMSNormalization":
        return F.rms_norm(given, shape, weight, eps)
    bias = trained_or_none(shift)
    bias = bias.expand(shape) if bias is not None and list(bias.shape) != shape else bias
    return F.layer_norm(given, shape, weight, bias, eps)


@serves("GroupNormalization")
def group_norm(call: Call, x: Value, scale: Value, shift: Value) -> torch.Tensor:
    """Normalise groups of channels; before version 21 the gains are one a group."""
    given, groups = tensor(x), int(call.get("num_groups"))
    gain, offset = tensor(scale), tensor(shift)
    if call.opset < 21:
        each = given.shape[1] // groups
        gain, offset = gain.repeat_interleave(each), offset.repeat_interleave(each)
    return F.group_norm(given, groups, gain, offset, call.get("epsilon", 1e-5))


@serves("LpNormalization")
def lp_norm(call: Call, x: Value) -> torch.Tensor:
    """Divide by the norm along an axis."""
    return F.normalize(tensor(x), p=call.get("p", 2), dim=call.get("axis", -1))
