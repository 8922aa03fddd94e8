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

# Rows of a layer that are looked at together: their differences stay in the processor's cache.
AT_ONCE = 64


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
                directed, unused = np.copysign(values, array), array == 0
                directed[unused] = -values[unused]
                blocks.append(directed)
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
        if first.ndim == 1:  # each bias has a vertex of its own
            forward, backward = _apart(first, second)
            sums[-1] += forward
            greatest = max(greatest, float(backward.max()))
        else:
            of_targets, of_sources = _column_sums(first, second)
            sums[-1] = sums[-1] + of_sources
            sums.append(of_targets)
    return max(greatest, *(float(of_layer.max()) for of_layer in sums))


def frobenius_norm(one: Sequence[FloatArray], other: Sequence[FloatArray]) -> float:
    """Frobenius norm of the difference of two adjacency matrices, as :func:`one_norm`.

    Of an edge that keeps its direction one entry differs, by the difference of the values; of one
    that is reversed two do, by either value: as the signs differ, a² + b² = (a − b)² + 2ab.
    """
    square = 0.0
    for first, second in zip(one, other, strict=True):
        apart = np.subtract(first, second, dtype=np.float64).ravel()
        product = np.multiply(first, second, dtype=np.float64)
        square += float(apart @ apart) + 2 * float(np.minimum(product, 0, out=product).sum())
    return float(np.sqrt(square))


def _column_sums(one: FloatArray, other: FloatArray) -> tuple[Array, Array]:
    """Sum up absolute differences in the columns of a layer's targets, and of its sources."""
    of_targets, of_sources = np.empty(len(one)), np.zeros(one.shape[1])
    for start in range(0, len(one), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        forward, backward = _apart(one[rows], other[rows])
        of_targets[rows] = forward.sum(axis=1)
        of_sources += backward.sum(axis=0)
    return of_targets, of_sources


def _apart(one: FloatArray, other: FloatArray) -> tuple[Array, Array]:
    """Absolute differences of the entries of edges that keep their direction, and of reversed."""
    parts = ((np.maximum(one, 0), np.maximum(other, 0)), (np.minimum(one, 0), np.minimum(other, 0)))
    forward, backward = (
        np.abs(np.subtract(first, second, dtype=np.float64)) for first, second in parts
    )
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
