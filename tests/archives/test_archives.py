"""Files that releases wrote stay readable; v1 was written by 0.1.0, the others by make.py here."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from support import refused

import topoprint as tp
from topoprint.comparison.files import load_comparison, load_comparisons
from topoprint.comparison.zoo.blocks import load_block
from topoprint.comparison.zoo.parts import load_diagrams, load_head
from topoprint.comparison.zoo.points import load_points
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.evaluation.learning.files import load_learning
from topoprint.experiment.datasets.samples import Samples
from topoprint.networks.files import read_metadata
from topoprint.responses.activations import answering_network
from topoprint.responses.responses import load_responses

HERE = Path(__file__).parent
V1, V2, V3 = HERE / "v1", HERE / "v2", HERE / "v3"  # v3 has what differs from v2
Command = Callable[..., subprocess.CompletedProcess[str]]


def own(number: int, **state: object) -> tp.NetworkId:
    return tp.NetworkId("archive", f"size-{number}", 1, **state)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [V1, V2])
def test_networks(version: Path) -> None:
    network = tp.Network.load(version / "network-2.safetensors")
    assert network.layer_sizes == (2, 3, 2)
    assert network.weights[1].tolist() == [[0.75, -0.5, 0.0], [0.75, -0.75, -0.5]]
    assert network.biases[1] is None
    assert network.id == own(2)
    assert network.row.group == "size"


def test_a_convolutional_network_answers_as_its_file_tells() -> None:
    pytest.importorskip("torch")
    network = tp.Network.load(V3 / "network-convolutional.safetensors")
    assert (network.n_units, network.n_edges) == (524, 1834)
    rows = np.arange(128).reshape(2, 64) / 64
    outputs = answering_network(network).answer(rows).outputs
    expected = [[-0.75219727, -0.50146484], [-1.1149292, -0.71911621]]
    np.testing.assert_allclose(outputs, expected, atol=1e-8)


@pytest.mark.parametrize("version", [V1, V2, V3])
def test_diagrams(version: Path) -> None:
    diagram = tp.Diagram.load(version / "diagram-1.h5")
    births = [0.5, 0.5, 0.5, 0.75, 1.0, 1.0]
    np.testing.assert_array_equal(diagram.bars(1), [[birth, np.inf] for birth in births])
    deaths = [*[np.float32(1e-6)] * 3, *[0.25] * 4, 0.5, 0.5, np.inf]
    np.testing.assert_array_equal(diagram.bars(0), [[0, death] for death in deaths])
    assert len(diagram.bars(3)) == 0
    assert diagram.id == tp.Diagram.load_id(version / "diagram-1.h5") == own(1)
    assert diagram.parameters["zeta"] == 1e-6


@pytest.mark.parametrize("version", [V1, V2])
def test_distances_and_matrices(version: Path) -> None:
    distances = tp.load_distances(version / "distances.h5")["landscape"]
    assert distances.index.ids == (own(1), own(2))
    values = distances.values
    np.testing.assert_array_equal(values, [[0, values[0, 1]], [values[0, 1], 0]])
    assert values[0, 1] == np.float64(0.2795084971874737)
    assert distances.parameters["bins"] == 5
    matrix, *_ = tp.load_average(version / "matrices.h5")
    np.testing.assert_array_equal(matrix.runs, [values])
    assert matrix.index.datasets == ("archive",)
    assert matrix.seeds == (1,)
    assert matrix.labels == ("size-1", "size-2")
    assert matrix.groups == ("size", "size")


def test_networks_of_version_2_before_their_training() -> None:
    path = V2 / "network-1.initial.safetensors"
    network = tp.Network.load(path)
    assert network.id == own(1, step=0.0)
    assert network.id.state == "initial"
    assert network.weights[1].tolist() == [[-0.5, 0.75, -0.5], [-0.5, 0.75, -0.25]]
    assert "test_accuracy" not in read_metadata(path)
    assert read_metadata(V2 / "network-1.safetensors")["test_accuracy"] == 0.5


def test_all_that_distances_of_version_2_hold() -> None:
    found = load_comparison(V2 / "distances.h5")
    assert list(found.matrices) == ["landscape", "wide", "one_norm", "predictions"]
    assert [(row.shape, row.edges, row.group) for row in found.index] == [("2-3-2", 15, "size")] * 2
    assert {name: matrix.values[0, 1] for name, matrix in found.matrices.items()} == {
        "landscape": 0.2795084971874737,
        "wide": 0.2699848313088878,
        "one_norm": 2.0,
        "predictions": 1 / 3,
    }
    wide = found.matrices["wide"].parameters
    assert (wide["kind"], wide["sigma"], wide["dimensions"]) == ("heat", 0.5, [0])
    norms = found.matrices["one_norm"].own_norms
    assert norms is not None
    np.testing.assert_array_equal(norms, [1.25, 1.7500009999999975])
    assert found.matrices["wide"].own_norms is None
    assert found.own == {}
    assert all(len(digest) == 64 for digest in found.inputs)


def test_distances_of_null_models_of_version_2() -> None:
    found = load_comparisons(V2 / "nulls.h5")
    assert [comparison.index[0].id for comparison in found] == [
        own(1, variant="shuffled_layers"),
        own(1, variant="shuffled_layers", repetition=1),
        own(1, step=0.0),
    ]
    assert {tuple(comparison.matrices) for comparison in found} == {
        ("landscape", "wide", "one_norm")  # nulls of the archive answer nothing
    }
    first, second, initial = found
    assert first.matrices["landscape"].values[0, 1] == 0.31054073303674673
    assert second.matrices["landscape"].values[0, 1] == 0.2795084971874737
    assert initial.matrices["wide"].values[0, 1] == 0.0528909299774144
    np.testing.assert_array_equal(first.own["wide"], [0, 0.16787763819961524])
    moved = [0.29560828475788004, 0.0962250384125456]
    np.testing.assert_array_equal(initial.own["landscape"], moved)
    with pytest.raises(tp.InputError, match="holds 3 comparisons"):
        tp.load_distances(V2 / "nulls.h5")


def test_all_that_matrices_of_version_2_hold() -> None:
    matrices = {matrix.measure: matrix for matrix in tp.load_average(V2 / "matrices.h5")}
    assert list(matrices) == ["landscape", "wide", "one_norm", "predictions"]
    assert matrices["wide"].parameters["sigma"] == 0.5
    assert matrices["one_norm"].own_norms is not None
    np.testing.assert_array_equal(matrices["one_norm"].own_norms, [[1.25, 1.7500009999999975]])
    assert [row.id.seed for row in matrices["wide"].index] == [None, None]


def test_responses_and_data() -> None:
    found, parameters = load_responses(V2 / "responses.h5")
    assert parameters == {"samples": 3, "inputs": "of the archive"}
    assert list(found) == [own(1), own(2)]
    assert found[own(2)].predictions.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(found[own(1)].hidden, np.eye(3, 2, dtype=np.float32))
    with pytest.raises(tp.InputError, match="again with `topoprint respond --own`"):
        found[own(1)].own_activations()
    (layer,) = load_responses(V2 / "responses-own.h5")[0][own(2)].own_activations()
    np.testing.assert_array_equal(layer, np.eye(3, 2, dtype=np.float32)[::-1])
    samples = Samples.load(V2 / "data.h5")
    assert (samples.name, samples.classes, samples.shape) == ("archive", ("a", "b"), (1, 2, 2))
    assert samples.x_test.tolist() == [[1, 1.0625, 1.125, 1.1875], [1.25, 1.3125, 1.375, 1.4375]]
    assert samples.y_train.tolist() == [0, 1, 0, 1]


def test_the_archive_of_today_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "made"
    subprocess.run([sys.executable, HERE / "make.py", made], check=True, capture_output=True)
    kept = {path.name: path for folder in (V2, V3) for path in folder.iterdir()}
    assert {path.name for path in made.iterdir()} == set(kept)
    for name, path in kept.items():
        if path.suffix == ".h5":
            same = contents(path), contents(made / name)
        else:
            same = path.read_bytes(), (made / name).read_bytes()
        assert same[0] == same[1], f"{name}: give the format a new version, and keep this archive"


def contents(path: Path) -> dict[str, object]:
    """Everything in an HDF5 file but the digests of others.

    Distances are taken to the digits that all processors agree in.
    """
    found: dict[str, object] = {}

    def add(name: str, part: h5py.Group | h5py.Dataset) -> None:
        found[name] = sorted(part.attrs.items())
        if isinstance(part, h5py.Dataset) and not name.endswith("inputs"):
            values = part[()]
            rounded = values.dtype == np.float64
            shown = np.vectorize("{:.12g}".format, otypes=[object])(values) if rounded else values
            found[name] = (found[name], part.dtype.str, shown.tolist())

    with h5py.File(path) as file:
        found[""] = sorted(file.attrs.items())
        file.visititems(add)
    return {name: str(part) for name, part in found.items()}


def test_a_network_of_version_3() -> None:
    network = tp.Network.load(V3 / "network-wired.safetensors")
    assert (network.n_units, network.n_edges, network.sums.tolist()) == (13, 6 + 4 + 4, [12])
    assert network.id == tp.NetworkId(network="wired")
    kernel, bias = network.maps
    assert kernel.weight.ravel().tolist() == [0.5, -1.0, 0.25, 0.75]
    assert [used.tolist() for used in kernel.pairs] == [[[0, 0], [1, 1]], [[1, 0]]]
    assert (bias.is_bias, bias.outputs.tolist()) == (True, [[[2, 3]], [[4, 5]]])
    bars = tp.persistence(tp.to_graph(network)).bars(1)
    assert bars.tolist() == [[0.25, np.inf], [0.75, np.inf]]


def test_a_counted_diagram_of_version_3() -> None:
    diagram = tp.Diagram.load(V3 / "diagram-counted.h5")
    assert [counts.tolist() for counts in diagram.counts] == [[3, 1], [5, 2], [1]]
    assert diagram.n_bars(1) == 7
    np.testing.assert_array_equal(diagram.bars(0), [*[[0, 0.5]] * 3, [0, np.inf]])


def test_all_that_a_zoo_is_compared_in() -> None:
    measure = tp.make_measure("landscape", bins=5, grid="shared")
    spec = ZooSpec.made([measure])
    head = load_head(V3 / "zoo-diagrams.h5", spec)
    assert head.index.labels == head.files == ("diagram-1.h5", "diagram-2.h5")
    assert not head.unreadable
    kept = [tp.Diagram.load(V3 / name) for name in head.files]
    for one, other in zip(
        load_diagrams(V3 / "zoo-diagrams.h5", spec, spec.summaries[0].diagram), kept, strict=True
    ):
        assert [one.bars(q).tolist() for q in range(4)] == [
            other.bars(q).tolist() for q in range(4)
        ]
    expected = tp.compare(kept, [measure])["landscape"].values
    _, points = load_points(V3 / "zoo-points.h5", "landscape")
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(expected[0, 1], rel=1e-12)
    block = load_block(V3 / "zoo-blocks.h5", "landscape", 0)
    np.testing.assert_allclose(block, expected, rtol=1e-12)


def test_files_of_version_1_go_through_the_stages_of_today(
    tmp_path: Path, topoprint: Command
) -> None:
    networks = [V1 / f"network-{number}.safetensors" for number in (1, 2)]
    diagrams = [V1 / f"diagram-{number}.h5" for number in (1, 2)]
    out = tmp_path / "out.h5"
    made = topoprint("distances", *networks, *diagrams, "--measure", "landscape:bins=5", "-o", out)
    assert made.returncode == 0, made.stderr
    expected = tp.load_distances(V1 / "distances.h5")["landscape"].values
    np.testing.assert_array_equal(tp.load_distances(out)["landscape"].values, expected)
    assert topoprint("average", V1 / "distances.h5", "-o", out).returncode == 0
    np.testing.assert_array_equal(tp.load_average(out)[0].runs, [expected])
    drawn = topoprint("report", V1 / "matrices.h5", "-o", tmp_path / "r.html")
    assert drawn.returncode == 0, drawn.stderr


def old(path: Path, kind: str, contents: dict[str, object]) -> Path:
    """Write a file of version 1 of a kind that is no longer made."""
    with h5py.File(path, "w") as file:
        file.attrs["format"] = kind
        file.attrs["format_version"] = 1
        file.attrs["identity"] = json.dumps({"dataset": "archive", "seed": "1"})
        file.attrs["parameters"] = json.dumps({"measures": ["heat"], "nulls": {}})
        for name, values in contents.items():
            file.create_dataset(name, data=values)
    return path


def test_studies_and_activations_of_version_1_are_refused(
    tmp_path: Path, topoprint: Command
) -> None:
    values = {"real/heat": np.zeros((2, 2)), "edges": np.array([15, 15])}
    study = old(tmp_path / "study.h5", "topoprint study", values)
    answers = {f"size-1/trained/{part}": np.zeros(3) for part in ("hidden", "predictions")}
    activations = old(tmp_path / "activations.h5", "topoprint activations", answers)
    network, out = V1 / "network-1.safetensors", tmp_path / "new"
    tables = [f"--{name}={out / name}.csv" for name in ("null-tests", "variance", "retrieval")]
    again = "`topoprint distances` makes one"
    refused(topoprint("evaluate", study, *tables, "--figures", out), study, again)
    refused(topoprint("what-it-sees", study, "-o", out / "t.csv", "--figures", out), study, again)
    refused(topoprint("report", V1 / "matrices.h5", study, "-o", out / "r.html"), study, again)
    refused(topoprint("average", study, "-o", out / "m.h5"), study, again)
    for path in (activations, study):
        refused(
            topoprint("distances", network, path, "-o", out / "d.h5"),
            path, "is not compared", "`topoprint respond`",
        )  # fmt: skip
    with pytest.raises(tp.InputError, match="`topoprint respond` makes one"):
        load_responses(activations)
    assert not out.exists()


def test_all_that_is_kept_along_trainings() -> None:
    found = load_learning(V3 / "learning.h5")
    assert found.dataset == "archive"
    assert [score.step for score in found.scores] == [0.0, 0.5, 2.0] * 2
    assert found.scores[1].test_accuracy == 0.125
    curve = [(p.seed, p.step, p.from_start, p.to_end, p.among_seeds) for p in found.curves]
    assert curve[1] == (1, 0.5, 0.75, 0.25, 0.25)
    assert curve[5] == (2, 2.0, 1.25, 0.0, 0.5)
    pairs = {(p.step, p.other_step): (p.mean, p.deviation) for p in found.steps}
    assert pairs[0.5, 2.0] == (0.375, 0.125)
    assert {(b.dimension, b.bars, b.q50, b.step) for b in found.bars} == {
        (0, 1, 0.5, 0.5),
        (1, 1, 0.25, 0.5),
    }
    settled = {row.curve: (row.settled, row.settled.low) for row in found.settling}
    assert settled["weights_norm"] == (2.0, 2.0)
    assert [(row.runs_of, row.runs, row.networks) for row in found.gap] == [("true labels", 2, 4)]
    assert (found.separation, found.scale) == ([], [])
    assert [(place.x, place.y, place.stress) for place in found.map] == [(-0.25, 0.5, 0.125)]


def test_all_that_a_recording_holds() -> None:
    found = tp.load_recording(V3 / "recording.h5")
    assert found.steps.tolist() == [0, 1, 2]
    matrix = found.matrices["weights_norm"]
    assert abs(matrix.values[1, 2] - np.sqrt(2)) < 1e-12
    assert matrix.index[1].id == tp.NetworkId(network="model", step=1.0)
    assert matrix.parameters == {"kind": "weights_norm", "version": 1}
    assert found.values["loss"].tolist()[1:] == [1.0, 0.5]
