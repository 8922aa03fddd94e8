"""Bars of a layered network by others: pyflagser, scipy's spanning tree, Kruskal in numba.

The edges, their values and the splitting into bars are worked out here anew, from equation 1 of the
paper, so that agreement says something of ours.
"""

import importlib
import importlib.util
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree

from benchmarks import bars
from benchmarks.bars import Values
from topoprint import Graph, Network

ZETA = 1e-6
Split = tuple[Values, Values, int]


def values(network: Network) -> list[Values]:
    """Filtration value of every edge: the weights layer by layer, then the biases."""
    arrays = [weight.reshape(-1) for weight in network.weights]
    arrays += [bias for bias in network.biases if bias is not None]
    scale = max(float(np.abs(array).max()) for array in arrays)
    found = []
    for array in arrays:
        exact = np.abs(array.astype(np.float64))
        found.append(np.maximum(1 - exact / scale, ZETA).astype(np.float32))
    return found


def laid_out(network: Network) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    """Lay out the edges: number of vertices, and of each edge the vertex below and above.

    Neurons come first, layer by layer, then a vertex for each bias.
    """
    first = np.cumsum([0, *network.layer_sizes])
    below: list[NDArray[np.int32]] = []
    above: list[NDArray[np.int32]] = []
    for layer, weight in enumerate(network.weights):
        lower = np.arange(first[layer], first[layer + 1], dtype=np.int32)
        upper = np.arange(first[layer + 1], first[layer + 2], dtype=np.int32)
        below.append(np.tile(lower, weight.shape[0]))
        above.append(np.repeat(upper, weight.shape[1]))
    vertices = int(first[-1])
    for layer, bias in enumerate(network.biases):
        if bias is not None:
            below.append(np.arange(vertices, vertices + len(bias), dtype=np.int32))
            above.append(np.arange(first[layer + 1], first[layer + 2], dtype=np.int32))
            vertices += len(bias)
    return vertices, np.concatenate(below), np.concatenate(above)


def flagser_input(network: Network) -> sparse.coo_matrix:
    """Directed weighted graph as pyflagser takes it; an edge of weight ≤ 0 is reversed."""
    vertices, below, above = laid_out(network)
    arrays = [weight.reshape(-1) for weight in network.weights]
    arrays += [bias for bias in network.biases if bias is not None]
    backward = np.concatenate([array <= 0 for array in arrays])
    below[backward], above[backward] = above[backward], below[backward]
    return sparse.coo_matrix(
        (np.concatenate(values(network)), (below, above)), shape=(vertices, vertices)
    )


def flagser_graph(graph: Graph) -> sparse.coo_matrix:
    """Return a graph of values as pyflagser takes it."""
    ends = graph.sources, graph.targets
    return sparse.coo_matrix((graph.values, ends), shape=(graph.n_vertices,) * 2)


def flagser_bars(graph: sparse.coo_matrix) -> list[NDArray[Any]]:
    """Bars of each dimension by pyflagser."""
    from pyflagser import flagser_weighted

    found: list[NDArray[Any]] = flagser_weighted(graph, max_dimension=3, directed=True)["dgms"]
    return found


def flagser_fingerprint(found: list[NDArray[Any]]) -> str:
    """Fingerprint of what pyflagser found; dimensions that it leaves out have no bars."""
    dimensions = [np.asarray(dimension, dtype=np.float32) for dimension in found]
    dimensions += [np.empty((0, 2), dtype=np.float32)] * (4 - len(dimensions))
    return bars.fingerprint((dimension[:, 0], dimension[:, 1]) for dimension in dimensions)


def scipy_split(network: Network) -> tuple[Split, float]:
    """Split the edges by scipy's spanning tree of the whole graph; and its seconds alone."""
    vertices, below, above = laid_out(network)
    weights = np.concatenate(values(network))
    graph = sparse.csr_array((weights, (below, above)), shape=(vertices, vertices))
    del below, above
    start = perf_counter()
    found = minimum_spanning_tree(graph)
    seconds = perf_counter() - start
    del graph
    tree = np.sort(found.data).astype(np.float32)
    return (tree, _without(np.sort(weights), tree), vertices - len(tree)), seconds


def has_numba() -> bool:
    """Whether numba is installed; it is no dependency of the project."""
    return importlib.util.find_spec("numba") is not None


def numba_split(network: Network) -> Split:
    """Split the edges by Kruskal's algorithm on the sorted values, the union-find in numba."""
    found = values(network)
    n_layers = len(network.weights)
    leaves = found[n_layers:]  # a bias has no other edge: its own is in every forest
    weights = np.concatenate(found[:n_layers])
    del found
    order = np.argsort(weights)
    layers = np.array([weight.shape for weight in network.weights])
    inside = _kruskal()(order, layers)
    tree = np.concatenate([weights[order[inside]], *leaves])
    others = np.delete(weights[order], inside)
    return np.sort(tree), others, sum(network.layer_sizes) - len(inside)


@cache
def _kruskal() -> Any:
    """Compile Kruskal: from the sorted edges' numbers, the places of those in the forest."""
    numba = importlib.import_module("numba")

    def find(parent: Any, vertex: Any) -> Any:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    find = numba.njit(find)

    def kruskal(order: Any, layers: Any) -> Any:
        vertices = layers[0, 1] + layers[:, 0].sum()
        parent = np.arange(vertices)
        inside = np.empty(vertices - 1, dtype=np.int64)
        taken = 0
        for place in range(len(order)):
            edge = order[place]
            base = 0
            layer = 0
            while edge >= layers[layer, 0] * layers[layer, 1]:
                edge -= layers[layer, 0] * layers[layer, 1]
                base += layers[layer, 1]
                layer += 1
            one = find(parent, base + edge % layers[layer, 1])
            other = find(parent, base + layers[layer, 1] + edge // layers[layer, 1])
            if one != other:
                parent[one] = other
                inside[taken] = place
                taken += 1
                if taken == vertices - 1:
                    break
        return inside[:taken]

    return numba.njit(kruskal)


def _without(ordered: Values, removed: Values) -> Values:
    """Sorted values less some of them, also sorted."""
    kept, copies = np.unique(removed, return_counts=True)
    first = np.searchsorted(ordered, kept)
    places = np.repeat(first - np.cumsum(copies) + copies, copies) + np.arange(len(removed))
    return np.delete(ordered, places)
