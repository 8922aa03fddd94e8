"""A clone of the project, run on the cluster as its users do."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cluster import Cluster, Job, wait_until

# Faster than the profile, which is for jobs of minutes.
QUICK = ["--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "10"]
SMALL = ["--configfile", "small.yaml"]


def heed_interrupts() -> None:
    """Let Ctrl-C end a process, even where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Run:
    """One `snakemake --profile slurm`, whose output goes to a file."""

    process: subprocess.Popen[bytes]
    output: Path
    cluster: Cluster

    def wait(self, seconds: float = 900) -> int:
        try:
            return self.process.wait(timeout=seconds)
        finally:
            if self.process.poll() is None:
                self.kill()

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def name(self) -> str:
        """Name that its jobs have on the cluster."""
        found = re.search(r"SLURM run ID: (\S+)", self.text)
        return found[1] if found else ""

    def jobs(self, states: str = "all") -> list[Job]:
        return self.cluster.jobs(states, self.name) if self.name else []

    def states(self) -> list[str]:
        """States of its jobs, in their order: a job that ends is completing until it has ended."""
        wait_until(
            lambda: "COMPLETING" not in [job.state for job in self.jobs()],
            f"the end of what completes of {self.output}",
        )
        return [job.state for job in sorted(self.jobs(), key=lambda job: int(job.id))]

    def says(self, words: str, seconds: float = 120) -> None:
        """Wait until it has said something."""
        wait_until(lambda: words in self.text, f"{words!r} in {self.output}", seconds)

    def wait_for_job(self, state: str, seconds: float = 300) -> Job:
        """Wait until one of its jobs is in a state."""
        wait_until(lambda: bool(self.jobs(state)), f"a {state} job of {self.output}", seconds)
        return self.jobs(state)[0]


@dataclass
class Project:
    """The folder, and its cluster."""

    folder: Path
    cluster: Cluster
    runs: list[Run] = field(default_factory=list)
    path: str = ""  # in the place of the cluster's

    @property
    def environment(self) -> dict[str, str]:
        found = self.cluster.environment
        bin_folder = Path(sys.executable).parent
        path = [str(bin_folder), str(self.stand_ins), self.path or found["PATH"]]
        return {**found, "PATH": os.pathsep.join(path)}

    @property
    def stand_ins(self) -> Path:
        """Folder of programs that take the place of SLURM's."""
        return self.folder.with_name("stand-ins")

    def stand_in(self, program: str, script: str) -> None:
        """Put a shell script in the place of one of SLURM's programs, which is its $real."""
        self.stand_ins.mkdir(exist_ok=True)
        path = self.stand_ins / program
        path.write_text(f"#!/bin/sh\nreal={self.cluster.folder}/bin/{program}\n{script}\n")
        path.chmod(0o755)

    def start(self, *arguments: str, quick: bool = True, small: bool = True) -> Run:
        chosen = [*(QUICK if quick else []), *(SMALL if small else [])]
        output = self.folder / f"run{len(self.runs)}.out"
        with output.open("wb") as out:
            process = subprocess.Popen(
                ["snakemake", "--profile", "slurm", *arguments, *chosen],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True, preexec_fn=heed_interrupts,
            )  # fmt: skip
        self.runs.append(Run(process, output, self.cluster))
        return self.runs[-1]

    def run(self, *arguments: str) -> Run:
        started = self.start(*arguments)
        started.wait()
        return started

    def pause(self, job: str) -> list[int]:
        """Stop the processes of a job, so that it lives for as long as a test wants it to."""
        wait_until(lambda: bool(self.cluster.processes_of_job(job)), f"processes of job {job}")
        pids = self.cluster.processes_of_job(job)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        return pids

    def unlock(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "workflow/unlock.py"], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def command(self, *words: str) -> str:
        """Run a program in the folder as its user, and give what it prints."""
        result = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=300, check=True,
        )  # fmt: skip
        return result.stdout

    def half_written(self) -> list[Path]:
        return list(self.folder.glob("results/**/.*.tmp"))
