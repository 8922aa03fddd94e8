"""Networks of every kind of map and wire: the bars of the graph that is laid out edge by edge."""

import numpy as np
import pytest
from architectures import KINDS, TYPES, Builder, architectures, drawn_weights
from helpers import assert_same_bars, by_flagser, persistence_by_ranges
from hypothesis import given, settings
from hypothesis import strategies as st

from topoprint import persistence, to_graph
from topoprint.homology import map_forest


def assert_bars_of_the_laid_out_graph(network, zeta=1e-6, bias=True):
    graph = to_graph(network, zeta, bias)
    found = persistence(graph, engine="forest")
    assert found.n_bars(0) <= graph.n_vertices
    laid_out = graph.laid_out()
    assert laid_out.n_vertices == graph.n_vertices
    assert laid_out.n_edges == graph.n_edges
    assert_same_bars(found, persistence(laid_out, engine="forest"))
    assert_same_bars(found, persistence_by_ranges(graph, engine="forest"))
    assert_same_bars(found, by_flagser(graph))


@settings(deadline=None, max_examples=150)
@given(architectures(), st.sampled_from([1e-6, 0.1, 0.75]), st.booleans())
def test_bars_of_random_architectures(network, zeta, bias):
    assert_bars_of_the_laid_out_graph(network, zeta, bias)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("kind", KINDS)
def test_bars_of_each_kind_of_part(kind, dtype):
    builder = Builder(2, (4, 4), drawn_weights(1, "normal", dtype))
    builder.add("convolution", 3)
    builder.add(kind, 3)
    builder.add("bias", 1)
    builder.add("tokens", 2)
    assert_bars_of_the_laid_out_graph(builder.network())


@settings(deadline=None, max_examples=60)
@given(architectures(6), st.integers(1, 30), st.integers(0, 2))
def test_any_choice_of_thresholds_gives_the_same_bars(network, edges, strongest):
    expected = persistence(to_graph(network))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_forest, "STRONGEST_A_UNIT", strongest)
        patch.setattr(map_forest, "SAMPLE", edges)
        assert_same_bars(persistence(to_graph(network)), expected)
        patch.setattr(map_forest, "FEWEST_EDGES", edges)
        patch.setattr(map_forest, "EDGES_A_UNIT", 0)
        patch.setattr(map_forest, "BLOCK", 4)
        found = persistence_by_ranges(to_graph(network))
    assert_same_bars(found, expected)
    for one, other in zip(found.counts, expected.counts, strict=True):
        np.testing.assert_array_equal(one, other)
