"""One of SLURM's programs, as Snakemake's SLURM plugin calls it while a run goes on.

The plugin forgets its jobs where SLURM does not answer for a while, and gives up those that it
could not send. So slurm/guard.py puts a wrapper of each program first on the plugin's PATH:

    python patient.py FOLDER PROGRAM ARGUMENT...

Questions wait until SLURM answers, or are answered as they were before. A job is sent when SLURM is
back, and once. The folder is the run's own:

    run                 process number of the snakemake that goes on
    ending              is there when that run is being ended
    sent                whether the run has sent anything: its name, and the numbers of its jobs
    waiting.PROGRAM     is there while a program waits, with what SLURM said last
    answer.PROGRAM      what a program answered last, where it may be answered so again
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

Result = subprocess.CompletedProcess[bytes]

PAUSE = 2  # seconds between two attempts
# Seconds that the plugin waits: for the settings of the cluster 10 (and 5), for states of jobs 60.
SETTINGS_WITHIN, STATES_WITHIN = 4, 50
WORTH_ASKING = 10  # seconds that an answer may take; with fewer left nothing is asked
# What sbatch says where SLURM is away, and the job was perhaps taken all the same.
AWAY = ("unable to contact", "timed out", "standby", "zero bytes", "connection refused")


@dataclass(frozen=True)
class Program:
    """One of SLURM's programs, and the folder of the run that calls it."""

    folder: Path
    path: str

    @property
    def name(self) -> str:
        """Give what the program is called."""
        return Path(self.path).name

    def ending(self) -> bool:
        """Whether the run is being ended, or was killed."""
        if (self.folder / "ending").exists():
            return True
        try:
            os.kill(int((self.folder / "run").read_text()), 0)
        except (OSError, ValueError):
            return True
        return False

    def call(self, words: list[str], given: bytes = b"", within: float | None = None) -> Result:
        """Run the program itself; one that is not there, or too slow, fails."""
        command = [self.path, *words]
        try:
            return subprocess.run(
                command, input=given, capture_output=True, timeout=within, check=False
            )
        except FileNotFoundError:
            return failure(command, f"{self.name}: not found", 127)
        except subprocess.TimeoutExpired:
            return failure(command, f"{self.name}: no answer within {within:.0f} s")

    def waits(self, reason: str) -> None:
        """Leave word that the program waits, for the run to tell."""
        (self.folder / f"waiting.{self.name}").write_text(reason)

    def waits_no_more(self) -> None:
        """Take that word back."""
        (self.folder / f"waiting.{self.name}").unlink(missing_ok=True)


def failure(command: list[str], reason: str, code: int = 1) -> Result:
    """Give what a program would that fails for a reason."""
    return Result(command, code, b"", f"{reason}\n".encode())


def ask(program: Program, words: list[str], seconds: float) -> Result:
    """Ask until SLURM answers, for so many seconds; then fail as the program did last.

    While the run is being ended nothing waits: then no answer is an empty one, with which the
    plugin keeps the jobs that it knows.
    """
    end = time.monotonic() + seconds
    while True:
        within = max(1.0, min(end - time.monotonic(), STATES_WITHIN))
        result = program.call(words, within=within)
        if not result.returncode:
            program.waits_no_more()
            return result
        program.waits(said(result))
        if program.ending():
            return Result(words, 0, b"", b"")
        if time.monotonic() + PAUSE + WORTH_ASKING > end:
            return result
        time.sleep(PAUSE)


def ask_for_states(program: Program, words: list[str]) -> Result:
    """Ask sacct for the states of jobs; where the cluster keeps no accounts, the wrapper of squeue.

    The plugin asks sacct too where it could not learn in time for how long squeue knows a job.
    """
    cluster = (program.folder / "answer.scontrol").read_text()
    if re.search(r"^AccountingStorageType\s*= accounting_storage/slurmdbd", cluster, re.MULTILINE):
        return ask(program, words, STATES_WITHIN)
    name = option(words, "--name")
    asked = ["--noheader", "--states=all", "--name", name, "--format=%i|%T"]
    return Program(program.folder, "squeue").call(asked)


def ask_or_remember(program: Program, words: list[str], otherwise: Result | None = None) -> Result:
    """Ask once; where SLURM does not answer, what it answered last (or else, where given)."""
    answer = program.folder / f"answer.{program.name}"
    result = program.call(words, within=SETTINGS_WITHIN)
    if not result.returncode:
        own = answer.with_name(f"{answer.name}.{os.getpid()}")
        own.write_bytes(result.stdout)
        own.replace(answer)
        return result
    if answer.exists():
        return Result(words, 0, answer.read_bytes(), b"")
    return otherwise or result


def send(program: Program, words: list[str], given: bytes) -> Result:
    """Send a job; where SLURM is away, when it is back, unless the job arrived all the same."""
    sent = program.folder / "sent"
    name, comment = option(words, "--job-name"), option(words, "--comment")
    with sent.open("a") as record:
        record.write(f"{name}\n")
    while not program.ending():
        result = program.call(words, given)
        if not result.returncode:
            with sent.open("a") as record:
                record.write(result.stdout.decode().split(";")[0].strip() + "\n")
        elif any(sign in said(result).lower() for sign in AWAY):
            program.waits(said(result))
            time.sleep(PAUSE)
            number = arrived(name, comment, set(sent.read_text().split()))
            if number is None:
                continue
            result = Result(words, 0, f"{number}\n".encode(), b"")
            with sent.open("a") as record:
                record.write(f"{number}\n")
        program.waits_no_more()
        return result
    return failure(words, "not sent: the run is being ended")


def arrived(name: str, comment: str, known: set[str]) -> str | None:
    """Find the number of a job that SLURM took without being able to say so.

    The question is asked of the wrapper of squeue: it waits for SLURM, again and again if need be.
    """
    asked = ["squeue", "--noheader", "--states=all", "--name", name, "--format=%A|%k"]
    while (listed := subprocess.run(asked, capture_output=True, text=True, check=False)).returncode:
        time.sleep(PAUSE)
    for line in listed.stdout.splitlines():
        number, _, what = line.partition("|")
        if what == comment and number not in known:
            return number
    return None


def option(words: list[str], name: str) -> str:
    """Find the value of an option, or nothing."""
    return words[words.index(name) + 1] if name in words[:-1] else ""


def said(result: Result) -> str:
    """Give what a program complained of, in one line."""
    return " ".join(result.stderr.decode(errors="replace").split())


def main() -> None:
    """Do what the plugin asks of a program."""
    program = Program(Path(sys.argv[1]), sys.argv[2])
    words = sys.argv[3:]
    match program.name:
        case "sbatch":
            result = send(program, words, sys.stdin.buffer.read())
        case "squeue":
            result = ask(program, words, STATES_WITHIN)
        case "sacct" if "--name" in words:
            result = ask_for_states(program, words)
        case "sinfo":
            result = ask(program, words, float("inf"))
        case "scontrol" if words == ["show", "config"]:
            result = ask_or_remember(program, words)
        case "sacctmgr" | "sshare":
            # Without an answer the plugin leaves it to sbatch whether an account is valid.
            result = ask_or_remember(program, words, Result(words, 0, b"", b""))
        case _:
            result = program.call(words)
    sys.stdout.buffer.write(result.stdout)
    sys.stderr.buffer.write(result.stderr)
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
