"""What networks answer to the same inputs, its HDF5 file, and distances made of it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import svd, svdvals

from topoprint.errors import InputError
from topoprint.identity import Index, NetworkId
from topoprint.networks.twins import Copies
from topoprint.products import product
from topoprint.storage import create_h5, open_h5, read_json

FORMAT = "topoprint responses"
FORMAT_VERSION = 1

# Inputs for which the last hidden outputs are kept, evenly spaced among all.
SAMPLES = 200

Array = NDArray[np.float64]

# Outputs of a unit that differ by less than this share of their greatest magnitude are constant:
# equal numbers may be summed in another order in another row, and are kept in single precision.
ROUNDING = 1e-6

# Below this cosine the arccos keeps all but a digit; towards 1 it loses half of them.
ARCCOS_IS_PRECISE = 0.99


@dataclass(frozen=True, eq=False)
class Responses:
    """What one network answers.

    Attributes
    ----------
    hidden : ndarray, float32, shape (n, neurons)
        Outputs of the last hidden layer for some test samples, the same for all networks.
    predictions : ndarray, int64, shape (m,)
        Label with the greatest output, for every test sample; empty where outputs are no labels.
    own : tuple of ndarray, float32, shape (k, units)
        Outputs of every hidden layer for test samples of the network's own draw, which other
        networks do not share; empty where they were not kept.
    """

    hidden: NDArray[np.float32]
    predictions: NDArray[np.int64]
    own: tuple[NDArray[np.float32], ...] = ()

    def digest(self) -> str:
        """SHA-256 of all that it answers, in hexadecimal."""
        digest = hashlib.sha256(self.hidden.tobytes() + self.predictions.tobytes())
        for layer in self.own:
            digest.update(layer.tobytes())
        return digest.hexdigest()

    def by(self, hidden: Sequence[Copies]) -> "Responses":
        """Give the answers of a twin, whose units copy those of the network."""
        last = hidden[-1]
        return Responses(
            self.hidden[:, last.units] * last.factors,
            self.predictions,
            tuple(self.own[one.layer][:, one.units] * one.factors for one in hidden)
            if self.own
            else (),
        )

    def own_activations(self) -> tuple[NDArray[np.float32], ...]:
        """Give the outputs for samples of its own; InputError where they were not kept."""
        if not self.own:
            raise InputError(
                "the responses hold no hidden outputs for samples of the network's own; make them "
                "again with `topoprint respond --own`"
            )
        return self.own


def digest_of_inputs(inputs: NDArray[Any]) -> str:
    """SHA-256 of inputs, in hexadecimal."""
    return hashlib.sha256(np.ascontiguousarray(inputs).data).hexdigest()


def save_responses(
    path: str | os.PathLike[str],
    index: Index,
    responses: Sequence[Responses],
    parameters: Mapping[str, Any],
) -> None:
    """Write what some networks answer, in the order of the table; ``parameters`` tell to what."""
    with create_h5(path, FORMAT, FORMAT_VERSION, {}, parameters) as file:
        index.write(file)
        for number, response in enumerate(responses):
            group = file.create_group(str(number))
            group.create_dataset("hidden", data=response.hidden)
            group.create_dataset("predictions", data=response.predictions)
            for layer, outputs in enumerate(response.own):
                group.create_dataset(f"own/{layer}", data=outputs)


def load_responses(
    path: str | os.PathLike[str],
) -> tuple[dict[NetworkId, Responses], dict[str, Any]]:
    """Read what :func:`save_responses` wrote: responses by network, and the parameters."""
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint respond") as file:
        found = {}
        for number, own in enumerate(Index.read(file).ids):
            group = file[str(number)]
            layers = range(len(group.get("own", ())))
            found[own] = Responses(
                group["hidden"][()],
                group["predictions"][()],
                tuple(group[f"own/{layer}"][()] for layer in layers),
            )
        return found, read_json(file, "parameters")


def centred_gram(answer: Responses) -> Array:
    """Gram matrix of the centred hidden outputs, of Frobenius norm 1; zero if they are constant."""
    centred = _centred(answer)
    return _of_norm_1(centred @ centred.T)


def varying(outputs: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Tell which units vary: by more than rounding, a millionth of their greatest magnitude.

    Parameters
    ----------
    outputs : ndarray, shape (n, units)
    """
    least, greatest = outputs.min(axis=0), outputs.max(axis=0)
    scale = np.maximum(np.abs(least), np.abs(greatest))
    found: NDArray[np.bool_] = greatest - least > ROUNDING * scale
    return found


def zscored_gram(hidden: NDArray[np.float32]) -> Array:
    """Gram matrix of hidden outputs of mean 0 and deviation 1, of Frobenius norm 1.

    Constant units are left out; zero if all are constant.
    """
    kept = hidden[:, varying(hidden)].astype(np.float64)
    scaled = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    return _of_norm_1(scaled @ scaled.T)


def cka_angle(one: Array, other: Array) -> float:
    """Angle between two centred Gram matrices: arccos of linear CKA, in [0, π/2].

    Linear CKA: Kornblith et al., ICML 2019. Its arccos is a metric (Williams et al., NeurIPS
    2021, appendix). NaN if a network's hidden outputs are constant. Exactly 0 between equal
    matrices; outputs that differ by a rotation, or in the order of the neurons, have matrices that
    differ by rounding, and an angle of that size.
    """
    return _angle(one, other)


def principal_parts(answer: Responses) -> Array:
    """Centred hidden outputs in their principal axes, of Frobenius norm 1, shape (n, ≤ n)."""
    left, values, _ = svd(_centred(answer), full_matrices=False)
    return _of_norm_1(left * values)


def procrustes_angle(one: Array, other: Array) -> float:
    """Angle that is left after the best rotation: arccos of the nuclear norm of Aᵀ B, in [0, π/2].

    A metric (angular Procrustes distance: Williams et al., NeurIPS 2021, equation 4). Where
    networks have more neurons than there are samples, it is small for any two of them. The
    rotation is only found up to rounding: angles between outputs that are the same up to a
    rotation are of that size, and equal arrays are not rotated at all, so that theirs is exactly 0.
    """
    if np.array_equal(one, other):
        return _angle(one, other)
    narrow, wide = sorted((one, other), key=lambda parts: parts.shape[1])
    shared = product(narrow.T, wide)
    cosine = float(svdvals(shared).sum())
    if (
        0 < cosine < ARCCOS_IS_PRECISE
    ):  # spares finding the rotation, which takes five times as long
        return float(np.arccos(cosine))
    left, _, right = svd(shared, full_matrices=False)
    return _angle(product(narrow, product(left, right)), wide)


def disagreement(one: Responses, other: Responses) -> float:
    """Share of the test samples for which two networks predict different labels, in [0, 1]."""
    if not one.predictions.size or not other.predictions.size:
        raise InputError("a network's outputs are no scores of labels, one row an input")
    if len(one.predictions) != len(other.predictions):
        raise InputError("the networks' predictions are of different numbers of samples")
    return float(np.mean(one.predictions != other.predictions))


def _centred(answer: Responses) -> Array:
    hidden = answer.hidden.astype(np.float64)
    centred: Array = hidden - hidden.mean(axis=0)
    return centred


def _of_norm_1(matrix: Array) -> Array:
    norm = float(np.linalg.norm(matrix))
    return matrix / norm if norm else matrix


def _angle(one: Array, other: Array) -> float:
    """Angle of two matrices of norm 1, as vectors; at most π/2, or NaN if one is zero.

    The arccos of their product could be 1e-8 where they are equal.
    """
    if not one.any() or not other.any():
        return float("nan")
    half = np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other))
    return min(2 * float(half), np.pi / 2)
