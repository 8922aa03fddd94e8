"""Removes the lock that a killed snakemake left in this folder; refuses while one is running.

On a cluster, jobs outlive the snakemake that sent them. They are cancelled: their networks would
otherwise take the place of those of their second attempt, after these were used.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

# What slurm/config.yaml and slurm/controller.sh name their jobs.
PREFIX, CONTROLLER = "topoprint_", "topoprint-controller"
PATIENCE = 120  # seconds that SLURM may take to end cancelled jobs


def running_here(folder: Path) -> list[int]:
    """Process numbers of every snakemake that works in a folder."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        words = process.info["cmdline"] or []
        if not any(Path(word).name == "snakemake" for word in words[:3]):
            continue
        if "--mode" in words:  # one that a cluster's node started for a job
            continue
        try:
            if Path(process.cwd()) == folder:
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def cluster_jobs(folder: Path) -> dict[str, str]:
    """Name by number of the unfinished SLURM jobs that were sent from a folder."""
    guard = folder / ".snakemake/slurm_guard"  # where slurm/guard.py records what is sent
    sent = (guard / "sent").exists()
    if not sent and not (folder / ".snakemake/slurm_logs").is_dir():  # never sent any
        return {}
    asked = ["squeue", "--me", "--noheader", "--format=%A|%j|%Z"]
    try:
        listed = subprocess.run(asked, capture_output=True, text=True, check=False)
        trouble = listed.returncode and f"squeue fails ({listed.stderr.strip()})"
    except FileNotFoundError:
        trouble = "squeue is not to be found"
    if trouble:
        if guard.is_dir() and not sent:  # the last run sent none
            return {}
        sys.exit(f"{trouble}, and jobs of an earlier run may go on: unlock where SLURM answers")
    lines = [line.split("|", 2) for line in listed.stdout.splitlines()]
    return {
        number: name
        for number, name, where in lines
        if Path(where) == folder and number != os.environ.get("SLURM_JOB_ID")
    }


def cancel(folder: Path) -> None:
    """Cancel what an earlier snakemake left on the cluster, and wait until it is gone."""
    left = [number for number, name in cluster_jobs(folder).items() if name.startswith(PREFIX)]
    if not left:
        return
    print(f"cancelling {len(left)} jobs that an interrupted run left on the cluster")
    subprocess.run(["scancel", *left], check=False)
    end = time.monotonic() + PATIENCE
    while left := sorted(cluster_jobs(folder).keys() & set(left)):
        if time.monotonic() > end:
            sys.exit(f"SLURM has not ended job {left[0]} yet; try again when it is gone")
        time.sleep(1)


def main() -> None:
    """Unlock the working directory, if there is a lock and nobody holds it."""
    folder = Path.cwd()
    if not any(folder.glob(".snakemake/locks/*")):
        return
    if running := running_here(folder):
        sys.exit(f"snakemake is running in {folder} already (process {running[0]}); let it finish")
    for number, name in cluster_jobs(folder).items():
        if name == CONTROLLER:
            sys.exit(f"snakemake is running in {folder} (SLURM job {number}); let it finish")
    cancel(folder)
    print("removing the lock that an interrupted run left")
    snakemake = [sys.executable, "-m", "snakemake", *sys.argv[1:], "--unlock", "--quiet"]
    if subprocess.run(snakemake, check=False).returncode:
        sys.exit("snakemake could not remove the lock: see its message above")


if __name__ == "__main__":
    main()
