"""The bars that GUDHI finds of graphs with triangles: those of pyflagser, bit for bit."""

import sys
from itertools import combinations

import numpy as np
import pytest
from helpers import assert_same_bars, by_flagser
from hypothesis import given, settings
from hypothesis import strategies as st

import topoprint as tp
from topoprint import Graph, InputError
from topoprint.homology import persistence as homology
from topoprint.homology import simplex_tree

pytest.importorskip("gudhi")


@st.composite
def oriented_graphs(draw, least=0.0):
    """Graphs in which every two vertices are joined in one direction or not at all."""
    number = draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = np.array(list(combinations(range(number), 2)), dtype=np.int64).reshape(-1, 2)
    pairs = pairs[rng.random(len(pairs)) < draw(st.floats(least, 1))]
    turned = rng.random(len(pairs)) < draw(st.sampled_from([0.0, 0.1, 0.5]))
    pairs[turned] = pairs[turned, ::-1]
    values = rng.choice(draw(st.sampled_from([[0, 0.5], [0.1, 0.2, 0.7], range(99)])), len(pairs))
    return Graph.from_edges(number, pairs[:, 0], pairs[:, 1], values)


@settings(max_examples=60, deadline=None)
@given(oriented_graphs() | oriented_graphs(least=1.0), st.integers(0, 4), st.integers(1, 9))
def test_bars_are_those_of_flagser(graph: Graph, max_dimension: int, at_a_time: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simplex_tree, "AT_A_TIME", at_a_time)
        found = tp.persistence(graph, max_dimension, "gudhi")
    assert_same_bars(found, by_flagser(graph, max_dimension))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), min_size=3, max_size=4))
def test_so_are_those_of_layers_joined_by_skips(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    layer = np.repeat(np.arange(len(sizes)), sizes)
    sources, targets = np.nonzero(layer[:, None] < layer[None, :])
    weights = rng.integers(-3, 4, len(sources)) / 3 + 1e-3
    graph = Graph.from_weights(len(layer), sources, targets, weights)
    assert_same_bars(tp.persistence(graph, engine="gudhi"), by_flagser(graph))


def test_betti_numbers_of_a_sphere_by_hand() -> None:
    edges = [(u, v) for u, v in combinations(range(6), 2) if u // 2 != v // 2]
    octahedron = Graph.from_edges(6, *zip(*edges, strict=True), np.linspace(0.1, 1, len(edges)))
    found = tp.persistence(octahedron, engine="gudhi")
    assert [int(np.isinf(deaths).sum()) for deaths in found.deaths] == [1, 0, 1, 0]
    assert len(tp.persistence(octahedron, 1, "gudhi").births) == 2


def test_an_edge_and_its_reverse_are_refused() -> None:
    graph = Graph.from_edges(3, [0, 1, 0, 1], [1, 0, 2, 2], [0.1, 0.2, 0.3, 0.4])
    with pytest.raises(InputError, match="joined in both directions; use engine 'flagser'"):
        tp.persistence(graph, engine="gudhi")


def test_auto_takes_gudhi_where_pyflagser_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = homology.find_spec
    monkeypatch.setattr(homology, "find_spec", lambda name: name != "pyflagser" and known(name))
    monkeypatch.setitem(sys.modules, "pyflagser", None)
    triangle = Graph.from_edges(3, [0, 1, 0], [1, 2, 2], [0.25, 0.5, 0.75])
    assert tp.persistence(triangle).bars(0).tolist() == [[0, 0.25], [0, 0.5], [0, np.inf]]
    assert tp.persistence(triangle).n_bars(1) == 0
    both = Graph.from_edges(3, [0, 1, 0, 1], [1, 0, 2, 2], [0.1, 0.2, 0.3, 0.4])
    with pytest.raises(InputError, match=r"'topoprint\[flagser\]'"):
        tp.persistence(both)


def test_gudhi_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gudhi", None)
    with pytest.raises(InputError, match=r"'topoprint\[gudhi\]'"):
        tp.persistence(Graph.from_edges(2, [0], [1], [0.5]), engine="gudhi")


def test_a_complex_too_large_is_refused_before_it_is_built() -> None:
    sources, targets = np.triu_indices(60, 1)
    tournament = Graph.from_edges(60, sources, targets, np.full(len(sources), 0.5))
    with pytest.raises(InputError, match=r"gudhi would take over 0\.1 GB, and may take 0\.05 GB"):
        tp.persistence(tournament, 3, "gudhi", max_memory=0.05)
