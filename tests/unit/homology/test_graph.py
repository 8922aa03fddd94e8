import numpy as np
import pytest
from helpers import random_network
from safetensors.numpy import save_file

from topoprint import Graph, InputError, Network, to_graph
from topoprint.homology import filtration
from topoprint.homology.filtration import edge_values
from topoprint.homology.graph import is_graph_file


def edges_of(graph):
    return {
        (int(u), int(v)): value
        for u, v, value in zip(graph.sources, graph.targets, graph.values, strict=True)
    }


def edges_by_hand(layers, zeta):
    """Equation 1, number by number, over (u, v, w) in the direction of computation."""
    scale = max(abs(float(w)) for _, _, w in layers)
    edges = {}
    for u, v, w in layers:
        value = np.float32(max(1 - abs(float(w)) / scale, zeta))
        edges[(u, v) if w > 0 else (v, u)] = value
    return edges


def test_equation_1_on_a_network_by_hand():
    network = Network.from_layers([([[2.0, -1.0]], [0.5]), ([[-4.0], [0.0]], [0.0, 3.0])])
    # Vertices: inputs 0 1, hidden 2, outputs 3 4, then the biases of 2, 3 and 4.
    assert edges_of(to_graph(network).laid_out()) == {
        (0, 2): np.float32(0.5),
        (2, 1): np.float32(0.75),
        (5, 2): np.float32(0.875),
        (3, 2): np.float32(1e-6),
        (4, 2): np.float32(1.0),
        (3, 6): np.float32(1.0),
        (7, 4): np.float32(0.25),
    }


@pytest.mark.parametrize("zeta", [1e-6, 0.3])
@pytest.mark.parametrize("draw", ["standard_normal", "heavy_tailed", "tied"])
def test_equation_1_on_random_networks(draw, zeta):
    network = random_network((7, 5, 1, 4), seed=3, draw=draw)
    first_hidden, second_hidden, outputs, biases = 7, 12, 13, 17
    by_hand = []
    for below, above, weight, bias in zip(
        (0, first_hidden, second_hidden),
        (first_hidden, second_hidden, outputs),
        network.weights,
        network.biases,
        strict=True,
    ):
        by_hand += [
            (below + j, above + i, weight[i, j])
            for i in range(weight.shape[0])
            for j in range(weight.shape[1])
        ]
        by_hand += [(biases + i, above + i, b) for i, b in enumerate(bias)]
        biases += len(bias)
    assert edges_of(to_graph(network, zeta).laid_out()) == edges_by_hand(by_hand, zeta)


def test_values_are_not_those_of_float32_arithmetic():
    weights = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    scale = np.abs(weights).max()
    values = edge_values(weights, float(scale), 1e-6)
    in_float64 = np.maximum(1 - np.abs(weights.astype(np.float64)) / np.float64(scale), 1e-6)
    in_float32 = np.maximum(np.float32(1) - np.abs(weights) / scale, np.float32(1e-6))
    np.testing.assert_array_equal(values, in_float64.astype(np.float32))
    assert np.any(values != in_float32)


def test_values_do_not_depend_on_the_block(monkeypatch):
    weights = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    whole = edge_values(weights, 4.0, 1e-6)
    monkeypatch.setattr(filtration, "BLOCK", 7)
    out = np.empty(50, dtype=np.float32)
    assert edge_values(weights, 4.0, 1e-6, out=out) is out
    np.testing.assert_array_equal(out, whole)


def test_biases_have_vertices_of_their_own():
    graph = to_graph(random_network((3, 4, 2), seed=0))
    laid_out = graph.laid_out()
    assert (graph.n_vertices, graph.n_edges) == (15, 26)
    assert (laid_out.n_vertices, laid_out.n_edges) == (15, 26)
    degrees = np.bincount(np.concatenate([laid_out.sources, laid_out.targets]))
    np.testing.assert_array_equal(degrees, [4, 4, 4, 6, 6, 6, 6, 5, 5, *[1] * 6])


def test_biases_can_be_left_out():
    network = Network.from_layers([([[1.0, -2.0]], [8.0])])
    graph = to_graph(network, bias=False)
    assert (graph.n_vertices, graph.n_edges, graph.scale) == (3, 2, 2.0)
    assert edges_of(graph.laid_out()) == {(0, 2): np.float32(0.5), (2, 1): np.float32(1e-6)}
    assert to_graph(network).scale == 8.0


def test_layers_without_biases_have_no_bias_vertices():
    network = Network.from_layers([(np.ones((2, 3)), None), (np.ones((4, 2)), np.ones(4))])
    graph = to_graph(network)
    assert (graph.n_vertices, graph.n_edges) == (13, 18)


def test_the_largest_weight_may_be_negative_or_a_bias():
    assert to_graph(Network.from_layers([([[1.0, -3.0]], [2.0])])).scale == 3.0
    assert to_graph(Network.from_layers([([[1.0, 2.0]], [-3.0])])).scale == 3.0


@pytest.mark.parametrize("zeta", [0.0, -0.1, 1.0, 2.0, float("nan")])
def test_zeta_outside_its_bounds_is_refused(zeta):
    with pytest.raises(InputError, match="zeta"):
        to_graph(random_network((2, 2), seed=0), zeta=zeta)
    with pytest.raises(InputError, match="zeta"):
        Graph.from_weights(2, [0], [1], [1.0], zeta=zeta)


def test_zeta_is_the_least_value():
    values = to_graph(random_network((9, 9), seed=0), zeta=0.6).laid_out().values
    assert values.min() == np.float32(0.6)
    assert np.sum(values == np.float32(0.6)) > 1


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(InputError, match="all weights are zero"):
        to_graph(Network.from_layers([([[0.0, 0.0]], [1.0])]), bias=False)


def test_from_weights_reverses_and_scales():
    graph = Graph.from_weights(4, [0, 1, 2], [1, 2, 3], [0.5, -1.0, 0.0], zeta=0.25)
    assert edges_of(graph) == {(0, 1): 0.5, (2, 1): 0.25, (3, 2): 1.0}


@pytest.mark.parametrize("weights", [[], [0.0], [np.nan], [np.inf], [1.0, 2.0]])
def test_from_weights_refuses(weights):
    with pytest.raises(InputError, match="weights"):
        Graph.from_weights(2, [0] * min(1, len(weights)), [1] * min(1, len(weights)), weights)


@pytest.mark.parametrize(
    ("n_vertices", "sources", "targets", "values", "complaint"),
    [
        (2, [0], [1, 0], [1.0], "one length"),
        (2, [0], [1], [1.0, 2.0], "one length"),
        (2, [[0]], [[1]], [[1.0]], "one length"),
        (2, [0], [2], [1.0], "outside"),
        (2, [-1], [1], [1.0], "outside"),
        (2, [1], [1], [1.0], "itself"),
        (2, [0, 0], [1, 1], [1.0, 2.0], "twice"),
        (2, [0], [1], [-0.5], "negative"),
        (2, [0], [1], [np.nan], "NaN"),
        (2, [0], [1], [np.inf], "infinite"),
        (2, [0.5], [1.0], [1.0], "whole numbers"),
        (0, [], [], [], "at least one vertex"),
    ],
)
def test_from_edges_refuses(n_vertices, sources, targets, values, complaint):
    with pytest.raises(InputError, match=complaint):
        Graph.from_edges(n_vertices, sources, targets, values)


@pytest.mark.parametrize(
    ("n_vertices", "edges", "free"),
    [
        (3, [], True),
        (2, [(0, 1), (1, 0)], True),
        (3, [(0, 1), (1, 2), (0, 2)], False),
        (3, [(0, 1), (1, 2), (2, 0)], False),
        (3, [(0, 1), (1, 0), (1, 2), (2, 1), (0, 2)], False),
        (4, [(0, 1), (1, 2), (2, 3), (3, 0)], True),
        (5, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)], True),
        (8, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (5, 6), (6, 7), (5, 7)], False),
    ],
)
def test_triangles_are_found_whatever_the_directions(n_vertices, edges, free):
    sources, targets = [u for u, _ in edges], [v for _, v in edges]
    graph = Graph.from_edges(n_vertices, sources, targets, np.zeros(len(edges)))
    assert graph.is_triangle_free() is free


def test_a_layered_network_has_no_triangle():
    assert to_graph(random_network((4, 3, 2, 5), seed=1)).laid_out().is_triangle_free()


SKIP = {
    "sources": np.array([0, 1, 0]),
    "targets": np.array([1, 2, 2]),
    "weights": np.array([0.5, -1.0, 0.25], dtype=np.float32),
}


def test_a_graph_is_read_from_a_file(tmp_path):
    path = tmp_path / "g.safetensors"
    save_file(SKIP, path)
    graph = Graph.load(path, zeta=0.125)
    assert graph.n_vertices == 3
    assert edges_of(graph) == {(0, 1): 0.5, (2, 1): 0.125, (0, 2): 0.75}


def test_a_graph_in_a_file_may_have_vertices_without_edges(tmp_path):
    path = tmp_path / "g.safetensors"
    save_file({**SKIP, "n_vertices": np.array([7])}, path)
    assert Graph.load(path).n_vertices == 7


def test_a_graph_file_is_known_by_its_tensors(tmp_path):
    save_file(SKIP, tmp_path / "graph")
    random_network((3, 2), seed=0).save(tmp_path / "network")
    (tmp_path / "text").write_text("nothing")
    known = {name: is_graph_file(tmp_path / name) for name in ("graph", "network", "text", "gone")}
    assert known == {"graph": True, "network": False, "text": False, "gone": False}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"targets": np.array([1, 2])}, "one length"),
        ({"targets": np.array([1, 2, 0])}, "itself"),
        ({"targets": np.array([1.0, 2.0, 2.0])}, "whole numbers"),
        ({"weights": np.zeros(3)}, "zero"),
        ({"weights": np.array([1.0, np.nan, 1.0])}, "not finite"),
        ({"n_vertices": np.array([2])}, "outside"),
        ({"n_vertices": np.array([2, 3])}, "size 1"),
    ],
)
def test_a_file_of_edges_that_make_no_graph_is_named(tmp_path, changed, complaint):
    path = tmp_path / "g.safetensors"
    save_file({**SKIP, **changed}, path)
    with pytest.raises(InputError, match=rf"{path}.*{complaint}"):
        Graph.load(path)


def test_a_network_is_no_graph_file(tmp_path):
    path = tmp_path / "n.safetensors"
    random_network((3, 2), seed=0).save(path)
    with pytest.raises(InputError, match=f"{path}: holds no graph"):
        Graph.load(path)


def test_a_zeta_that_float32_takes_for_zero_is_refused() -> None:
    network = Network.from_layers([([[1.0]], None)])
    with pytest.raises(InputError, match="zeta"):
        to_graph(network, zeta=1e-50)
