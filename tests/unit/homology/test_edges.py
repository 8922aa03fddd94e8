"""What users may call vertices, and edges that cannot be: as given or once signs reverse them."""

import numpy as np
import pytest
from helpers import assert_same_bars
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from topoprint import Graph, InputError, distance_matrix, persistence

EDGES = [(0, 1, 0.5), (2, 1, -1.0), (0, 2, 0.25), (3, 4, 0.75)]


def load(folder, sources, targets, weights, **more):
    path = folder / "g.safetensors"
    arrays = {"sources": np.asarray(sources), "targets": np.asarray(targets), **more}
    save_file({**arrays, "weights": np.asarray(weights, np.float32)}, path)
    return Graph.load(path)


def numbered(folder, number, dtype=np.int64):
    """The graph of a file in which vertex v of EDGES has the number ``number[v]``."""
    ends = np.array(number, dtype=dtype)[[edge[:2] for edge in EDGES]]
    return load(folder, ends[:, 0].copy(), ends[:, 1].copy(), [w for *_, w in EDGES])


NUMBERINGS = {
    "from 1": ([1, 2, 3, 4, 5], np.int64),
    "with gaps": ([7, 3, 900, 11, 4], np.int32),
    "8 bits": ([255, 254, 0, 9, 1], np.uint8),
    "near 2^32": ([2**32 + k for k in (0, 1, 2, -1, -2)], np.int64),
    "near 2^63": ([2**63 - 1 - k for k in range(5)], np.int64),
    "near 2^64": ([2**64 - 1, 2**64 - 2, 0, 2**63, 2**63 - 1], np.uint64),
}


@pytest.mark.parametrize("case", NUMBERINGS)
def test_the_numbers_of_vertices_in_a_file_say_nothing(tmp_path, case):
    plain = persistence(numbered(tmp_path, range(5)))
    graph = numbered(tmp_path, *NUMBERINGS[case])
    assert graph.n_vertices == 5
    assert set(graph.sources) | set(graph.targets) == set(range(5))
    assert_same_bars(persistence(graph), plain)
    distance = distance_matrix([plain, persistence(graph)], "landscape").values[0, 1]
    assert distance == 0


def test_vertices_of_two_types_of_whole_numbers_meet_without_rounding(tmp_path):
    sources = np.array([2**63 + 1, 2**62 + 1], dtype=np.uint64)
    targets = np.array([2**62, 2**62], dtype=np.int64)
    assert load(tmp_path, sources, targets, [1.0, 0.5]).n_vertices == 3


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_numbering_gives_the_same_bars(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("graph")
    numbers = st.integers(0, 2**64 - 1)
    number = data.draw(st.lists(numbers, min_size=5, max_size=5, unique=True))
    graph = numbered(folder, number, np.uint64)
    assert_same_bars(persistence(graph), persistence(numbered(folder, range(5))))


def test_a_number_of_vertices_that_is_given_is_kept(tmp_path):
    graph = load(tmp_path, [1, 2], [2, 3], [1.0, 0.5], n_vertices=np.array([5]))
    assert graph.n_vertices == 5
    np.testing.assert_array_equal(graph.sources, [1, 2])


@pytest.mark.parametrize("count", [np.array([5.0]), np.array([np.inf]), np.array([True])])
def test_a_number_of_vertices_is_a_whole_number(tmp_path, count):
    with pytest.raises(InputError, match="n_vertices must be whole"):
        load(tmp_path, [1], [2], [1.0], n_vertices=count)


def test_complaints_name_the_vertices_as_the_file_does(tmp_path):
    with pytest.raises(InputError, match="edge 1000 → 20 stands twice"):
        load(tmp_path, [7, 1000, 1000], [20, 20, 20], [1.0, 1.0, 2.0])
    with pytest.raises(InputError, match="edge 1000 → 1000 joins a vertex to itself"):
        load(tmp_path, [7, 1000], [20, 1000], [1.0, 1.0])
    with pytest.raises(InputError, match="negative number"):
        load(tmp_path, [7, -1], [20, 7], [1.0, 1.0])


def test_vertices_near_2_to_the_32_are_told_apart():
    # In 64 bits, u · n + v of these two edges is the same number.
    n_vertices, shift = 2**33, 2**31
    graph = Graph.from_edges(n_vertices, [0, shift], [5, 5], [0.5, 1.0])
    assert (graph.n_edges, graph.n_vertices) == (2, n_vertices)
    with pytest.raises(InputError, match=f"edge {shift} → 5 stands twice"):
        Graph.from_edges(n_vertices, [0, shift, shift], [5, 5, 5], [0.5, 1.0, 0.0])


@pytest.mark.parametrize(
    ("edges", "named"),
    [
        ([(0, 1, 0.5), (1, 0, -1.0)], ["0 → 1 of weight 0.5", "1 → 0 of weight -1"]),
        ([(4, 3, 0.0), (2, 0, 1.0), (3, 4, 2.0)], ["4 → 3 of weight 0", "3 → 4 of weight 2"]),
    ],
)
def test_edges_that_a_sign_makes_one_are_named(edges, named):
    sources, targets, weights = zip(*edges, strict=True)
    with pytest.raises(InputError, match="reverses") as caught:
        Graph.from_weights(5, sources, targets, weights)
    assert all(name in str(caught.value) for name in named)


@pytest.mark.parametrize("weights", [(0.5, 1.0), (0.5, -0.5), (-0.5, 0.5), (-0.5, 0.0)])
def test_an_edge_that_stands_twice_is_refused_whatever_the_signs(weights):
    with pytest.raises(InputError, match="edge 2 → 1 stands twice in the same direction"):
        Graph.from_weights(3, [2, 0, 2], [1, 1, 1], [weights[0], 1.0, weights[1]])


@pytest.mark.parametrize("weights", [(0.5, 1.0), (-0.5, -1.0)])
def test_both_directions_of_one_sign_are_two_edges(weights):
    assert Graph.from_weights(2, [0, 1], [1, 0], weights).n_edges == 2


def masked(values, mask):
    return np.ma.array(values, mask=mask)


def test_masked_numbers_are_refused():
    ends, weights = ([0, 1], [1, 2]), [1.0, 999.0]
    with pytest.raises(InputError, match="the weights are masked in part"):
        Graph.from_weights(3, *ends, masked(weights, [False, True]))
    with pytest.raises(InputError, match="the filtration values are masked in part"):
        Graph.from_edges(3, *ends, [1.0, np.ma.masked])
    with pytest.raises(InputError, match="the vertices are masked in part"):
        Graph.from_edges(3, ends[0], masked(ends[1], [True, False]), weights)


def test_a_mask_that_hides_nothing_is_no_obstacle():
    graph = Graph.from_weights(3, [0, 1], [1, 2], masked([1.0, 0.5], False))
    np.testing.assert_array_equal(graph.values, np.float32([1e-6, 0.5]))
    assert type(graph.values) is np.ndarray
