"""What is of another type than a function takes is refused in one sentence."""

import numpy as np
import pytest

import topoprint as tp

NETWORK = tp.Network.from_layers([(np.ones((2, 3)), None)])
GRAPH = tp.to_graph(NETWORK)
DIAGRAM = tp.persistence(GRAPH)
WRONG = [3, None, "x", np.ones((2, 2)), object(), [3], [None], {}, b"x", NETWORK, GRAPH]
TAKING = {
    "persistence": tp.persistence,
    "max_dimension": lambda x: tp.persistence(GRAPH, x),
    "engine": lambda x: tp.persistence(GRAPH, engine=x),
    "to_graph": tp.to_graph,
    "zeta": lambda x: tp.to_graph(NETWORK, x),
    "merge_additions": tp.merge_additions,
    "compare": tp.compare,
    "compare one": lambda x: tp.compare([NETWORK, x]),
    "measures": lambda x: tp.compare([NETWORK, NETWORK], x),
    "labels": lambda x: tp.compare([NETWORK, NETWORK], labels=x),
    "verdict": tp.verdict,
    "distance_matrix": tp.distance_matrix,
    "distance_matrix of one": lambda x: tp.distance_matrix([DIAGRAM, x]),
    "metric": lambda x: tp.distance_matrix([DIAGRAM, DIAGRAM], x),
    "from_layers": tp.Network.from_layers,
    "a layer": lambda x: tp.Network.from_layers([x]),
    "a weight": lambda x: tp.Network.from_layers([(x, None)]),
    "from_maps": lambda x: tp.Network.from_maps(3, x),
    "n_units": lambda x: tp.Network.from_maps(x, []),
    "load": tp.Network.load,
    "from_state_dict": tp.Network.from_state_dict,
    "from_onnx": tp.Network.from_onnx,
    "n_vertices": lambda x: tp.Graph.from_edges(x, [0], [1], [0.5]),
    "load a graph": tp.Graph.load,
    "from_bars": tp.Diagram.from_bars,
    "bars": lambda x: tp.Diagram.from_bars([x]),
    "from_gudhi": tp.Diagram.from_gudhi,
    "from_ripser": tp.Diagram.from_ripser,
    "from_giotto": tp.from_giotto,
    "to_giotto": tp.to_giotto,
    "load a diagram": tp.Diagram.load,
    "load_distances": tp.load_distances,
    "save_distances": lambda x: tp.save_distances("never.h5", x),
    "plot": lambda x: DIAGRAM.plot(0 if x is None else x),
}
# What is no mistake: names of what takes it, and its kind.
RIGHT = {
    "persistence": ("NetworkGraph",), "max_dimension": ("int",), "to_graph": ("Network",),
    "merge_additions": ("NetworkGraph",), "compare one": ("Network", "NetworkGraph"),
    "measures": ("NoneType", "dict"), "labels": ("NoneType",), "a weight": ("ndarray",),
    "from_bars": ("dict", "ndarray"), "bars": ("dict", "ndarray"), "from_gudhi": ("dict",),
    "n_vertices": ("int",),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKING)
def test_a_wrong_type_is_told_in_a_sentence(name):
    for given in WRONG:
        if type(given).__name__ in RIGHT.get(name, ()):
            continue
        with pytest.raises(tp.InputError) as caught:
            TAKING[name](given)
        assert "\n" not in str(caught.value)


def test_what_is_expected_is_named():
    with pytest.raises(
        tp.InputError, match=r"a Network is given, where a graph \(of a network: tp\.to_graph"
    ):
        tp.persistence(NETWORK)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1]})
    with pytest.raises(tp.InputError, match="a DataFrame is no list of networks"):
        tp.compare(frame)
    with pytest.raises(tp.InputError, match="a DataFrame cannot be compared"):
        tp.compare([NETWORK, frame])
