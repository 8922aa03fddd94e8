"""``python -m benchmarks.related``: figures of docs/related.md that no other part measures.

Matchings of networks of growing size; the regression of the generalisation gap; cavities of
relevance in the course of a training. Takes about a minute, most of it the largest graph matching.
"""

import sys
import warnings
from functools import partial
from itertools import pairwise
from time import process_time

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from topoprint import Network, make_measure
from topoprint.evaluation.generalisation import regress_gap
from topoprint.measures.functional_lives import lives
from topoprint.measures.relevance_h1 import betti_by_threshold
from topoprint.measures.subject import Subject
from topoprint.responses.activations import activations

MATCHINGS = ("forward_bipartite", "git_rebasin", "graph_matching")
WIDTHS = (32, 64, 128, 256, 512)
SAMPLES = (60, 100, 150, 200, 300, 400, 500, 600, 700, 800, 1000, 1200)
EPOCHS = (1, 10, 40)
THRESHOLDS = np.array([0.2, 0.05, 0.01])
TRAINING = 1200  # samples of the digits; the others are the test


def main() -> int:
    """Print every table as docs/related.md has it."""
    print("| m | " + " | ".join(MATCHINGS) + " |\n| --- | --- | --- | --- |")
    for width in WIDTHS:
        print(f"| {width} | " + " | ".join(matched(width)) + " |", flush=True)
    error, of_mean, gaps = gap_regression()
    print(
        f"gaps {gaps.min():.2f} to {gaps.max():.2f}; error {error:.3f}, of the mean {of_mean:.3f}"
    )
    for epochs in EPOCHS:
        found = betti_by_threshold(network_of(trained(TRAINING, epochs)), THRESHOLDS)
        print(f"{epochs} epochs: β₁ = {found} at r = {THRESHOLDS}")
    return 0


def matched(width: int) -> list[str]:
    """Give seconds of processor time and the distance of each matching of two random networks."""
    sizes = (64, width, width, 10)
    pair = [Subject(str(seed), partial(random_network, sizes, seed)) for seed in (0, 1)]
    told = []
    for name in MATCHINGS:
        measure = make_measure(name)
        start = process_time()
        distance = measure.distances(pair)[0, 1]
        told.append(f"{process_time() - start:.2g}; {distance:.2f}")
    return told


def gap_regression() -> tuple[float, float, NDArray[np.float64]]:
    """Regress training less test accuracy on the cavities of the functional graph.

    Networks are trained on more and more samples of the digits; activations are those of the test's
    first 300.

    Returns
    -------
    error, error_of_mean : float
        Mean absolute errors, as :func:`topoprint.evaluation.generalisation.regress_gap` has them.
    gaps : ndarray, float64, shape (networks,)
    """
    inputs, labels = digits()
    summaries, gaps = [], []
    for samples in SAMPLES:
        model = trained(samples, 60)
        scores = [
            model.score(inputs[part], labels[part])
            for part in (slice(samples), slice(TRAINING, None))
        ]
        gaps.append(scores[0] - scores[1])
        given = inputs[TRAINING : TRAINING + 300]
        units = np.concatenate(activations(network_of(model), given), axis=1)
        units = units[:, units.std(axis=0) > 0]
        summaries.append(lives(1 - np.abs(np.corrcoef(units.T))[None]))
    found = regress_gap(summaries, gaps)
    return found.error, found.error_of_mean, np.array(gaps)


def random_network(sizes: tuple[int, ...], seed: int) -> Network:
    """Draw weights and biases from a normal distribution."""
    random = np.random.default_rng(seed)
    return Network.from_layers(
        (random.standard_normal((out, in_)), random.standard_normal(out))
        for in_, out in pairwise(sizes)
    )


def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pixels in [0, 1] and labels, in a fixed random order."""
    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return inputs[order] / 16, labels[order]


def trained(samples: int, epochs: int) -> MLPClassifier:
    """Fit two hidden layers of 64 with ReLU to the first samples of the digits."""
    inputs, labels = digits()
    model = MLPClassifier(
        (64, 64), max_iter=epochs, random_state=0, batch_size=min(64, samples), n_iter_no_change=100
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # epochs are as many as are asked for
        return model.fit(inputs[:samples], labels[:samples])


def network_of(model: MLPClassifier) -> Network:
    """Take the network of a classifier."""
    return Network.from_sklearn(model)


if __name__ == "__main__":
    sys.exit(main())
