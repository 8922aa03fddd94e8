"""Stages that ask whether measures see what was learned."""

import csv
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from support import refused, small_network

Command = Callable[..., subprocess.CompletedProcess[str]]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_symmetries_and_tasks_of_trained_networks(tmp_path: Path, topoprint: Command) -> None:
    paths = []
    for task, seed in ((task, seed) for task in ("odd", "even") for seed in (1, 2, 3)):
        network = small_network(seed + 10 * len(task), f"{task}-8", run=seed)
        paths.append(tmp_path / f"{task}{seed}.safetensors")
        replace(network, metadata={**network.metadata, "group": task}).save(paths[-1])
    asked = '{"measures": ["weight_product", "heat"]'
    real, twins = tmp_path / "real.h5", tmp_path / "twins.h5"
    for out, more in ((real, "}"), (twins, ', "nulls": ["renumbered", "rescaled"]}')):
        made = topoprint("distances", *paths, "--spec", asked + more, "-o", out)
        assert made.returncode == 0, made.stderr
    table = tmp_path / "tables/symmetries.csv"
    assert topoprint("symmetries", real, twins, "-o", table).returncode == 0
    rows = {(row["measure"], row["twin"]): row for row in rows_of(table)}
    assert len(rows) == 4
    assert float(rows["weight_product", "rescaled"]["greatest_ratio"]) < 1e-6
    assert float(rows["heat", "rescaled"]["greatest_ratio"]) > 1e-3
    assert rows["heat", "rescaled"]["declared"] == "False"
    refused(topoprint("symmetries", real, "-o", table), "no twins are among the files")
    table, variance = tmp_path / "tasks.csv", tmp_path / "variance.csv"
    made = topoprint("tasks", real, "--variance", variance, "-o", table)
    assert made.returncode == 0, made.stderr
    assert {row["task"] for row in rows_of(table)} == {"all", "odd", "even"}
    assert {row["where"] for row in rows_of(table)} == {"at equal size"}
    assert variance.exists()
    refused(topoprint("tasks", real, "--apart", "other", "-o", table), "task 'other'")
