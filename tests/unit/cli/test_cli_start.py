"""What the command loads before it knows what is asked: hundreds of jobs start it."""

import subprocess
import sys
from collections.abc import Collection
from importlib import metadata

import pytest

# Each takes longer to load than a small diagram to compute.
SLOW = ("matplotlib", "scipy.optimize", "scipy.stats", "sklearn", "snakemake", "torch")


@pytest.mark.parametrize(
    ("modules", "without"),
    [
        ("topoprint.cli", SLOW),
        ("topoprint.cli, topoprint.homology.files", SLOW),
        ("topoprint.measures.registry as all; all.measures()", {*SLOW} - {"scipy.optimize"}),
        ("topoprint.experiment.training", (*SLOW[:-1], "topoprint.experiment.config")),
    ],
)
def test_a_stage_loads_nothing_slow_that_it_does_not_use(
    modules: str, without: Collection[str]
) -> None:
    if "training" in modules:
        pytest.importorskip("torch")
    asked = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert set(without).isdisjoint(loaded.stdout.split())


@pytest.mark.parametrize("module", ["topoprint", "topoprint.cli"])
def test_the_command_is_a_module_and_says_its_version(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert told.stdout == f"topoprint {metadata.version('topoprint')}\n"
