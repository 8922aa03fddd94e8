"""The workflow of a zoo: the matrices of the command, by jobs that are scattered and gathered."""

import subprocess
import sys
from pathlib import Path

from helpers import random_network
from support import ROOT

import topoprint as tp
from topoprint.comparison.files import load_comparison


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "workflow/zoo.smk")]
    command += ["--directory", str(folder), "--cores", "2", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_a_zoo_is_scattered_over_jobs_and_gathered(tmp_path: Path) -> None:
    (tmp_path / "zoo/deep").mkdir(parents=True)
    files = [tmp_path / f"zoo/{name}.safetensors" for name in ("a", "b", "deep/c")]
    for number, path in enumerate(files):
        random_network([4, 3 + number, 2], number).save(path)
    (tmp_path / "zoo/broken.safetensors").write_text("no network")
    (tmp_path / "zoo/groups.csv").write_text(
        "file,group\na.safetensors,one\nb.safetensors,one\ndeep/c.safetensors,two\n"
        "broken.safetensors,one\n"
    )
    asked = ["--config", "files=zoo/**/*.safetensors", "block=2", "measures=[heat, betti]"]
    asked += ["grid=paper", "groups=zoo/groups.csv"]
    refused = run(tmp_path, *asked)
    assert refused.returncode != 0
    log = (tmp_path / "results/logs/zoo/diagrams/2-of-2.log").read_text()
    assert "1 of 2 files cannot be compared: zoo/broken.safetensors" in log
    made = run(tmp_path, *asked, "skip_unreadable=true")
    assert made.returncode == 0, made.stderr
    found = load_comparison(tmp_path / "results/zoo/distances.h5")
    assert list(found.matrices) == ["heat", "betti"]
    assert [row.group for row in found.index] == ["one", "one", "two"]
    expected = tp.compare(files, ["heat", "betti"])
    for name, matrix in found.matrices.items():
        assert (matrix.values == expected[name].values).all()
    told = (tmp_path / "results/logs/zoo/distances.log").read_text()
    assert "1 of 4 files were left out" in told
    again = run(tmp_path, *asked, "skip_unreadable=true")
    assert "Nothing to be done" in again.stdout + again.stderr
