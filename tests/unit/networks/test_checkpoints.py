"""State dicts of torch: dense tensors alone are read, and nothing is run."""

import pickle
import sys

import numpy as np
import pytest
from helpers import assert_layers

from topoprint import InputError, Network


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_a_state_dict_of_torch(tmp_path, suffix):
    torch = pytest.importorskip("torch")
    path = tmp_path / f"n{suffix}"
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2, bias=False)
    )
    torch.save(model.state_dict(), path)
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    assert_layers(Network.load(path), tensors, ["0", "2"])


def test_half_precision_and_double_precision_of_torch(tmp_path):
    torch = pytest.importorskip("torch")
    weight = torch.tensor([[0.5, -2.0]])
    for dtype in (torch.bfloat16, torch.float64):
        torch.save({"0.weight": weight.to(dtype)}, tmp_path / "n.pt")
        loaded = Network.load(tmp_path / "n.pt")
        np.testing.assert_array_equal(loaded.weights[0], weight.numpy())


def test_convolution_and_batch_norm_of_torch_are_refused_by_name(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.pt"
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    torch.save(model.state_dict(), path)
    with pytest.raises(InputError, match=rf"{path}.*1\.weight.*--layers"):
        Network.load(path)
    torch.save(torch.nn.Conv2d(3, 4, 2).state_dict(), path)
    with pytest.raises(InputError, match=rf"{path}.*\(4, 3, 2, 2\).*--layers"):
        Network.load(path)


def test_a_whole_model_of_torch_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.pt"
    torch.save(torch.nn.Linear(3, 2), path)
    with pytest.raises(InputError, match=rf"{path}.*state_dict"):
        Network.load(path)


def test_a_pickle_is_not_run(tmp_path):
    pytest.importorskip("torch")
    path, trace = tmp_path / "n.pt", tmp_path / "trace"

    class Hostile:
        def __reduce__(self):
            return (open, (str(trace), "w"))

    path.write_bytes(pickle.dumps(Hostile(), protocol=2))
    with pytest.raises(InputError, match=str(path)):
        Network.load(path)
    assert not trace.exists()


def test_a_checkpoint_of_more_than_tensors_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.pt"
    torch.save({"model": {"0.weight": torch.ones(2, 3)}, "epoch": 3}, path)
    with pytest.raises(InputError, match=rf"{path}: not a state dict"):
        Network.load(path)


def test_a_truncated_torch_file_is_named(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.pt"
    torch.save(torch.nn.Linear(30, 20).state_dict(), path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=str(path)):
        Network.load(path)


def test_torch_that_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    path = tmp_path / "n.pt"
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"'\.\[train\]'"):
        Network.load(path)


def test_the_file_types_that_are_known_are_named(tmp_path):
    path = tmp_path / "n.onnx"
    path.write_bytes(b"onnx")
    with pytest.raises(InputError, match=rf"^{path}: .*networks are \.safetensors, \.pt, \.pth f"):
        Network.load(path)
