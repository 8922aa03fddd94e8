"""What is shown of triangles without laying edges out, and what is done where nothing is shown."""

import numpy as np
import pytest
from architectures import KINDS, Builder, drawn_weights
from helpers import assert_same_bars, by_flagser

from topoprint import InputError, Network, persistence, to_graph
from topoprint.homology import persistence as homology
from topoprint.homology.unit_classes import has_no_triangle_of_classes
from topoprint.networks.maps import LinearMap, Wires

W = np.linspace(-1, 1, 4, dtype=np.float32).reshape(2, 2)
TWO = [np.arange(2 * n, 2 * n + 2) for n in range(4)]


def dense(name, below, above):
    return LinearMap.dense(name, W, TWO[below], TWO[above])


SKIP_WITHOUT_A_UNIT = Network.from_maps(
    6, [dense("a", 0, 1), dense("b", 1, 2), dense("skip", 0, 2)]
)
WIRED_SKIP_WITHOUT_A_UNIT = Network.from_maps(
    6, [dense("a", 0, 1), dense("b", 1, 2)], [Wires(TWO[0], TWO[2])]
)
WIRES_ALONE = Network.from_maps(
    8,
    [dense("a", 0, 1)],
    [Wires(TWO[1], TWO[2]), Wires(TWO[2], TWO[3]), Wires(TWO[1], TWO[3])],
)


@pytest.mark.parametrize("network", [SKIP_WITHOUT_A_UNIT, WIRED_SKIP_WITHOUT_A_UNIT, WIRES_ALONE])
def test_a_network_with_triangles_goes_to_flagser(network):
    graph = to_graph(network)
    assert not graph.laid_out().is_triangle_free()
    assert not has_no_triangle_of_classes(network)
    assert_same_bars(persistence(graph), by_flagser(graph))
    with pytest.raises(InputError, match="without triangles, and this graph has one"):
        persistence(graph, engine="forest")


def test_what_classes_do_not_show_is_looked_for_edge_by_edge():
    # An output that is an input of the same map: one class, joined to itself.
    chain = LinearMap(
        "steps", W[:1, :1, None, None], np.array([[[0, 1]]]), np.array([[[1, 2]]]),
        (np.array([[0, 0], [1, 1]]),),
    )  # fmt: skip
    graph = to_graph(Network.from_maps(3, [chain]))
    assert not has_no_triangle_of_classes(graph.network)
    assert_same_bars(persistence(graph, engine="forest"), by_flagser(graph))


def test_a_network_that_is_too_large_to_be_looked_at_is_refused(monkeypatch):
    monkeypatch.setattr(homology, "MOST_LAID_OUT", 11)
    with pytest.raises(InputError, match=r"may have triangles, and its 12 edges .*at most 11"):
        persistence(to_graph(SKIP_WITHOUT_A_UNIT))


@pytest.mark.parametrize("kind", KINDS)
def test_wires_of_a_whole_network_in_one_show_as_much(kind):
    builder = Builder(2, (4, 4), drawn_weights(1, "normal", np.float32))
    builder.add("skip", 3)
    builder.add(kind, 3)
    builder.add("skip", 1)
    by_width = {}
    for some in builder.wires:
        width = some.sources.shape[1], some.targets.shape[1]
        by_width.setdefault(width, []).append((some.sources, some.targets))
    wires = [
        Wires(*(np.concatenate(column) for column in zip(*some, strict=True)))
        for some in by_width.values()
    ]
    network = Network.from_maps(builder.n_units, builder.maps, wires)
    assert has_no_triangle_of_classes(network)
    assert_same_bars(persistence(to_graph(network)), persistence(to_graph(builder.network())))
