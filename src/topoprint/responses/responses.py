"""What networks answer to the same inputs, its HDF5 file, and distances made of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import svd

from topoprint.errors import InputError
from topoprint.storage import create_h5, open_h5, read_json

FORMAT = "topoprint activations"
FORMAT_VERSION = 1

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Activations:
    """What one network answers.

    Attributes
    ----------
    hidden : ndarray, float32, shape (n, neurons)
        Outputs of the last hidden layer for some test samples, the same for all networks.
    predictions : ndarray, int64, shape (m,)
        Label with the greatest output, for every test sample.
    """

    hidden: NDArray[np.float32]
    predictions: NDArray[np.int64]


def save_activations(
    path: str | os.PathLike[str],
    answers: Mapping[tuple[str, str], Activations],
    identity: Mapping[str, str],
) -> None:
    """Write what the networks of one seed answer, by (network, state)."""
    with create_h5(path, FORMAT, FORMAT_VERSION, identity, {}) as file:
        for (network, state), answer in answers.items():
            group = file.create_group(f"{network}/{state}")
            group.create_dataset("hidden", data=answer.hidden)
            group.create_dataset("predictions", data=answer.predictions)


def load_activations(
    path: str | os.PathLike[str],
) -> tuple[dict[tuple[str, str], Activations], dict[str, str]]:
    """Read what :func:`save_activations` wrote, and the data set and seed that it is of."""
    with open_h5(path, FORMAT, FORMAT_VERSION) as file:
        found = {
            (network, state): Activations(group["hidden"][()], group["predictions"][()])
            for network, states in file.items()
            for state, group in states.items()
        }
        return found, read_json(file, "identity")


def centred_gram(answer: Activations) -> Array:
    """Gram matrix of the centred hidden outputs, of Frobenius norm 1; zero if they are constant."""
    centred = _centred(answer)
    return _of_norm_1(centred @ centred.T)


def cka_angle(one: Array, other: Array) -> float:
    """Angle between two centred Gram matrices: arccos of linear CKA, in [0, π/2].

    Linear CKA: Kornblith et al., ICML 2019. Its arccos is a metric (Williams et al., NeurIPS
    2021, appendix). NaN if a network's hidden outputs are constant.
    """
    return _angle(one, other, float(np.sum(one * other)))


def principal_parts(answer: Activations) -> Array:
    """Centred hidden outputs in their principal axes, of Frobenius norm 1, shape (n, ≤ n)."""
    left, values, _ = svd(_centred(answer), full_matrices=False)
    return _of_norm_1(left * values)


def procrustes_angle(one: Array, other: Array) -> float:
    """Angle that is left after the best rotation: arccos of the nuclear norm of Aᵀ B, in [0, π/2].

    A metric (angular Procrustes distance: Williams et al., NeurIPS 2021, equation 4). Where
    networks have more neurons than there are samples, it is small for any two of them.
    """
    return _angle(one, other, float(np.linalg.norm(one.T @ other, "nuc")))


def disagreement(one: Activations, other: Activations) -> float:
    """Share of the test samples for which two networks predict different labels, in [0, 1]."""
    if len(one.predictions) != len(other.predictions):
        raise InputError("the networks' predictions are of different numbers of samples")
    return float(np.mean(one.predictions != other.predictions))


def _centred(answer: Activations) -> Array:
    hidden = answer.hidden.astype(np.float64)
    centred: Array = hidden - hidden.mean(axis=0)
    return centred


def _of_norm_1(matrix: Array) -> Array:
    norm = float(np.linalg.norm(matrix))
    return matrix / norm if norm else matrix


def _angle(one: Array, other: Array, cosine: float) -> float:
    if not one.any() or not other.any():
        return float("nan")
    return float(np.arccos(np.clip(cosine, 0.0, 1.0)))
