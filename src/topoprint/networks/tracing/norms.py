"""Normalisation: keeps units; batch statistics are folded, gains are maps with one edge a unit."""

from collections.abc import Sequence
from typing import Any

from torch.fx import Node

from topoprint.networks.tracing.folding import fold
from topoprint.networks.tracing.tracer import Result, Tracer, serves
from topoprint.networks.tracing.values import Known, Units, Unserved


@serves("batch_norm", "_native_batch_norm_legit_no_training")
def batch_norm(
    tracer: Tracer,
    node: Node,
    units: Units,
    gain: Known | None,
    offset: Known | None,
    mean: Known | None,
    variance: Known | None,
    *args: Any,
) -> Result:
    """Follow batch normalisation by the statistics of training."""
    *_, epsilon = (arg for arg in args if isinstance(arg, float))  # the momentum stands before it
    found = _by_channel(tracer, node, units, gain, offset, mean, variance, epsilon)
    if not isinstance(node.meta["val"], list | tuple):
        return found
    unused = Unserved("statistics of a batch cannot be followed")
    return (found, unused, unused)


@serves("instance_norm")
def instance_norm(
    tracer: Tracer,
    node: Node,
    units: Units,
    gain: Known | None,
    offset: Known | None,
    mean: Known | None,
    variance: Known | None,
    by_input: bool,
    momentum: float,
    epsilon: float,
    *_: Any,
) -> Result:
    """Follow instance normalisation, by the input's own statistics or by those of training."""
    if by_input:
        mean = variance = None
    return _by_channel(tracer, node, units, gain, offset, mean, variance, epsilon)


@serves("group_norm")
def group_norm(
    tracer: Tracer,
    node: Node,
    units: Units,
    groups: int,
    gain: Known | None = None,
    offset: Known | None = None,
    *_: Any,
) -> Result:
    """Follow group normalisation."""
    return _by_channel(tracer, node, units, gain, offset, None, None, 0.0)


@serves("layer_norm", "rms_norm")
def layer_norm(
    tracer: Tracer,
    node: Node,
    units: Units,
    shape: Sequence[int],
    gain: Known | None = None,
    offset: Known | float | None = None,
    *_: Any,
) -> Result:
    """Follow layer and RMS normalisation; the latter has no offset."""
    return _affine(tracer, units, gain, offset if isinstance(offset, Known) else None)


def _by_channel(
    tracer: Tracer,
    node: Node,
    units: Units,
    gain: Known | None,
    offset: Known | None,
    mean: Known | None,
    variance: Known | None,
    epsilon: float,
) -> Units:
    """Follow (x − mean) / √(variance + ε) · gain + offset; the input's own statistics are None."""
    channels = units.shape[1]
    wide = (1, channels, *[1] * (len(units.shape) - 2))
    if mean is None or variance is None:
        return _affine(tracer, units, *(_shaped(one, wide) for one in (gain, offset)))
    scale = (variance.tensor.double() + epsilon).rsqrt()
    if gain is not None:
        scale = scale * gain.tensor.double()
    shift = -mean.tensor.double() * scale
    if offset is not None:
        shift = shift + offset.tensor.double()
    added = Known(shift, () if offset is None else offset.parameters)
    if fold(tracer, node, units, scale, added, gain, channel=1):
        return units
    factor = Known(scale.reshape(wide), () if gain is None else gain.parameters)
    return _affine(tracer, units, factor, Known(shift.reshape(wide), added.parameters))


def _shaped(known: Known | None, shape: tuple[int, ...]) -> Known | None:
    return None if known is None else known.moved(lambda tensor: tensor.reshape(shape))


def _affine(tracer: Tracer, units: Units, gain: Known | None, offset: Known | None) -> Units:
    """Multiply by a gain and add an offset; fixed ones are element-wise functions."""
    if gain is not None and gain.trained:
        return tracer.gain(units, gain, offset if offset is not None and offset.trained else None)
    if offset is not None and offset.trained:
        return tracer.shift(units, offset)
    return Units.of(units.numbers)
