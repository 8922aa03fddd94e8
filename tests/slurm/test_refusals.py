"""What SLURM would never do for a run is said before anything is sent, and nothing waits for it."""

import os
import signal
from pathlib import Path

import pytest
from cluster import CLIENTS, wait_until
from project import Project, Run

TARGET = "results/digits/diagrams/layer_size-8/seed1.h5"
LIMIT = 180  # seconds that a run may take to end
ACCOUNTING = [program for program in CLIENTS if program.startswith(("sacct", "sshare"))]


def refused(run: Run) -> str:
    """The sentence with which a run ends before it has done anything."""
    assert run.wait(LIMIT) == 1, run.text
    assert "Execute" not in run.text
    assert "Traceback" not in run.text
    assert run.jobs() == []
    (sentence,) = [line for line in run.text.splitlines() if line.startswith("topoprint: ")]
    assert run.text.endswith(f"{sentence}\n")
    return sentence.removeprefix("topoprint: ")


def set_in_profile(project: Project, old: str, new: str) -> None:
    profile = project.folder / "slurm/config.yaml"
    text = profile.read_text()
    assert text.count(old) == 1
    profile.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "slurm_partition: gpu  ",
            "slurm_partition: gpus  ",
            "slurm_partition is gpus (rule train), but SLURM says: invalid partition specified: ",
        ),
        (
            "  # slurm_account: my_project",
            "  slurm_account: nobody",
            "slurm_account is nobody (rule diagram), but this cluster keeps no accounts ",
        ),
        (
            "  in_turn: 1  ",
            "  qos: fast\n  in_turn: 1  ",
            "qos is fast (rule diagram), but this cluster keeps no accounts ",
        ),
        (
            "executor: slurm\n",
            "executor: slurm\nslurm-qos: fast\n",
            "qos is fast (rule diagram), but this cluster keeps no accounts ",
        ),
        (
            "  in_turn: 1  ",
            "  constraint: fast\n  in_turn: 1  ",
            "constraint is fast (rule diagram), but SLURM says: Invalid feature specification; ",
        ),
        (
            "executor: slurm\n",
            "executor: slurm\nslurm-reservation: ours\n",
            "reservation is ours (rule diagram), but SLURM says: Requested reservation is ",
        ),
        (
            "# gpu_model: a100",
            "gpu_model: rtx-2080",
            "rule train: Invalid GPU model format: rtx-2080",
        ),
        (
            "  in_turn: 1  ",
            "  slurm_extra: \"'--qos=fast'\"\n  in_turn: 1  ",
            "rule diagram: The --quality-of-service option is not allowed in the 'slurm_extra' ",
        ),
        (
            "slurm-status-command: squeue",
            "slurm-status-command: sacct",
            "slurm-status-command is sacct, but this cluster keeps no accounts, ",
        ),
        (
            "slurm-init-seconds-before-status-checks: 20",
            "slurm-init-seconds-before-status-checks: 1201",
            "slurm-status-command is squeue, but this cluster forgets a job 3600 s after its end ",
        ),
    ],
)
def test_a_setting_that_cannot_work(project: Project, old: str, new: str, sentence: str) -> None:
    set_in_profile(project, old, new)
    told = refused(project.start(TARGET, quick=False))
    assert told.startswith(sentence)
    assert "slurm/config.yaml" in told
    assert not (project.folder / "results").exists()


def test_a_partition_given_as_an_option(project: Project) -> None:
    told = refused(project.start(TARGET, "--set-resources", "diagram:slurm_partition=nowhere"))
    assert told.startswith("slurm_partition is nowhere (rule diagram), but SLURM says: ")


@pytest.fixture
def without_slurm(project: Project) -> Project:
    """The project on a host that has none of SLURM's programs."""
    folder = project.folder.with_name("programs")
    folder.mkdir()
    for entry in ("/usr/bin", "/bin"):
        for path in Path(entry).iterdir():
            if path.name not in CLIENTS and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
    project.path = str(folder)
    return project


def test_without_slurm(without_slurm: Project) -> None:
    told = refused(without_slurm.start(TARGET))
    assert told.startswith("sbatch is not to be found: start this run where SLURM's programs are ")
    assert without_slurm.unlock().returncode == 0


def test_without_slurm_data_are_fetched_and_runs_are_planned(without_slurm: Project) -> None:
    for words in (["data"], [TARGET, "--dry-run"]):
        run = without_slurm.start(*words)
        assert run.wait(LIMIT) == 0, run.text


def test_no_programs_of_accounts(trained: Project, without_slurm: Project) -> None:
    """A cluster without accounts may do without their programs too."""
    (trained.folder / TARGET).unlink()
    for program in set(CLIENTS) - set(ACCOUNTING):
        trained.stand_in(program, 'exec "$real" "$@"')
    run = trained.start(TARGET)
    assert run.wait(LIMIT) == 0, run.text


@pytest.fixture
def cannot_send(project: Project) -> Project:
    """The project where the plugin fails before it sends, in its own thread and without a word."""
    (project.folder / ".snakemake").mkdir()
    (project.folder / ".snakemake/slurm_logs").touch()  # where it makes a folder
    return project


def test_where_the_plugin_cannot_send_the_run_ends(cannot_send: Project) -> None:
    run = cannot_send.start(TARGET)
    assert run.wait(LIMIT) == 1
    assert "nothing was sent to SLURM for " in run.text
    assert cannot_send.unlock().returncode == 0


def test_unlocked_without_slurm_where_nothing_was_sent(
    cannot_send: Project, without_slurm: Project
) -> None:
    path, without_slurm.path = without_slurm.path, ""
    run = cannot_send.start(TARGET)
    wait_until(lambda: "Execute" in run.text, "jobs", LIMIT)
    os.kill(run.process.pid, signal.SIGTERM)  # which waits for jobs, as is told
    wait_until(lambda: "Will exit after finishing" in run.text, "the word on it", 60)
    run.kill()
    without_slurm.path = path
    (cannot_send.folder / ".snakemake/slurm_logs").unlink()
    (cannot_send.folder / ".snakemake/slurm_logs").mkdir()
    unlocked = without_slurm.unlock()
    assert unlocked.returncode == 0, unlocked.stderr
    assert "removing the lock" in unlocked.stdout


def test_not_unlocked_without_slurm_where_jobs_were_sent(
    trained: Project, without_slurm: Project
) -> None:
    (trained.folder / TARGET).unlink()
    path, without_slurm.path = without_slurm.path, ""
    run = trained.start(TARGET)
    run.wait_for_job("RUNNING")
    run.kill()
    without_slurm.path = path
    refused = without_slurm.unlock()
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "squeue is not to be found, and jobs of an earlier run may go "
    )
    without_slurm.path = ""
    assert trained.unlock().returncode == 0
