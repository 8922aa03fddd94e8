"""The project's folder, a small config and network, and how tests run workflow and command."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import topoprint as tp
from topoprint.identity import Row

ROOT = Path(__file__).parents[1]

# Two networks of two experiments, two seeds, trained for two epochs.
SMALL_CONFIG = """\
seeds: [1, 2]
base: {layer_size: 12}
experiments:
  - name: layer_size
    networks: [{layer_size: 8}, {layer_size: 12}]
  - name: input_order
    networks: [{input_order: 1}, {input_order: 2}]
training: {epochs: 2}
"""


def snakemake(
    folder: Path, *arguments: str, small: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the project's workflow in a folder; its small.yaml is laid over the config."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--workflow-profile", str(ROOT / "profiles/default")]
    configs = [str(path) for path in sorted(folder.glob("*.yaml"))] if small else []
    command += arguments
    command += ["--configfile", *configs] if configs else []
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, **environment},
    )


def table_of(labels: Sequence[str], groups: Sequence[str]) -> tp.Index:
    """Networks of some names, of a data set's where it stands before the name, and their groups."""
    names = [label.rpartition("/") for label in labels]
    return tp.Index(
        Row(tp.NetworkId(dataset, network), group)
        for (dataset, _, network), group in zip(names, groups, strict=True)
    )


def small_network(seed: int, name: str = "", dataset: str = "d", run: int = 1) -> tp.Network:
    """A random network of three layers of neurons, as a training would leave it."""
    random = np.random.default_rng(seed)
    identity = {"dataset": dataset, "network": name or f"net-{seed}", "seed": run}
    return tp.Network.from_layers(
        [(random.normal(size=(5, 4)), random.normal(size=5)), (random.normal(size=(3, 5)), None)],
        {"identity": identity, "test_accuracy": 0.5, "test_loss": 1.0},
    )


def refused(result: subprocess.CompletedProcess[str], *parts: object) -> None:
    """One sentence that names the parts, exit status 2, no traceback."""
    assert result.returncode == 2, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("topoprint: ")
    for part in parts:
        assert str(part) in result.stderr, result.stderr
    assert result.stdout == ""


def told(result: subprocess.CompletedProcess[str], status: int, sentence: str) -> None:
    """Check that the sentence is all that is said, and the exit status."""
    assert (result.returncode, result.stderr) == (status, f"topoprint: {sentence}\n")
    assert result.stdout == ""
