"""Number types of safetensors, and quantised weights with their scales."""

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from topoprint import InputError, Network
from topoprint.networks.readers.kinds import open_file

WEIGHT = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, 7.0]])


@pytest.mark.parametrize("dtype", ["bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_narrow_floats_are_read_and_kept(tmp_path, dtype):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    tensor = torch.tensor(WEIGHT).to(getattr(torch, dtype))
    expected = tensor.float().numpy()
    save_torch({"0.weight": tensor}, tmp_path / "n.safetensors")
    np.testing.assert_array_equal(Network.load(tmp_path / "n.safetensors").weights[0], expected)
    save_torch({"0.weight": tensor, "1.weight": tensor.clone()}, tmp_path / "n.safetensors")
    network = Network.load(tmp_path / "n.safetensors")
    assert network.maps[0].weight.dtype.name == dtype
    np.testing.assert_array_equal(network.maps[1].weight[0, :, :, 0].astype(np.float32), expected)


def test_tensors_are_views_of_the_file(tmp_path):
    save_file({"0.weight": WEIGHT.astype(np.float32)}, tmp_path / "n.safetensors")
    array = open_file(tmp_path / "n.safetensors").groups[""]["0.weight"].read()
    assert not array.flags.owndata
    assert not array.flags.writeable


Q = np.array([[10, -20, 5], [30, 2, 70]], dtype=np.int8)


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"0.weight_scale": np.float32([0.1])}, Q * 0.1),
        ({"0.weight_scale": np.float32([[0.1], [0.2]])}, Q * [[0.1], [0.2]]),
        (
            {"0.weight_scale": np.float32([0.1, 0.2]), "0.weight_zero_point": np.int8([3, 4])},
            (Q - [[3.0], [4.0]]) * [[0.1], [0.2]],
        ),
        ({"0.SCB": np.float32([127.0, 254.0])}, Q * [[1.0], [2.0]]),
    ],
)
def test_quantised_weights_with_known_scales(tmp_path, beside, expected):
    save_file({"0.weight": Q, **beside}, tmp_path / "n.safetensors")
    network = Network.load(tmp_path / "n.safetensors")
    np.testing.assert_allclose(network.weights[0], expected, rtol=1e-6)


def test_blocks_of_float8_have_a_scale_each(tmp_path):
    weight = np.ones((3, 200), ml_dtypes.float8_e4m3fn)
    scale = np.array([[1.0, 2.0]], np.float32)
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    tensor = torch.from_numpy(weight.view(np.uint8)).view(torch.float8_e4m3fn)
    given = {"0.weight": tensor, "0.weight_scale_inv": torch.from_numpy(scale)}
    save_torch(given, tmp_path / "n.safetensors")
    found = Network.load(tmp_path / "n.safetensors").weights[0]
    assert (found[:, :128] == 1).all()
    assert (found[:, 128:] == 2).all()


@pytest.mark.parametrize(
    "tensors",
    [
        {"0.weight": Q},
        {"0.weight": Q, "0.scale": np.float32([0.1])},  # of what the layer gives
        {"0.qweight": Q.astype(np.int32), "0.scales": np.ones(3, np.float32)},
        {"0.weight": Q.view(np.uint8), "0.weight.absmax": np.ones(1, np.float32)},
    ],
)
def test_quantised_weights_without_a_known_scale_are_refused(tmp_path, tensors):
    path = tmp_path / "n.safetensors"
    rest = {"fc.weight": np.ones((2, 3), np.float32)}
    save_file({**tensors, **rest}, path)
    with pytest.raises(InputError, match=rf"{path}: 0\.q?weight is quantised"):
        Network.load(path)
    assert Network.load(f"{path}::fc").layer_sizes == (3, 2)


def test_whole_numbers_that_are_no_weights_are_left_out(tmp_path):
    ids = {"position_ids": np.arange(6).reshape(1, 6), "mask": np.ones((4, 4), np.uint8)}
    save_file({"0.weight": WEIGHT.astype(np.float32), **ids}, tmp_path / "n.safetensors")
    assert Network.load(tmp_path / "n.safetensors").layer_sizes == (3, 2)
