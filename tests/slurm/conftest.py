"""A cluster for all tests of this folder, and the project in a folder of its own to run on it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster, missing_programs
from project import Project
from support import ROOT, SMALL_CONFIG

HERE = Path(__file__).parent
PARTS = ("Snakefile", "config.yaml", "workflow", "profiles", "slurm", "envs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the folder where SLURM is not installed."""
    if missing := missing_programs():
        reason = f"SLURM is not installed (no {', '.join(missing)}): try make test-slurm"
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not pytest's folder: the path of a socket may have 108 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        left = made.processes()
        shutil.rmtree(folder)
    assert left == []


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Project:
    """A clone, as a user has it, without results."""
    folder = tmp_path / "project"
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    (folder / "small.yaml").write_text(SMALL_CONFIG)
    return Project(folder, cluster)


@pytest.fixture
def trained(project: Project, finished_run: Path) -> Project:
    """The same, with the results of a finished small run."""
    for part in ("results", ".snakemake"):
        shutil.copytree(finished_run / part, project.folder / part)
    return project
