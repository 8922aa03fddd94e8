"""Maps of distances: networks as points of a plane."""

import numpy as np
from sklearn.manifold import MDS

from topoprint.evaluation.seeds import Array


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
    found = MDS(
        dissimilarity="precomputed", n_init=1, normalized_stress=False, random_state=0
    ).fit_transform(unit, init=start)
    found -= found.mean(axis=0)
    _, _, axes = np.linalg.svd(found, full_matrices=False)
    plane: Array = found @ axes.T
    plane *= np.where(plane[0] > 0, -1.0, 1.0)
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    stress = float(np.sqrt(((apart - unit) ** 2).sum() / (unit**2).sum()))
    return plane * values.max(), stress
