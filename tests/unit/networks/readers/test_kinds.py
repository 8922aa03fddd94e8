"""Files are told by their content; what is no file of weights is refused in one sentence."""

import json
import os
import pickle
import zipfile

import h5py
import numpy as np
import pytest
from helpers import dense
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as to_bytes
from safetensors.numpy import save_file

from topoprint import InputError, Network

TENSORS = dense(["0", "2"], (4, 3, 2))


def written(path, content):
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["n.safetensors", "n.bin", "n.pt", "model", "n.h5"])
def test_the_name_of_a_file_does_not_matter(tmp_path, name):
    save_file(TENSORS, tmp_path / name)
    assert Network.load(tmp_path / name).layer_sizes == (4, 3, 2)
    np.savez(tmp_path / "x.npz", **TENSORS)
    os.rename(tmp_path / "x.npz", tmp_path / name)
    assert Network.load(tmp_path / name).layer_sizes == (4, 3, 2)


class Fitted:
    pass


REFUSED = {
    "empty": (b"", "is empty"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n", "git lfs pull"),
    "page": (b"\n<!DOCTYPE html><html></html>", "is a web page"),
    "json": (b'{"lr": 0.1}', "is JSON"),
    "text": (b"epoch 1\n", "is text"),
    "pickle": (pickle.dumps({"w": [1.0]}), "from_sklearn"),
    "older pickle": (pickle.dumps(Fitted(), protocol=0), "is a pickle"),
    "joblib": (b"x\x9c\x01\x02", "is a pickle"),
    "gzip": (b"\x1f\x8b\x08\x00abc", "gzip"),
    "lz4": (b"\x04\x22\x4d\x18@@abc", "lz4"),
    "gguf": (b"GGUF\x03\x00\x00\x00", "is GGUF"),
    "tflite": (b"\x1c\x00\x00\x00TFL3", "TensorFlow Lite"),
    "raw": (np.ones(99, np.float32).tobytes(), "raw numbers"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_file_of_weights_is_told_as_what_it_is(tmp_path, kind):
    content, told = REFUSED[kind]
    path = written(tmp_path / "n.pt", content)
    with pytest.raises(InputError, match=rf"^{path}: .*{told}"):
        Network.load(path)


def test_one_array_and_a_foreign_archive_are_refused(tmp_path):
    np.save(tmp_path / "w.npy", np.ones((2, 3)))
    with pytest.raises(InputError, match=r"w\.npy: is a single array"):
        Network.load(tmp_path / "w.npy")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match=r"a\.zip: is a zip archive of something else \(readme"):
        Network.load(tmp_path / "a.zip")


def test_streams_and_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"^-: is standard input"):
        Network.load("-")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"pipe: is no regular file \(a pipe\?\)"):
        Network.load(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a folder without a file of weights"):
        Network.load(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(InputError, match="SavedModel"):
        Network.load(tmp_path)


def contents():
    """Whole files of several kinds, and what hostile bytes make of them."""
    whole = [to_bytes(TENSORS), *(content for content, _ in REFUSED.values())]
    starts = [
        b"PK\x03\x04",
        b"\x89HDF\r\n\x1a\n",
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
        b"\x08",
    ]
    return st.one_of(
        st.binary(max_size=200),
        st.builds(lambda head, rest: head + rest, st.sampled_from(starts), st.binary(max_size=200)),
        st.builds(lambda one, n: one[: n % len(one)] if one else one, st.sampled_from(whole),
                  st.integers(0, 10**6)),  # truncated
        st.builds(lambda at, byte: whole[0][:at] + bytes([byte]) + whole[0][at + 1 :],
                  st.integers(0, 300), st.integers(0, 255)),  # one byte changed
    )  # fmt: skip


@given(content=contents())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_hostile_bytes_are_a_network_or_one_sentence(tmp_path, content):
    path = written(tmp_path / "n.bin", content)
    told = f"{path}: "
    try:
        Network.load(path)
    except InputError as error:  # some are whole, and are read
        told = str(error)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told


@pytest.fixture(scope="module")
def wholes(tmp_path_factory):
    """The same network in a file of every kind."""
    torch, onnx = pytest.importorskip("torch"), pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("wholes")
    save_file(TENSORS, folder / "a")
    np.savez(folder / "b.npz", **TENSORS)
    np.savez_compressed(folder / "c.npz", **TENSORS)
    state = {name: torch.from_numpy(array) for name, array in TENSORS.items()}
    torch.save(state, folder / "d")
    torch.save(state, folder / "e", _use_new_zipfile_serialization=False)
    nodes = [
        onnx.helper.make_node("Gemm", ["x", "0.weight", "0.bias"], ["h"], transB=1),
        onnx.helper.make_node("Gemm", ["h", "2.weight", "2.bias"], ["y"], transB=1),
    ]
    arrays = [onnx.numpy_helper.from_array(array, name) for name, array in TENSORS.items()]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [], [], arrays)),
              folder / "f")  # fmt: skip
    with h5py.File(folder / "g", "w") as file:
        for layer, number in (("dense", 0), ("dense_1", 2)):
            file[f"layers/{layer}/vars/0"] = TENSORS[f"{number}.weight"].T
            file[f"layers/{layer}/vars/1"] = TENSORS[f"{number}.bias"]
    with zipfile.ZipFile(folder / "h", "w") as archive:
        archive.write(folder / "g", "model.weights.h5")
    for path in folder.iterdir():
        assert Network.load(path).layer_sizes == (4, 3, 2), path
    return [path.read_bytes() for path in sorted(folder.iterdir())]


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_are_a_network_or_one_sentence(wholes, tmp_path, data):
    whole = data.draw(st.sampled_from(wholes))
    content = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    if len(content) == len(whole) or data.draw(st.booleans()):
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(whole) - 1))
            content = bytearray(whole) if len(content) < len(whole) else content
            content[place] = data.draw(st.integers(0, 255))
    path = written(tmp_path / "n", bytes(content))
    told = f"{path}: "
    try:
        Network.load(path)
    except InputError as error:  # some are whole, and are read
        told = str(error)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told


def sharded(folder):
    where = {"model-00001-of-00002.safetensors": ["0.weight", "0.bias"]}
    where["model-00002-of-00002.safetensors"] = ["2.weight", "2.bias"]
    for name, own in where.items():
        save_file({key: TENSORS[key] for key in own}, folder / name)
    index = {"weight_map": {key: name for name, own in where.items() for key in own}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return [folder / name for name in where]


def test_a_model_of_several_files_is_read_whole_or_not_at_all(tmp_path):
    first, second = sharded(tmp_path)
    for path in (tmp_path, first, second, tmp_path / "model.safetensors.index.json"):
        assert Network.load(path).layer_sizes == (4, 3, 2)
    second.rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="1 of the 2 files that it names are not there"):
        Network.load(tmp_path)
    (tmp_path / "model.safetensors.index.json").unlink()
    with pytest.raises(InputError, match=r"is part 1 of 2 of a model, and model\.safetensors\.in"):
        Network.load(first)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", 3])
def test_an_index_names_files_beside_it_alone(tmp_path, name):
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(InputError, match="is no file beside it"):
        Network.load(path)


def test_a_folder_of_one_file_is_that_file(tmp_path):
    save_file(TENSORS, tmp_path / "weights.safetensors")
    (tmp_path / "config.json").write_text("{}")
    assert Network.load(tmp_path).layer_sizes == (4, 3, 2)
    save_file(TENSORS, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match=r"several files of weights \(other.*weights"):
        Network.load(tmp_path)
