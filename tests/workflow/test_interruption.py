"""A run that is killed at any moment finishes when started again, with the same results."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT, SMALL_CONFIG, snakemake

from topoprint.comparison.files import load_comparison

UNLOCK = [sys.executable, str(ROOT / "workflow/unlock.py"), "--snakefile", str(ROOT / "Snakefile")]


def unlock(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(UNLOCK, cwd=folder, capture_output=True, text=True, check=False)


def heed_interrupts() -> None:
    """Let Ctrl-C end a process, even where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(folder: Path, *targets: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--workflow-profile", str(ROOT / "profiles/default")]
    command += [*targets, "--configfile", *(path.name for path in sorted(folder.glob("*.yaml")))]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def wait_for(folder: Path, pattern: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not list(folder.glob(pattern)):
        assert time.monotonic() < end, f"no {pattern} within {seconds} s"
        time.sleep(0.05)


def press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    """Interrupt the run, again if need be: between two jobs snakemake may miss the signal."""
    for _ in range(15):
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=4)
        except subprocess.TimeoutExpired:
            continue
        return


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    finished_run: Path, tmp_path: Path, seed: int
) -> None:
    moments = random.Random(seed)
    (tmp_path / "a_small.yaml").write_text(SMALL_CONFIG)
    stages = [
        "results/digits/networks/*/*", "results/digits/diagrams/*/*",
        "results/digits/distances/*", "results/digits/*.h5",
    ]  # fmt: skip
    for stage in sorted(moments.sample(stages, 2), key=stages.index):
        process = start(tmp_path)
        wait_for(tmp_path, stage)
        time.sleep(moments.uniform(0, 4))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert unlock(tmp_path).returncode == 0
    result = snakemake(tmp_path)
    assert result.returncode == 0, result.stderr
    for part in ("networks", "diagrams", "responses", "distances", "matrices.h5", "figures"):
        kept = finished_run / "results/digits" / part
        for path in [kept] if kept.is_file() else sorted(p for p in kept.rglob("*") if p.is_file()):
            again = tmp_path / path.relative_to(finished_run)
            assert again.read_bytes() == path.read_bytes(), path


@pytest.mark.parametrize("delay", [0.0, 1.5, 3.0])
def test_distances_killed_while_they_are_brought_up_to_date_are_whole(
    run_copy: Path, tmp_path: Path, delay: float
) -> None:
    target = "results/digits/distances/all_seeds.h5"
    (run_copy / "b_change.yaml").write_text("distances: {bins: 100}")
    before = (run_copy / target).read_bytes()
    log = run_copy / "results/logs/distances/digits/all_seeds.log"
    log.unlink()
    uninterrupted = tmp_path / "uninterrupted"
    subprocess.run(["cp", "-a", str(run_copy), str(uninterrupted)], check=True)
    process = start(run_copy, target)
    wait_for(run_copy, str(log.relative_to(run_copy)))
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert unlock(run_copy).returncode == 0
    copy = run_copy / "results/digits/distances/.kept/all_seeds.h5"
    load_comparison(copy)
    left = copy.read_bytes()
    for folder in (uninterrupted, run_copy):
        result = snakemake(folder, target)
        assert result.returncode == 0, result.stderr
    expected = (uninterrupted / target).read_bytes()
    assert left in (before, expected)
    assert before != expected
    assert (run_copy / target).read_bytes() == expected


def test_interrupted_by_the_user_it_leaves_no_half_written_file(tmp_path: Path) -> None:
    for attempt in "123":  # a run that missed every signal says nothing
        folder = tmp_path / attempt
        folder.mkdir()
        (folder / "a_small.yaml").write_text(SMALL_CONFIG)
        process = start(folder)
        wait_for(folder, "results/digits/networks/*/*")
        press_ctrl_c(process)
        if process.wait(timeout=60) != 0:
            break
    else:
        pytest.fail("three runs missed every signal and went on to their end")
    assert not list(folder.glob("results/**/.*.tmp"))
    result = snakemake(folder)
    assert result.returncode == 0, result.stderr


def test_a_lock_is_kept_while_a_run_is_alive(tmp_path: Path) -> None:
    (tmp_path / "a_small.yaml").write_text(SMALL_CONFIG)
    process = start(tmp_path)
    try:
        wait_for(tmp_path, ".snakemake/locks/*")
        refused = unlock(tmp_path)
        assert refused.returncode == 1
        assert "is running" in refused.stderr
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert unlock(tmp_path).returncode == 0
    assert not list(tmp_path.glob(".snakemake/locks/*"))
