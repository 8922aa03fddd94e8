"""When the watch over a run holds that nothing is left to wait for."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


def test_a_local_job_is_work_and_a_question_is_none(watch: Any) -> None:
    watch.at_work()
    assert not watch.runs_others()
    script = str(Path(sys.modules["slurm.guard"].__file__ or "").with_name("patient.py"))
    for words, work in (["sleep", "30"], True), (["sh", "-c", "sleep 30", script], False):
        child = subprocess.Popen(words)
        try:
            time.sleep(0.2)
            assert watch.runs_others() is work
        finally:
            child.kill()
            child.wait()
