"""Whether a sparse graph has a triangle, in memory of the order of its edges."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from topoprint.homology.edges import IntArray
from topoprint.homology.sparse import edge_matrix


def is_triangle_free(sources: IntArray, targets: IntArray) -> bool:
    """Whether no three vertices are joined pairwise, whatever the directions of the edges.

    Edges are made to point from the vertex of lower degree to that of higher; of n edges, then at
    most √(2n) leave a vertex. A triangle is a path of two edges beside an edge, and such paths are
    looked at in blocks of at most about as many as there are edges.

    Parameters
    ----------
    sources, targets : ndarray, int64, shape (n_edges,)
        Vertices by any numbers; no loops.
    """
    if not sources.size:
        return True
    upwards = _upwards(sources, targets)
    if _is_bipartite(upwards):
        return True
    from_row = upwards @ np.diff(upwards.indptr)
    paths = np.concatenate([[0], np.cumsum(from_row, dtype=np.int64)])  # from the rows before
    start = 0
    while paths[start] < paths[-1]:
        within = np.searchsorted(paths, paths[start] + len(sources), side="right") - 1
        stop = max(start + 1, int(within))
        rows = upwards[start:stop]
        if (rows @ upwards).multiply(rows).nnz:
            return False
        start = stop
    return True


def _upwards(sources: IntArray, targets: IntArray) -> sparse.csr_array:
    """Each pair of joined vertices once, vertices numbered anew by degree: an upper triangle."""
    vertices, ends = np.unique(np.concatenate([sources, targets]), return_inverse=True)
    by_degree = np.argsort(np.bincount(ends), kind="stable")
    rank = np.empty_like(by_degree)
    rank[by_degree] = np.arange(len(vertices))
    from_, to = rank[ends[: len(sources)]], rank[ends[len(sources) :]]
    joined = np.ones(len(from_), dtype=bool)
    places = np.minimum(from_, to), np.maximum(from_, to)
    return edge_matrix(len(vertices), *places, joined)


def _is_bipartite(upwards: sparse.csr_array) -> bool:
    """Whether the bipartite double cover has two components for every one of the graph."""
    components, _ = connected_components(upwards, directed=False)
    number, edges = upwards.shape[0], upwards.tocoo()
    sources = np.concatenate([edges.row, edges.row + number])
    targets = np.concatenate([edges.col + number, edges.col])
    cover = edge_matrix(2 * number, sources, targets, np.ones(len(sources), dtype=bool))
    covering, _ = connected_components(cover, directed=False)
    return bool(covering == 2 * components)
