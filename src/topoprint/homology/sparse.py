"""Sparse matrices of edges, as every version of scipy's ``csgraph`` takes them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# The graph routines of scipy before 1.17.1 index with 32 bits and refuse other indices.
LARGEST = int(np.iinfo(np.int32).max)


def edge_matrix(
    number: int,
    sources: NDArray[np.integer[Any]],
    targets: NDArray[np.integer[Any]],
    values: NDArray[Any],
) -> sparse.csr_array:
    """Make the matrix of some edges of vertices 0 … number − 1, with 32-bit indices if they fit.

    Parameters
    ----------
    number : int
        Of vertices.
    sources, targets : ndarray of int, shape (n_edges,)
    values : ndarray, shape (n_edges,)
        Of edges that stand twice the sum is taken; scipy takes 0 for no edge.
    """
    index = _index(number, len(values))
    ends = sources.astype(index, copy=False), targets.astype(index, copy=False)
    return sparse.csr_array((values, ends), shape=(number, number))


def sorted_edge_matrix(
    number: int,
    sources: NDArray[np.integer[Any]],
    targets: NDArray[np.integer[Any]],
    values: NDArray[Any],
) -> sparse.csr_array:
    """Make the matrix of edges in the order of (source, target), of which none stands twice."""
    index = _index(number, len(values))
    starts = np.searchsorted(sources, np.arange(number + 1)).astype(index, copy=False)
    parts = values, targets.astype(index, copy=False), starts
    return sparse.csr_array(parts, shape=(number, number))


def _index(number: int, edges: int) -> type[np.signedinteger[Any]]:
    return np.int32 if max(number, edges) <= LARGEST else np.int64
