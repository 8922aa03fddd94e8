"""What the project's convolutional networks answer: their files tell how they compute."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from topoprint.devices import choose_device, one_reproducible_thread
from topoprint.errors import InputError
from topoprint.networks.convnet_module import ConvModule, module_of
from topoprint.networks.convnets import KEY
from topoprint.networks.network import Network
from topoprint.responses.answers import Answering, Answers
from topoprint.responses.responses import Responses

# Inputs that are answered at once.
BLOCK = 256


@torch.no_grad()
def in_blocks(
    module: ConvModule, inputs: NDArray[Any], give: Callable[[Tensor], list[Tensor]]
) -> list[NDArray[Any]]:
    """Give what a module makes of flattened images (n, inputs), some of them at a time.

    Raises
    ------
    InputError
        If the inputs are of another width than the network's, or hold a NaN or an infinity.
    """
    if inputs.ndim != 2 or inputs.shape[1] != module.known.inputs:
        raise InputError(
            f"the network takes {module.known.inputs} inputs, the samples have the shape "
            f"{inputs.shape}"
        )
    if not np.isfinite(inputs).all():
        raise InputError("the samples hold a NaN or an infinity")
    weight = module.output.weight
    rows = torch.from_numpy(np.ascontiguousarray(inputs)).to(weight.device, weight.dtype)
    blocks = [[one.cpu().numpy() for one in give(block)] for block in torch.split(rows, BLOCK)]
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


def respond_in_blocks(
    network: Network,
    inputs: NDArray[Any],
    chosen: NDArray[Any],
    asked: NDArray[Any] | None,
    device: str,
) -> Responses:
    """Let a convolutional network answer flattened images, in single precision.

    Parameters
    ----------
    network : Network
    inputs, chosen, asked : ndarray, shape (n, inputs)
        Those whose labels are kept, whose last hidden outputs, and whose outputs of all hidden
        layers, if they are.
    device : str
        A torch device, or ``auto``.

    Raises
    ------
    InputError
        As :func:`in_blocks`; if the device is not there.
    """
    module = module_of(network).to(choose_device(device))
    with one_reproducible_thread():
        (outputs,) = in_blocks(module, inputs, lambda rows: [module(rows)])
        (hidden,) = in_blocks(module, chosen, lambda rows: module.hidden(rows)[-1:])
        layers = [] if asked is None else in_blocks(module, asked, module.hidden)
    return Responses(hidden, outputs.argmax(axis=1), tuple(layers))


def answering_convolutions(network: Network) -> Answering:
    """Make what answers as a convolutional network, in double precision.

    Raises
    ------
    InputError
        If its metadata do not tell its shape. The answers: as :func:`in_blocks`.
    """
    module = module_of(network, torch.float64)

    def answer(inputs: NDArray[Any]) -> Answers:
        *layers, outputs = in_blocks(module, inputs, _hidden_and_outputs)
        return Answers(tuple(layers), layers[-1], outputs)

    def _hidden_and_outputs(rows: Tensor) -> list[Tensor]:
        hidden = module.hidden(rows)
        return [*hidden, module.output(hidden[-1])]

    def with_weights(own: Network, other: Network) -> Answering:
        metadata = {**other.metadata, KEY: own.metadata[KEY]}
        return answering_convolutions(
            Network(other.n_units, other.maps, other.wires, metadata, other.sums)
        )

    return Answering((module.known.inputs,), answer, with_weights)
