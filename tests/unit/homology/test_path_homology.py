"""Path homology against ranks of its definition, and the theorem of layered networks."""

from itertools import pairwise, product
from math import prod

import numpy as np
import pytest

from topoprint import Graph, InputError
from topoprint.homology.path_homology import path_homology


def digraph(seed, vertices=6, share=0.4):
    rng = np.random.default_rng(seed)
    ends = [
        (a, b) for a, b in product(range(vertices), repeat=2) if a != b and rng.random() < share
    ]
    values = rng.integers(1, 6, len(ends)) / 8
    return Graph.from_edges(vertices, *np.array(ends).T, values)


def rank(matrix):
    """Rank over Z2."""
    rows = [int("".join(map(str, row)), 2) for row in matrix.astype(int) % 2] if matrix.size else []
    found = 0
    while rows:
        row = rows.pop()
        if row:
            found += 1
            low = row & -row
            rows = [other ^ row if other & low else other for other in rows]
    return found


def betti(graph, bound, dimension):
    """β of the subgraph of edges up to a bound: dim Ω_p − rank ∂_p − rank ∂_{p+1}."""
    edges = {
        (a, b)
        for a, b, value in zip(graph.sources, graph.targets, graph.values, strict=True)
        if value <= bound
    }

    def allowed(length):
        every = product(range(graph.n_vertices), repeat=length + 1)
        return [path for path in every if all(step in edges for step in pairwise(path))]

    def faces(length):
        """Boundary matrix of allowed paths, its rows of allowed paths first, and their number."""
        below = allowed(length - 1)
        rows = {path: number for number, path in enumerate(below)}
        entries = []
        for column, path in enumerate(allowed(length)):
            for left_out in range(length + 1):
                face = path[:left_out] + path[left_out + 1 :]
                if all(a != b for a, b in pairwise(face)):
                    entries.append((rows.setdefault(face, len(rows)), column))
        matrix = np.zeros((len(rows), len(allowed(length))), dtype=np.int64)
        for entry in entries:
            matrix[entry] ^= 1
        return matrix, len(below)

    def sizes(length):
        """Dimension of Ω, and the rank of ∂ on it."""
        if length == 0:
            return graph.n_vertices, 0
        matrix, known = faces(length)
        outside = rank(matrix[known:])
        # On the kernel of what is not allowed, the rank of the whole less that part's.
        return matrix.shape[1] - outside, rank(matrix) - outside

    counted, own = sizes(dimension)
    return counted - own - sizes(dimension + 1)[1]


@pytest.mark.parametrize("seed", range(12))
def test_bars_count_as_ranks_at_every_threshold(seed):
    graph = digraph(seed)
    diagram = path_homology(graph, 2)
    for bound in (0.0, *np.arange(1, 6) / 8):
        for dimension in range(3):
            bars = diagram.bars(dimension)
            alive = np.sum((bars[:, 0] <= bound) & (bars[:, 1] > bound))
            assert alive == betti(graph, bound, dimension), (bound, dimension)


def layered(sizes):
    starts = np.cumsum([0, *sizes])
    ends = [
        (starts[layer] + a, starts[layer + 1] + b)
        for layer in range(len(sizes) - 1)
        for a, b in product(range(sizes[layer]), range(sizes[layer + 1]))
    ]
    return Graph.from_edges(starts[-1], *np.array(ends).T, np.ones(len(ends)))


@pytest.mark.parametrize(
    "sizes", [(3, 2), (4, 3, 2), (2, 2, 2, 2), (3, 1, 4), (2, 3, 2, 3), (1, 5), (2, 2, 2, 2, 2)]
)
def test_layered_networks_have_the_homology_of_the_theorem(sizes):
    """Chowdhury et al. 2019: with L layers β_{L−1} = Π (n_i − 1), and no other reduced homology."""
    top = len(sizes) - 1
    diagram = path_homology(layered(sizes), top)
    numbers = [len(diagram.bars(q)[np.isinf(diagram.bars(q)[:, 1])]) for q in range(top + 1)]
    assert numbers == [1, *[0] * (top - 1), prod(n - 1 for n in sizes)]


def test_small_digraphs_of_known_path_homology():
    turn = Graph.from_edges(3, [0, 1, 2], [1, 2, 0], [0.5, 0.5, 0.5])
    assert len(path_homology(turn).bars(1)) == 1
    straight = Graph.from_edges(3, [0, 1, 0], [1, 2, 2], [0.25, 0.5, 0.75])
    assert len(path_homology(straight).bars(1)) == 0  # a triangle is filled as it closes
    # Two ways of two edges from 0 to 3 are filled; four edges of two sources are not.
    square = Graph.from_edges(4, [0, 0, 1, 2], [1, 2, 3, 3], [0.25, 0.5, 0.75, 1.0])
    assert len(path_homology(square).bars(1)) == 0
    crossed = Graph.from_edges(4, [0, 0, 1, 1], [2, 3, 2, 3], [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_array_equal(path_homology(crossed).bars(1), [[1, np.inf]])


def test_too_many_paths_are_refused_before_they_are_listed():
    graph = layered((60, 60, 60))
    with pytest.raises(
        InputError, match=r"dimension 1 is of 223,380 paths here, .* 100,000 at most"
    ):
        path_homology(graph, 1)
    assert len(path_homology(layered((60, 60)), 0).bars(0)) == 120
    with pytest.raises(InputError, match="max_dimension must be a whole number"):
        path_homology(graph, -1)
