"""Small convolutional networks as torch modules, and back: what is trained, and what answers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from topoprint.errors import InputError
from topoprint.networks.convnets import KEY, ConvNet, convnet_of
from topoprint.networks.network import Network


class ConvModule(nn.Module):
    """A small convolutional network (:class:`topoprint.networks.convnets.ConvNet`).

    Parameters
    ----------
    known : ConvNet
    dropout : nn.Module, optional
        What stands before the dense layer, in training.
    """

    def __init__(self, known: ConvNet, dropout: nn.Module | None = None) -> None:
        super().__init__()
        self.known = known
        widths = [known.shape[0], *[known.channels] * known.depth]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, known.channels, known.kernel, padding=known.kernel // 2)
            for before in widths[:-1]
        )
        height, width = known.pooled
        self.dropout = nn.Identity() if dropout is None else dropout
        self.output = nn.Linear(known.channels * height * width, known.outputs)

    def hidden(self, rows: Tensor) -> list[Tensor]:
        """Give what each trained layer reads, the first apart, of flattened images (n, inputs)."""
        known = self.known
        maps, found = rows.reshape(-1, *known.shape), []
        for number, convolution in enumerate(self.convolutions):
            made = convolution(maps)
            maps = (made + maps if known.residual and number else made).relu()
            if number < known.halvings:
                maps = nn.functional.max_pool2d(maps, 2)
            found.append(maps)
        found[-1] = nn.functional.adaptive_avg_pool2d(maps, known.pooled)
        return [layer.flatten(1) for layer in found]

    def forward(self, rows: Tensor) -> Tensor:
        """Scores (n, labels) of flattened images (n, inputs)."""
        scores: Tensor = self.output(self.dropout(self.hidden(rows)[-1]))
        return scores


def units_of(module: ConvModule) -> Network:
    """Give the network of a module on the CPU, unrolled over the pixels."""
    return Network.from_torch(module, torch.zeros(1, module.known.inputs))


def weights_of(module: nn.Module) -> dict[str, NDArray[np.float32]]:
    """Weights and biases by their names, copied to the CPU."""
    return {name: one.detach().cpu().numpy().copy() for name, one in module.named_parameters()}


def with_weights(
    network: Network, weights: Mapping[str, NDArray[np.float32]], metadata: Mapping[str, Any]
) -> Network:
    """Put weights by name into the maps of a network.

    Raises
    ------
    InputError
        If they are not finite, or all zero.
    """
    maps = [
        replace(one, weight=weights[one.name].reshape(one.weight.shape)) for one in network.maps
    ]
    return Network.from_maps(network.n_units, maps, network.wires, metadata, network.sums)


def module_of(network: Network, dtype: torch.dtype = torch.float32) -> ConvModule:
    """Make the module of a network whose metadata tell its shape, in inference.

    Raises
    ------
    InputError
        If they do not, or the weights are not those of such a network.
    """
    known = convnet_of(network.metadata)
    if known is None:
        raise InputError(f"the metadata {KEY!r}, of a convolutional network, are missing")
    module = ConvModule(known)
    weights = {one.name: one.weight for one in network.maps}
    wanted = dict(module.named_parameters())
    if {name: one.numel() for name, one in wanted.items()} != {
        name: one.size for name, one in weights.items()
    }:
        raise InputError(
            f"its weights are not those of the network that its metadata {KEY!r} describe"
        )
    module.load_state_dict(
        {
            name: torch.from_numpy(np.array(weights[name], np.float32)).reshape(one.shape)
            for name, one in wanted.items()
        }
    )
    return module.to(dtype).eval()
