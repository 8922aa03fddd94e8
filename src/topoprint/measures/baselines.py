"""Baselines: simple distances between networks, to hold the topological ones against.

The norms of adjacency differences are the paper's (section 3, Figure 2 and Table 2). The number of
edges and the histogram of weights are what a sceptic asks for: how much of a distance is size, and
how much the distribution of the weights' magnitudes.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.matrix import DistanceMatrix
from topoprint.errors import InputError
from topoprint.homology.graph import LayeredGraph, edge_values
from topoprint.networks.network import FloatArray

Array = NDArray[np.float64]

# Bins of the histogram of |w| / max|W| over [0, 1]; a distance is off by at most one bin's width.
BINS = 1 << 14


def weight_histogram(graph: LayeredGraph) -> Array:
    """Shares of the edges whose |w| / max|W| falls into each of BINS equal parts of [0, 1]."""
    counts = np.zeros(BINS, dtype=np.int64)
    for block in directed_values(graph):
        bins = ((1 - np.abs(block.astype(np.float64))) * BINS).astype(np.int64)
        counts += np.bincount(np.minimum(bins, BINS - 1).ravel(), minlength=BINS)
    shares: Array = counts / counts.sum()
    return shares


def histograms_apart(one: Array, other: Array) -> float:
    """1-Wasserstein distance of two histograms of |w| / max|W|: ∫ of their cumulative shares."""
    return float(np.abs(np.cumsum(one - other)).sum() / BINS)


def directed_values(graph: LayeredGraph) -> list[FloatArray]:
    """Filtration values of the edges, negative where an edge is reversed (w ≤ 0).

    Returns
    -------
    list of ndarray, float32
        For each layer the weights, shape (out, in), and its biases, shape (out,), if these are
        edges.
    """
    blocks = []
    for weight, bias in zip(graph.network.weights, graph.biases, strict=True):
        for array in (weight, bias):
            if array is not None:
                values = edge_values(array.ravel(), graph.scale, graph.zeta).reshape(array.shape)
                blocks.append(np.where(array > 0, values, -values))
    return blocks


def one_norm(one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
    """Greatest column sum of the absolute difference of two adjacency matrices.

    An entry stands in the row of its edge's source and the column of its target: edges into the
    neurons of a layer come from the layer below and its biases, and, reversed, from that above.

    Parameters
    ----------
    one, other : sequence of ndarray
        Of two networks of one shape, from :func:`directed_values`.
    """
    sums: list[Array] = [np.zeros(1)]
    greatest = 0.0
    for first, second in zip(one, other, strict=True):
        forward, backward = _apart(first, second)
        if forward.ndim == 1:  # each bias has a vertex of its own
            sums[-1] += forward
            greatest = max(greatest, float(backward.max()))
        else:
            sums[-1] = sums[-1] + backward.sum(axis=0)
            sums.append(forward.sum(axis=1))
    return max(greatest, *(float(of_layer.max()) for of_layer in sums))


def frobenius_norm(one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
    """Frobenius norm of the difference of two adjacency matrices, as :func:`one_norm`."""
    squares = (
        float(np.sum(part**2))
        for first, second in zip(one, other, strict=True)
        for part in _apart(first, second)
    )
    return float(np.sqrt(sum(squares)))


def _apart(one: FloatArray, other: FloatArray) -> tuple[Array, Array]:
    """Absolute differences of the entries of edges that keep their direction, and of reversed."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    forward: Array = np.abs(np.maximum(first, 0) - np.maximum(second, 0))
    backward: Array = np.abs(np.minimum(first, 0) - np.minimum(second, 0))
    return forward, backward


# Norms of adjacency differences.
NORMS = {"one_norm": one_norm, "frobenius_norm": frobenius_norm}


def baseline_matrices(
    graphs: Sequence[LayeredGraph], labels: Sequence[str], names: Sequence[str] | None = None
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
    return [
        (_norm_matrix if name in NORMS else _summary_matrix)(graphs, labels, name) for name in names
    ]


def _summary_matrix(
    graphs: Sequence[LayeredGraph], labels: Sequence[str], name: str
) -> DistanceMatrix:
    keep, distance = SUMMARIES[name]
    kept = [keep(graph) for graph in graphs]
    values = np.zeros((len(graphs), len(graphs)))
    for one, other in combinations(range(len(graphs)), 2):
        values[one, other] = values[other, one] = distance(kept[one], kept[other])
    return DistanceMatrix(values, tuple(labels), name)


def _norm_matrix(
    graphs: Sequence[LayeredGraph], labels: Sequence[str], name: str
) -> DistanceMatrix:
    """Norms of the differences, between the networks of each shape."""
    count = len(graphs)
    values, sizes = np.full((count, count), np.nan), np.zeros(count)
    shapes = [shape_of(graph) for graph in graphs]
    # One shape at a time: the values of all would be most of the memory.
    for shape in dict.fromkeys(shapes):
        members = [number for number in range(count) if shapes[number] == shape]
        blocks = {number: directed_values(graphs[number]) for number in members}
        for number in members:
            values[number, number] = 0
            nothing = [np.zeros_like(block) for block in blocks[number]]
            sizes[number] = NORMS[name](blocks[number], nothing)
        for one, other in combinations(members, 2):
            distance = NORMS[name](blocks[one], blocks[other])
            values[one, other] = values[other, one] = distance
    return DistanceMatrix(values, tuple(labels), name, own_norms=sizes)


def shape_of(graph: LayeredGraph) -> tuple[int, ...]:
    """Sizes of the layers, and which of them have biases as edges."""
    with_bias = (int(bias is not None) for bias in graph.biases)
    return (*graph.network.layer_sizes, *with_bias)


# What is kept of each network, and how two such are compared.
SUMMARIES: dict[str, tuple[Callable[[LayeredGraph], Any], Callable[[Any, Any], float]]] = {
    "number_of_edges": (lambda graph: graph.n_edges, lambda one, other: float(abs(one - other))),
    "weight_histogram": (weight_histogram, histograms_apart),
}
BASELINES = (*NORMS, *SUMMARIES)
