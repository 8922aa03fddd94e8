"""Distances beside those of null models."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import topoprint as tp

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_verdict_sets_distances_beside_those_of_null_models(
    networks: list[Path], topoprint: Command
) -> None:
    chosen = ("--measure", "heat", "--null", "shuffled_layers", "--null", "gaussian")
    result = topoprint("verdict", *networks[:2], *chosen, "--repetitions", 20)
    assert result.returncode == 0, result.stderr
    name, pair, first, second = result.stdout.splitlines()
    assert name == "heat"
    assert pair.startswith("  n1.safetensors – n2.safetensors: ")
    assert result.stderr == ""
    assert "their nulls" in pair
    assert first.startswith("    shuffled_layers  ")
    assert second.startswith("    gaussian         ")
    for line in (first, second):
        assert " of 20 nulls are nearer; p of one as " in line
        assert "; z " in line

    as_json = topoprint("verdict", *networks[:2], *chosen, "--json")
    found = json.loads(as_json.stdout)["measures"]["heat"][0]
    compared = json.loads(topoprint("compare", *networks[:2], "--json").stdout)
    assert found["distance"] == pytest.approx(compared["measures"]["heat"]["distances"][0][1])
    own = tp.verdict([*networks[:2]], ["heat"], ["shuffled_layers", "gaussian"])[0]
    assert found["nulls"]["gaussian"]["nearer"] == own.nulls["gaussian"].nearer
    assert found["nulls"]["gaussian"]["z"] == own.nulls["gaussian"].z
    assert found["said"] == own.said
    refused = topoprint("verdict", networks[0])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_a_verdict_takes_what_compare_takes(
    networks: list[Path], diagrams: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    loaded = tp.Network.load(networks[0])
    np.savez(tmp_path / "n.npz", **{
        f"{2 * at}.{name}": array
        for at, (weight, bias) in enumerate(zip(loaded.weights, loaded.biases, strict=True))
        for name, array in (("weight", weight), ("bias", bias)) if array is not None
    })  # fmt: skip
    files = (networks[0], f"{tmp_path / 'n.npz'}::0,2", diagrams[1])
    chosen = ("--measure", "heat", "--grid", "shared", "--bins", 100, "--max-dimension", 1)
    result = topoprint("verdict", *files, *chosen, "--null", "gaussian")
    assert result.returncode == 0, result.stderr
    _, itself, *rest = result.stdout.splitlines()
    assert itself.endswith(": 0: the same network: every weight is equal and in its place")
    assert all("not tested: null models are made of weights" in line for line in rest)
    assert len(rest) == 2


def test_the_layers_of_a_file_are_listed(networks: list[Path], topoprint: Command) -> None:
    result = topoprint("layers", networks[0])
    assert result.returncode == 0, result.stderr
    head, *rows = result.stdout.splitlines()
    assert head == (
        f"{networks[0]}: safetensors; 40 weights are taken, a chain of dense layers, in this order"
    )
    assert rows[0].split() == ["layers.0.weight", "float32", "5×4", "4", "→", "5"]
    assert rows[-1].split()[-3:] == ["bias", "of", "layers.0.weight"]
    found = json.loads(topoprint("layers", networks[0], "--layers", " layers.1 ,", "--json").stdout)
    assert found["chain"] is True
    assert [row["name"] for row in found["taken"]] == ["layers.1.weight"]
    assert {row["why"] for row in found["left"]} == {"not asked for"}
    refused = topoprint("layers", "-")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_compare_verdict_and_respond_take_probes(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    inputs = np.random.default_rng(0).normal(size=(30, 4))
    np.save(tmp_path / "probes.npy", inputs)
    chosen = ("--measure", "cka", "--probes", tmp_path / "probes.npy")
    two = networks[:2]
    own = tp.compare([*two], ["cka"], probes=inputs)["cka"].values.tolist()
    compared = topoprint("compare", *two, *chosen, "--json")
    assert json.loads(compared.stdout)["measures"]["cka"]["distances"] == own
    tested = topoprint("verdict", *two, *chosen, "--null", "gaussian", "--repetitions", 2, "--json")
    found = json.loads(tested.stdout)["measures"]["cka"][0]
    assert (found["distance"], found["nulls"]["gaussian"]["repetitions"]) == (own[0][1], 2)

    answers, distances = tmp_path / "answers.h5", tmp_path / "distances.h5"
    assert topoprint("respond", tmp_path / "probes.npy", *two, "-o", answers).returncode == 0
    made = topoprint("distances", *two, answers, "-o", distances, "--measure", "cka")
    assert made.returncode == 0, made.stderr
    assert tp.load_distances(distances)["cka"].values.tolist() == own
    np.save(tmp_path / "wide.npy", np.eye(3, 9))
    refused = topoprint("respond", tmp_path / "wide.npy", *two, "-o", tmp_path / "no.h5")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "n1.safetensors: the network takes 4 inputs" in refused.stderr
    assert not (tmp_path / "no.h5").exists()
