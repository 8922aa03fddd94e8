"""The labelled Vietoris-Rips complex: the topology of the boundary between labels."""

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError

Array = NDArray[np.float64]


def labelled_distances(distances: Array, labels: NDArray[np.int64]) -> Array:
    """Say when points are joined in the labelled Vietoris-Rips complex.

    Ramamurthy, Varshney and Mody, ICML 2019: points of different labels are joined from their
    distance on; points of one label from where both are joined to a third one of another label.
    The complex is that of cliques: its bars are those of :func:`topoprint.homology.rips.rips`.

    Parameters
    ----------
    distances : ndarray, float64, shape (n, n)
        Symmetric.
    labels : ndarray, int64, shape (n,)

    Returns
    -------
    ndarray, float64, shape (n, n)
        Points that nothing of another label joins: the greatest distance.

    Raises
    ------
    InputError
        If there are not as many labels as points.
    """
    if distances.shape != (len(labels),) * 2:
        raise InputError(
            f"{len(labels)} labels for distances of the shape {distances.shape}; give one a point"
        )
    other = labels[:, None] != labels[None]
    across = np.where(other, distances, np.inf)
    found = np.empty_like(across)
    for row in range(len(labels)):
        joined = np.maximum(across[row][None], across).min(axis=1)
        found[row] = np.where(other[row], across[row], joined)
    found = np.where(np.isfinite(found), found, distances.max())
    np.fill_diagonal(found, 0)
    return found
