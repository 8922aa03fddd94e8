"""Weights of torchvision's architectures: filled and followed as the module itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from topoprint import InputError, Network
from topoprint.networks.collected import CollectSpec, collect
from topoprint.networks.models import Model, check_known, load_with

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")

SQUEEZE = Model(model="torchvision:squeezenet1_1", input_shape=[3, 32, 32])


@pytest.fixture(scope="module")
def module() -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.squeezenet1_1(weights=None, num_classes=5).eval()


@pytest.fixture(scope="module")
def arrays(module: Any) -> dict[str, Any]:
    return {name: value.numpy() for name, value in module.state_dict().items()}


def same(one: Network, other: Network) -> bool:
    pairs = list(zip(one.maps, other.maps, strict=True))
    return all((a.weight == b.weight).all() and (a.inputs == b.inputs).all() for a, b in pairs)


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.module.", "model.net."])
def test_a_file_is_the_network_of_the_module_that_was_saved(
    module: Any, arrays: dict[str, Any], tmp_path: Path, prefix: str
) -> None:
    path = tmp_path / "a.safetensors"
    save_file({f"{prefix}{name}": value for name, value in arrays.items()}, path)
    found = load_with(path, SQUEEZE)
    assert same(found, Network.from_torch(module, torch.zeros(1, 3, 32, 32)))
    assert not found.is_chain


def test_a_checkpoint_is_read_by_its_key_and_a_narrow_type_is_widened(
    module: Any, tmp_path: Path
) -> None:
    path = tmp_path / "a.ckpt"
    half = {name: value.half() for name, value in module.state_dict().items()}
    torch.save({"state_dict": half, "ema": half, "epoch": 3}, path)
    with pytest.raises(InputError, match="holds several dictionaries"):
        load_with(path, SQUEEZE)
    found = load_with(f"{path}::ema", SQUEEZE)
    assert found.maps[0].weight.dtype == np.float32
    assert (found.maps[0].weight.ravel() == half["features.0.weight"].float().numpy().ravel()).all()
    with pytest.raises(InputError, match="with a model all weights are taken"):
        load_with(f"{path}::ema::features.*", SQUEEZE)


# Some look at numbers of their own while they are built, or at a version beside the weights.
@pytest.mark.parametrize("name", ["mnasnet0_5", "regnet_x_400mf"])
def test_architectures_that_are_built_otherwise(tmp_path: Path, name: str) -> None:
    with torch.random.fork_rng():
        module = torchvision.models.get_model(name, weights=None, num_classes=3)
    path = tmp_path / "a.pt"
    torch.save(module.state_dict(), path)
    found = load_with(path, Model(model=f"torchvision:{name}", input_shape=[3, 32, 32]))
    assert same(found, Network.from_torch(module, torch.zeros(1, 3, 32, 32)))


def test_tensors_that_are_not_those_of_the_architecture_are_named(
    arrays: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.safetensors"
    changed = {name: value for name, value in arrays.items() if name != "features.3.squeeze.bias"}
    changed["features.0.weight"] = np.zeros((64, 1, 3, 3), np.float32)
    changed["head.weight"] = np.zeros(3, np.float32)
    save_file(changed, path)
    told = (
        f"{path}: is no torchvision:squeezenet1_1: it lacks features.3.squeeze.bias; "
        "it has besides head.weight; it has features.0.weight of (64, 1, 3, 3), not (64, 3, 3, 3)"
    )
    with pytest.raises(InputError) as refused:
        load_with(path, SQUEEZE)
    assert str(refused.value) == told
    save_file(arrays, path)
    with pytest.raises(InputError, match=r"is no torchvision:alexnet: it lacks .* and \d+ more"):
        load_with(path, Model(model="torchvision:alexnet"))
    with pytest.raises(InputError, match="torch cannot export SqueezeNet on this example"):
        load_with(path, SQUEEZE.model_copy(update={"input_shape": [3, 8, 8]}))
    with pytest.raises(InputError, match="leave layers out"):
        load_with(path, SQUEEZE, ["features"])


def test_an_architecture_that_torchvision_has_not_is_told_with_those_like_it() -> None:
    with pytest.raises(InputError, match="no classifier of torchvision; did you mean resnet18"):
        check_known(Model(model="torchvision:resnet19"))
    with pytest.raises(InputError, match="no classifier of torchvision; it has alexnet"):
        check_known(Model(model="torchvision:fasterrcnn_resnet50_fpn"))


def test_what_is_collected_says_what_it_is_and_where_it_is_from(
    arrays: dict[str, Any], tmp_path: Path
) -> None:
    path, written = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_file(arrays, path)
    identity = {"dataset": "mine", "network": "a", "seed": 1}
    collect(path, CollectSpec(identity=identity, group="g", model=SQUEEZE)).save(written)
    found = Network.load(written)
    assert (found.row.id.to_json(), found.row.group) == (identity, "g")
    assert found.metadata["coverage"] == 1
    assert found.metadata["source"]["model"] == "torchvision:squeezenet1_1"
    assert len(found.metadata["source"]["sha256"]) == 64
    again = collect(written, CollectSpec(identity={"network": "again"}))
    assert again.id.to_json() == {"network": "again"}
    assert same(again, found)
    assert collect(path).id.network == "a"
