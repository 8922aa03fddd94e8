"""Operators that move elements."""

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import Call, Value, integers, number, serves, tensor

# Names of paddings in torch.
MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


@serves("Reshape")
def reshape(call: Call, x: Value, shape: Value = None) -> torch.Tensor:
    """Give another shape: 0 keeps a size, −1 is what is left."""
    given, wanted = tensor(x), call.axes(shape, "shape") or []
    if not call.get("allowzero", 0):
        wanted = [size or given.shape[axis] for axis, size in enumerate(wanted)]
    return given.reshape(wanted)


@serves("Flatten")
def flatten(call: Call, x: Value) -> torch.Tensor:
    """Make a matrix: dimensions before an axis and from it on."""
    given = tensor(x)
    axis = call.get("axis", 1)
    axis = axis + given.dim() if axis < 0 else axis
    if axis == 1 and given.dim() > 1:
        return given.flatten(1)
    rows = 1
    for size in given.shape[:axis]:
        rows *= size
    return given.reshape(rows, -1)


@serves("Transpose")
def transpose(call: Call, x: Value) -> torch.Tensor:
    """Exchange dimensions; all of them turned round by default."""
    given = tensor(x)
    order = call.get("perm") or list(range(given.dim()))[::-1]
    return given.permute(list(order))


@serves("Squeeze")
def squeeze(call: Call, x: Value, axes: Value = None) -> torch.Tensor:
    """Leave out dimensions of size 1."""
    given, over = tensor(x), call.axes(axes)
    if over is None:
        return given.squeeze()
    return given.squeeze(tuple(axis % given.dim() for axis in over))


@serves("Unsqueeze")
def unsqueeze(call: Call, x: Value, axes: Value = None) -> torch.Tensor:
    """Put dimensions of size 1 in; axes are those of the result."""
    found, over = tensor(x), call.axes(axes) or []
    rank = found.dim() + len(over)
    for axis in sorted(axis % rank for axis in over):
        found = found.unsqueeze(axis)
    return found


@serves("Concat")
def concat(call: Call, *given: Value) -> torch.Tensor:
    """Put tensors one after the other."""
    return torch.cat([tensor(one) for one in given], call.get("axis", 1))


@serves("Split")
def split(call: Call, x: Value, sizes: Value = None) -> tuple[torch.Tensor, ...]:
    """Take a tensor apart along an axis."""
    given, axis = tensor(x), call.get("axis", 0)
    parts = call.axes(sizes, "split")
    if parts is None:
        each = -(-given.shape[axis] // call.outputs)
        return torch.split(given, each, axis)
    return torch.split(given, parts, axis)


@serves("Slice")
def cut(
    call: Call,
    x: Value,
    starts: Value = None,
    ends: Value = None,
    axes: Value = None,
    steps: Value = None,
) -> torch.Tensor:
    """Take a range along some axes; a negative step takes it from the end."""
    found = tensor(x)
    first, last = call.axes(starts, "starts") or [], call.axes(ends, "ends") or []
    over = call.axes(axes) or list(range(len(first)))
    by = [1] * len(first) if steps is None else integers(steps)
    for start, end, axis, step in zip(first, last, over, by, strict=True):
        places = range(found.shape[axis])[slice(start, _end(end, step), step)]
        if step > 0:
            found = found[(slice(None),) * (axis % found.dim()) + (slice(start, end, step),)]
        else:
            found = found.index_select(axis, torch.tensor(list(places)))
    return found


def _end(end: int, step: int) -> int | None:
    """Return an end as a slice of Python has it: what is far before the start is no end."""
    return None if step < 0 and end < -(2**31) else end


@serves("Expand")
def expand(call: Call, x: Value, shape: Value) -> torch.Tensor:
    """Repeat a tensor along dimensions of size 1, as broadcasting does."""
    given = tensor(x)
    return given.expand(np.broadcast_shapes(tuple(given.shape), tuple(integers(shape))))


@serves("Tile")
def tile(call: Call, x: Value, repeats: Value) -> torch.Tensor:
    """Repeat a tensor along each dimension."""
    return tensor(x).repeat(integers(repeats))


@serves("Pad")
def pad(
    call: Call, x: Value, pads: Value = None, value: Value = None, axes: Value = None
) -> torch.Tensor:
    """Pad at both ends of axes."""
    given, mode = tensor(x), call.get("mode", "constant")
    widths = call.axes(pads, "pads") or call.axes(None, "paddings") or []
    over = list(range(given.dim())) if axes is None else integers(axes)
    ends = {axis % given.dim(): (widths[k], widths[k + len(over)]) for k, axis in enumerate(over)}
    flat = [one for axis in reversed(range(given.dim())) for one in ends.get(axis, (0, 0))]
    while len(flat) > 2 and flat[-2:] == [0, 0]:
        flat = flat[:-2]
    if mode == "constant":
        fill = call.get("value", 0.0) if value is None else number(value)
        return F.pad(given, flat, value=fill)
    return F.pad(given, flat, MODES[mode])


@serves("DepthToSpace")
def depth_to_space(call: Call, x: Value) -> torch.Tensor:
    """Put channels into space."""
    given, size = tensor(x), int(call.get("blocksize"))
    n, channels, height, width = given.shape
    if call.get("mode", "DCR") == "CRD":
        return F.pixel_shuffle(given, size)
    parts = given.reshape(n, size, size, channels // size**2, height, width)
    moved = parts.permute(0, 3, 4, 1, 5, 2)
    return moved.reshape(n, channels // size**2, height * size, width * size)


@serves("SpaceToDepth")
def space_to_depth(call: Call, x: Value) -> torch.Tensor:
    """Put space into channels."""
    given, size = tensor(x), int(call.get("blocksize"))
    n, channels, height, width = given.shape
    parts = given.reshape(n, channels, height // size, size, width // size, size)
    moved = parts.permute(0, 3, 5, 1, 2, 4)
    return moved.reshape(n, channels * size**2, height // size, width // size)
