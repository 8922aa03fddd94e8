"""What a network of the experiment answers to the test samples."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from topoprint.networks.convnets import KEY
from topoprint.networks.network import Network
from topoprint.responses.activations import answering_network
from topoprint.responses.answers import evenly_spaced
from topoprint.responses.responses import SAMPLES, Responses, digest_of_inputs

# Inputs of the network's own, drawn at random: half of all, and no more than this.
MOST_OWN = 512
# Inputs that are answered at once.
BLOCK = 1024


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
        A torch device, or ``auto``, for a convolutional network. Dense layers need no torch: numpy
        computes them in double precision.
    own : bool
        Whether the outputs of all hidden layers are kept for inputs of the network's own
        (:func:`own_samples`).

    Raises
    ------
    InputError
        If the inputs are of another width than the network's, or hold a NaN or an infinity.
    """
    chosen = inputs[evenly_spaced(len(inputs))]
    asked = inputs[own_samples(network, len(inputs))] if own else None
    if KEY in network.metadata:
        from topoprint.responses.convolutions import respond_in_blocks

        return respond_in_blocks(network, inputs, chosen, asked, device)
    answer = answering_network(network).answer
    with threadpool_limits(1, "blas"):  # sums over several threads are added in another order
        starts = range(0, len(inputs), BLOCK)
        labels = [answer(inputs[start : start + BLOCK]).outputs.argmax(axis=1) for start in starts]
        return Responses(
            answer(chosen).last.astype(np.float32),
            np.concatenate(labels),
            () if asked is None else tuple(one.astype(np.float32) for one in answer(asked).layers),
        )


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
