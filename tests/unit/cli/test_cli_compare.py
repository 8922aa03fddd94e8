"""Distances of anybody's networks: printed, written, drawn."""

import csv
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support import refused, small_network

import topoprint as tp
from topoprint.measures.registry import measures

Command = Callable[..., subprocess.CompletedProcess[str]]
TWO = ("--measure", "heat", "--measure", "number_of_edges")


def on_terminal(*words: object) -> str:
    """What the command shows on a terminal, output and errors together."""
    here, there = pty.openpty()
    command = [sys.executable, "-m", "topoprint", *map(str, words)]
    with subprocess.Popen(command, stdin=there, stdout=there, stderr=there) as process:
        os.close(there)
        shown = b""
        try:
            while part := os.read(here, 1 << 16):
                shown += part
        except OSError:  # the other end is closed
            pass
        os.close(here)
    assert process.returncode == 0, shown
    return shown.decode()


def test_distances_are_written_as_the_suffix_says(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    printed = topoprint("compare", *networks, *TWO)
    found = json.loads(topoprint("compare", *networks, *TWO, "--json").stdout)["measures"]
    for name in ("new/d.csv", "d.h5"):
        written = topoprint("compare", *networks, *TWO, "-o", tmp_path / name)
        assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    with (tmp_path / "new/d.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [path.name for path in networks]
    assert [tuple(row.values())[:3] for row in rows] == [
        (measure, names[one], names[other])
        for measure in ("heat", "number_of_edges")
        for one, other in ((0, 1), (0, 2), (1, 2))
    ]
    for row in rows:
        pair = names.index(row["network"]), names.index(row["other_network"])
        assert float(row["distance"]) == found[row["measure"]]["distances"][pair[0]][pair[1]]
    kept = tp.load_distances(tmp_path / "d.h5")
    for name, matrix in kept.items():
        assert matrix.values.tolist() == found[name]["distances"]
        assert matrix.parameters == found[name]["parameters"]
        assert matrix.index == tp.Index(tp.Network.load(path).row for path in networks)
    assert all(name in printed.stdout.splitlines()[1] for name in names)


def test_equal_files_have_equal_identities_and_other_names(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    result = topoprint("compare", networks[0], networks[0], networks[1], "-o", tmp_path / "d.h5")
    assert result.returncode == 0, result.stderr
    first, second, third = tp.load_distances(tmp_path / "d.h5")["heat"].index.ids
    assert (first.network, second.network) == ("n1.safetensors", "n1.safetensors (2)")
    assert third == tp.Network.load(networks[1]).id


def test_distances_are_drawn(networks: list[Path], tmp_path: Path, topoprint: Command) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    for suffix, start in ((".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")):
        path = tmp_path / f"plot{suffix}"
        assert topoprint("compare", *networks, *TWO, "--plot", path).returncode == 0
        assert path.read_bytes().startswith(start)
    again = tmp_path / "again.svg"
    assert topoprint("compare", *networks, *TWO, "--plot", again).returncode == 0
    assert again.read_bytes() == (tmp_path / "plot.svg").read_bytes()


def test_what_cannot_be_compared_is_not_drawn(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    tp.Network.from_layers([(rng.normal(size=(2, 3)), None)]).save(tmp_path / "other.safetensors")
    words = (networks[0], tmp_path / "other.safetensors", "--measure", "frobenius_norm")
    plot = ("--plot", tmp_path / "p.svg", "-o", tmp_path / "d.csv")
    told = "measure 'frobenius_norm' cannot compare n1.safetensors with other.safetensors"
    refused(topoprint("compare", *words, *plot), told)
    assert not (tmp_path / "p.svg").exists()


def test_help_groups_options_and_lists_all_measures(topoprint: Command) -> None:
    told = topoprint("compare", "--help").stdout
    listed = {line.split()[0] for line in told.splitlines() if line.startswith("  ")}
    assert set(measures()) <= listed
    groups = [line for line in told.splitlines() if line.endswith(":") and line[0] != " "]
    assert groups[:6] == [
        "Arguments:", "Measures:", "Networks:", "Graphs and diagrams:", "Output:", "Other options:"
    ]  # fmt: skip
    every = topoprint("--help").stdout
    yours, stages = every.partition("Your networks:")[2].split("Stages of the experiment:")
    assert {"compare", "verdict", "layers"} <= {
        line.split()[0] for line in yours.splitlines()[1:-1]
    }
    assert "average" in stages
    assert "compare" not in stages.split()


def test_many_networks_are_no_table_on_a_terminal(tmp_path: Path, topoprint: Command) -> None:
    paths = [tmp_path / f"n{seed}.safetensors" for seed in range(51)]
    for seed, path in enumerate(paths):
        small_network(seed).save(path)
    shown = on_terminal("compare", *paths, "--measure", "weights_norm")
    assert len(shown.splitlines()) == 6
    assert "--output distances.csv" in shown
    values = tp.compare(paths, ["weights_norm"])["weights_norm"].values
    least = values[np.triu_indices(51, 1)].min()
    assert f"least     {least:.6g}  n" in shown
    piped = topoprint("compare", *paths, "--measure", "weights_norm").stdout
    assert len(piped.splitlines()) == 53
    few = on_terminal("compare", *paths[:50], "--measure", "weights_norm")
    assert len(few.splitlines()) == 52


def test_a_verdict_shows_on_a_terminal_how_far_it_is(networks: list[Path]) -> None:
    words = ("--measure", "weights_norm", "--null", "gaussian", "--repetitions", 3)
    shown = on_terminal("verdict", *networks[:2], *words)
    assert "null models" in shown
    assert "3/3" in shown
