"""How large the directed flag complex of a graph is, before an engine is given it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from topoprint.errors import InputError
from topoprint.homology.edges import IntArray
from topoprint.homology.graph import Graph

# Numbers of neighbours that are looked at at a time: bounds the memory of counting.
AT_A_TIME = 1 << 21
MAX_MEMORY = 8.0


@dataclass(frozen=True)
class Program:
    """What computes the homology of a complex that is built, and the bytes that it takes."""

    name: str
    bytes_a_simplex: float
    bytes_a_pair_of_vertices: float = 0.0


# Measured on tournaments side by side: pyflagser 0.4.7 with 5,000 to 30,000 vertices and 0.3 to 1.3
# million simplices, GUDHI 3.13 with 0.6 and 1.9
# million.
FLAGSER = Program("flagser", 60, 0.8)
GUDHI = Program("gudhi", 110)


def count_simplices(graph: Graph, max_dimension: int, at_most: float) -> tuple[int, ...]:
    """Count the simplices that homology up to a dimension needs, without keeping them.

    Parameters
    ----------
    graph : Graph
        A simplex of dimension d is an ordered clique: d + 1 vertices with an edge from each to
        all that stand behind it.
    max_dimension : int
        Of the homology; simplices of one dimension more are counted.
    at_most : float
        Counting ends soon after this many.

    Returns
    -------
    tuple of int
        Numbers of simplices of dimensions 0 … max_dimension + 1. Where their sum is above
        ``at_most`` they are what was found until then.
    """
    counts = _Counts(graph, max_dimension + 1, at_most)
    counts.run()
    return tuple(counts.found)


def check_size(
    graph: Graph, max_dimension: int, max_memory: float, program: Program = FLAGSER
) -> None:
    """Refuse a graph for which a program would take more memory than it may, in GB.

    Raises
    ------
    InputError
        With the size of the directed flag complex, and what it would take.
    """
    fixed = program.bytes_a_pair_of_vertices * graph.n_vertices**2
    at_most = (max_memory * 1e9 - fixed) / program.bytes_a_simplex
    found = count_simplices(graph, max_dimension, at_most)
    if (total := sum(found)) <= at_most:
        return
    triangles = f", at least {found[2]:,} triangles" if len(found) > 2 and found[2] else ""
    taken = (fixed + total * program.bytes_a_simplex) / 1e9
    raise InputError(
        f"the graph has {graph.n_vertices:,} vertices, {graph.n_edges:,} edges{triangles}: "
        f"{program.name} would take over {taken:.1f} GB, and may take {max_memory:g} GB; "
        "lower max_dimension, take a smaller graph, or raise max_memory"
    )


@dataclass
class _Counts:
    """The counting of one graph, in blocks, depth first."""

    graph: Graph
    top: int
    at_most: float
    found: list[int] = field(init=False)

    def run(self) -> None:
        number = self.graph.n_vertices
        self.found = [number, self.graph.n_edges, *[0] * self.top][: self.top + 1]
        if self.top < 2 or sum(self.found) > self.at_most:
            return
        ones = np.ones(self.graph.n_edges, dtype=bool)
        ends = self.graph.sources, self.graph.targets
        self.behind = sparse.csr_array((ones, ends), shape=(number, number))
        self._below(self.behind, 1)

    def _below(self, behind: sparse.csr_array, dimension: int) -> None:
        """Count what extends simplices: row i of ``behind`` has what stands behind all of i's."""
        rows, last = (column.astype(np.int64) for column in behind.nonzero())
        for block in self._blocks(behind, rows, last):
            longer = behind[rows[block]].multiply(self.behind[last[block]]).tocsr()
            longer.eliminate_zeros()
            self.found[dimension + 1] += longer.nnz
            if sum(self.found) > self.at_most:
                return
            if dimension + 1 < self.top and longer.nnz:
                self._below(longer, dimension + 1)

    def _blocks(self, behind: sparse.csr_array, rows: IntArray, last: IntArray) -> Iterator[slice]:
        work = np.diff(behind.indptr)[rows] + np.diff(self.behind.indptr)[last]
        ends = np.cumsum(work, dtype=np.int64)
        start = 0
        while start < len(rows):
            before = ends[start - 1] if start else 0
            stop = int(np.searchsorted(ends, before + AT_A_TIME, side="right"))
            yield slice(start, max(stop, start + 1))
            start = max(stop, start + 1)
