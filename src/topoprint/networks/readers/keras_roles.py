"""What the variables of Keras are to a network: kernels are (in, out)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from topoprint.networks.readers.tensors import Tensor

# Layers that join what several others give.
JOINS = frozenset(
    {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"}
)
BIASES = {"bias": "kernel", "beta": "gamma", "input_bias": "kernel"}
BUFFERS = frozenset({"moving_mean", "moving_variance", "mean", "variance", "count", "seed"})
# Names of the variables of a layer of Keras 3, in their order, by the layer's own.
NAMED = {
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "layer_normalization": ("gamma", "beta"),
    "group_normalization": ("gamma", "beta"),
    "rms_normalization": ("gamma",),
    "normalization": ("mean", "variance", "count"),
    "embedding": ("embeddings",),
    "seed_generator": ("seed",),
    "p_re_lu": ("alpha",),
    "separable_conv1d": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "separable_conv2d": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "depthwise_conv1d": ("depthwise_kernel", "bias"),
    "depthwise_conv2d": ("depthwise_kernel", "bias"),
    "cell": ("kernel", "recurrent_kernel", "bias"),
}


def natural(name: str) -> list[tuple[int, str]]:
    """Order names by their numbers; one without a number stands before ``_1``."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part.rstrip("_")) for part in parts]


def by_position(layer: str, tensors: Sequence[Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Name the variables of a layer, which Keras 3 keeps by number."""
    kind = re.sub(r"_\d+$", "", layer.rpartition(".")[2])
    names = NAMED.get(kind, ("kernel", "bias"))
    if kind == "batch_normalization" and len(tensors) < 4:  # without scale, or without centre
        names = (*("gamma",) * (len(tensors) - 2), "moving_mean", "moving_variance")
    for number, tensor in enumerate(tensors):
        named = number < len(names)
        yield names[number] if named else str(number), tensor


def role_of(name: str, tensor: Tensor) -> Tensor:
    """Say what a variable is, by the last part of its name and its layer."""
    *_, layer, part = ["", *name.split(".")]
    dimensions = len(tensor.shape)
    axes = tuple(range(dimensions))
    if not tensor.is_float or part in BUFFERS or dimensions == 0:
        return replace(tensor, role="none", told="no trained weights")
    if part == "alpha":
        return replace(tensor, role="none", told="slopes of an activation")
    if part == "gamma":
        return replace(tensor, role="gain")
    if part in BIASES or (part.endswith("bias") and dimensions <= 2):
        return replace(tensor, role="bias")
    if (
        "depthwise" in name and part.endswith("kernel") and dimensions > 2
    ):  # (taps …, in, multiplier)
        order = (*axes[-2:], *axes[:-2])
        return replace(tensor, role="weight", axes=order, out_axes=2, groups=tensor.shape[-2])
    if layer.removesuffix("_dense") in ("query", "key", "value") and dimensions == 3:
        # Of attention: (in, heads, units a head).
        return replace(tensor, role="weight", axes=(1, 2, 0), out_axes=2)
    if "transpose" in name and part == "kernel" and dimensions > 2:  # (taps …, out, in)
        return replace(tensor, role="weight", axes=(*axes[-2:], *axes[:-2]), groups=1)
    if dimensions > 1:
        kernel = dimensions > 3 or (dimensions == 3 and "conv" in name.lower())
        order = (axes[-1], axes[-2], *axes[:-2])
        return replace(tensor, role="weight", axes=order, groups=int(kernel))
    return replace(tensor, role="gain")


def partnered(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Say of each bias which weights it belongs to: those of its layer."""
    found = {}
    for name, tensor in tensors.items():
        layer, _, part = name.rpartition(".")
        if tensor.role != "bias":
            found[name] = tensor
            continue
        wanted = (BIASES.get(part, "kernel"), "pointwise_kernel", "depthwise_kernel", "gamma")
        partner = next((own for end in wanted if (own := f"{layer}.{end}") in tensors), "")
        if (
            len(tensor.shape) == 2
            and tensor.shape[0] == 2
            and f"{layer}.recurrent_kernel" in tensors
        ):
            # A GRU has a bias of its inputs and one of its state.
            for number, own in enumerate((partner, f"{layer}.recurrent_kernel")):
                read = tensor.read
                part_of = replace(
                    tensor,
                    shape=tensor.shape[1:],
                    read=lambda read=read, number=number: read()[number],  # type: ignore[misc]
                    partner=own,
                )
                found[f"{name}.{('input', 'recurrent')[number]}"] = part_of
            continue
        found[name] = replace(tensor, partner=partner)
    return found
