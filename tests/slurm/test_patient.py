"""The wrappers of SLURM's programs, over programs that are shell scripts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

WITH, WITHOUT = "accounting_storage/slurmdbd", "accounting_storage/none"


class Wrapped:
    """The folder of a run that goes on, and SLURM's programs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "run").write_text(str(os.getpid()))
        self.keeps(WITHOUT)

    def keeps(self, accounts: str) -> None:
        (self.folder / "answer.scontrol").write_text(f"AccountingStorageType   = {accounts}\n")

    def program(self, name: str, script: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / name).chmod(0o755)

    def call(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "slurm/patient.py"), str(self.folder)]
        return subprocess.run(
            [*command, str(self.folder / name), *words],
            env={**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


@pytest.fixture
def wrapped(tmp_path: Path) -> Wrapped:
    return Wrapped(tmp_path)


def test_states_come_from_squeue_where_there_are_no_accounts(wrapped: Wrapped) -> None:
    wrapped.program("sacct", "echo '1|FAILED'")
    wrapped.program("squeue", 'test "$4" = run_1 && echo "1|RUNNING"')
    for kind, state in (WITHOUT, "RUNNING"), (WITH, "FAILED"):
        wrapped.keeps(kind)
        assert wrapped.call("sacct", "-X", "--name", "run_1").stdout == f"1|{state}\n"


def test_a_program_that_is_not_there(wrapped: Wrapped) -> None:
    missing = wrapped.call("sacct", "-nu", "somebody")
    assert (missing.returncode, missing.stderr) == (127, "sacct: not found\n")
    for name in ("sacctmgr", "sshare"):
        assert wrapped.call(name, "list", "user").returncode == 0


def test_questions_are_asked_again(wrapped: Wrapped) -> None:
    wrapped.program("squeue", f"test -e {wrapped.folder}/back && echo '1|RUNNING' && exit\n"
                              f"touch {wrapped.folder}/back; echo away >&2; exit 1")  # fmt: skip
    assert wrapped.call("squeue").stdout == "1|RUNNING\n"
    assert not list(wrapped.folder.glob("waiting.*"))


def test_the_last_answer_is_given_again(wrapped: Wrapped) -> None:
    for name, words in ("scontrol", ["show", "config"]), ("sacctmgr", ["list", "user"]):
        wrapped.program(name, f"test -e {wrapped.folder}/away && exit 1\necho {name} says so")
        assert wrapped.call(name, *words).stdout == f"{name} says so\n"
    (wrapped.folder / "away").touch()
    for name, words in ("scontrol", ["show", "config"]), ("sacctmgr", ["list", "user"]):
        again = wrapped.call(name, *words)
        assert (again.returncode, again.stdout) == (0, f"{name} says so\n")
    assert wrapped.call("scontrol", "ping").returncode == 1


@pytest.mark.parametrize("end", ["ending", "killed"])
def test_nothing_waits_or_is_sent_when_the_run_ends(wrapped: Wrapped, end: str) -> None:
    if end == "ending":
        (wrapped.folder / "ending").touch()
    else:
        dead = subprocess.Popen(["true"])
        dead.wait()
        (wrapped.folder / "run").write_text(str(dead.pid))
    wrapped.program("squeue", "echo away >&2; exit 1")
    wrapped.program("sbatch", f"touch {wrapped.folder}/taken")
    asked = wrapped.call("squeue")
    assert (asked.returncode, asked.stdout) == (0, "")
    sent = wrapped.call("sbatch", "--job-name", "run_1")
    assert (sent.returncode, sent.stderr) == (1, "not sent: the run is being ended\n")
    assert not (wrapped.folder / "taken").exists()


def test_what_sbatch_refuses_is_not_sent_again(wrapped: Wrapped) -> None:
    wrapped.program("sbatch", f"echo >> {wrapped.folder}/calls; echo no such thing >&2; exit 1")
    sent = wrapped.call("sbatch", "--job-name", "run_1")
    assert (sent.returncode, sent.stderr) == (1, "no such thing\n")
    assert (wrapped.folder / "calls").read_text() == "\n"
