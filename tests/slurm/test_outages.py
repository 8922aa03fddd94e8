"""SLURM is away for a while, at each moment at which a run needs it: the run waits and goes on."""

import os
import signal
from pathlib import Path

import pytest
from cluster import wait_until
from project import Project

ONE = "results/digits/diagrams/layer_size-8/seed1.h5"
LIMIT = 180  # seconds that a run may take at most after SLURM is back
AWAY, BACK = "SLURM has not answered for", "SLURM answers again"


@pytest.fixture
def expected(trained: Project) -> bytes:
    """The bytes of a diagram, which is then lost: one job on the cluster."""
    found = (trained.folder / ONE).read_bytes()
    (trained.folder / ONE).unlink()
    return found


def made(project: Project) -> bytes:
    return (project.folder / ONE).read_bytes()


def waits(project: Project, program: str) -> None:
    """Wait until a run waits for one of SLURM's programs."""
    note = project.folder / f".snakemake/slurm_guard/waiting.{program}"
    wait_until(note.exists, f"a {program} that waits", 120)


def test_away_while_jobs_are_watched(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    run.wait_for_job("RUNNING")
    with trained.cluster.outage():
        waits(trained, "squeue")
        run.says(AWAY)
        assert "(squeue: slurm_load_jobs error: Unable to contact slurm controller" in run.text
        run.says(f"{AWAY} 70 s")
    assert run.wait(LIMIT) == 0, run.text
    assert made(trained) == expected
    assert run.states() == ["COMPLETED"]


@pytest.mark.parametrize("way", ["exit 1", "exec sleep 60"])
def test_away_when_its_settings_are_asked_for(trained: Project, expected: bytes, way: str) -> None:
    """The plugin asks for MinJobAge before each look at its jobs, and waits 10 s."""
    away = trained.folder / "away"
    trained.stand_in("scontrol", f'test -e {away} && {way}\nexec "$real" "$@"')
    run = trained.start(ONE)
    run.wait_for_job("RUNNING")
    away.touch()
    assert run.wait(LIMIT) == 0, run.text
    assert "Falling back" not in run.text
    assert made(trained) == expected


def test_away_when_a_job_is_sent(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    run.says("Execute 1 jobs")  # the plugin waits 5 s before it sends
    with trained.cluster.outage():
        waits(trained, "sbatch")
        run.says(AWAY)
    run.says(BACK)
    assert run.wait(LIMIT) == 0, run.text
    assert made(trained) == expected
    assert run.states() == ["COMPLETED"]


def test_a_job_is_sent_once_where_the_answer_was_lost(trained: Project, expected: bytes) -> None:
    lost = 'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv" >&2'
    first = trained.folder / "first"
    trained.stand_in(
        "sbatch",
        'case " $* " in *" --test-only "*) exec "$real" "$@";; esac\n'
        f'test -e {first} && exec "$real" "$@"\n'
        f'touch {first}\n"$real" "$@" >/dev/null\n{lost}\nexit 1',
    )
    run = trained.run(ONE)
    assert run.wait(LIMIT) == 0, run.text
    assert first.exists()
    assert made(trained) == expected
    assert run.states() == ["COMPLETED"]


def test_away_when_a_run_starts(trained: Project, expected: bytes) -> None:
    with trained.cluster.outage():
        run = trained.start(ONE)
        run.says("the run waits up to a minute")
    assert run.wait(LIMIT) == 0, run.text
    assert made(trained) == expected


def test_away_for_good_when_a_run_starts(trained: Project, expected: bytes) -> None:
    with trained.cluster.outage():
        run = trained.start(ONE)
        assert run.wait(LIMIT) == 1
        (line,) = [line for line in run.text.splitlines() if "try again when it does" in line]
        assert line.startswith("topoprint: SLURM does not answer (")
    assert "Execute" not in run.text
    assert trained.unlock().returncode == 0


def test_interrupted_while_it_is_away(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    run.wait_for_job("RUNNING")
    with trained.cluster.outage():
        waits(trained, "squeue")
        run.process.send_signal(signal.SIGINT)
        assert run.wait(LIMIT) == 1
    assert f"cancel them: scancel --quiet --me --name {run.name}" in run.text


def test_interrupted_it_cancels_its_jobs(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    trained.pause(run.wait_for_job("RUNNING").id)
    run.process.send_signal(signal.SIGINT)
    assert run.wait(LIMIT) == 1
    assert run.states() == ["CANCELLED"]


def test_interrupted_while_states_are_asked_for_it_cancels_its_jobs(
    trained: Project, expected: bytes
) -> None:
    """Snakemake knows of no job then."""
    asked, answered = trained.folder / "asked", trained.folder / "answered"
    trained.stand_in(
        "squeue",
        'case " $* " in *" --name "*) ;; *) exec "$real" "$@";; esac\n'
        f'touch {asked}\nwhile ! test -e {answered}; do sleep 0.1; done\nexec "$real" "$@"',
    )
    run = trained.start(ONE)
    trained.pause(run.wait_for_job("RUNNING").id)
    wait_until(asked.exists, "a question for states", 120)
    run.process.send_signal(signal.SIGINT)
    run.says("Terminating")
    answered.touch()
    assert run.wait(LIMIT) == 1
    assert run.states() == ["CANCELLED"]


def test_interrupted_before_it_sends_it_sends_nothing(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    run.says("Execute 1 jobs")
    run.process.send_signal(signal.SIGINT)
    assert run.wait(LIMIT) == 1
    assert run.jobs() == []


def test_killed_while_it_is_away_it_sends_nothing_more(trained: Project, expected: bytes) -> None:
    run = trained.start(ONE)
    run.says("Execute 1 jobs")
    with trained.cluster.outage():
        waits(trained, "sbatch")
        os.kill(run.process.pid, signal.SIGKILL)  # and not what it has started
        run.process.wait()
        wait_until(lambda: not running(trained, "slurm/patient.py"), "its wrappers' end", 60)
    assert run.jobs() == []
    assert trained.unlock().returncode == 0
    again = trained.run(ONE)
    assert again.wait(LIMIT) == 0, again.text
    assert made(trained) == expected


def running(project: Project, script: str) -> list[int]:
    """Processes that run a script of the project."""
    name = str(project.folder / script).encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if name in words:
            found.append(int(entry.parent.name))
    return found
