"""Bars of a graph without triangles, from a minimum spanning forest (docs/method.md)."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from topoprint.homology.edges import IntArray
from topoprint.homology.graph import Graph, LayeredGraph, edge_values
from topoprint.networks.maps import FloatArray

# A threshold is estimated on about this many weights of the network.
SAMPLE = 20_000


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
    weighted = sparse.csr_array(
        (rank + 1.0, (graph.sources, graph.targets)), shape=(graph.n_vertices, graph.n_vertices)
    )
    forest = values[_tree_weights(weighted).astype(np.int64) - 1]
    components, _ = connected_components(weighted, directed=False)
    return _without(np.sort(graph.values), forest), forest, int(components)


def layered_tree(graph: LayeredGraph) -> FloatArray:
    """Sorted values of a minimum spanning tree of the neurons of a layered network.

    Few edges can be in the tree: the lightest edge at each neuron, which is in it for certain
    (Borůvka), and the edges up to some value. Where these connect all neurons, their spanning
    tree is one of the whole graph (docs/method.md), so only they are given to scipy.
    """
    candidates = 4 * graph.n_neurons
    while True:
        tree = _tree_of(graph, _candidate_edges(graph, candidates))
        if len(tree) == graph.n_neurons - 1:
            return tree
        candidates *= 4


def layered_forest(graph: LayeredGraph) -> tuple[FloatArray, FloatArray]:
    """Split the edges of a layered network, which is connected, by a minimum spanning tree.

    Returns
    -------
    others, forest : ndarray, float32
        As :func:`spanning_forest`.
    """
    tree = layered_tree(graph)
    values = np.empty(sum(weight.size for weight in graph.network.weights), dtype=np.float32)
    start = 0
    for weight in graph.network.weights:
        part = values[start : start + weight.size]
        edge_values(weight.ravel(), graph.scale, graph.zeta, out=part)
        start += weight.size
    # Floats above 0 are in the order of their bits, and whole numbers are sorted faster: no NaN.
    values.view(np.uint32).sort()
    others = _without(values, tree)
    # A bias is a leaf: its edge is in every spanning forest.
    leaves = [edge_values(b, graph.scale, graph.zeta) for b in graph.biases if b is not None]
    return others, np.sort(np.concatenate([tree, *leaves]))


def _candidate_edges(graph: LayeredGraph, wanted: int) -> IntArray:
    """Numbers of the lightest edge of each neuron, and of about ``wanted`` lightest edges in all.

    Edges are numbered layer by layer, in row-major order of the weights. "Lightest" is by
    (|w| descending, number ascending), one total order that agrees with the filtration values:
    ties broken in different ways at different neurons could close a cycle.
    """
    weights = graph.network.weights
    threshold = _threshold(graph, wanted)
    found = []
    best = np.full(weights[0].shape[1], -1.0, dtype=np.float32)  # largest |w| at each input so far
    lightest = np.empty(len(best), dtype=np.int64)
    start = 0
    for weight in weights:
        magnitude = np.abs(weight)
        columns = magnitude.max(axis=0)
        holders = np.flatnonzero(magnitude == columns)
        _, first = np.unique(holders % weight.shape[1], return_index=True)  # of each column
        lighter = columns > best  # a tie goes to the layer below, whose numbers are lower
        lightest[lighter] = (start + holders[first])[lighter]
        found.append(lightest)
        found.append(start + np.flatnonzero(magnitude >= threshold))
        position = magnitude.argmax(axis=1)
        every_row = np.arange(len(weight))
        best = magnitude[every_row, position]
        lightest = start + every_row * weight.shape[1] + position
        start += weight.size
    edges: IntArray = np.unique(np.concatenate([*found, lightest]))
    return edges


def _threshold(graph: LayeredGraph, wanted: int) -> float:
    """Magnitude that about ``wanted`` edges reach, from an evenly spaced sample."""
    weights = graph.network.weights
    n_edges = sum(weight.size for weight in weights)
    if wanted >= n_edges:
        return 0.0
    step = max(1, n_edges // SAMPLE)
    sample = np.abs(np.concatenate([weight.ravel()[::step] for weight in weights]))
    rank = min(int(len(sample) * (1 - wanted / n_edges)), len(sample) - 1)
    return float(np.partition(sample, rank)[rank])


def _tree_of(graph: LayeredGraph, edges: IntArray) -> FloatArray:
    """Sorted values of a minimum spanning forest of some edges, given by number."""
    weights = graph.network.weights
    first_edge = np.cumsum([0] + [weight.size for weight in weights])
    first_neuron = np.cumsum([0, *graph.network.layer_sizes])
    cuts = np.searchsorted(edges, first_edge)
    below, above, magnitudes = [], [], []
    for layer, weight in enumerate(weights):
        numbers = edges[cuts[layer] : cuts[layer + 1]] - first_edge[layer]
        row, column = np.divmod(numbers, weight.shape[1])
        below.append(first_neuron[layer] + column)
        above.append(first_neuron[layer + 1] + row)
        magnitudes.append(weight[row, column])
    values = edge_values(np.concatenate(magnitudes), graph.scale, graph.zeta)
    weighted = sparse.csr_array(
        (values, (np.concatenate(below), np.concatenate(above))),
        shape=(graph.n_neurons, graph.n_neurons),
    )
    return _tree_weights(weighted).astype(np.float32)


def _tree_weights(weighted: sparse.csr_array) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.sort(minimum_spanning_tree(weighted).data)


def _without(ordered: FloatArray, removed: FloatArray) -> FloatArray:
    """Sorted values less a sorted sub-multiset of them."""
    copies_before = np.arange(len(removed)) - np.searchsorted(removed, removed)
    return np.delete(ordered, np.searchsorted(ordered, removed) + copies_before)
