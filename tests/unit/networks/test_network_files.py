"""Networks written to files and read from them, of the project and of others."""

import json

import numpy as np
import pytest
from helpers import assert_layers, assert_same_network, dense, random_network
from safetensors.numpy import save_file

from topoprint import InputError, Network, NetworkId
from topoprint.networks.files import read_id, read_metadata

ONE = np.ones((2, 3))


@pytest.mark.parametrize("bias", [True, False])
def test_a_network_comes_back_from_its_file(tmp_path, bias):
    drawn = random_network((6, 5, 4, 3), seed=1, bias=bias)
    layers = zip(drawn.weights, drawn.biases, strict=True)
    network = Network.from_layers(layers, {"identity": {"seed": 3}, "accuracy": 0.5})
    network.save(tmp_path / "n.safetensors")
    loaded = Network.load(tmp_path / "n.safetensors")
    assert_same_network(loaded, network)
    assert loaded.id == NetworkId(seed=3)
    assert loaded.metadata["accuracy"] == 0.5
    assert read_metadata(tmp_path / "n.safetensors")["identity"] == {"seed": 3}
    assert read_id(tmp_path / "n.safetensors") == NetworkId(seed=3)


def test_more_than_ten_layers_come_back_in_order(tmp_path):
    network = random_network((2,) * 13, seed=1)
    network.save(tmp_path / "n.safetensors")
    assert_same_network(Network.load(tmp_path / "n.safetensors"), network)


def test_a_transposed_matrix_comes_back(tmp_path):
    network = Network.from_layers([(np.arange(6, dtype=np.float32).reshape(3, 2).T, None)])
    network.save(tmp_path / "n.safetensors")
    assert_same_network(Network.load(tmp_path / "n.safetensors"), network)


def test_equal_networks_are_equal_bytes(tmp_path):
    network = Network.from_layers(
        [(ONE, [1.0, 2.0]), (ONE.T, None)],
        {"identity": {"dataset": "digits", "network": "a", "seed": 1}, "loss": 0.25, "a": 1},
    )
    for name in "ab":
        network.save(tmp_path / name)
    Network.load(tmp_path / "a").save(tmp_path / "c")
    first = (tmp_path / "a").read_bytes()
    assert (tmp_path / "b").read_bytes() == first
    assert (tmp_path / "c").read_bytes() == first


def test_the_order_of_metadata_does_not_matter_to_the_bytes(tmp_path):
    metadata = {"loss": 0.25, "accuracy": 0.5, "identity": {"seed": 1, "dataset": "digits"}}
    backwards = dict(reversed(metadata.items()))
    backwards["identity"] = dict(reversed(metadata["identity"].items()))
    for name, given in (("a", metadata), ("b", backwards)):
        Network.from_layers([(ONE, None)], given).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_saving_leaves_one_file(tmp_path):
    random_network((3, 2), seed=0).save(tmp_path / "n.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["n.safetensors"]


@pytest.mark.parametrize(
    "names",
    [
        ["0", "2", "10"],
        ["net.0", "net.2", "net.10"],
        ["fc1", "fc2", "fc11"],
        ["part1.fc", "part2.fc", "part10.fc"],
    ],
)
def test_numbered_layers_are_taken_in_their_natural_order(tmp_path, names):
    tensors = dense(names, (4, 4, 4, 4))
    save_file(tensors, tmp_path / "n.safetensors")
    assert_layers(Network.load(tmp_path / "n.safetensors"), tensors, names)


def test_names_without_numbers_are_ordered_by_their_shapes(tmp_path):
    names = ["head", "body", "tail"]
    tensors = dense(names, (7, 5, 6, 3), biases=False)
    save_file(tensors, tmp_path / "n.safetensors")
    assert_layers(Network.load(tmp_path / "n.safetensors"), tensors, names)


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        (["fc1", "fc2", "out"], (7, 5, 5, 3)),
        (["hidden.0", "hidden.1", "hidden.2", "output"], (7, 5, 5, 5, 3)),
        (["inlet", "mid2", "mid10", "outlet"], (7, 5, 5, 5, 3)),
    ],
)
def test_shapes_place_what_numbers_do_not(tmp_path, names, sizes):
    tensors = dense(names, sizes)
    save_file(tensors, tmp_path / "n.safetensors")
    assert_layers(Network.load(tmp_path / "n.safetensors"), tensors, names)


def test_numbers_against_the_shapes_are_no_order(tmp_path):
    path = tmp_path / "n.safetensors"
    tensors = dense(["fc2", "fc1"], (7, 5, 3))
    save_file(tensors, path)
    assert not Network.load(path).is_chain
    assert_layers(Network.load(path, layers=["fc2", "fc1"]), tensors, ["fc2", "fc1"])


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        (["a", "b"], (5, 5, 5)),
        (["a", "b"], (3, 5, 3)),
        (["in", "a", "b", "out"], (7, 5, 5, 5, 2)),
        (["encode", "fc1"], (4, 4, 4)),
        (list("abcdefghijk"), (5,) * 12),
        (list("abcdefghijklmnop"), range(1, 18)),  # more than are searched
        (["nets.0", "nets.1"], (4, 4, 4)),
        (["layers.0", "layers.1", "layers.2"], (4, 4, 4, 4)),
        (["blocks.0.fc1", "blocks.0.fc2", "blocks.1.fc1"], (4, 6, 4, 6)),
        (["emb", "fc"], (4, 4, 2)),
        (["part1.fc9", "part2.fc1", "part10.fc1"], (4, 4, 4, 4)),
    ],
)
def test_what_need_not_follow_each_other_stands_side_by_side(tmp_path, names, sizes):
    path = tmp_path / "n.safetensors"
    tensors = dense(list(names), sizes)
    save_file(tensors, path)
    network = Network.load(path)
    assert not network.is_chain
    assert network.n_edges == sum(tensor.size for tensor in tensors.values())
    assert len(Network.load(path, layers=list(names)).weights) == len(names)


def test_a_square_first_matrix_without_a_bias_may_be_a_table(tmp_path):
    path = tmp_path / "n.safetensors"
    tensors = dense(["0", "2"], (4, 4, 2))
    del tensors["0.bias"]
    save_file(tensors, path)
    assert not Network.load(path).is_chain
    assert Network.load(path, layers=["0", "2"]).layer_sizes == (4, 4, 2)


def test_layers_that_do_not_chain_are_refused_as_a_chain(tmp_path):
    path = tmp_path / "n.safetensors"
    save_file(dense(["a"], (5, 4)) | dense(["b"], (3, 2)), path)
    assert Network.load(path).n_edges == 5 * 4 + 4 + 3 * 2 + 2
    with pytest.raises(InputError, match=rf"{path}: layer 1 takes 3 inputs but layer 0 gives 4"):
        Network.load(path, layers=["a", "b"])


@pytest.mark.parametrize(
    ("name", "shape", "edges"),
    [
        ("conv.weight", (4, 3, 3, 3), 4 * 27),
        ("norm.weight", (4,), 4),
        ("norm.running_mean", (4,), 0),
        ("norm.num_batches_tracked", (), 0),
        ("embedding", (10, 4), 40),
    ],
)
def test_other_tensors_are_maps_of_their_own_or_left_out(tmp_path, name, shape, edges):
    path = tmp_path / "n.safetensors"
    tensors = dense(["fc1", "fc2"], (4, 3, 2))
    save_file({**tensors, name: np.ones(shape, dtype=np.float32)}, path)
    network = Network.load(path)
    assert network.n_edges == 4 * 3 + 3 + 3 * 2 + 2 + edges
    assert network.is_chain == (edges == 0)
    assert_layers(Network.load(path, layers=["fc1", "fc2"]), tensors, ["fc1", "fc2"])


def test_named_layers_are_taken_in_the_order_given(tmp_path):
    path = tmp_path / "n.safetensors"
    tensors = dense(["a", "b", "c"], (4, 4, 4, 4))
    save_file(tensors, path)
    assert_layers(Network.load(path, layers=["c", "a"]), tensors, ["c", "a"])


def test_named_layers_may_be_some_of_a_file_of_the_project(tmp_path):
    path = tmp_path / "n.safetensors"
    network = random_network((4, 3, 2), seed=0)
    network.save(path)
    assert Network.load(path, layers=["layers.1"]).layer_sizes == (3, 2)


@pytest.mark.parametrize(
    ("layers", "complaint"),
    [
        (["a", "x"], r"no layer named 'x'.*a, b"),
        (["a", "b", "a"], "layer 'a' is named twice"),
        ([], "at least one layer"),
    ],
)
def test_named_layers_that_are_not_there_are_refused(tmp_path, layers, complaint):
    path = tmp_path / "n.safetensors"
    kernel = {"conv.weight": np.ones((4, 3, 3), dtype=np.float32)}
    save_file(dense(["a", "b"], (4, 3, 2)) | kernel, path)
    with pytest.raises(InputError, match=rf"{path}.*{complaint}"):
        Network.load(path, layers=layers)


def test_a_file_without_tensors_is_refused(tmp_path):
    path = tmp_path / "n.safetensors"
    save_file({}, path)
    with pytest.raises(InputError, match=rf"{path}: none of its 0 tensors are weights"):
        Network.load(path)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32])
def test_other_number_types_are_converted(tmp_path, dtype):
    weight = np.arange(6).reshape(2, 3).astype(dtype)
    save_file({"0.weight": weight}, tmp_path / "n.safetensors")
    loaded = Network.load(tmp_path / "n.safetensors")
    np.testing.assert_array_equal(loaded.weights[0], weight.astype(np.float32))


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_named(tmp_path, kept):
    path = tmp_path / "n.safetensors"
    random_network((30, 20), seed=0).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    told = "safetensors file" if kept else "is empty"
    with pytest.raises(InputError, match=f"{path}.*{told}"):
        Network.load(path)


def with_header(path, **header):
    header = {"format": "topoprint network", "format_version": 2, "layers": ["a"], **header}
    save_file(dense(["a"], (3, 2)), path, {"topoprint": json.dumps(header)})
    return path


def test_another_format_version_is_refused(tmp_path):
    path = with_header(tmp_path / "n.safetensors", format_version=4)
    for read in (Network.load, read_metadata):
        with pytest.raises(InputError, match=f"{path}: format version 4"):
            read(path)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("trained", {}),
        ("initial", {"step": 0.0}),
        ("random_labels", {"variant": "random_labels"}),
    ],
)
def test_a_network_of_version_1_is_read(tmp_path, state, expected):
    identity = {"dataset": "digits", "network": "layer_size-4", "seed": "3"}
    path = with_header(
        tmp_path / "n.safetensors", format_version=1, identity=identity, state=state, accuracy=0.5
    )
    network = Network.load(path)
    assert network.id == read_id(path) == NetworkId("digits", "layer_size-4", 3, **expected)
    assert network.row.group == "layer_size"
    assert network.metadata["accuracy"] == 0.5
    network.save(tmp_path / "again.safetensors")
    again = Network.load(tmp_path / "again.safetensors")
    assert (again.id, again.row) == (network.id, network.row)


@pytest.mark.parametrize(
    "header",
    [
        {"identity": {"seed": "3"}},
        {"identity": {"network": 3}},
        {"identity": {"colour": "red"}},
        {"identity": ["a"]},
        {"layers": "a"},
        {"format_version": 1, "identity": {"seed": "three"}},
        {"format_version": 1, "identity": "a"},
    ],
)
def test_damaged_metadata_are_refused(tmp_path, header):
    path = with_header(tmp_path / "n.safetensors", **header)
    for read in (Network.load, read_id):
        with pytest.raises(InputError, match=f"^{path}: its metadata 'topoprint' are damaged"):
            read(path)


def test_a_damaged_header_is_refused(tmp_path):
    path = tmp_path / "n.safetensors"
    save_file(dense(["a"], (3, 2)), path, {"topoprint": "{not JSON"})
    with pytest.raises(InputError, match=str(path)):
        Network.load(path)


def test_metadata_of_somebody_else_does_no_harm(tmp_path):
    path = tmp_path / "n.safetensors"
    tensors = dense(["0", "2"], (4, 3, 2))
    save_file(tensors, path, {"format": "pt"})
    assert read_metadata(path) == {}
    assert read_id(path) == NetworkId(network=str(path))
    assert_layers(Network.load(path), tensors, ["0", "2"])
