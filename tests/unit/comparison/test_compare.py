"""The two calls of the library: what they take, give and refuse."""

import json
from dataclasses import replace

import numpy as np
import pytest
from helpers import EMPTY, FINITE, named, random_network
from safetensors.numpy import save_file

from topoprint import (
    Diagram,
    DistanceMatrix,
    Graph,
    Index,
    InputError,
    NetworkId,
    compare,
    distance_matrix,
    load_distances,
    make_measure,
    persistence,
    to_graph,
)
from topoprint.measures.registry import PAPER


def test_rows_are_labelled_by_what_networks_say_of_themselves():
    told = named(NETWORKS[0], network="layer_size-4", seed=3)
    found = compare([told, NETWORKS[1]])
    assert found.index == found["heat"].index == Index([told.row, replace(
        NETWORKS[1].row, id=NetworkId(network="1"))])  # fmt: skip
    assert found["heat"].labels == ("layer_size-4/seed3", "1")
    other = named(NETWORKS[0], network="layer_size-4", seed=4)
    assert compare([told, other])["heat"].labels == ("layer_size-4/seed3", "layer_size-4/seed4")
    assert compare([told, told], labels=["a", "b"]).index.ids == (
        NetworkId(network="a"), NetworkId(network="b"))  # fmt: skip
    assert distance_matrix([replace(persistence(to_graph(one)), id=one.id) for one in (told, other)]
        ).index.ids == (told.id, other.id)  # fmt: skip


def test_files_that_say_nothing_of_themselves_are_labelled_by_their_names(tmp_path):
    paths = [tmp_path / place for place in ("a/n.safetensors", "b/n.safetensors", "b/x.st")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        NETWORKS[0].save(path)
    assert compare([*paths, paths[2]])["heat"].labels == (
        "a/n.safetensors", "b/n.safetensors", "b/x.st", "b/x.st (2)")  # fmt: skip
    assert compare(paths[1:])["heat"].labels == ("n.safetensors", "x.st")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"metric": "bottleneck"}, "measure bottleneck: grid is not a known key"),
        ({"metric": "heat", "power": 2.0}, "measure heat: power is not a known key"),
        ({"metric": "silhouette", "layers": 2}, "measure silhouette: layers is not a known key"),
        ({"metric": "heat", "sigma": float("nan")}, "heat: sigma: .*finite number, not nan"),
        ({"metric": "heat", "sigma": 0.0}, r"heat: sigma: .*greater than 0, not 0\.0"),
        ({"metric": "heat", "sigma": -0.1}, "heat: sigma: .*greater than 0, not -0.1"),
        ({"metric": "heat", "sigma": "x"}, 'heat: sigma: .*valid number, not "x"'),
        ({"metric": "silhouette", "power": float("inf")}, "power: .*finite number, not inf"),
        ({"metric": "landscape", "layers": 1.5}, "layers: .*valid integer, not 1.5"),
        ({"metric": "landscape", "layers": 2.0}, "layers: .*valid integer, not 2.0"),
        ({"metric": "landscape", "layers": 0}, "layers: .*equal to 1, not 0"),
        ({"bins": 1}, "bins: .*greater than or equal to 2, not 1"),
        ({"bins": 10.5}, "bins: .*valid integer, not 10.5"),
        ({"grid": "common"}, "grid: input should be 'paper' or 'shared', not \"common\""),
        ({"engine": "gudhi"}, "engine: input should be 'exact' or 'giotto', not \"gudhi\""),
        ({"min_persistence": -0.1}, "min_persistence: .*equal to 0, not -0.1"),
        ({"min_persistence": float("nan")}, "min_persistence: .*finite number, not nan"),
        ({"infinity": float("nan")}, "infinity: .*finite number, not nan"),
        ({"infinity": float("inf")}, "infinity: .*finite number, not inf"),
    ],
)
def test_arguments_that_are_not_known_or_out_of_range_are_refused(arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        distance_matrix([FINITE, EMPTY], **arguments)


def test_numbers_and_labels_of_numpy_are_taken() -> None:
    diagram = Diagram.from_bars([[[0, 0.5], [0, np.inf]]])
    labels = np.array(["a", "b"])
    matrix = distance_matrix(
        [diagram, diagram], "landscape", bins=np.int64(50), layers=np.int32(2),
        dimensions=np.array([0]), infinity=np.float32(1.5), labels=labels,
    )  # fmt: skip
    assert matrix.labels == ("a", "b")
    expected = {"bins": 50, "layers": 2, "dimensions": [0], "infinity": 1.5}
    assert expected.items() <= matrix.parameters.items()


NETWORKS = [random_network(sizes, seed) for seed, sizes in enumerate(([4, 6, 3], [4, 8, 8, 3]))]


def test_compare_gives_a_matrix_a_measure_in_the_order_asked_for():
    wide = {"kind": "heat", "name": "wide", "sigma": 1.0}
    found = compare(NETWORKS, [make_measure("one_norm"), wide, "bottleneck"], labels=["a", "b"])
    assert list(found) == ["one_norm", "wide", "bottleneck"]
    for name, matrix in found.items():
        assert (matrix.measure, matrix.labels) == (name, ("a", "b"))
    assert found["wide"].parameters["sigma"] == 1.0
    assert list(compare(NETWORKS)) == list(PAPER)


@pytest.mark.parametrize("name", PAPER)
def test_compare_and_distance_matrix_are_one_computation(name):
    diagrams = [persistence(to_graph(network)) for network in NETWORKS]
    (by_compare,) = compare(NETWORKS, [name]).values()
    by_diagrams = distance_matrix(diagrams, name)
    np.testing.assert_array_equal(by_compare.values, by_diagrams.values)
    assert by_compare.parameters == by_diagrams.parameters


def test_networks_graphs_diagrams_and_their_files_are_compared_alike(tmp_path):
    graphs = [to_graph(network) for network in NETWORKS]
    diagrams = [persistence(graph) for graph in graphs]
    for number, (network, diagram) in enumerate(zip(NETWORKS, diagrams, strict=True)):
        network.save(tmp_path / f"{number}.safetensors")
        diagram.save(tmp_path / f"{number}.h5")
    kinds = [
        NETWORKS,
        graphs,
        [graph.laid_out() for graph in graphs],
        diagrams,
        *([str(tmp_path / f"{number}.{end}") for number in range(2)]
          for end in ("safetensors", "h5")),
        [tmp_path / "0.h5", NETWORKS[1]],
    ]  # fmt: skip
    expected = compare(NETWORKS, ["heat", "wasserstein"])
    for some in kinds:
        for name, matrix in compare(some, ["heat", "wasserstein"]).items():
            np.testing.assert_array_equal(matrix.values, expected[name].values)


def test_files_of_graphs_are_compared(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for path in paths:
        ends = {"sources": np.arange(9) % 3, "targets": 3 + np.arange(9) // 3}
        save_file({**ends, "weights": rng.standard_normal(9).astype(np.float32)}, path)
    found = compare(paths)["heat"].values
    assert found[0, 1] > 0
    np.testing.assert_array_equal(found, compare([Graph.load(p) for p in paths])["heat"].values)


@pytest.mark.parametrize(
    ("networks", "arguments", "sentence"),
    [
        ([], {}, "comparing needs at least two networks"),
        (NETWORKS[:1], {}, "comparing needs at least two networks"),
        (NETWORKS, {"labels": ["a"]}, "1 labels for 2 networks"),
        (NETWORKS, {"measures": ["warmth"]}, "measure 'warmth' is not known"),
        (NETWORKS, {"measures": ["heat", "cka"]}, "0: measure 'cka' needs its responses"),
        (NETWORKS, {"measures": ["heat", "heat"]}, "measure 'heat' is asked for twice"),
        (NETWORKS[0], {}, "a Network is no list of networks"),
        (3, {}, "a int is no list of networks"),
        ("ab", {}, "a str is no list of networks"),
        ({"a": NETWORKS[0]}, {}, "a dict is no list of networks"),
        (NETWORKS, {"labels": "ab"}, "labels are not a list"),
        ([NETWORKS[0], 3], {}, "a int cannot be compared; give networks"),
        ([NETWORKS[0], "missing.safetensors"], {}, "missing.safetensors: "),
        (["missing.h5", "missing.h5"], {}, "missing.h5: no such file"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(networks, arguments, sentence):
    with pytest.raises(InputError, match=f"^{sentence}") as caught:
        compare(networks, **arguments)
    assert "\n" not in str(caught.value)


def test_measures_of_weights_are_refused_of_diagrams():
    diagrams = [persistence(to_graph(network)) for network in NETWORKS]
    with pytest.raises(InputError, match=r"^0: measure 'one_norm' needs its weights"):
        compare(diagrams, ["heat", "one_norm"])
    with pytest.raises(InputError, match=r"^0: a measure needs its weights"):
        compare(diagrams, ["heat_ranks"])


def test_diagrams_that_were_made_otherwise_are_refused():
    made = [
        replace(persistence(to_graph(network, zeta)), parameters={"zeta": zeta, "bias": True})
        for network, zeta in zip(NETWORKS, (1e-6, 1e-3), strict=True)
    ]
    with pytest.raises(InputError, match=r"^the diagrams were made with zeta 1e-06 and 0.001"):
        distance_matrix(made)
    with pytest.raises(InputError, match=r"^1: its diagram was made with zeta 0.001"):
        compare(made)
    # Measures of diagrams that say how they were made say the same.
    assert distance_matrix([made[1], made[1]]).parameters["zeta"] == 1e-3


def test_h0_and_h1_make_up_the_whole():
    for name in ("silhouette", "heat"):
        found = compare(NETWORKS, [f"{name}_h0", f"{name}_h1", name])
        parts = found[f"{name}_h0"].values ** 2 + found[f"{name}_h1"].values ** 2
        np.testing.assert_allclose(np.sqrt(parts), found[name].values, rtol=1e-12)


def test_a_parameter_reaches_the_one_computation_from_everywhere(tmp_path, topoprint):
    paths = []
    for number, network in enumerate(NETWORKS):
        paths.append(tmp_path / f"{number}.safetensors")
        named(network, network=f"a-{number}", seed=1).save(paths[-1])

    def by_stage(*arguments):
        result = topoprint("distances", *paths, *arguments, "-o", tmp_path / "d.h5")
        assert result.returncode == 0, result.stderr
        found = load_distances(tmp_path / "d.h5")["heat"]
        (tmp_path / "d.h5").unlink()
        return found

    spec = {"measures": [{"kind": "heat", "sigma": 0.5}]}
    result = topoprint("compare", *paths, "--measure", "heat:sigma=0.5", "--json")
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout)["measures"]["heat"]
    expected = compare(NETWORKS, [{"kind": "heat", "sigma": 0.5}])["heat"]
    for found in (
        by_stage("--measure", "heat:sigma=0.5"),
        by_stage("--spec", json.dumps(spec)),
        DistanceMatrix(
            np.array(printed["distances"]), expected.index, "heat", printed["parameters"]
        ),
        distance_matrix(
            [persistence(to_graph(network)) for network in NETWORKS], "heat", sigma=0.5
        ),
    ):
        np.testing.assert_array_equal(found.values, expected.values)
        assert dict(found.parameters) == expected.parameters
    assert expected.parameters["sigma"] == 0.5
    assert by_stage("--measure", "heat").values[0, 1] != expected.values[0, 1]
