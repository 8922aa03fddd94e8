"""The experiment as a module of another workflow, from a folder elsewhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support import ROOT

IMPORTING = f"""
import os


def ours():
    names = [name for name in os.environ if name.startswith("TOPOPRINT")]
    return {{name: os.environ[name] for name in ["PATH", *names]}}


before = ours()


configfile: "mine.yaml"


module topoprint:
    snakefile:
        "{ROOT}/workflow/Snakefile"
    config:
        config["topoprint"]


use rule * from topoprint as topoprint_*


assert ours() == before, "the environment was changed"
assert set(config) == {{"mine", "topoprint"}}, "the config was changed"
assert "in_turn" not in workflow.global_resources


rule mine:
    default_target: True
    input:
        "results/report.html",
"""


@pytest.fixture
def importing(tmp_path: Path) -> Path:
    quick = yaml.safe_load((ROOT / "config/quick.yaml").read_text())
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"mine": 1, "topoprint": quick}))
    (tmp_path / "Snakefile").write_text(IMPORTING)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the importing workflow with `topoprint` on the PATH, as in an activated environment."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PATH": path},
    )  # fmt: skip


def test_the_whole_experiment_is_planned_under_the_names_of_the_importing_workflow(
    importing: Path,
) -> None:
    told = run(importing, "--dry-run")
    assert told.returncode == 0, told.stderr
    jobs = dict(line.split() for line in told.stdout.splitlines()
                if line.startswith(("topoprint_", "mine")) and len(line.split()) == 2)  # fmt: skip
    assert jobs["topoprint_train"] == "4"
    assert jobs["topoprint_report"] == "1"
    assert jobs["mine"] == "1"


def test_networks_are_trained_and_tabled(importing: Path) -> None:
    told = run(importing, "results/tables/digits_accuracy.csv")
    assert told.returncode == 0, told.stderr
    table = (importing / "results/tables/digits_accuracy.csv").read_text().splitlines()
    assert len(table) == 1 + 4 * 2
    assert sorted(path.name for path in importing.iterdir()) == [
        ".snakemake", "Snakefile", "mine.yaml", "results",
    ]  # fmt: skip


def test_an_empty_config_is_that_of_the_workflow_and_a_wrong_one_is_told(importing: Path) -> None:
    (importing / "mine.yaml").write_text("{mine: 1, topoprint: {}}")
    assert run(importing, "--dry-run").returncode == 0
    (importing / "mine.yaml").write_text("{mine: 1, topoprint: {sedes: [1]}}")
    told = run(importing, "--dry-run")
    assert told.returncode == 1
    assert "sedes" in told.stdout + told.stderr


DEPLOYED = f"""
configfile: "config/config.yaml"


module topoprint:
    snakefile:
        "{ROOT}/workflow/Snakefile"
    config:
        config


use rule * from topoprint
"""


def test_as_snakedeploy_sets_it_up_it_plans_what_it_plans_by_itself(tmp_path: Path) -> None:
    for part in ("config", "profiles"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/Snakefile").write_text(DEPLOYED)
    (tmp_path / "own").mkdir()
    own = run(tmp_path / "own", "--dry-run", "--snakefile", str(ROOT / "Snakefile"))
    deployed = run(tmp_path, "--dry-run")
    assert deployed.returncode == own.returncode == 0, deployed.stderr
    jobs = [re.findall(r"^\w+ +\d+$", told.stdout, re.M) for told in (deployed, own)]
    assert jobs[0] == jobs[1]
    assert any(re.fullmatch("total +[1-9].*", line) for line in jobs[0])
