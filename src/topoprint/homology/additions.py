"""The graph of a network in which a neuron sums all that reaches it, skips included."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError, check_type
from topoprint.homology.edges import IntArray, check_edges
from topoprint.homology.filtration import edge_values
from topoprint.homology.graph import Graph
from topoprint.homology.network_graph import MOST_LAID_OUT, NetworkGraph
from topoprint.networks.maps import FloatArray


def merge_additions(graph: NetworkGraph) -> Graph:
    """Make the other graph of a network with sums, where no sum has a unit of its own.

    By the rules of docs/networks.md what enters a sum passes through a unit of its own, and no
    three units are joined pairwise. Here a neuron sums all that reaches it: a term that gives to
    its sum alone, and is made by trained weights or is itself a sum, is the same vertex as its
    sum; any other term is joined to its sum by a wire. A term stays a vertex where two vertices
    would else be joined twice. The graph may have triangles, and homology above H1.

    Parameters
    ----------
    graph : NetworkGraph
        Its network knows its sums if it was traced (``Network.sums``).

    Returns
    -------
    Graph
        With the filtration values of ``graph``; its vertices are in the order of the units.

    Raises
    ------
    InputError
        If there are more edges than can be laid out, or two edges join the same two units.
    """
    check_type(graph, NetworkGraph, "the graph of a network (tp.to_graph)")
    if graph.n_edges > MOST_LAID_OUT:
        raise InputError(
            f"the network's {graph.n_edges:,} edges are too many to be laid out one by one, as "
            f"merged additions need (at most {MOST_LAID_OUT:,}); take a smaller example"
        )
    edges = _Edges.of(graph)
    n_units = graph.network.n_units
    is_sum = np.zeros(n_units, dtype=bool)
    is_sum[graph.network.sums] = True
    edges, passed = _without_passages(edges, is_sum)
    into = _sums_of_terms(edges, is_sum)
    while True:
        label = _roots(into)
        twice = _joined_twice(edges, label)
        apart = np.unique(edges.targets[twice])
        apart = apart[into[apart] != apart]
        if not apart.size:
            break
        into[apart] = apart
    kept = label[edges.sources] != label[edges.targets]
    is_vertex = (label == np.arange(n_units)) & ~passed
    if not graph.bias:
        for one in graph.network.maps:
            if one.is_bias:
                is_vertex[one.inputs] = False
    numbers = (np.cumsum(is_vertex) - 1)[label]
    from_, to, weights = (
        numbers[edges.sources[kept]], numbers[edges.targets[kept]], edges.weights[kept]
    )  # fmt: skip
    values = np.where(
        np.isinf(weights), np.float32(graph.zeta), edge_values(weights, graph.scale, graph.zeta)
    )
    forward = weights > 0
    ends = np.where(forward, from_, to), np.where(forward, to, from_)
    n_vertices = int(np.count_nonzero(is_vertex))
    check_edges(n_vertices, *ends)
    return Graph(n_vertices, *ends, values)


@dataclass(frozen=True, eq=False)
class _Edges:
    """Edges in the direction in which the network computes; a wire has an infinite weight."""

    sources: IntArray
    targets: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, graph: NetworkGraph) -> "_Edges":
        parts = [one.laid_out() for one in graph.maps]
        for some in graph.network.wires:
            from_, to = some.laid_out()
            parts.append((from_, to, np.full(len(from_), np.inf, dtype=np.float32)))
        sources, targets, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(sources, targets, weights.astype(np.float32))

    @property
    def are_wires(self) -> NDArray[np.bool_]:
        return np.isinf(self.weights)


def _without_passages(edges: _Edges, is_sum: NDArray[np.bool_]) -> tuple[_Edges, NDArray[np.bool_]]:
    """Join terms to their sums directly; the units on the way, which do nothing else, go."""
    wires = edges.are_wires
    number = len(is_sum)
    ends, from_wires = np.bincount(edges.targets, minlength=number), edges.targets[wires]
    given, to_sums = np.bincount(edges.sources, minlength=number), wires & is_sum[edges.targets]
    passed = ~is_sum & (ends == 1) & (given == 1)
    passed &= np.bincount(from_wires, minlength=number) == 1
    passed &= np.bincount(edges.sources[to_sums], minlength=number) == 1
    stands_for = np.arange(number)
    enters = passed[edges.targets]
    stands_for[edges.targets[enters]] = edges.sources[enters]
    sources, targets = stands_for[edges.sources[~enters]], edges.targets[~enters]
    weights = edges.weights[~enters]
    # A term that is added twice has one wire.
    again = np.zeros(len(weights), dtype=bool)
    again_of = np.flatnonzero(np.isinf(weights))
    _, first = np.unique(sources[again_of] * number + targets[again_of], return_index=True)
    again[np.delete(again_of, first)] = True
    return _Edges(sources[~again], targets[~again], weights[~again]), passed


def _sums_of_terms(edges: _Edges, is_sum: NDArray[np.bool_]) -> IntArray:
    """Give each unit the sum of which it is a term and nothing else; itself where it is none."""
    number = len(is_sum)
    wires = edges.are_wires
    is_term = np.bincount(edges.sources, minlength=number) == 1
    is_term &= is_sum | (np.bincount(edges.targets[~wires], minlength=number) > 0)
    into: IntArray = np.arange(number)
    taken = wires & is_sum[edges.targets] & is_term[edges.sources]
    into[edges.sources[taken]] = edges.targets[taken]
    return into


def _roots(into: IntArray) -> IntArray:
    """Follow each unit to the last of its sums; sums in a circle stay apart, in place."""
    roots = into
    for _ in range(int(np.log2(len(into))) + 2):
        roots = roots[roots]
    in_circle = np.unique(roots[into[roots] != roots])
    if in_circle.size:
        into[in_circle] = in_circle
        return _roots(into)
    return roots


def _joined_twice(edges: _Edges, label: IntArray) -> NDArray[np.bool_]:
    """Mark edges that join vertices which another edge joins too, or a vertex with itself."""
    from_, to = label[edges.sources], label[edges.targets]
    loops = from_ == to
    merged = loops & edges.are_wires  # the wires of merged terms
    pairs = np.minimum(from_, to) * len(label) + np.maximum(from_, to)
    _, pair, count = np.unique(pairs[~merged], return_inverse=True, return_counts=True)
    twice: NDArray[np.bool_] = loops & ~merged
    twice[~merged] |= count[pair] > 1
    return twice
