"""Files and models of Keras: kernels are (in, out), and are read as such."""

import json
import zipfile

import h5py
import numpy as np
import pytest

from topoprint import InputError, Network

RANDOM = np.random.default_rng(0)
KERNELS = [RANDOM.normal(size=size).astype(np.float32) for size in ((4, 6), (6, 5), (5, 2))]
BIASES = [RANDOM.normal(size=size).astype(np.float32) for size in (6, 5, 2)]
NAMES = ["dense", "dense_1", "out"]


def config(*classes, kind="Sequential"):
    return {"class_name": kind, "config": {"layers": [{"class_name": one} for one in classes]}}


def older(path, told=None, prefix="sequential/"):
    """A file as Keras 2 wrote it, and as Keras 3 writes its legacy form."""
    with h5py.File(path, "w") as file:
        if told:
            file.attrs["model_config"] = json.dumps(told)
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = NAMES
        for name, kernel, bias in zip(NAMES, KERNELS, BIASES, strict=True):
            group = root.create_group(name)
            group.attrs["weight_names"] = [f"{prefix}{name}/{end}:0" for end in ("kernel", "bias")]
            group[f"{prefix}{name}/kernel:0"] = kernel
            group[f"{prefix}{name}/bias:0"] = bias
    return path


def version_3(file, kernels=KERNELS):
    for number, (kernel, bias) in enumerate(zip(kernels, BIASES, strict=True)):
        group = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
        group["0"], group["1"] = kernel, bias
    file["optimizer/vars/0"] = np.ones((3, 3), np.float32)


def assert_chain(network):
    for weight, bias, kernel, expected in zip(
        network.weights, network.biases, KERNELS, BIASES, strict=True
    ):
        np.testing.assert_array_equal(weight, kernel.T)
        np.testing.assert_array_equal(bias, expected)


@pytest.mark.parametrize("prefix", ["sequential/", ""])
def test_files_of_keras_2_and_their_order(tmp_path, prefix):
    dense = config("InputLayer", "Dense", "Dropout", "Dense", "Dense")
    assert_chain(Network.load(older(tmp_path / "m.h5", dense, prefix)))
    # Without the order of a Sequential, names and shapes tell it; not where layers are joined.
    assert_chain(Network.load(older(tmp_path / "m.h5", config("Dense", kind="Model"))))
    joined = config("Dense", "Add", kind="Model")
    assert not Network.load(older(tmp_path / "m.h5", joined)).is_chain
    assert_chain(Network.load(tmp_path / "m.h5", ["dense", "dense_1", "out"]))


def test_files_of_keras_3(tmp_path):
    with h5py.File(tmp_path / "m.weights.h5", "w") as file:
        version_3(file)
    assert_chain(Network.load(tmp_path / "m.weights.h5"))
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / "m.keras", "w", compression) as archive:
            archive.writestr("metadata.json", "{}")
            archive.writestr("config.json", json.dumps(config("Dense", "Dense", "Dense")))
            archive.write(tmp_path / "m.weights.h5", "model.weights.h5")
        assert_chain(Network.load(tmp_path / "m.keras"))
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        told = config("Dense", "Dense", "Add", "Dense", kind="Functional")
        archive.writestr("config.json", json.dumps(told))
        archive.write(tmp_path / "m.weights.h5", "model.weights.h5")
    assert not Network.load(tmp_path / "m.keras").is_chain


def test_hdf5_of_somebody_else_and_damaged_files_are_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"] = np.ones(3)
    with pytest.raises(InputError, match="Keras did not write"):
        Network.load(tmp_path / "x.h5")
    whole = older(tmp_path / "m.h5").read_bytes()
    (tmp_path / "m.h5").write_bytes(whole[:-300])
    with pytest.raises(InputError, match="not a complete HDF5 file"):
        Network.load(tmp_path / "m.h5")


def test_what_keras_itself_saves(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    layers = keras.layers
    given = keras.Input((9, 9, 3))
    x = layers.Conv2D(4, 3)(given)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2)(x)
    x = layers.Conv2DTranspose(5, 2)(x)
    x = layers.Reshape((36, 5))(x)
    x = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.Bidirectional(layers.GRU(4))(x)
    model = keras.Model(given, layers.Dense(3)(x))
    assert model.count_params()
    shapes = {  # (in × taps, out), kernels and gains
        (27, 4), (9, 8), (32, 5), (5, 6), (6, 5), (5, 12), (4, 12), (8, 3), (1, 1),
    }  # fmt: skip
    trained = sum(int(np.prod(variable.shape)) for variable in model.trainable_weights)
    networks = [Network.from_keras(model)]
    for name in ("m.keras", "m.h5", "m.weights.h5"):
        if name == "m.weights.h5":
            model.save_weights(tmp_path / name)
        else:
            model.save(tmp_path / name)
        networks.append(Network.load(tmp_path / name))
    values = []
    for network in networks:
        assert network.n_edges == trained
        maps = [one for one in network.maps if not one.is_bias]
        assert {(one.weight.shape[2], one.weight.shape[1]) for one in maps} == shapes
        values.append(np.sort(np.concatenate([one.weight.ravel() for one in network.maps])))
    for found in values[1:]:
        np.testing.assert_array_equal(found, values[0])
    sequential = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    assert Network.from_keras(sequential).layer_sizes == (4, 3, 2)
    with pytest.raises(InputError, match="a list is no model of Keras"):
        Network.from_keras([])
