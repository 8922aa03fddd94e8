"""Bars of a graph without triangles, from a minimum spanning forest (docs/method.md)."""

import numpy as np
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from topoprint.homology.counts import ones
from topoprint.homology.graph import Graph
from topoprint.homology.multiset import without
from topoprint.homology.sparse import edge_matrix
from topoprint.networks.maps import FloatArray


def spanning_forest(graph: Graph) -> tuple[FloatArray, FloatArray, int]:
    """Split the edges of any graph by a minimum spanning forest.

    Returns
    -------
    others : ndarray, float32
        Values of the edges outside the forest, sorted: the H1 births, if there is no triangle.
    forest : ndarray, float32
        Values of the edges of the forest, sorted: the H0 deaths.
    components : int
        Number of connected components.
    """
    values, rank = np.unique(graph.values, return_inverse=True)
    # Ranks from 1 in place of values: scipy takes an edge of weight 0 for no edge.
    weighted = edge_matrix(graph.n_vertices, graph.sources, graph.targets, rank + 1.0)
    forest = values[np.sort(minimum_spanning_tree(weighted).data).astype(np.int64) - 1]
    components, _ = connected_components(weighted, directed=False)
    every = np.sort(graph.values)
    others, _ = without((every, ones(len(every))), (forest, ones(len(forest))))
    return others, forest, int(components)
