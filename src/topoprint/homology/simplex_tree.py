"""Bars of a directed flag complex by GUDHI, where no edge has its reverse. Imports gudhi."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.cliques import GUDHI, check_size
from topoprint.homology.edges import IntArray
from topoprint.homology.graph import Graph

Array = NDArray[np.float64]

# Numbers of ordered cliques that are extended at a time.
AT_A_TIME = 1 << 18


def simplex_tree_bars(graph: Graph, max_dimension: int, max_memory: float) -> list[Array]:
    """Compute bars by a ``SimplexTree`` (GUDHI 3.12 and later), over the field of two elements.

    An ordered clique is a simplex. Where no two vertices are joined in both directions, its set of
    vertices has one order, the one in which the tournament on it is transitive: the directed flag
    complex is a simplicial complex, which GUDHI takes.

    Parameters
    ----------
    graph : Graph
    max_dimension : int
        Homology is computed in dimensions 0 … max_dimension.
    max_memory : float
        GB that GUDHI may take.

    Returns
    -------
    list of ndarray, float64, shape (n, 2)
        Births and deaths of each dimension.

    Raises
    ------
    InputError
        If an edge has its reverse, GUDHI is not installed, or would take more than ``max_memory``.
    """
    try:
        from gudhi import SimplexTree
    except ImportError as error:
        raise InputError("engine 'gudhi' needs gudhi: pip install 'topoprint[gudhi]'") from error
    if has_reverse(graph):
        raise InputError(
            "engine 'gudhi' takes no graph in which two vertices are joined in both directions; "
            "use engine 'flagser'"
        )
    check_size(graph, max_dimension, max_memory, GUDHI)
    tree = SimplexTree()
    vertices = np.arange(graph.n_vertices)[:, None]
    tree.insert_batch(_columns(vertices), np.zeros(graph.n_vertices))
    for cliques, values in _cliques(graph, max_dimension + 1):
        tree.insert_batch(_columns(cliques), values)
    # GUDHI leaves out the homology of the complex's own dimension, unless it is asked for.
    whole = tree.dimension() <= max_dimension
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0, persistence_dim_max=whole)
    return [
        np.asarray(tree.persistence_intervals_in_dimension(dimension)).reshape(-1, 2)
        for dimension in range(max_dimension + 1)
    ]


def _columns(cliques: IntArray) -> NDArray[np.int32]:
    """Lay cliques out in columns, as GUDHI takes them: it reads the strides of axes of length 1."""
    columns = np.empty(cliques.shape[::-1], dtype=np.int32)
    columns[:] = cliques.T
    return columns


def has_reverse(graph: Graph) -> bool:
    """Whether two vertices are joined in both directions."""
    forward = np.sort(graph.sources * graph.n_vertices + graph.targets)
    backward = np.sort(graph.targets * graph.n_vertices + graph.sources)
    return bool(np.isin(backward, forward, assume_unique=True).any())


def _cliques(graph: Graph, top: int) -> Iterator[tuple[IntArray, Array]]:
    """List the ordered cliques of dimension 1 … top, shape (n, vertices), and when they enter."""
    order = np.lexsort((graph.targets, graph.sources))
    sources, targets = graph.sources[order], graph.targets[order]
    edges = _Edges(
        graph.n_vertices,
        np.searchsorted(sources, np.arange(graph.n_vertices + 1)),
        targets,
        sources * graph.n_vertices + targets,
        graph.values[order].astype(np.float64),
    )
    if not len(sources) or top < 1:
        return
    found = [(np.column_stack([sources, targets]), edges.values)]
    yield from found
    for _ in range(1, top):
        parts = (part for some in found for part in _parts(*some))
        found = [longer for part in parts if len((longer := edges.extend(*part))[1])]
        yield from found


def _parts(cliques: IntArray, values: Array) -> Iterator[tuple[IntArray, Array]]:
    for start in range(0, len(cliques), AT_A_TIME):
        yield cliques[start : start + AT_A_TIME], values[start : start + AT_A_TIME]


class _Edges:
    """Edges sorted by source, then target, to look them up by their ends."""

    def __init__(
        self, number: int, first: IntArray, targets: IntArray, keys: IntArray, values: Array
    ) -> None:
        self.number, self.first, self.targets = number, first, targets
        self.keys, self.values = keys, values

    def extend(self, cliques: IntArray, values: Array) -> tuple[IntArray, Array]:
        """Append, to each clique, every vertex that all of its vertices have an edge to."""
        last = cliques[:, -1]
        many = self.first[last + 1] - self.first[last]
        row = np.repeat(np.arange(len(cliques)), many)
        within = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
        edge = self.first[last[row]] + within
        vertex, value = self.targets[edge], np.maximum(values[row], self.values[edge])
        for column in range(cliques.shape[1] - 1):
            wanted = cliques[row, column] * self.number + vertex
            place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            there = self.keys[place] == wanted
            value = np.maximum(value, self.values[place])[there]
            row, vertex = row[there], vertex[there]
        return np.column_stack([cliques[row], vertex]), value
