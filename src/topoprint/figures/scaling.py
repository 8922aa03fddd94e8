"""Maps of distances: networks as points of a plane."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.manifold import smacof

Array = NDArray[np.float64]


def scaled(values: Array) -> tuple[Array, float]:
    """Metric multidimensional scaling of distances (n, n), not all zero, into a plane.

    SMACOF of scikit-learn, which begins with classical scaling (Torgerson 1952).

    Returns
    -------
    ndarray, float64, shape (n, 2)
        Turned so that its spread is greatest along x, and its first point lies at x, y ≤ 0.
    float
        Stress: the root of Σ(plane − distance)² / Σ distance².
    """
    unit = values / values.max()
    centred = unit**2 - (unit**2).mean(axis=0)
    roots, vectors = np.linalg.eigh(-(centred - centred.mean(axis=1, keepdims=True)) / 2)
    start = vectors[:, :-3:-1] * np.sqrt(np.maximum(roots[:-3:-1], 0))
    # All that scikit-learn's versions differ in is said.
    found, _ = smacof(unit, init=start, n_init=1, eps=1e-3, normalized_stress=False)
    found -= found.mean(axis=0)
    _, _, axes = np.linalg.svd(found, full_matrices=False)
    plane: Array = found @ axes.T
    plane *= np.where(plane[0] > 0, -1.0, 1.0)
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    stress = float(np.sqrt(((apart - unit) ** 2).sum() / (unit**2).sum()))
    return plane * values.max(), stress


def classical(values: NDArray[np.floating[Any]]) -> tuple[Array, float]:
    """Classical scaling (Torgerson 1952) of many distances (n, n) into a plane.

    The two greatest eigenpairs of the doubly centred squares, by Lanczos iterations: the matrix is
    held once. Of Euclidean distances these are the two principal components of the points.

    Parameters
    ----------
    values : ndarray, shape (n, n), n at least 3
        Written over.

    Returns
    -------
    ndarray, float64, shape (n, 2)
        The first point lies at x, y ≤ 0.
    float
        Share of the points' variance that the plane shows (of the sum of all eigenvalues).
    """
    count = len(values)
    squares = np.square(values, out=values)
    means = squares.mean(axis=1, dtype=np.float64)
    whole = means.mean()

    def times(vector: Array) -> Array:
        own = vector.ravel()
        product = squares @ own.astype(squares.dtype)
        centred: Array = product - means * own.sum() - means @ own + whole * own.sum()
        return -centred / 2

    operator = LinearOperator((count, count), matvec=times, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(count)
    roots, vectors = eigsh(operator, k=2, which="LA", v0=start - start.mean(), tol=1e-6)
    plane: Array = vectors[:, ::-1] * np.sqrt(np.maximum(roots[::-1], 0))
    plane *= np.where(plane[0] > 0, -1.0, 1.0)
    total = count * whole / 2  # the trace
    return plane, float(np.maximum(roots, 0).sum() / total) if total else 0.0
