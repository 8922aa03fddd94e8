"""A network's answers to inputs, computed with torch."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.networks.convnet_module import module_of
from topoprint.networks.convnets import KEY
from topoprint.networks.network import Network
from topoprint.responses.activations import activations
from topoprint.responses.answers import evenly_spaced
from topoprint.responses.convolutions import in_blocks
from topoprint.responses.responses import SAMPLES, Responses, digest_of_inputs

# Inputs of the network's own, drawn at random: half of all, and no more than this.
MOST_OWN = 512


@torch.no_grad()
def respond(
    network: Network, inputs: NDArray[np.float32], device: str = "cpu", own: bool = False
) -> Responses:
    """Let a network answer some inputs: of dense layers with ReLU, or convolutional.

    Parameters
    ----------
    network : Network
    inputs : ndarray, float32, shape (n, features)
        In the order in which the network was trained to see them.
    device : str
        A torch device.
    own : bool
        Whether the outputs of all hidden layers are kept for inputs of the network's own
        (:func:`own_samples`).

    Raises
    ------
    InputError
        If the inputs are of another width than the network's.
    """
    if KEY in network.metadata:
        return _of_convolutions(network, inputs, device, own)
    if inputs.ndim != 2 or inputs.shape[1] != network.layer_sizes[0]:
        raise InputError(
            f"the network takes {network.layer_sizes[0]} inputs, the samples have the shape "
            f"{inputs.shape}"
        )
    chosen = evenly_spaced(len(inputs))
    outputs = torch.from_numpy(np.ascontiguousarray(inputs)).to(device)
    hidden = outputs
    last = len(network.weights) - 1
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        outputs = torch.nn.functional.linear(
            outputs,
            torch.tensor(weight).to(device),
            None if bias is None else torch.tensor(bias).to(device),
        )
        if layer < last:
            hidden = outputs = outputs.relu()
    layers = activations(network, inputs[own_samples(network, len(inputs))]) if own else ()
    return Responses(
        hidden[torch.from_numpy(chosen)].cpu().numpy(),
        outputs.argmax(dim=1).cpu().numpy(),
        tuple(layer.astype(np.float32) for layer in layers),
    )


def _of_convolutions(
    network: Network, inputs: NDArray[np.float32], device: str, own: bool
) -> Responses:
    module = module_of(network).to(device)
    (outputs,) = in_blocks(module, inputs, lambda rows: [module(rows)])
    chosen = inputs[evenly_spaced(len(inputs))]
    (hidden,) = in_blocks(module, chosen, lambda rows: module.hidden(rows)[-1:])
    asked = inputs[own_samples(network, len(inputs))]
    layers = in_blocks(module, asked, module.hidden) if own else []
    return Responses(hidden, outputs.argmax(axis=1), tuple(layers))


def own_samples(network: Network, count: int) -> NDArray[np.int64]:
    """Draw the samples that are a network's own, from its stream: half of ``count``, at most 512.

    Null models and untrained networks have those of the network that they are of.
    """
    rng = np.random.default_rng(network.id.original.stream("samples"))
    return rng.permutation(count)[: min(MOST_OWN, (count + 1) // 2)]


def probes(inputs: NDArray[Any], own: bool = False) -> dict[str, str | int]:
    """Say what was asked: how many hidden outputs are kept, and the SHA-256 of all inputs."""
    told: dict[str, str | int] = {"samples": SAMPLES, "inputs": digest_of_inputs(inputs)}
    return told | {"most_own": MOST_OWN} if own else told
