"""The windows of convolutions and poolings: strides, dilations, and paddings of every kind."""

from dataclasses import dataclass

import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import Call


@dataclass(frozen=True)
class Windows:
    """What a window is along each dimension of space.

    Attributes
    ----------
    kernel, strides, dilations : list of int
    pads : list of (int, int)
        Before the first element and after the last.
    """

    kernel: list[int]
    strides: list[int]
    dilations: list[int]
    pads: list[tuple[int, int]]

    @classmethod
    def of(cls, call: Call, sizes: tuple[int, ...], kernel: tuple[int, ...]) -> "Windows":
        """Read the windows of a node.

        Parameters
        ----------
        sizes : tuple of int
            Of the input, its dimensions of space.
        kernel : tuple of int
            Of the weights; the attribute says the same where it is given.
        """
        rank = len(sizes)
        shape = list(call.get("kernel_shape") or kernel)
        strides = list(call.get("strides") or (1,) * rank)
        dilations = list(call.get("dilations") or (1,) * rank)
        auto = call.get("auto_pad", "NOTSET")
        given = list(call.get("pads") or (0,) * (2 * rank))
        pads = list(zip(given[:rank], given[rank:], strict=True))
        if auto.startswith("SAME"):
            pads = []
            for size, k, s, d in zip(sizes, shape, strides, dilations, strict=True):
                total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
                pads.append(_halves(total, auto == "SAME_UPPER"))
        elif auto == "VALID":
            pads = [(0, 0)] * rank
        return cls(shape, strides, dilations, pads)

    def padded(self, x: torch.Tensor, value: float = 0.0) -> tuple[torch.Tensor, list[int]]:
        """Pad a tensor where the paddings are unequal, and return what is left to pad evenly."""
        if all(low == high for low, high in self.pads):
            return x, [low for low, _ in self.pads]
        flat = [one for pair in reversed(self.pads) for one in pair]
        return F.pad(x, flat, value=value), [0] * len(self.pads)

    def cut(self, call: Call, sizes: tuple[int, ...]) -> tuple[list[tuple[int, int]], list[int]]:
        """Return what a transposed convolution cuts off at both ends, and adds at the end."""
        more = list(call.get("output_padding") or (0,) * len(sizes))
        auto, wanted = call.get("auto_pad", "NOTSET"), call.get("output_shape")
        if not wanted and not auto.startswith("SAME"):
            return self.pads, more
        wanted = wanted or [size * s for size, s in zip(sizes, self.strides, strict=True)]
        pads = []
        for axis, size in enumerate(sizes):
            k, s, d = self.kernel[axis], self.strides[axis], self.dilations[axis]
            total = (size - 1) * s + more[axis] + (k - 1) * d + 1 - wanted[axis]
            pads.append(_halves(max(total, 0), auto == "SAME_UPPER"))
            more[axis] += max(-total, 0)
        return pads, more


def _halves(total: int, upper: bool) -> tuple[int, int]:
    small = total // 2
    return (small, total - small) if upper else (total - small, small)
