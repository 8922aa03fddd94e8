"""Distances beside those of null models."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_verdict_sets_distances_beside_those_of_null_models(
    networks: list[Path], topoprint: Command
) -> None:
    chosen = ("--measure", "heat", "--null", "shuffled_layers", "--null", "gaussian")
    result = topoprint("verdict", *networks[:2], *chosen, "--repetitions", 5)
    assert result.returncode == 0, result.stderr
    assert result.stdout == topoprint("verdict", *networks[:2], *chosen, "--repetitions", 5).stdout
    name, pair = result.stdout.splitlines()
    assert name == "heat"
    assert pair.startswith(f"  {networks[0]} – {networks[1]}: ")
    assert "z: shuffled_layers " in pair
    assert ", gaussian " in pair

    def scores(*models: str) -> dict[str, float]:
        asked = [option for model in models for option in ("--null", model)]
        made = topoprint("verdict", *networks[:2], *asked, "--json", "--repetitions", 5).stdout
        return json.loads(made)["measures"]["silhouette"][0]["z"]

    together = scores("shuffled_layers", "gaussian")
    assert together == scores("shuffled_layers") | scores("gaussian")
    assert len(set(together.values())) == 2
    shown = json.loads(topoprint("verdict", *networks[:2], "--json", "--repetitions", 2).stdout)
    compared = json.loads(topoprint("compare", *networks[:2], "--json").stdout)
    assert shown["measures"]["heat"][0]["distance"] == pytest.approx(
        compared["measures"]["heat"]["distances"][0][1]
    )
    refused = topoprint("verdict", networks[0])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
