"""Removes the lock that a killed snakemake left in this folder; refuses while one is running."""

import subprocess
import sys
from pathlib import Path

import psutil


def running_here(folder: Path) -> list[int]:
    """Process numbers of every snakemake that works in a folder."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        words = process.info["cmdline"] or []
        if not any(Path(word).name == "snakemake" for word in words[:3]):
            continue
        try:
            if Path(process.cwd()) == folder:
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def main() -> None:
    """Unlock the working directory, if there is a lock and nobody holds it."""
    folder = Path.cwd()
    if not any(folder.glob(".snakemake/locks/*")):
        return
    if running := running_here(folder):
        sys.exit(f"snakemake is running in {folder} already (process {running[0]}); let it finish")
    print("removing the lock that an interrupted run left")
    snakemake = [sys.executable, "-m", "snakemake", *sys.argv[1:], "--unlock", "--quiet"]
    if subprocess.run(snakemake, check=False).returncode:
        sys.exit("snakemake could not remove the lock: see its message above")


if __name__ == "__main__":
    main()
