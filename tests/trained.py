"""Networks of dense layers with ReLU, trained on the digits in a second, for tests of findings."""

import warnings
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import topoprint as tp

TRAINING = 1200  # samples of the digits; the others are the test


@cache
def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pixels in [0, 1] and labels, in a fixed random order."""
    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return inputs[order] / 16, labels[order]


def network_of(model: MLPClassifier) -> tp.Network:
    layers = zip(model.coefs_, model.intercepts_, strict=True)
    return tp.Network.from_layers([(weight.T, bias) for weight, bias in layers])


@cache
def trained(
    sizes: tuple[int, ...] = (32, 32), epochs: int = 10, seed: int = 0, rate: float = 0.003
) -> MLPClassifier:
    """A classifier of all ten digits, fitted to the training samples."""
    inputs, labels = digits()
    model = MLPClassifier(
        sizes, max_iter=epochs, random_state=seed, batch_size=64, learning_rate_init=rate
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return model.fit(inputs[:TRAINING], labels[:TRAINING])
