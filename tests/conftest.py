"""What tests of several folders share: a small real run of the whole workflow, made once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
    folder: Path, *arguments: str, small: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the project's workflow in a folder; its small.yaml is laid over the config."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--workflow-profile", str(ROOT / "profiles/default")]
    configs = [str(path) for path in sorted(folder.glob("*.yaml"))] if small else []
    command += arguments
    command += ["--configfile", *configs] if configs else []
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished small run; not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "a_small.yaml").write_text(SMALL_CONFIG)
    result = snakemake(folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def run_copy(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, with its times, to do things to."""
    folder = tmp_path / "run"
    subprocess.run(["cp", "-a", str(finished_run), str(folder)], check=True)
    return folder


@pytest.fixture
def topoprint() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, run as a user would."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "topoprint.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )

    return run
