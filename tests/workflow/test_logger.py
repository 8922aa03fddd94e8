"""``snakemake --logger topoprint``: bars with the time that is left, on a terminal."""

import importlib
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT

pytest.importorskip("snakemake_logger_plugin_rich")

SNAKEFILE = """
rule all:
    input:
        expand("{n}.txt", n=range(6)),


rule wait:
    output:
        "{n}.txt",
    shell:
        "sleep 0.5; touch {output}"
"""


def on_a_terminal(command: list[str], folder: Path, limit: float = 120) -> str:
    """What `command` writes to a terminal of 120 columns, without the codes of colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    end = time.monotonic() + limit
    try:
        while time.monotonic() < end:
            try:
                more = os.read(ours, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not more:
                break
            written += more
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode(errors="replace"))


def test_the_bars_tell_the_time_that_is_left(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--logger", "topoprint"]
    written = on_a_terminal(command, tmp_path)
    assert (tmp_path / "5.txt").exists(), written
    # Since the start in hours, minutes and seconds; left in minutes and seconds, if it is known.
    lines = re.findall(r"Total Progress.*?(\d+)%\s+\d:\d\d:\d\d\s+(--:--|\d\d:\d\d)", written)
    assert ("0", "--:--") in lines, written
    left = {int(share): told for share, told in lines}
    assert {71, 86} & left.keys(), lines
    assert all(re.fullmatch(r"00:\d\d", left[share]) for share in {71, 86} & left.keys())


def test_below_the_bars_jobs_write_to_their_logs_alone(tmp_path: Path) -> None:
    """What a job says is shown once, of one that fails, by the bars and not by the job."""
    command = [sys.executable, "-m", "snakemake", "--logger", "topoprint", "--cores", "1"]
    command += ["--snakefile", ROOT / "Snakefile", "--configfile", ROOT / "config/quick.yaml", "--"]
    written = on_a_terminal([*map(str, command), "results/digits/data.h5"], tmp_path)
    assert "Workflow Finished" in written
    (tmp_path / "results/digits/data.h5").write_text("no data")
    network = "results/digits/networks/layer_size-16/seed1.safetensors"
    written = on_a_terminal([*map(str, command), network], tmp_path)
    log = (tmp_path / "results/logs/train/digits/layer_size-16.log").read_text()
    assert "data.h5" in log
    assert written.count(log.splitlines()[0][:80]) == 1, written


def test_without_the_bars_other_loggers_work_and_this_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from snakemake.exceptions import WorkflowError
    from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

    registry = LoggerPluginRegistry()
    monkeypatch.setitem(sys.modules, "snakemake_logger_plugin_rich", None)
    monkeypatch.delitem(sys.modules, "snakemake_logger_plugin_topoprint", raising=False)
    module = importlib.import_module("snakemake_logger_plugin_topoprint")
    monkeypatch.delitem(sys.modules, "snakemake_logger_plugin_topoprint")
    registry.validate_plugin("snakemake_logger_plugin_topoprint", module)
    with pytest.raises(WorkflowError, match=r"needs snakemake-logger-plugin-rich: pip install"):
        module.LogHandler(None, None)
