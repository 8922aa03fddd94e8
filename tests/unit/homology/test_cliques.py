"""Simplices of a directed flag complex, counted before an engine builds them: as pyflagser does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topoprint as tp
from topoprint import InputError
from topoprint.homology import cliques
from topoprint.homology.cliques import count_simplices

pyflagser = pytest.importorskip("pyflagser")


def graph_of(adjacency: np.ndarray) -> tp.Graph:
    sources, targets = np.nonzero(adjacency)
    return tp.Graph.from_edges(len(adjacency), sources, targets, np.full(len(sources), 0.5))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.floats(0, 1), st.integers(0, 2**32 - 1), st.integers(8, 99))
def test_they_are_those_of_pyflagser(
    number: int, density: float, seed: int, at_a_time: int
) -> None:
    adjacency = np.random.default_rng(seed).random((number, number)) < density
    np.fill_diagonal(adjacency, False)
    if not adjacency.any():  # pyflagser does not take a graph without edges
        adjacency = np.eye(number + 1, k=1, dtype=bool)
    expected = list(pyflagser.flagser_count_unweighted(adjacency, directed=True)) + [0] * 5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cliques, "AT_A_TIME", at_a_time)
        for top in range(4):
            assert count_simplices(graph_of(adjacency), top, 10**9) == tuple(expected[: top + 2])


def test_a_large_complex_is_refused_before_it_is_built() -> None:
    tournament = graph_of(np.triu(np.ones((80, 80), dtype=bool), 1))  # 2⁸⁰ − 1 simplices in all
    told = (
        "80 vertices, 3,160 edges, at least .* triangles: flagser would take over 0.2 GB, and may"
    )
    with pytest.raises(InputError, match=told):
        tp.persistence(tournament, max_memory=0.1)
    found = tp.persistence(tournament, 1, max_memory=0.01)  # 80 + 3,160 + 82,160 simplices
    assert found.bars(0).shape == (80, 2)
    with pytest.raises(InputError, match=r"may take 0.005 GB; lower max_dimension"):
        tp.persistence(tournament, 1, "flagser", max_memory=0.005)


def test_many_vertices_are_refused_too() -> None:
    """Flagser keeps a table of the pairs of vertices."""
    graph = tp.Graph.from_edges(200_000, [0, 1, 0], [1, 2, 2], [0.5, 0.5, 0.5])
    with pytest.raises(InputError, match=r"over 32\.0 GB, and may take 8 GB"):
        tp.persistence(graph)
