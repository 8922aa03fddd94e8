"""The stages along a training: train with snapshots, distances of steps, learning."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support import refused

pytest.importorskip("torch")

from topoprint.evaluation.learning.files import load_learning
from topoprint.experiment.datasets.samples import Samples

Command = Callable[..., subprocess.CompletedProcess[str]]
SPEC = (
    '{"architecture": {"layer_size": 4}, "training": {"epochs": 2, "batch_size": 8, '
    '"snapshots": [0, 0.5, 1]}}'
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two labels that differ in their inputs."""
    labels = np.arange(40, dtype=np.int64) % 2
    inputs = np.random.default_rng(0).random((40, 5)).astype(np.float32) + labels[:, None]
    parts = (inputs[:30], labels[:30], inputs[30:], labels[30:])
    path = tmp_path / "data.h5"
    Samples("two", *parts, ("a", "b"), (5,), 1.0).save(path, {"name": "two"})
    return path


def test_a_training_is_followed_from_its_steps_to_its_tables(
    data: Path, tmp_path: Path, topoprint: Command
) -> None:
    end = tmp_path / "end.safetensors"
    options = ("--network", "a-4", "--seed", 1, "--spec", SPEC, "--output", end)
    kept = ("--initial", tmp_path / "start.safetensors", "--scores", tmp_path / "scores.csv",
            "--snapshot", tmp_path / "at{step}.safetensors")  # fmt: skip
    made = topoprint("train", data, *options, *kept)
    assert made.returncode == 0, made.stderr
    files = [tmp_path / f"{name}.safetensors" for name in ("start", "at0.5", "at1", "end")]
    asked = '{"measures": ["heat", "weights_norm"], "steps": true'
    for name, nulls in (("real", ""), ("nulls", ', "nulls": ["untrained"]')):
        output = tmp_path / f"{name}.h5"
        made = topoprint("distances", *files, "--spec", f"{asked}{nulls}}}", "-o", output)
        assert made.returncode == 0, made.stderr
    parts = [tmp_path / name for name in ("real.h5", "nulls.h5", "scores.csv")]
    out, figures = tmp_path / "learning.h5", tmp_path / "figures"
    made = topoprint("learning", *parts, *files, "-o", out, "--tables", tmp_path / "tables",
                     "--figures", figures)  # fmt: skip
    assert made.returncode == 0, made.stderr
    found = load_learning(out)
    assert [score.step for score in found.scores] == [0, 0.5, 1, 2]
    assert {bars.step for bars in found.bars} == {0, 0.5, 1, 2}
    assert len(list((tmp_path / "tables").glob("two_learning_*.csv"))) == 9
    assert len(list(figures.glob("learning_*.svg"))) == 4
    refused(topoprint("learning", *parts[:2], "-o", out), "scores of a-4 on two")
    refused(topoprint("learning", data, "-o", out), "learning takes distances")
    nothing = SPEC.replace('"snapshots": [0, 0.5, 1]', '"rho": 0.9')
    refused(topoprint("train", data, *options[:-4], "--spec", nothing, "-o", end, *kept),
            "asks for no snapshots")  # fmt: skip
    one_name = ("--snapshot", tmp_path / "at.safetensors")
    refused(topoprint("train", data, *options, *one_name), "write {step} into its name")
