"""Networks of any architecture come back from their files, and are read as nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from support import refused

import topoprint as tp
from topoprint import InputError
from topoprint.networks.maps import LinearMap, Wires


def network() -> tp.Network:
    """Two taps at three positions, a bias, a gain, a sum of both."""
    random = np.random.default_rng(0)
    pairs = (np.array([[0, 0], [1, 1]]), np.array([[1, 0], [2, 1]]))
    maps = [
        LinearMap(
            "kernel",
            random.normal(size=(1, 2, 1, 2)).astype(np.float32),
            np.arange(3).reshape(1, 1, 3),
            np.arange(3, 7).reshape(1, 2, 2),
            pairs,
        ),
        LinearMap.bias("kernel bias", np.ones(2, np.float32), [[7, 8], [9, 10]], [[3, 4], [5, 6]]),
        LinearMap.dense("head", random.normal(size=(1, 4)).astype(np.float16), [3, 4, 5, 6], [11]),
    ]
    wires = [Wires([11, 0], [12, 13]), Wires([[12, 13]], [[14]])]
    return tp.Network.from_maps(15, maps, wires, {"identity": {"network": "a"}}, sums=[14])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    network().save(tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


def test_all_of_it_comes_back(path: Path) -> None:
    made, found = network(), tp.Network.load(path)
    assert (found.n_units, found.shape, found.id) == (made.n_units, made.shape, made.id)
    assert found.sums.tolist() == [14]
    for one, other in zip(made.maps, found.maps, strict=True):
        assert (one.name, one.is_bias) == (other.name, other.is_bias)
        np.testing.assert_array_equal(one.weight, other.weight)
        for pairs, others in zip(one.pairs, other.pairs, strict=True):
            np.testing.assert_array_equal(pairs, others)
    bars = [tp.persistence(tp.to_graph(one)) for one in (made, found)]
    for q in range(2):
        np.testing.assert_array_equal(bars[0].bars(q), bars[1].bars(q))
    merged = [tp.merge_additions(tp.to_graph(one)) for one in (made, found)]
    assert merged[0].n_vertices == merged[1].n_vertices


def test_the_same_network_has_the_same_bytes(path: Path, tmp_path: Path) -> None:
    tp.Network.load(path).save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_every_command_reads_it(path: Path, tmp_path: Path, topoprint) -> None:  # type: ignore[no-untyped-def]
    listed = topoprint("layers", path)
    assert listed.stdout.startswith(f"{path}: a whole network of 15 units, 16 edges and 4 wires\n")
    assert "head" in listed.stdout
    told = json.loads(topoprint("layers", path, "--json").stdout)
    assert [row["edges"] for row in told["maps"]] == [8, 4, 4]
    made = topoprint("diagram", path, "-o", tmp_path / "net.h5")
    assert made.returncode == 0, made.stderr
    found = tp.Diagram.load(tmp_path / "net.h5")
    np.testing.assert_array_equal(found.bars(1), tp.persistence(tp.to_graph(network())).bars(1))
    compared = topoprint("compare", path, path)
    assert compared.returncode == 0, compared.stderr


@pytest.mark.parametrize("choice", ["::maps.0.weight", "::*"])
def test_no_part_of_it_is_read_as_a_network(path: Path, choice: str, topoprint) -> None:  # type: ignore[no-untyped-def]
    refused(topoprint("compare", f"{path}{choice}", path), path, "holds a whole network")
    refused(topoprint("layers", f"{path}{choice}"), path, "holds a whole network")
    for options in ({"layers": ["maps.0.weight"]}, {"positions": "channels"}):
        with pytest.raises(InputError, match="holds a whole network"):
            tp.Network.load(path, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("lost", ["maps.0.pairs", "wires.1.sources", "sums", "maps.2.weight"])
def test_a_file_that_lacks_something_is_refused(path: Path, lost: str) -> None:
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    del tensors[lost]
    save_file(tensors, path, metadata)
    with pytest.raises(InputError, match=r"net\.safetensors: lacks parts of a network"):
        tp.Network.load(path)


def test_units_outside_are_refused(path: Path) -> None:
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    tensors["maps.0.inputs"] = tensors["maps.0.inputs"] + 100
    save_file(tensors, path, metadata)
    with pytest.raises(InputError, match=r"net\.safetensors: .* unit outside"):
        tp.Network.load(path)
