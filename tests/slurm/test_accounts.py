"""On a cluster that keeps accounts: which are refused, and states asked of sacct."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import accounts
import pytest
from accounts import ACCOUNT, QOS, ClusterWithAccounts
from project import Project

ONE = "results/digits/diagrams/layer_size-8/seed1.h5"
LIMIT = 240  # seconds that a run may take to end
SACCT = ["--slurm-status-command", "sacct"]

pytestmark = pytest.mark.skipif(
    bool(accounts.missing_programs()),
    reason="SLURM cannot keep accounts here (no slurmdbd or mariadb-server): try make test-slurm",
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[ClusterWithAccounts]:
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    made = ClusterWithAccounts(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture
def expected(trained: Project) -> bytes:
    found = (trained.folder / ONE).read_bytes()
    (trained.folder / ONE).unlink()
    return found


def diagram(**names: str) -> list[str]:
    """Options that name something for the only rule that runs."""
    named = [f"diagram:{name}={value}" for name, value in names.items()]
    return ["--set-resources", "diagram:slurm_partition=cpu", *named]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            {"slurm_account": "nobody"},
            f"slurm_account is nobody (rule diagram), but there are only {ACCOUNT}",
        ),
        (
            {"slurm_account": ACCOUNT, "qos": "faster"},
            f"qos is faster (rule diagram), but there are only {QOS}, normal, theirs for you",
        ),
        (
            {"slurm_account": ACCOUNT, "qos": "theirs"},
            "qos is theirs (rule diagram), but SLURM says: Invalid qos specification",
        ),
    ],
)
def test_refused(trained: Project, expected: bytes, names: dict[str, str], sentence: str) -> None:
    run = trained.start(ONE, *diagram(**names))
    assert run.wait(LIMIT) == 1
    assert f"topoprint: {sentence}" in run.text
    assert "slurm/config.yaml" in run.text
    assert "Execute" not in run.text
    assert run.jobs() == []
    assert trained.unlock().returncode == 0


@pytest.mark.parametrize("options", [SACCT, []])
def test_taken(trained: Project, expected: bytes, options: list[str]) -> None:
    run = trained.start(ONE, *diagram(slurm_account=ACCOUNT, qos=QOS), *options)
    assert run.wait(LIMIT) == 0, run.text
    assert (trained.folder / ONE).read_bytes() == expected


def test_slurmdbd_is_away(trained: Project, cluster: ClusterWithAccounts, expected: bytes) -> None:
    """While a job is sent, whose account the plugin looks up first, and while it is watched."""
    run = trained.start(ONE, *diagram(slurm_account=ACCOUNT), *SACCT)
    run.says("Execute 1 jobs")
    cluster.stop_slurmdbd()
    try:
        run.wait_for_job("RUNNING")
        run.says("SLURM has not answered for")
    finally:
        cluster.start_slurmdbd()
    assert run.wait(LIMIT) == 0, run.text
    assert (trained.folder / ONE).read_bytes() == expected
