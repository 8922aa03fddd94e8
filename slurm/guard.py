"""Looks after a run on a SLURM cluster, from the Snakefile, so that it never waits for nothing.

What the run names is shown to SLURM first (slurm/check.py). While the run goes on, wrappers of
SLURM's programs (slurm/patient.py) bear with a SLURM that is away, and a watch tells of it and ends
a run that can go no further: Snakemake's SLURM plugin would wait for ever.
"""

import atexit
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from topoprint import InputError

FOLDER = Path(".snakemake/slurm_guard")  # workflow/unlock.py looks into it too
WRAPPED = ("sacct", "sacctmgr", "sbatch", "scontrol", "sinfo", "squeue", "sshare")
PATIENT = Path(__file__).with_name("patient.py")
LONGEST_PAUSE = 180  # seconds that the plugin leaves between two looks at its jobs, at most
STEP = 5  # seconds between two looks of the watch
CANCEL_WITHIN = 30  # seconds that an ended run gives SLURM to cancel its jobs
FIRST, EVERY = 10, 60  # seconds before the first and between two words on a SLURM that is away


def start(workflow: Any) -> None:
    """Look after a run that is about to begin, if it sends jobs to SLURM.

    A run whose jobs SLURM cannot take ends here, with one sentence and status 1.
    """
    if workflow.executor_plugin.name != "slurm":
        return
    jobs = [job for job in workflow.dag.needrun_jobs() if not job.is_local]
    if not jobs:
        return
    from slurm.check import check  # the plugin is there only where it is used

    folder = FOLDER.resolve()
    path = [entry for entry in os.get_exec_path() if entry != str(folder / "bin")]
    os.environ["PATH"] = os.pathsep.join(path)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    (folder / "run").write_text(str(os.getpid()))
    atexit.register((folder / "sent").unlink, missing_ok=True)
    try:
        config = check(jobs, workflow.executor_settings)
    except InputError as error:
        logger.error(f"topoprint: {error}")
        sys.exit(1)
    (folder / "answer.scontrol").write_text(config)
    wrap_programs(folder)
    tell_wrappers_of_interrupts(folder)
    atexit.register(cancel_what_is_left, folder)  # before the record of what was sent goes
    Watch(workflow, folder).start()


def wrap_programs(folder: Path) -> None:
    """Put wrappers of SLURM's programs first on the PATH, of those too that are not there."""
    for name in WRAPPED:
        wrapper = folder / "bin" / name
        program = shutil.which(name) or str(folder / "missing" / name)
        command = [sys.executable, str(PATIENT), str(folder), program]
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        wrapper.chmod(0o755)
    os.environ["PATH"] = os.pathsep.join([str(folder / "bin"), *os.get_exec_path()])


def tell_wrappers_of_interrupts(folder: Path) -> None:
    """Let nothing wait for SLURM, and nothing more be sent, after the user's Ctrl-C."""

    def interrupted(number: int, frame: FrameType | None) -> None:
        (folder / "ending").touch()
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupted)


def cancel_what_is_left(folder: Path) -> None:
    """Cancel the jobs of a run that was ended early.

    Snakemake cancels those that it knows: none while it asks for their states, and not one that
    is just being sent.
    """
    if not (folder / "ending").exists():
        return
    sending = [child for child in psutil.Process().children() if is_wrapper(child)]
    psutil.wait_procs(sending, timeout=CANCEL_WITHIN)
    if not (folder / "sent").exists():
        return
    name = (folder / "sent").read_text().split()[0]
    command = ["scancel", "--quiet", "--me", "--name", name]
    try:
        subprocess.run(command, capture_output=True, timeout=CANCEL_WITHIN, check=True)
    except (OSError, subprocess.SubprocessError):
        logger.error(
            "topoprint: SLURM does not answer, so jobs of this run may go on; when it does, "
            f"cancel them: {shlex.join(command)}"
        )


def is_wrapper(process: psutil.Process) -> bool:
    """Whether a process is a wrapper of one of SLURM's programs, and goes on."""
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE and str(PATIENT) in process.cmdline()
    return False


class Watch(threading.Thread):
    """Tells of a SLURM that is away, and ends a run of which nothing is left to wait for."""

    def __init__(self, workflow: Any, folder: Path) -> None:
        super().__init__(name="slurm watch", daemon=True)
        self.scheduler = workflow.scheduler
        self.folder = folder
        self.process = psutil.Process()
        self.away: dict[str, int] = {}  # seconds for which each program has waited
        self.told = False
        self.idle = 0  # seconds for which nothing has been done for the run here
        self.sent: float = 0
        self.busy: float = 0
        # Files of a local job may take a while to appear, and states of sent jobs to be asked for.
        self.grace = workflow.execution_settings.latency_wait + 60
        init = workflow.executor_settings.init_seconds_before_status_checks
        self.pause = max(LONGEST_PAUSE, init) + 60

    def run(self) -> None:
        """Look every few seconds, as long as the process lives."""
        while True:
            time.sleep(STEP)
            self.tell()
            self.idle = 0 if self.at_work() or self.away else self.idle + STEP
            if reason := self.stuck():
                (self.folder / "ending").touch()
                self.scheduler.executor_error_callback(WorkflowError(reason))
                return

    def tell(self) -> None:
        """Say every minute that SLURM is away, and once that it is back."""
        waiting = {path.suffix[1:]: path for path in self.folder.glob("waiting.*")}
        self.away = {name: self.away.get(name, 0) + STEP for name in waiting}
        if not waiting:
            if self.told:
                logger.warning("SLURM answers again, and the run goes on.")
            self.told = False
            return
        name = max(self.away, key=self.away.__getitem__)
        if self.away[name] % EVERY == FIRST:
            self.told = True
            with suppress(FileNotFoundError):
                logger.warning(
                    f"SLURM has not answered for {self.away[name]} s ({name}: "
                    f"{waiting[name].read_text()}): the run waits for it. Jobs on nodes go on."
                )

    def at_work(self) -> bool:
        """Whether a job is being sent, a local job runs, or snakemake itself computes."""
        record = self.folder / "sent"
        sent, self.sent = self.sent, record.stat().st_mtime if record.exists() else 0
        busy, self.busy = self.busy, sum(self.process.cpu_times()[:2])
        return self.sent != sent or self.busy - busy > STEP / 10 or self.runs_others()

    def runs_others(self) -> bool:
        """Whether snakemake runs any program but the wrappers."""
        for child in self.process.children():
            with suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE and str(PATIENT) not in child.cmdline():
                    return True
        return False

    def stuck(self) -> str:
        """Why the run can go no further, or nothing."""
        if not self.sent:
            if self.idle < self.grace:
                return ""
            return (
                f"nothing was sent to SLURM for {self.idle} s, though jobs are ready: Snakemake's "
                "SLURM plugin has failed without saying why; look at what slurm/config.yaml and "
                "your options set for the rules above"
            )
        if self.idle < self.grace + self.pause:
            return ""
        self.idle = 0
        name = (self.folder / "sent").read_text().split()[0]
        asked = ["squeue", "--me", "--noheader", "--name", name, "--format=%A"]
        unfinished = subprocess.run(asked, capture_output=True, text=True, check=False)
        if unfinished.returncode or unfinished.stdout.strip():
            return ""
        return (
            "SLURM has no unfinished job of this run, and the run waits for some: they could not "
            "be sent, or SLURM lost them; the same command goes on where this run ends"
        )
