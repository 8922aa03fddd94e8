"""Baselines: simple distances between networks, to hold the topological ones against.

The norms of adjacency differences are the paper's (section 3, Figure 2 and Table 2). The number of
edges and the histogram of weights are what a sceptic asks for: how much of a distance is size, and
how much the distribution of the weights' magnitudes.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import norm
from scipy.stats import wasserstein_distance

from topoprint.topology.errors import InputError
from topoprint.topology.graph import Graph, LayeredGraph, edge_values
from topoprint.topology.matrix import DistanceMatrix
from topoprint.topology.network import FloatArray

Array = NDArray[np.float64]
AnyGraph = Graph | LayeredGraph

# Norms of adjacency differences, as numpy and scipy name them.
NORMS: dict[str, Literal[1, "fro"]] = {"one_norm": 1, "frobenius_norm": "fro"}

# Bins of the histogram of |w| / max|W| over [0, 1]; a distance is off by at most one bin's width.
BINS = 1 << 14


def adjacency(graph: AnyGraph) -> sparse.csr_array:
    """Sparse adjacency matrix: the filtration value of each edge, in the row of its source.

    Vertices of a layered graph are the neurons, layer by layer, then the biases of each layer.
    """
    if isinstance(graph, Graph):
        shape = (graph.n_vertices, graph.n_vertices)
        values = graph.values.astype(np.float64)
        return sparse.csr_array((values, (graph.sources, graph.targets)), shape=shape)
    layers = len(graph.network.layer_sizes)
    sizes = [*graph.network.layer_sizes, *(len(b) for b in graph.biases if b is not None)]
    blocks = [[sparse.csr_array((rows, columns)) for columns in sizes] for rows in sizes]
    bias_block = layers
    for layer, (weight, bias) in enumerate(zip(graph.network.weights, graph.biases, strict=True)):
        forward, backward = _by_direction(weight, graph)
        blocks[layer][layer + 1] = sparse.csr_array(forward.T)
        blocks[layer + 1][layer] = sparse.csr_array(backward)
        if bias is not None:
            forward, backward = _by_direction(bias, graph)
            blocks[bias_block][layer + 1] = sparse.diags_array(forward, format="csr")
            blocks[layer + 1][bias_block] = sparse.diags_array(backward, format="csr")
            bias_block += 1
    return sparse.block_array(blocks, format="csr")


def weight_histogram(graph: AnyGraph) -> Array:
    """Shares of the edges whose |w| / max|W| falls into each of BINS equal parts of [0, 1]."""
    counts = np.zeros(BINS, dtype=np.int64)
    for values in _values(graph):
        bins = ((1 - values.astype(np.float64)) * BINS).astype(np.int64)
        counts += np.bincount(np.minimum(bins, BINS - 1), minlength=BINS)
    shares: Array = counts / counts.sum()
    return shares


def baseline_matrices(
    graphs: Sequence[AnyGraph], labels: Sequence[str], names: Sequence[str] | None = None
) -> list[DistanceMatrix]:
    """Distances between all pairs of graphs by the baselines.

    Parameters
    ----------
    graphs : sequence of Graph or LayeredGraph
    labels : sequence of str
        Names of the rows.
    names : sequence of str, optional
        By default all of :data:`BASELINES`: ``one_norm``, the greatest column sum of the absolute
        difference of the adjacency matrices, and ``frobenius_norm``, both NaN between networks
        of different shapes; ``number_of_edges``, the absolute difference; ``weight_histogram``,
        the 1-Wasserstein distance of the histograms of |w| / max|W|, in [0, 1].

    Returns
    -------
    list of DistanceMatrix
        One a baseline; for the norms, with the norm of each network's own adjacency matrix.

    Raises
    ------
    InputError
        If there are no graphs, or a baseline is not known.
    """
    names = list(BASELINES) if names is None else list(names)
    for name in names:
        if name not in BASELINES:
            raise InputError(f"baseline {name!r} is not known; choose {', '.join(BASELINES)}")
    if not graphs or len(graphs) != len(labels):
        raise InputError(f"{len(labels)} labels for {len(graphs)} networks")
    norms = [name for name in names if name in NORMS]
    found = {matrix.measure: matrix for matrix in _norm_matrices(graphs, labels, norms)}
    for name in names:
        if name not in found:
            keep, distance = SUMMARIES[name]
            kept = [keep(graph) for graph in graphs]
            values = np.zeros((len(graphs), len(graphs)))
            for one, other in combinations(range(len(graphs)), 2):
                values[one, other] = values[other, one] = distance(kept[one], kept[other])
            found[name] = DistanceMatrix(values, tuple(labels), name)
    return [found[name] for name in names]


def _norm_matrices(
    graphs: Sequence[AnyGraph], labels: Sequence[str], names: Sequence[str]
) -> Iterator[DistanceMatrix]:
    """Norms of the differences, between the networks of each shape."""
    count = len(graphs)
    values = {name: np.full((count, count), np.nan) for name in names}
    sizes = {name: np.zeros(count) for name in names}
    shapes = [_shape(graph) for graph in graphs]
    # One shape at a time: the adjacency matrices of all would be most of the memory.
    for shape in dict.fromkeys(shapes) if names else ():
        members = [number for number in range(count) if shapes[number] == shape]
        matrices = {number: adjacency(graphs[number]) for number in members}
        for name in names:
            for number in members:
                values[name][number, number] = 0
                sizes[name][number] = norm(matrices[number], NORMS[name])
        for one, other in combinations(members, 2):
            difference = matrices[one] - matrices[other]
            for name in names:
                distance = norm(difference, NORMS[name])
                values[name][one, other] = values[name][other, one] = distance
    for name in names:
        yield DistanceMatrix(values[name], tuple(labels), name, own_norms=sizes[name])


def _shape(graph: AnyGraph) -> tuple[int, ...]:
    if isinstance(graph, Graph):
        return (graph.n_vertices,)
    with_bias = (int(bias is not None) for bias in graph.biases)
    return (*graph.network.layer_sizes, *with_bias)


def _values(graph: AnyGraph) -> Iterator[FloatArray]:
    """Filtration values of all edges."""
    if isinstance(graph, Graph):
        yield graph.values
        return
    for array in [*graph.network.weights, *(b for b in graph.biases if b is not None)]:
        yield edge_values(array.ravel(), graph.scale, graph.zeta)


def _by_direction(weights: FloatArray, graph: LayeredGraph) -> tuple[Array, Array]:
    """Filtration values where an edge keeps its direction, and where it is reversed; else 0."""
    values = edge_values(weights.ravel(), graph.scale, graph.zeta).reshape(weights.shape)
    wide = values.astype(np.float64)
    return np.where(weights > 0, wide, 0), np.where(weights > 0, 0, wide)


def _edges_apart(one: int, other: int) -> float:
    return float(abs(one - other))


def _histograms_apart(one: Array, other: Array) -> float:
    centres = (np.arange(BINS) + 0.5) / BINS
    return float(wasserstein_distance(centres, centres, one, other))


# What is kept of each network, and how two such are compared.
SUMMARIES: dict[str, tuple[Callable[[AnyGraph], Any], Callable[[Any, Any], float]]] = {
    "number_of_edges": (lambda graph: graph.n_edges, _edges_apart),
    "weight_histogram": (weight_histogram, _histograms_apart),
}
BASELINES = (*NORMS, *SUMMARIES)
