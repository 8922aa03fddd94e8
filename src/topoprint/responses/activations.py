"""Outputs of all hidden units of a network of dense layers with ReLU between them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError, NoChainError
from topoprint.networks.convnets import KEY
from topoprint.networks.network import Network
from topoprint.products import product
from topoprint.responses.answers import Answering, Answers

Array = NDArray[np.float64]


def activations(network: Network, inputs: NDArray[Any]) -> tuple[Array, ...]:
    """Compute the outputs of the hidden layers, in double precision.

    Parameters
    ----------
    network : Network
        Of chained dense layers.
    inputs : ndarray, shape (n, features)

    Returns
    -------
    tuple of ndarray, float64, shape (n, units)
        One a hidden layer.

    Raises
    ------
    InputError
        If the inputs are of another width than the network's, or hold a NaN or an infinity.
    """
    if inputs.ndim != 2 or inputs.shape[1] != network.layer_sizes[0]:
        raise InputError(
            f"the network takes {network.layer_sizes[0]} inputs, the probes have the shape "
            f"{inputs.shape}"
        )
    if not np.isfinite(inputs).all():
        raise InputError("the probes hold a NaN or an infinity")
    found: list[Array] = []
    outputs = inputs.astype(np.float64)
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        outputs = np.maximum(_linear(outputs, weight, bias), 0)
        found.append(outputs)
    return tuple(found)


def answering_network(network: Network) -> Answering:
    """Make what answers as a network of chained dense layers with ReLU between them.

    A convolutional network of the experiment answers as its file tells.

    Raises
    ------
    NoChainError
        If it is no such network.
    InputError
        If it has no hidden layer. The answers: as :func:`activations`.
    """
    if KEY in network.metadata:
        return _convolutions(network)
    if not network.is_chain:
        raise NoChainError(
            f"what a network of {network.shape} answers does not follow from its weights; give the "
            "torch module in Python: tp.compare([module, …], probes=…)"
        )
    if len(network.weights) < 2:
        raise InputError("the network has no hidden layer")

    def answer(inputs: NDArray[Any]) -> Answers:
        layers = activations(network, inputs)
        outputs = _linear(layers[-1], network.weights[-1], network.biases[-1])
        return Answers(layers, layers[-1], outputs)

    shape = (network.layer_sizes[0],)
    return Answering(shape, answer, lambda _, other: answering_network(other))


def _convolutions(network: Network) -> Answering:
    try:
        from topoprint.responses.convolutions import answering_convolutions
    except ImportError as error:
        raise InputError(
            "what a convolutional network answers needs torch 2.6 or newer: "
            "pip install 'topoprint[train]'"
        ) from error
    return answering_convolutions(network)


def _linear(inputs: Array, weight: NDArray[Any], bias: NDArray[Any] | None) -> Array:
    outputs = product(inputs, weight.T.astype(np.float64))
    return outputs if bias is None else outputs + bias


def gaussian_probes(
    samples: int, shape: int | tuple[int, ...], mean: float, deviation: float, seed: int
) -> Array:
    """Draw inputs without data: independent normal numbers, ``samples`` of a width or shape."""
    each = (shape,) if isinstance(shape, int) else shape
    return np.random.default_rng(seed).normal(mean, deviation, (samples, *each))
