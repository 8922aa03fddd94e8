"""Networks that were trained elsewhere, through the whole workflow; what a change reruns."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from helpers import random_network
from support import snakemake

import topoprint as tp

CONFIG = """\
datasets: []
collections:
  - {name: mine, files: "zoo/**/*.npz", groups: groups.csv}
  - {name: chains, files: ["chains/*.safetensors"], probes: "inputs.npz::some"}
measures: [heat, frobenius_norm]
evaluation: {measures: [cka], nulls: [relinked, initial], repetitions: 2}
"""
GROUPS = {"a/one": "small", "b/one": "large", "a/two": "small", "b/the other": "large"}
ANALYSIS = {"distances": 2, "average": 1, "tables": 1, "figures": 1, "evaluate": 1,
            "what_it_sees": 1, "overview": 1, "report": 1}  # fmt: skip


def add(folder: Path, name: str, seed: int, group: str) -> None:
    """Write a network of two matrices that do not chain, and its row of the table."""
    path = folder / f"zoo/{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = random_network([4, 5 if group == "small" else 7, 3], seed).weights
    np.savez(path, **{"one.weight": weights[0], "other.weight": weights[1][:, :4]})
    with (folder / "groups.csv").open("a") as table:
        table.write(f"zoo/{name}.npz,{group}\n")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    (folder / "mine.yaml").write_text(CONFIG)
    (folder / "groups.csv").write_text("file,group\n")
    for seed, (name, group) in enumerate(GROUPS.items()):
        add(folder, name, seed, group)
    (folder / "chains").mkdir()
    for seed in range(2):
        random_network([4, 6, 3], seed).save(folder / f"chains/{seed}.safetensors")
    random = np.random.default_rng(0)
    np.savez(folder / "inputs.npz", some=random.normal(size=(20, 4)), others=np.ones((5, 4)))
    made = snakemake(folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", f"{finished}/.", str(tmp_path)], check=True)
    return tmp_path


def planned(folder: Path) -> dict[str, int]:
    told = snakemake(folder, "--dry-run", "--quiet", "rules")
    assert told.returncode == 0, told.stderr
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", told.stdout + told.stderr, flags=re.MULTILINE))
    return {rule: int(n) for rule, n in jobs.items() if rule not in ("total", "all", "mine")}


def test_distances_are_those_of_the_files_and_all_is_written(finished: Path) -> None:
    order = ["a/one", "a/two", "b/one", "b/the other"]
    found = tp.load_distances(finished / "results/mine/distances/seed1.h5")
    expected = tp.compare([finished / f"zoo/{name}.npz" for name in order], ["heat"])
    assert (found["heat"].values == expected["heat"].values).all()
    assert "cka" not in found
    assert np.isnan(found["frobenius_norm"].values[0, 1:]).all()
    index = found["heat"].index
    assert index.labels == ("a-one", "a-two", "b-one", "b-the_other")
    assert [row.group for row in index] == ["small", "small", "large", "large"]
    assert {row.id.dataset for row in index} == {"mine"}
    tables = {path.name for path in (finished / "results/tables").iterdir()}
    named = ("distances", "group_statistics", "networks", "null_tests", "retrieval",
             "variance_explained")  # fmt: skip
    assert tables == {
        "what_it_sees.csv", *(f"mine_{name}.csv" for name in named),
        *(f"chains_{name}.csv" for name in named[:3]),
    }  # fmt: skip
    assert "heat,group,4," in (finished / "results/tables/mine_retrieval.csv").read_text()
    nulls = (finished / "results/tables/mine_null_tests.csv").read_text()
    assert "heat,relinked,4" in nulls
    assert "initial" not in nulls
    page = (finished / "results/report.html").read_text()
    assert "4 networks of mine and 2 networks of chains" in page
    assert "No two networks can be compared." in page
    assert not list((finished / "results").rglob("*train*"))


def test_networks_answer_the_probes_of_their_collection(finished: Path) -> None:
    files = [finished / f"chains/{seed}.safetensors" for seed in range(2)]
    with np.load(finished / "inputs.npz") as inputs:
        expected = tp.compare(files, ["cka"], probes=inputs["some"])
    found = tp.load_distances(finished / "results/chains/distances/seed1.h5")
    np.testing.assert_array_equal(found["cka"].values, expected["cka"].values)
    assert (finished / "results/figures/heat_mean.svg").exists()


def test_a_finished_run_has_nothing_to_do(finished: Path) -> None:
    assert planned(finished) == {}


def test_files_that_are_new_or_changed_are_read_alone(copy: Path) -> None:
    add(copy, "b/new", 9, "large")
    path = copy / "zoo/a/one.npz"
    np.savez(path, **{"one.weight": np.eye(3), "other.weight": np.ones((2, 4))})
    os.utime(path)
    assert planned(copy) == {"collect": 2, "diagram_of_each": 2, **ANALYSIS}


def test_what_does_not_fit_is_told_in_a_sentence_before_anything_is_run(copy: Path) -> None:
    (copy / "groups.csv").write_text("file,group\nzoo/a/one.npz,small\n")
    told = snakemake(copy, "--dry-run")
    assert told.returncode == 1
    assert "groups.csv: says nothing of 3 files (zoo/a/two.npz" in told.stdout + told.stderr
