"""Figures and notebook tables of diagrams, networks and graphs."""

import numpy as np
import pytest
from helpers import named, random_network

from topoprint import Diagram, Graph, InputError, persistence, to_graph


def some():
    return Diagram.from_bars(
        [[[0, np.inf], [0, 0.5]], [[0.2, 0.7], [0.3, np.inf], [0.3, np.inf]]],
        counts=[[1, 1200], [2, 1, 4]],
    )


def test_points_and_bars_show_how_often_they_count():
    pytest.importorskip("matplotlib")
    plane, *panels = [axes for part in some().plot().subfigs for axes in part.axes]
    assert [text.get_text() for text in plane.get_legend().get_texts()] == [
        "H0: 1,201, of which 1 essential", "H1: 7, of which 5 essential"]  # fmt: skip
    assert {text.get_text() for text in plane.texts} == {"×1,200", "×2", "×5"}
    h0, h1 = plane.collections
    end = plane.get_yticks()[-1]
    np.testing.assert_allclose(h0.get_offsets(), [[0, 0.5], [0, end]], rtol=1e-6)
    np.testing.assert_allclose(h1.get_offsets(), [[0.2, 0.7], [0.3, end]], rtol=1e-6)
    assert h0.get_sizes()[0] > h0.get_sizes()[1]
    for panel, bars in zip(panels, ([[0, 0.5], [0, end]], [[0.2, 0.7], [0.3, end]]), strict=True):
        drawn = [segment[:, 0] for segment in panel.collections[0].get_segments()]
        np.testing.assert_allclose(drawn, bars, rtol=1e-6)


def test_many_bars_are_as_high_as_they_count(tmp_path):
    pytest.importorskip("matplotlib")
    made = persistence(to_graph(random_network([80, 60, 4], 0)), max_dimension=1)
    figure = made.plot(tmp_path / "d.png")
    assert (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")
    plane, h0, h1 = [axes for part in figure.subfigs for axes in part.axes]
    assert h0.get_ylim() == (made.n_bars(0), 0)
    assert h1.get_ylim() == (made.n_bars(1), 0)
    assert len(plane.collections[1].get_offsets()) < made.n_bars(1)
    assert h1.collections[0].get_paths()[0].vertices[:, 1].max() == made.n_bars(1)


def test_no_bars_and_other_files():
    pytest.importorskip("matplotlib")
    figure = Diagram.from_bars([[], []]).plot()
    assert [text.get_text() for text in figure.subfigs[0].axes[0].texts] == ["no bars"]
    with pytest.raises(InputError, match=r"^d\.jpg: figures are drawn as \.svg"):
        some().plot("d.jpg")


def test_notebooks_show_small_tables():
    network = named(random_network([6, 5, 3], 0), network="<mine>", seed=3)
    graph = Graph.from_edges(3, [0, 1], [1, 2], [0.25, 0.5])
    for one, parts in (
        (network, ("&lt;mine&gt;", "6-5-3", "seed", ">53<")),
        (to_graph(network), ("vertices", ">53<", "ζ")),
        (graph, ("vertices", "0.25 … 0.5")),
        (some(), ("1,201", "0.2 … 0.3", "Persistence diagram")),
    ):
        shown = one._repr_html_()
        assert all(part in shown for part in parts)
        assert "<mine>" not in shown
        assert len(shown) < 2000
        assert len(repr(one)) < 80
