"""Jobs in an image, by a stand-in for Apptainer that notes what it is asked and runs it."""

import os
import subprocess
import sys
from pathlib import Path

from support import ROOT

STAND_IN = """#!/bin/sh
if [ "$1" = --version ]; then echo "apptainer version 1.3.0"; exit; fi
echo "$@" >> "$ASKED"
until [ "$1" = bash ]; do shift; done
exec "$@"
"""


def data_of_digits(folder: Path, *options: str) -> list[str]:
    """Run one job of the workflow; the calls of Apptainer that it made."""
    (folder / "apptainer").write_text(STAND_IN)
    (folder / "apptainer").chmod(0o755)
    (folder / "my.sif").touch()
    asked = folder / "asked"
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "1"]
    command += ["results/digits/data.h5", "--configfile", ROOT / "config/quick.yaml"]
    done = subprocess.run(
        [*command, "--config", "container=my.sif", *options],
        cwd=folder,
        env={**os.environ, "PATH": path, "ASKED": str(asked)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "results/digits/data.h5").stat().st_size
    return asked.read_text().splitlines() if asked.exists() else []


def test_jobs_run_in_the_image_when_it_is_asked_for(tmp_path: Path) -> None:
    (asked,) = data_of_digits(tmp_path, "--software-deployment-method", "apptainer")
    assert " my.sif bash -c " in asked
    assert "topoprint prepare" in asked


def test_without_the_option_the_image_is_not_looked_at(tmp_path: Path) -> None:
    assert data_of_digits(tmp_path) == []
