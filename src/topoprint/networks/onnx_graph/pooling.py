"""Poolings, and reductions along axes."""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import Call, Value, serves, tensor
from topoprint.networks.onnx_graph.windows import Windows

MAXIMA: Any = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGES: Any = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE: Any = {
    "GlobalMaxPool": {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d},
    "GlobalAveragePool": {
        1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d,
    },
}  # fmt: skip
REDUCTIONS: dict[str, Callable[..., torch.Tensor]] = {
    "ReduceMean": torch.mean, "ReduceSum": torch.sum, "ReduceMax": torch.amax,
    "ReduceMin": torch.amin, "ReduceLogSumExp": torch.logsumexp,
}  # fmt: skip


@serves("MaxPool")
def max_pool(call: Call, x: Value) -> torch.Tensor:
    """Take the greatest of each window."""
    if call.outputs > 1:
        raise ValueError("the places of the greatest are no units")
    given = tensor(x)
    windows = Windows.of(call, tuple(given.shape[2:]), ())
    given, padding = windows.padded(given, -torch.inf)
    found: torch.Tensor = MAXIMA[len(windows.kernel)](
        given, windows.kernel, windows.strides, padding, windows.dilations,
        bool(call.get("ceil_mode", 0)),
    )  # fmt: skip
    return found


@serves("AveragePool")
def average_pool(call: Call, x: Value) -> torch.Tensor:
    """Average each window; the paddings are no units, whether they count or not."""
    given = tensor(x)
    windows = Windows.of(call, tuple(given.shape[2:]), ())
    if any(d != 1 for d in windows.dilations):
        raise ValueError("averages of windows with holes are not known here")
    given, padding = windows.padded(given)
    found: torch.Tensor = AVERAGES[len(windows.kernel)](
        given, windows.kernel, windows.strides, padding, bool(call.get("ceil_mode", 0)),
        bool(call.get("count_include_pad", 0)),
    )  # fmt: skip
    return found


@serves("GlobalMaxPool", "GlobalAveragePool")
def global_pool(call: Call, x: Value) -> torch.Tensor:
    """Pool all of space."""
    given = tensor(x)
    rank = given.dim() - 2
    found: torch.Tensor = ADAPTIVE[call.kind][rank](given, (1,) * rank)
    return found


@serves(
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceLogSumExp", "ReduceLogSum",
    "ReduceL1", "ReduceL2", "ReduceSumSquare",
)  # fmt: skip
def reduce_axes(call: Call, x: Value, axes: Value = None) -> torch.Tensor:
    """Reduce along axes that an attribute or an input names; along all without."""
    given = tensor(x)
    over = call.axes(axes)
    if not over:
        if call.get("noop_with_empty_axes", 0):
            return given
        over = list(range(given.dim()))
    keep = bool(call.get("keepdims", 1))
    match call.kind:
        case "ReduceL1":
            return torch.sum(given.abs(), over, keep)
        case "ReduceL2":
            found: torch.Tensor = torch.linalg.vector_norm(given, 2, over, keep)
            return found
        case "ReduceSumSquare":
            return torch.sum(given * given, over, keep)
        case "ReduceLogSum":
            return torch.log(torch.sum(given, over, keep))
        case _:
            return REDUCTIONS[call.kind](given, over, keep)
