"""What tests of several folders share: a small real run of the whole workflow, made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from forked_command import LIMIT, ForkedCommand
from support import SMALL_CONFIG, snakemake


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished small run; not to be changed: copy it.

    The processes of pytest-xdist share one, which the first to need it makes.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    folder, made = shared / "finished_run", shared / "finished_run.made"
    with FileLock(f"{folder}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "a_small.yaml").write_text(SMALL_CONFIG)
            result = snakemake(folder)
            assert result.returncode == 0, result.stderr
            made.touch()
    return folder


@pytest.fixture
def run_copy(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, with its times, to do things to."""
    folder = tmp_path / "run"
    subprocess.run(["cp", "-a", str(finished_run), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def forked() -> Iterator[ForkedCommand]:
    command = ForkedCommand()
    yield command
    command.close()


@pytest.fixture
def topoprint(forked: ForkedCommand) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, run as a user would; in a process of its own from the start if this matters."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        if not environment:
            return forked(words)
        return subprocess.run(
            [sys.executable, "-m", "topoprint.cli", *words],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
            timeout=LIMIT,
        )

    return run
