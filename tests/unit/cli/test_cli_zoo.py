"""The command for many networks: whole, stage by stage, and after it was killed."""

import os
import signal
import subprocess
import sys

import pytest
from helpers import random_network

from topoprint import InputError
from topoprint.comparison.files import load_comparison


@pytest.fixture
def files(tmp_path):
    found = [tmp_path / f"{number}.safetensors" for number in range(6)]
    for number, path in enumerate(found):
        random_network([4, 5, 3], number // 2).save(path)
    return found


def test_stages_make_the_same_bytes_as_one_command(files, tmp_path, topoprint):
    (tmp_path / "groups.csv").write_text(
        "file,group\n" + "".join(f"{path},{path.stem}\n" for path in files)
    )
    (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in files[2:]))
    groups = ["--groups", tmp_path / "groups.csv"]
    whole = topoprint(
        "zoo", "compare", *files[:2], "--list", tmp_path / "list.txt", *groups,
        "-o", tmp_path / "whole.h5", "--measure", "heat", "--block", 4, "--processes", 2,
    )  # fmt: skip
    assert whole.returncode == 0, whole.stderr
    assert "3 files have the content of another" in whole.stderr
    assert [row.group for row in load_comparison(tmp_path / "whole.h5").index] == list("012345")
    spec = topoprint("zoo", "spec", "--measure", "heat").stdout.strip()
    parts, points, blocks = (
        [tmp_path / f"{name}{number}.h5" for number in range(2)]
        for name in ("parts", "points", "blocks")
    )
    for stage in (
        ("diagrams", *files[:4], "-o", parts[0]),
        ("diagrams", *files[4:], "-o", parts[1]),
        ("points", *parts, "--number", 0, "-o", points[0]),
        ("points", *parts, "--number", 1, "-o", points[1]),
        ("blocks", *parts, *points, "--number", 0,
         "-o", blocks[0]),
        ("blocks", *parts, *points, "--number", 1,
         "-o", blocks[1]),
        ("gather", *parts, *blocks, *groups,
         "-o", tmp_path / "staged.h5"),
    ):  # fmt: skip
        made = topoprint("zoo", *stage, "--spec", spec)
        assert made.returncode == 0, made.stderr
    assert (tmp_path / "staged.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
    wrong = topoprint(
        "zoo", "gather", *parts, *blocks[::-1],
        "-o", tmp_path / "wrong.h5", "--spec", spec,
    )  # fmt: skip
    assert wrong.returncode == 2
    assert "in the order of the parts" in wrong.stderr
    files[5].write_text("<html>")
    told = topoprint("zoo", "diagrams", *files, "-o", tmp_path / "new.h5", "--spec", spec)
    assert told.returncode == 2
    assert "1 of 6 files cannot be compared" in told.stderr


def test_a_run_that_was_killed_goes_on(files, tmp_path, topoprint):
    arguments = ["zoo", "compare", *map(str, files), "--block", "1", "--processes", "1", "-o"]
    whole = topoprint(*arguments, tmp_path / "whole.h5")
    assert whole.returncode == 0
    command = [sys.executable, "-m", "topoprint", *arguments, str(tmp_path / "killed.h5")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "diagrams: 1 of 6 parts\n"
        os.kill(process.pid, signal.SIGKILL)
    folder = tmp_path / "killed.h5.parts"
    assert not (tmp_path / "killed.h5").exists()
    made = {path.name: path.stat().st_ino for path in folder.glob("diagrams-*.h5")}
    assert made
    # What was made is taken over: a part that could not be made again is no obstacle.
    (folder / "points-00000.h5").mkdir()
    again = topoprint(*arguments, tmp_path / "killed.h5")
    assert again.returncode == 2
    assert all((folder / name).stat().st_ino == inode for name, inode in made.items())
    (folder / "points-00000.h5").rmdir()
    again = topoprint(*arguments, tmp_path / "killed.h5")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "killed.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
    assert not folder.exists()


def test_many_networks_are_compared_in_parts_and_drawn_as_a_map(
    files, tmp_path, monkeypatch, capsys
):
    from topoprint.cli import compare
    from topoprint.cli.options import app
    from topoprint.comparison.zoo import run

    monkeypatch.setattr(compare, "MOST_TOGETHER", 5)
    monkeypatch.setattr(run, "LONG", 1e-7)
    monkeypatch.setattr(run, "cores", lambda: 1)
    monkeypatch.setattr(run, "SECONDS_PAIR", 3600)
    asked = ["compare", *map(str, files), "--measure", "heat", "--plot", str(tmp_path / "map.svg")]
    app([*asked, "-o", str(tmp_path / "d.h5")], standalone_mode=False)
    assert "heat: each of 15 pairs has a grid of its own, which takes about 15.0 h" in (
        capsys.readouterr().err
    )
    assert "of the variance" in (tmp_path / "map.svg").read_text()
    assert load_comparison(tmp_path / "d.h5").index.labels == tuple(map(str, files))
    with pytest.raises(InputError, match="too many for a table"):
        app([*asked, "-o", str(tmp_path / "d.csv")], standalone_mode=False)
