"""Graphs without triangles are told from others, in memory of the order of their edges."""

import tracemalloc
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from topoprint import Graph
from topoprint.homology.triangles import is_triangle_free


def by_the_square(graph):
    """Whether no edge joins the ends of a path of two edges, by the whole matrix of such paths."""
    shape = (graph.n_vertices, graph.n_vertices)
    ones = np.ones(graph.n_edges, dtype=np.int32)
    adjacency = sparse.csr_array((ones, (graph.sources, graph.targets)), shape=shape)
    adjacency = (adjacency + adjacency.T).tocsr()
    return adjacency.multiply(adjacency @ adjacency).nnz == 0


def graph_of(edges):
    sources, targets = np.array(sorted(edges), dtype=np.int64).reshape(-1, 2).T
    n_vertices = 1 + int(max(sources.max(initial=0), targets.max(initial=0)))
    return Graph.from_edges(n_vertices, sources, targets, np.zeros(len(sources)))


@settings(deadline=None, max_examples=300)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.sets(
            st.tuples(st.integers(0, n), st.integers(0, n)).filter(lambda e: e[0] != e[1])
        )
    )
)
def test_the_answer_is_that_of_the_squared_matrix(edges):
    graph = graph_of(edges)
    assert graph.is_triangle_free() == by_the_square(graph)


def random_edges(rng, n_vertices, n_edges):
    edges = rng.integers(0, n_vertices, (n_edges, 2))
    return {(int(u), int(v)) for u, v in edges if u != v}


def test_the_answer_is_that_of_the_squared_matrix_in_larger_graphs():
    rng, answers = np.random.default_rng(0), set()
    for _ in range(200):
        n_vertices = int(rng.integers(50, 400))
        graph = graph_of(random_edges(rng, n_vertices, int(n_vertices * rng.uniform(0.5, 1.5))))
        answers.add(by_the_square(graph))
        assert graph.is_triangle_free() == by_the_square(graph)
    assert answers == {True, False}


def blown_up_pentagon(copies):
    """Every vertex of a pentagon ``copies`` times: dense, an odd cycle, and no triangle."""
    one, other = np.indices((copies, copies)).reshape(2, -1)
    corners = [(k, (k + 1) % 5) for k in range(5)]
    sources = np.concatenate([a * copies + one for a, _ in corners])
    return sources, np.concatenate([b * copies + other for _, b in corners])


def test_a_triangle_is_found_in_whichever_block_it_is():
    sources, targets = blown_up_pentagon(300)  # of 300 common neighbours: no count overflows
    assert is_triangle_free(sources, targets)
    for corner in range(5):
        inside = corner * 300 + np.array([7, 123])
        for one, other in (inside, inside[::-1]):
            assert not is_triangle_free(np.append(sources, one), np.append(targets, other))


def star(leaves, hub):
    ends = np.setdiff1d(np.arange(leaves + 1), hub)
    return np.full(leaves, hub), ends


PENTAGON = np.array([0, 1, 2, 3, 4]), np.array([1, 2, 3, 4, 0])
LEAVES = 30_000
WITH_HUBS = {
    "a star and an edge": (False, *star(LEAVES, 0), [1], [2]),
    "a star of a late hub and an edge": (False, *star(LEAVES, LEAVES), [1], [2]),
    "a star and a pentagon": (True, *star(LEAVES, 0), *(LEAVES + 1 + end for end in PENTAGON)),
    "a blown-up pentagon": (True, *blown_up_pentagon(80), [], []),
    "many hubs and a pentagon": (
        True,
        np.tile(np.arange(20), 2000),
        np.repeat(np.arange(20, 2020), 20),
        *(5000 + end for end in PENTAGON),
    ),
}


@pytest.mark.parametrize("case", WITH_HUBS)
def test_memory_is_of_the_order_of_the_edges(case):
    free, sources, targets, *more = WITH_HUBS[case]
    sources, targets = (
        np.concatenate([ends, np.array(extra, dtype=np.int64)])
        for ends, extra in zip((sources, targets), more, strict=True)
    )
    tracemalloc.start()
    try:
        assert is_triangle_free(sources, targets) is free
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 300 * len(sources)


def test_the_numbers_of_vertices_take_no_memory():
    numbers = 2**40 + np.array([0, 5, 2**32])
    for one, other, third in combinations([*numbers, 3], 3):
        edges = np.array([[one, other], [other, third], [third, one]]).T
        assert not is_triangle_free(*edges)
        assert is_triangle_free(*edges[:, :2])
