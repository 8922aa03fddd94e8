"""When the watch over a run holds that nothing is left to wait for."""

import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from support import ROOT


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A watch over a run that has not sent anything yet, which SLURM's squeue knows nothing of."""
    monkeypatch.syspath_prepend(str(ROOT))
    from slurm import guard

    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    answers(tmp_path, "true")
    workflow = SimpleNamespace(
        scheduler=None,
        execution_settings=SimpleNamespace(latency_wait=10),
        executor_settings=SimpleNamespace(init_seconds_before_status_checks=20),
    )
    return guard.Watch(workflow, tmp_path)


def answers(folder: Path, script: str) -> None:
    (folder / "squeue").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "squeue").chmod(0o755)


def test_nothing_was_sent(watch: Any) -> None:
    watch.idle = 65
    assert not watch.stuck()
    watch.idle = 70
    assert watch.stuck().startswith("nothing was sent to SLURM for 70 s")


def test_nothing_is_left(watch: Any) -> None:
    (watch.folder / "sent").write_text("topoprint_1\n")
    assert watch.at_work()  # it was sent just now
    watch.idle = 70 + 239
    assert not watch.stuck()
    watch.idle = 70 + 240
    assert watch.stuck().startswith("SLURM has no unfinished job of this run")


@pytest.mark.parametrize("script", ["echo 17", "exit 1"])
def test_a_job_is_left_or_slurm_is_away(watch: Any, script: str) -> None:
    answers(watch.folder, script)
    (watch.folder / "sent").write_text("topoprint_1\n")
    watch.at_work()
    watch.idle = 1000
    assert not watch.stuck()
    assert watch.idle == 0


@pytest.mark.parametrize(
    ("script", "work"), [("sleep 30", True), ("sh -c 'sleep 30; :' {patient}", False), (":", False)]
)
def test_a_local_job_is_work_and_a_question_is_none(watch: Any, script: str, work: bool) -> None:
    started = script.format(patient=ROOT / "slurm/patient.py")
    with subprocess.Popen(["sh", "-c", f"{started} & read -r line"], stdin=subprocess.PIPE) as run:
        watch.process = psutil.Process(run.pid)
        time.sleep(0.3)
        children = watch.process.children(recursive=True)
        assert watch.runs_others() is work
        for child in children:
            child.kill()
        run.communicate(b"\n")
