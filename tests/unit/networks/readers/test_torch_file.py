"""Files of torch: tensors alone are read, of any name and nesting, and nothing is run."""

import pickle
import subprocess
import sys
import warnings
from argparse import Namespace
from pathlib import PosixPath
from types import ModuleType

import numpy as np
import pytest
from helpers import assert_layers

from topoprint import InputError, Network
from topoprint.networks.readers.torch_file import LEGACY


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


def test_convolution_and_batch_norm_of_torch_stand_side_by_side(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.pt"
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 2), torch.nn.BatchNorm2d(4))
    torch.save(model.state_dict(), path)
    network = Network.load(path)
    assert [one.name for one in network.maps if not one.is_bias] == ["0.weight", "1.weight"]
    assert network.n_edges == 4 * 12 + 4 + 4 + 4
    np.testing.assert_array_equal(
        network.maps[0].weight[0, :, :, 0], model[0].weight.detach().numpy().reshape(4, 12)
    )


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


WEIGHT = {"0.weight": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "0.bias": [1.0, 2.0]}


def of(weights=None, factor=1.0):
    import torch

    return {name: factor * torch.tensor(value) for name, value in (weights or WEIGHT).items()}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda torch: {"model": of(), "epoch": 3},
        lambda torch: {"step": 1, "model_state": {"inner": of()}},
        lambda torch: {"checkpoint": {"state_dict": of(), "args": {"lr": 0.1}}},
        lambda torch: {
            "model": of(),
            "args": Namespace(lr=0.1, out=PosixPath("runs")),
            "accuracy": np.float64(0.5),
            "losses": np.ones(3),
            "seen": np.int64(3),
        },
        lambda torch: {
            "state_dict": of(),
            "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(2, 3)}}}],
            "optimizer": {"state": of(factor=2)},
            "callbacks": {},
        },
        lambda torch: {"n_averaged": torch.tensor(3)} | {f"module.{k}": v for k, v in of().items()},
        lambda torch: {f"module._orig_mod.{k}": v for k, v in of().items()},
        lambda torch: {f"_orig_mod.{k}": torch.nn.Parameter(v) for k, v in of().items()},
    ],
)
def test_the_state_dict_of_a_checkpoint_is_found(tmp_path, wrap):
    torch = pytest.importorskip("torch")
    torch.save(wrap(torch), tmp_path / "best.model")
    loaded = Network.load(tmp_path / "best.model")
    assert loaded.layer_sizes == (3, 2)
    np.testing.assert_array_equal(loaded.weights[0], WEIGHT["0.weight"])
    np.testing.assert_array_equal(loaded.biases[0], WEIGHT["0.bias"])


def test_of_several_dictionaries_the_user_says_which(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "n.ckpt"
    torch.save({"model": of(), "ema": {"shadow": of(factor=2)}}, path)
    with pytest.raises(
        InputError, match=rf"{path}: holds several .*\(model, ema::shadow\).*FILE::"
    ):
        Network.load(path)
    for chosen in ("ema", "ema::shadow", "shadow", "ema::shadow::0.*"):
        weight = Network.load(f"{path}::{chosen}").weights[0]
        np.testing.assert_array_equal(weight, 2 * np.array(WEIGHT["0.weight"]))
    with pytest.raises(InputError, match=f"{path}::other: holds several"):
        Network.load(f"{path}::other")


def test_older_files_of_torch_are_read(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(of(), tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    np.testing.assert_array_equal(Network.load(tmp_path / "old.bin").weights[0], WEIGHT["0.weight"])


PEAK = """
import resource, sys, topoprint, torch
torch.load(sys.argv[1] + ".small", weights_only=True)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
network = topoprint.Network.load(sys.argv[1], ["b"])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak - before, float(abs(network.weights[0]).max()))
"""


def test_of_older_files_of_torch_only_what_is_taken_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    path = str(tmp_path / "old.bin")
    large = {f"{name}.weight": torch.full((2000, 2000), float(ord(name))) for name in "abcdefgh"}
    torch.save(large, path, _use_new_zipfile_serialization=False)
    torch.save(of(), path + ".small", _use_new_zipfile_serialization=False)
    run = [sys.executable, "-c", PEAK, path]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert float(told[1]) == ord("b")
    assert int(told[0]) * 1024 < 1.5 * 4 * 2000 * 2000


def test_storages_of_older_files_are_those_of_their_tensors(tmp_path):
    torch = pytest.importorskip("torch")
    numbers = torch.arange(400_000.0).reshape(2, 1000, 200)
    state = {
        "0.weight": numbers[1].T,  # a view of the first one's storage
        "2.weight": numbers[0].to(torch.bfloat16),
        "last": torch.ones(2, 3, dtype=torch.float64),
    }
    torch.save(state, tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    for name, tensor in state.items():
        weight = Network.load(f"{tmp_path / 'old.bin'}::{name}").maps[0].weight[0, ..., 0]
        np.testing.assert_array_equal(weight.astype(np.float32), tensor.float().numpy())
    cut = (tmp_path / "old.bin").read_bytes()[:-100_000]
    (tmp_path / "old.bin").write_bytes(cut)
    with pytest.raises(InputError, match=r"not a complete torch file \(.*EOF.*get it again"):
        Network.load(f"{tmp_path / 'old.bin'}::2.weight")
    (tmp_path / "old.bin").write_bytes(cut[:40])
    with pytest.raises(InputError, match=r"not a complete torch file .*get it again"):
        Network.load(tmp_path / "old.bin")


def test_quantised_tensors_of_older_files_are_read_with_their_scales(tmp_path):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scales = torch.linspace(0.01, 0.1, 20_000, dtype=torch.float64)
        rows = torch.quantize_per_channel(
            torch.ones(20_000, 2), scales, torch.zeros(20_000, dtype=torch.int64), 0, torch.qint8
        )
        torch.save({"0.weight": rows}, tmp_path / "q", _use_new_zipfile_serialization=False)
    loaded = Network.load(tmp_path / "q").maps[0].weight[0, ..., 0]
    np.testing.assert_array_equal(loaded, rows.dequantize().numpy())


def test_parametrisations_are_undone(tmp_path):
    torch = pytest.importorskip("torch")
    prune = pytest.importorskip("torch.nn.utils.prune")
    nn = torch.nn
    torch.manual_seed(0)
    spectral = nn.utils.parametrizations.spectral_norm(nn.Linear(5, 4))
    for _ in range(3):
        spectral(torch.ones(1, 5))
    made = {
        "norm": nn.utils.parametrizations.weight_norm(nn.Linear(5, 4)),
        "spectral": spectral.eval(),
        "pruned": prune.random_unstructured(nn.Linear(5, 4), "weight", 0.4),
    }
    made["norm"].parametrizations.weight.original0.data *= 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made["old"] = nn.utils.weight_norm(nn.Linear(5, 4))
    made["old"].weight_g.data *= 0.5
    made["old"](torch.ones(1, 5))
    for name, layer in made.items():
        torch.save(layer.state_dict(), tmp_path / name)
        loaded = Network.load(tmp_path / name)
        expected = layer.weight.detach().numpy()
        np.testing.assert_allclose(loaded.weights[0], expected, rtol=2e-6, err_msg=name)
        np.testing.assert_array_equal(loaded.biases[0], layer.bias.detach().numpy())


def test_quantised_tensors_of_torch_are_what_they_stand_for(tmp_path):
    torch = pytest.importorskip("torch")
    weight = torch.tensor([[0.5, -1.25], [2.0, 0.1]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = torch.quantize_per_tensor(weight, 0.05, 3, torch.qint8)
        rows = torch.quantize_per_channel(
            weight, torch.tensor([0.01, 0.1]), torch.tensor([0, 1]), 0, torch.qint8
        )
    for quantised in (whole, rows):
        torch.save({"0.weight": quantised}, tmp_path / "q.pt")
        expected = quantised.dequantize().numpy()
        np.testing.assert_array_equal(Network.load(tmp_path / "q.pt").weights[0], expected)


def test_an_unwanted_tensor_of_an_odd_type_blocks_nothing(tmp_path):
    torch = pytest.importorskip("torch")
    odd = {"freqs": torch.ones(3, dtype=torch.complex64), "mask": torch.ones(2, 2).bool()}
    torch.save({**of(), **odd}, tmp_path / "n.pt")
    assert Network.load(tmp_path / "n.pt").layer_sizes == (3, 2)
    torch.save({**of(), "1.weight": torch.ones(2, 2).to_sparse()}, tmp_path / "n.pt")
    with pytest.raises(InputError, match=r"'1\.weight' is no dense tensor"):
        Network.load(tmp_path / "n.pt")
    assert Network.load(tmp_path / "n.pt", ["0"]).layer_sizes == (3, 2)


def test_options_of_omegaconf_block_nothing_and_other_classes_do(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        pytest.skip("this torch does not tell the names in a file")
    for module, name in (("omegaconf.listconfig", "ListConfig"), ("mine", "Config")):
        kind = type(name, (), {"__module__": module})
        options = kind()
        options.__dict__.update({"_metadata": {"key_type": int}, "_content": [1, 2]})
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module.partition(".")[0], ModuleType("package"))
            patch.setitem(sys.modules, module, ModuleType(module))
            patch.setattr(sys.modules[module], name, kind, raising=False)
            checkpoint = {"state_dict": of(), "hparams": {"sizes": options}}
            torch.save(checkpoint, tmp_path / f"{name}.ckpt")
    weight = Network.load(tmp_path / "ListConfig.ckpt").weights[0]
    np.testing.assert_array_equal(weight, WEIGHT["0.weight"])
    with pytest.raises(InputError, match=r"weights_only \(.*mine\.Config"):
        Network.load(tmp_path / "Config.ckpt")


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
    path.write_bytes(LEGACY)
    with pytest.raises(InputError, match=r"'topoprint\[train\]'"):
        Network.load(path)


def test_layers_that_torch_quantised_are_what_they_stand_for(tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear})
        torch.save(made.state_dict(), tmp_path / "q.pt")
    network = Network.load(tmp_path / "q.pt")
    assert network.layer_sizes == (4, 6, 3)
    np.testing.assert_array_equal(network.weights[0], made[0].weight().dequantize().numpy())
    np.testing.assert_array_equal(network.biases[0], made[0].bias().detach().numpy())
