"""Interpolation between places: each new one is a fixed sum of the few that lie about it."""

from itertools import product
from typing import Any

import numpy as np
import torch
from torch.fx import Node

from topoprint.networks.tracing.recorder import NOTHING
from topoprint.networks.tracing.tracer import Result, Tracer, as_integers, later, serves
from topoprint.networks.tracing.values import Units
from topoprint.networks.tracing.views import apply, shape_of


@serves(
    "upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d",
    "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa",
)  # fmt: skip
def interpolate(tracer: Tracer, node: Node, units: Units, *args: Any, **kwargs: Any) -> Result:
    """Follow linear and cubic interpolation, which goes along one dimension after the other."""
    sizes, shape = units.shape[2:], shape_of(node)
    supports = []
    for dim, size in enumerate(sizes):
        # What the operation makes of each place of this dimension alone.
        alone = torch.eye(size).reshape(size, 1, *[1] * dim, size, *[1] * (len(sizes) - dim - 1))
        found = apply(node, (units, *args), kwargs, alone.expand(size, 1, *sizes))
        along = found.movedim(dim + 2, 1).flatten(2)[..., 0]
        supports.append([torch.nonzero(column).reshape(-1) for column in along.T])

    def made() -> torch.Tensor:
        numbers = units.numbers.reshape(-1, *sizes)
        widest = [max(len(one) for one in support) for support in supports]
        rows = np.full((len(numbers), int(np.prod(shape[2:])), int(np.prod(widest))), NOTHING)
        for place, about in enumerate(product(*supports)):
            cut = numbers
            for dim, taken in enumerate(about):
                cut = cut.index_select(dim + 1, taken)
            flat = as_integers(cut.reshape(len(numbers), -1))
            rows[:, place, : flat.shape[1]] = flat
        found = tracer.recorder.reduce(rows.reshape(-1, rows.shape[2]))
        return torch.from_numpy(found).reshape(shape)

    return later(shape, made)
