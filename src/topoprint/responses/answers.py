"""What anything that computes gives to inputs: outputs of its hidden layers, and its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.networks.network import Network
from topoprint.responses.responses import SAMPLES, Responses

FloatArray = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Answers:
    """What one network gives to n inputs.

    Attributes
    ----------
    layers : tuple of ndarray, shape (n, units)
        Outputs of each hidden layer.
    last : ndarray, shape (n, units)
        What the last linear map reads; of dense layers the last of ``layers``.
    outputs : ndarray, shape (n, …)
        What the network gives; of several tensors the first.
    """

    layers: tuple[FloatArray, ...]
    last: FloatArray
    outputs: FloatArray

    def responses(self) -> Responses:
        """Keep of them what measures compare.

        The last layer for at most 200 inputs, evenly spaced, all layers for all; labels where the
        outputs are numbers of two labels or more.
        """
        outputs = self.outputs
        labelled = outputs.ndim == 2 and outputs.shape[1] > 1
        return Responses(
            self.last[evenly_spaced(len(outputs))].astype(np.float32),
            outputs.argmax(axis=1) if labelled else np.zeros(0, np.int64),
            tuple(layer.astype(np.float32) for layer in self.layers),
        )


@dataclass(frozen=True, eq=False)
class Answering:
    """Something that answers inputs.

    Attributes
    ----------
    input_shape : tuple of int
        Of one input.
    answer : callable
        Takes inputs of shape (n, *input_shape).
    with_weights : callable
        Takes the network and one of other weights in the same places, such as a null model, and
        gives what answers as that does; InputError if weights cannot be put in their places.
    """

    input_shape: tuple[int, ...]
    answer: Callable[[NDArray[Any]], Answers]
    with_weights: Callable[[Network, Network], "Answering"]


def evenly_spaced(count: int) -> NDArray[np.int64]:
    """Numbers of at most 200 among ``count`` inputs."""
    return np.linspace(0, count - 1, min(SAMPLES, count)).round().astype(np.int64)
