"""Frobenius distance of two networks of one shape, once their neurons are put side by side."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from topoprint.errors import InputError
from topoprint.networks.network import FloatArray, Network


def aligned_distance(one: Network, other: Network) -> float:
    """Frobenius norm of the difference of the weights, after matching the hidden neurons.

    Weights and biases are divided by the greatest magnitude of their network. Going forwards, the
    neurons of each hidden layer of ``other`` are matched to those of ``one`` by a linear
    assignment that makes the difference of their incoming weights least (weight matching:
    Ainsworth et al., "Git Re-Basin", ICLR 2023, without its sweeps over outgoing weights, which
    take less than 1 % more off the distance of trained networks). The best of all matchings is
    not found in general, so that the triangle inequality may fail.

    Raises
    ------
    InputError
        If the networks have different shapes.
    """
    if one.layer_sizes != other.layer_sizes:
        raise InputError("networks of different shapes cannot be aligned")
    order = np.arange(one.layer_sizes[0])
    square = 0.0
    layers = list(zip(_layers(one), _layers(other), strict=True))
    for number, (fixed, moved) in enumerate(layers, start=1):
        moved = np.column_stack([moved[:, order], moved[:, -1]])
        if number < len(layers):
            _, order = linear_sum_assignment(fixed @ moved.T, maximize=True)
            moved = moved[order]
        square += float(np.sum((fixed - moved) ** 2, dtype=np.float64))
    return float(np.sqrt(square))


def _layers(network: Network) -> list[FloatArray]:
    """Weights of each layer with its biases as a last column, in units of max|W|."""
    layers: list[NDArray[np.float32]] = [
        np.column_stack([weight, np.zeros(len(weight), np.float32) if bias is None else bias])
        for weight, bias in zip(network.weights, network.biases, strict=True)
    ]
    scale = max(float(np.abs(layer).max()) for layer in layers)
    return [layer / np.float32(scale) for layer in layers]
