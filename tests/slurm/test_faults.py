"""What goes wrong on a cluster, done to a real one. docs/cluster.md has the table of these."""

import os
import signal
from pathlib import Path

import pytest
from cluster import wait_until
from project import Project, Run

# Diagrams of two seeds: two jobs on the cluster.
ONE = "results/digits/diagrams/layer_size-8/seed1.h5"
OTHER = "results/digits/diagrams/layer_size-8/seed2.h5"
NETWORK = "results/digits/networks/layer_size-8/seed1.safetensors"


@pytest.fixture
def expected(trained: Project) -> dict[str, bytes]:
    """The bytes of both diagrams, which are then lost."""
    found = {name: (trained.folder / name).read_bytes() for name in (ONE, OTHER)}
    for name in found:
        (trained.folder / name).unlink()
    return found


def made(project: Project) -> dict[str, bytes]:
    paths = {name: project.folder / name for name in (ONE, OTHER)}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def test_a_job_that_fails(trained: Project, expected: dict[str, bytes]) -> None:
    network = trained.folder / NETWORK
    whole = network.read_bytes()
    network.write_bytes(whole[:100])
    run = trained.run(ONE, OTHER)
    # The other job has finished, and of the failed one nothing is left but its reason.
    assert run.wait() == 1
    assert made(trained) == {OTHER: expected[OTHER]}
    assert sorted(run.states()) == ["COMPLETED", "FAILED", "FAILED", "FAILED"]
    log = "results/logs/diagram/digits/seed1.log"
    assert f"log: {log}" in run.text
    reason = (trained.folder / log).read_text()
    assert reason.startswith(f"topoprint: {NETWORK}: ")
    assert reason.count("\n") == 1
    assert reason in run.text
    network.write_bytes(whole)
    again = trained.run(ONE, OTHER)
    assert again.wait() == 0, again.text
    assert made(trained) == expected
    assert again.states() == ["COMPLETED"]


def test_killed_for_memory_it_is_tried_again_with_more(
    trained: Project, expected: dict[str, bytes]
) -> None:
    run = trained.run(ONE, "--set-resources", "diagram:mem_mb=60*4**attempt//4")
    assert run.wait() == 0, run.text
    assert made(trained) == {ONE: expected[ONE]}
    jobs = sorted(run.jobs(), key=lambda job: int(job.id))
    assert [job.memory for job in jobs] in (["60M", "240M"], ["60M", "240M", "960M"])
    assert {job.state for job in jobs[:-1]} <= {"FAILED", "OUT_OF_MEMORY"}
    assert jobs[-1].state == "COMPLETED"
    assert "memory limit" in slurm_log(run, jobs[0].id)


def test_past_its_time_it_is_tried_again_with_more(
    trained: Project, expected: dict[str, bytes]
) -> None:
    run = trained.start(ONE, "--set-resources", "diagram:runtime=attempt")
    trained.pause(run.wait_for_job("RUNNING").id)
    assert run.wait() == 0, run.text
    assert made(trained) == {ONE: expected[ONE]}
    jobs = sorted(run.jobs(), key=lambda job: int(job.id))
    assert [(job.state, job.time) for job in jobs] == [("TIMEOUT", "1:00"), ("COMPLETED", "2:00")]
    assert "DUE TO TIME LIMIT" in slurm_log(run, jobs[0].id)
    assert trained.half_written() == []


def test_cancelled_it_is_tried_again(trained: Project, expected: dict[str, bytes]) -> None:
    run = trained.start(ONE)
    job = run.wait_for_job("RUNNING")
    trained.pause(job.id)
    trained.command("scancel", job.id)
    assert run.wait() == 0, run.text
    assert made(trained) == {ONE: expected[ONE]}
    assert run.states() == ["CANCELLED", "COMPLETED"]
    assert f"SLURM-job '{job.id}' failed, SLURM status is: 'CANCELLED'" in run.text
    assert trained.half_written() == []


def test_a_node_that_dies(trained: Project, expected: dict[str, bytes]) -> None:
    run = trained.start(ONE)
    job = run.wait_for_job("RUNNING")
    trained.pause(job.id)
    trained.cluster.kill(job.node)
    try:
        assert run.wait() == 0, run.text
        assert made(trained) == {ONE: expected[ONE]}
        last = max(run.jobs(), key=lambda job: int(job.id))
        assert last.state == "COMPLETED"
        assert last.node != job.node
    finally:
        trained.cluster.start_node(job.node)
        trained.cluster.wait_until_idle()


def test_the_controller_is_killed_and_started_again(
    trained: Project, expected: dict[str, bytes]
) -> None:
    run = trained.start(ONE)
    job = run.wait_for_job("RUNNING")
    trained.pause(job.id)
    run.kill()
    locked = trained.run(ONE)
    assert locked.wait() == 1
    assert "LockException" in locked.text
    unlocked = trained.unlock()
    assert unlocked.returncode == 0, unlocked.stderr
    assert "cancelling 1 jobs" in unlocked.stdout
    assert run.states() == ["CANCELLED"]
    again = trained.run(ONE)
    assert again.wait() == 0, again.text
    assert made(trained) == {ONE: expected[ONE]}
    assert trained.half_written() == []


def test_a_job_that_survives_its_controller_meets_its_second_attempt(
    trained: Project, expected: dict[str, bytes]
) -> None:
    run = trained.start(ONE)
    job = run.wait_for_job("RUNNING")
    pids = trained.pause(job.id)
    run.kill()
    trained.command("snakemake", "--unlock", "--configfile", "small.yaml")
    again = trained.start(ONE)
    again.wait_for_job("RUNNING")
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert again.wait() == 0, again.text
    wait_until(lambda: run.states() == ["COMPLETED"], "the survivor's end")
    assert made(trained) == {ONE: expected[ONE]}
    assert trained.half_written() == []


def test_slurmctld_is_restarted(trained: Project, expected: dict[str, bytes]) -> None:
    run = trained.start(ONE)
    run.wait_for_job("RUNNING")
    trained.cluster.restart_controller()
    assert run.wait() == 0, run.text
    assert made(trained) == {ONE: expected[ONE]}
    assert run.states() == ["COMPLETED"]


def test_a_partition_that_does_not_exist(trained: Project, expected: dict[str, bytes]) -> None:
    run = trained.run(ONE, "--set-resources", "diagram:slurm_partition=nowhere")
    assert run.wait() == 1
    assert "invalid partition specified: nowhere" in run.text
    assert made(trained) == {}


def slurm_log(run: Run, job: str) -> str:
    """What SLURM tells of a job, in the log that the run names."""
    (found,) = {
        Path(word.rstrip(").,"))
        for word in run.text.split()
        if word.rstrip(").,").endswith(f"/{job}.log")
    }
    return found.read_text()
