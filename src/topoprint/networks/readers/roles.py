"""What a tensor is to a network, by its name and shape, where its file does not say."""

import re
from collections.abc import Mapping
from dataclasses import replace

from topoprint.networks.readers.channels import Positions, of_channels
from topoprint.networks.readers.parameters import WEIGHTS
from topoprint.networks.readers.tensors import Tensor

# What inference does not learn, or computes anew: statistics, counters, positions, masks.
BUFFERS = re.compile(
    r"(^|[._])(running_mean|running_var|num_batches_tracked|moving_mean|moving_variance|n_averaged|"
    r"total_ops|total_params|position_ids|inv_freq|relative_position_index|attn_mask|masked_bias|"
    r"causal_mask|_scale|_zero_point|input_scale|output_scale)$"
)
# Slopes of an activation, which keeps its units.
SLOPES = re.compile(r"(^|[._/])p_?re_?lu\w*([._/]|$)", re.IGNORECASE)
# Names of biases, and what stands in their place in the names of the weights.
BIASES = (
    (r"bias", ("weight", "kernel", "weights")),
    (r"biases", ("weights", "weight")),
    (r"beta", ("gamma",)),
    (r"intercepts", ("coefs",)),
    (r"intercept", ("coef",)),
    (r"B", ("W",)),
    (r"b", ("w", "W")),
)


def with_roles(tensors: Mapping[str, Tensor], positions: Positions = "each") -> dict[str, Tensor]:
    """Say of each tensor what it is: weights, bias, gain or none of these."""
    tensors = _with_gains_of_several_axes(tensors)
    found = {name: _role(name, tensor) for name, tensor in tensors.items()}
    if positions == "channels":
        found = {name: of_channels(tensor) for name, tensor in found.items()}
    for name, tensor in tensors.items():
        if tensor.role not in (None, "bias") or not tensor.is_float or tensor.partner:
            continue
        partner = _weights_of(name, tensor, found)
        if partner:
            found[name] = replace(tensor, role="bias", partner=partner)
            known = found[partner]
            if known.role == "weight" and known.matrix_shape[0] != tensor.size:
                first, second, *rest = range(len(known.shape))
                found[partner] = replace(known, axes=(second, first, *rest))
    return found


def _with_gains_of_several_axes(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tell weights whose bias has their own shape: factors of a normalisation over several axes."""
    found = dict(tensors)
    for name, tensor in tensors.items():
        own = re.sub(r"bias$", "weight", name)
        known = tensors.get(own)
        if own == name or known is None or len(tensor.shape) < 2 or known.shape != tensor.shape:
            continue
        if known.role is None and tensor.role is None and known.is_float and tensor.is_float:
            found[own] = replace(known, role="gain")
            found[name] = replace(tensor, role="bias", partner=own)
    return found


def _role(name: str, tensor: Tensor) -> Tensor:
    if tensor.role is not None:
        return tensor
    shape = tensor.shape
    if BUFFERS.search(name):
        return replace(tensor, role="none", told="no trained weights")
    if SLOPES.search(name):
        return replace(tensor, role="none", told="slopes of an activation")
    if 0 in shape:
        return replace(tensor, role="none", told="empty")
    if not tensor.is_float and (tensor.dtype == "bool" or not WEIGHTS.search(name)):
        return replace(tensor, role="none", told=f"{tensor.dtype}: no weights")
    if name.endswith("bias") and len(shape) == 4 and shape[2] == shape[3] > 1:
        return replace(tensor, role="none", told="a mask of attention")
    if tensor.size == 1 and not re.search(r"(weight|kernel)$", name):
        return replace(tensor, role="none", told="a single number")
    if tensor.size == 1 and len(shape) < 2:
        return replace(tensor, role="none", told="a single number")
    if len(shape) == 1:
        last = re.split(r"[._/]", name)[-1]
        return replace(tensor, role="bias" if "bias" in last else "gain")
    axes = tuple(range(len(shape)))
    if re.search(r"(^|[._/])kernel$", name):  # JAX and Keras: (taps …, in, out)
        kernel = len(shape) > 3 or (len(shape) == 3 and "conv" in name.lower())
        turned = (axes[-1], axes[-2], *axes[:-2])
        return replace(tensor, role="weight", axes=turned, groups=int(kernel))
    if not WEIGHTS.search(name) and 1 in shape[:-1]:
        # A parameter without a layer, as a table of positions (1, n, d): its first extents of one
        # are no outputs.
        first = next((axis for axis, size in enumerate(shape) if size > 1), len(shape) - 1)
        if first == len(shape) - 1:
            return replace(tensor, role="gain")
        return replace(tensor, role="weight", out_axes=first + 1)
    kernel = 2 < len(shape) < 6 and WEIGHTS.search(name) is not None
    return replace(tensor, role="weight", groups=int(kernel))


def _weights_of(name: str, tensor: Tensor, found: Mapping[str, Tensor]) -> str:
    """Find the weights or gain that a bias belongs to, by its name and length."""
    if len(tensor.shape) != 1:
        return ""
    for bias, ends in BIASES:
        match = re.search(rf"(?<![A-Za-z]){bias}(?![a-z])|(?<=_){bias}(?![a-z])", name)
        if match is None:
            continue
        for end in ends:
            own = name[: match.start()] + end + name[match.end() :]
            known = found.get(own)
            if own == name or known is None or known.role not in ("weight", "gain"):
                continue
            if known.role == "gain" and known.size == tensor.size:
                return own
            if known.role == "weight" and known.matrix_shape[0] == tensor.size:
                return own
            # Transposed convolutions, and matrices of some libraries, are (in, out, taps …).
            free = known.axes is None and known.out_axes == 1
            if known.role == "weight" and free and known.shape[1] == tensor.size:
                return own
    return ""
