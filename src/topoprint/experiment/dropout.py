"""Dropout, with masks of the common random stream or of a seed that all layers share."""

import torch
from torch import Tensor, nn


def dropout(rate: float, seed: int | None) -> nn.Module:
    """Make a dropout layer: of torch's own random stream, or of a seed."""
    return nn.Dropout(rate) if seed is None else SeededDropout(rate, seed)


class SeededDropout(nn.Module):
    """Dropout as of a Keras layer with a seed.

    Every layer made with one seed draws the same numbers: at each step, layers of one width drop
    the same units, and so do those of any other network (the authors' code: ``Dropout(0.2,
    seed=42)`` after every layer).

    Parameters
    ----------
    rate : float
        Share of the units that are dropped, 0 ≤ rate < 1; the others are divided by 1 − rate.
    seed : int
    """

    def __init__(self, rate: float, seed: int) -> None:
        super().__init__()
        self.rate, self.seed = rate, seed
        self._generator: torch.Generator | None = None

    def random(self, device: torch.device) -> torch.Generator:
        """Give the stream that its masks are drawn from, begun when first asked for."""
        if self._generator is None:
            self._generator = torch.Generator(device).manual_seed(self.seed)
        return self._generator

    def forward(self, inputs: Tensor) -> Tensor:
        """Drop units of inputs (n, units) in training; pass them through otherwise."""
        if not self.training:
            return inputs
        generator = self.random(inputs.device)
        drawn = torch.rand(inputs.shape, generator=generator, device=inputs.device)
        return inputs * (drawn >= self.rate) / (1 - self.rate)
