"""Norms of the difference of two adjacency matrices (paper, section 3, Figure 2 and Table 2)."""

from abc import abstractmethod
from collections.abc import Sequence
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np

from topoprint.homology.filtration import edge_values
from topoprint.homology.network_graph import NetworkGraph
from topoprint.measures.base import Array, Invariance
from topoprint.measures.of_diagrams import OfGraphs
from topoprint.measures.subject import Need, Subject
from topoprint.networks.maps import FloatArray


def directed_values(graph: NetworkGraph) -> list[FloatArray]:
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


def shape_of(graph: NetworkGraph) -> tuple[int, ...]:
    """Sizes of the layers, and which of them have biases as edges."""
    with_bias = (int(bias is not None) for bias in graph.biases)
    return (*graph.network.layer_sizes, *with_bias)


class _Norm(OfGraphs):
    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights", "equal shapes"})
    paired: ClassVar[bool] = True
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"scale"})

    @abstractmethod
    def norm(self, one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
        """Norm of a difference."""

    def distances(self, subjects: Sequence[Subject]) -> Array:
        """Norms of the differences, between the networks of each shape."""
        graphs = [self._graph(subject) for subject in subjects]
        shapes = [shape_of(graph) for graph in graphs]
        values = np.full((len(subjects), len(subjects)), np.nan)
        np.fill_diagonal(values, 0)
        # One shape at a time: the values of all would be most of the memory.
        for shape in dict.fromkeys(shapes):
            members = [number for number, found in enumerate(shapes) if found == shape]
            blocks = {number: directed_values(graphs[number]) for number in members}
            for one, other in combinations(members, 2):
                distance = self.norm(blocks[one], blocks[other])
                values[one, other] = values[other, one] = distance
        return values

    def own_norms(self, subjects: Sequence[Subject]) -> Array:
        """Norm of each network's adjacency matrix."""
        norms = []
        for subject in subjects:
            blocks = directed_values(self._graph(subject))
            norms.append(self.norm(blocks, [np.zeros_like(block) for block in blocks]))
        return np.array(norms)

    def _graph(self, subject: Subject) -> NetworkGraph:
        graph: NetworkGraph = subject.feature(self.graph)
        return graph


class OneNorm(_Norm):
    """Greatest column sum of the absolute difference of the adjacency matrices."""

    kind: Literal["one_norm"] = "one_norm"

    def norm(self, one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
        """1-norm of a difference."""
        return one_norm(one, other)


class FrobeniusNorm(_Norm):
    """Frobenius norm of the difference of the adjacency matrices."""

    kind: Literal["frobenius_norm"] = "frobenius_norm"

    def norm(self, one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
        """Frobenius norm of a difference."""
        return frobenius_norm(one, other)


MEASURES = (OneNorm(), FrobeniusNorm())
