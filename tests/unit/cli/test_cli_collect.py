"""Networks that were trained elsewhere, by hand: collected, compared with their architecture."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from support import refused, small_network

import topoprint as tp

Command = Callable[..., subprocess.CompletedProcess[str]]
MODEL = ("--model", "torchvision:squeezenet1_1", "--input-shape", "3,32,32")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision").models
    folder = tmp_path_factory.mktemp("files")
    paths = [folder / f"{name}.safetensors" for name in "ab"]
    with torch.random.fork_rng():
        for seed, path in enumerate(paths):
            torch.manual_seed(seed)
            module = models.squeezenet1_1(weights=None, num_classes=3)
            save_file({name: value.numpy() for name, value in module.state_dict().items()}, path)
    return paths


def test_one_architecture_is_read_alike_by_every_command(
    files: list[Path], topoprint: Command, tmp_path: Path
) -> None:
    for path in files:
        made = topoprint("collect", path, *MODEL, "--output", tmp_path / path.name)
        assert made.returncode == 0, made.stderr
        assert made.stderr.endswith(" edges of 97993 units\n")
    diagram = topoprint("diagram", files[0], *MODEL, "--output", tmp_path / "a.h5")
    assert diagram.returncode == 0, diagram.stderr
    known = tp.Diagram.load(tmp_path / "a.h5")
    whole = tp.persistence(tp.to_graph(tp.Network.load(tmp_path / "a.safetensors")))
    assert (known.bars(1) == whole.bars(1)).all()
    shown = topoprint("compare", *files, *MODEL, "--measure", "heat", "--json")
    values = json.loads(shown.stdout)["measures"]["heat"]["distances"]
    expected = tp.compare([tmp_path / "a.safetensors", tmp_path / "b.safetensors"], ["heat"])
    assert (np.array(values) == expected["heat"].values).all()
    assert values[0][1] > 0


def test_a_network_with_units_of_its_own_keeps_them_and_is_named_after_its_file(
    topoprint: Command, tmp_path: Path
) -> None:
    given, written = tmp_path / "given.safetensors", tmp_path / "out" / "written.safetensors"
    small_network(1).save(given)
    assert topoprint("collect", given, "-o", written).returncode == 0
    found = tp.Network.load(written)
    assert (found.id.network, found.shape) == ("given", "4-5-3")


def test_what_cannot_be_collected_is_refused_in_a_sentence(
    files: list[Path], topoprint: Command, tmp_path: Path
) -> None:
    out = ("--output", tmp_path / "none.safetensors")
    for words, parts in (
        (("--model", "resnet18"), ("is no torchvision:NAME",)),
        (("--model", "torchvision:resnet18"), (files[0], "is no torchvision:resnet18: it lacks")),
        (("--model", "torchvision:resnet19"), ("did you mean resnet18",)),
        (("--model", "torchvision:resnet18", "--input-shape", "3,x"), ("input_shape", "x")),
        (("--input-shape", "3,32,32"), ("give --model too",)),
        (("--spec", "{}", "--model", "torchvision:resnet18"), ("leave --model",)),
        (("--spec", '{"identity": {"seed": "1"}}'), ("is no part of a network's identity",)),
    ):
        refused(topoprint("collect", files[0], *words, *out), *parts)
    refused(topoprint("compare", *files, "--model", "alexnet"), "is no torchvision:NAME")
    assert not out[1].exists()


def test_a_config_with_collections_counts_their_networks(
    files: list[Path], topoprint: Command, tmp_path: Path
) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text(f"collections: [{{name: mine, files: '{files[0].parent}/*.safetensors'}}]")
    found = topoprint("config", config)
    told = f"{config}: valid, 0 networks to train, 2 that were trained elsewhere\n"
    assert (found.stdout, found.stderr) == (told, "")
    config.write_text("collections: [{name: mine, files: nothing/*}]")
    refused(topoprint("config", config), "collection 'mine': files: nothing/* names no file")
