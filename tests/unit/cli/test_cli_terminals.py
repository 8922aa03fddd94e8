"""What is printed on a terminal of few characters, and names of files that are no UTF-8."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import dense
from safetensors.numpy import save

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Networks without names of their own, called by their paths."""
    names = [b"\xc3\xbc.safetensors", b"\xff.safetensors"]  # ü, and no UTF-8
    paths = [Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)) for name in names]
    for seed, path in enumerate(paths):
        path.write_bytes(save(dense(["0", "1"], [4, 3, 2], seed=seed)))
    return paths


@pytest.mark.parametrize(
    "words",
    [
        ("measures",), ("measures", "--json"), ("measures", "--markdown"), ("config", "--schema"),
        ("verdict", "--help"), ("compare", "--help"),
    ],
)  # fmt: skip
def test_a_terminal_without_letters_beyond_ascii(
    topoprint: Command, words: tuple[str, ...]
) -> None:
    result = topoprint(*words, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    if "--json" in words or "--schema" in words:
        plain = topoprint(*words, PYTHONIOENCODING="utf-8")
        assert json.loads(result.stdout) == json.loads(plain.stdout)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_name_of_a_file_is_printed(
    topoprint: Command, files: list[Path], encoding: str
) -> None:
    shown = {"ascii": ["\\xfc", "\\udcff"], "utf-8": ["ü", "\\udcff"]}[encoding]
    for words in (("compare", *files), ("verdict", *files, "--repetitions", 2)):
        result = topoprint(*words, "--measure", "heat", PYTHONIOENCODING=encoding)
        assert (result.returncode, result.stderr) == (0, "")
        assert all(f"{name}.safetensors" in result.stdout for name in shown)
    missing = topoprint("compare", *files, files[0].with_name("ö"), PYTHONIOENCODING=encoding)
    assert missing.returncode == 2
    assert missing.stderr.count("\n") == 1


def test_any_name_of_a_file_is_kept(topoprint: Command, files: list[Path], tmp_path: Path) -> None:
    made = tmp_path / "d.h5"
    for words in (("distances", *files), ("diagram", files[1])):
        result = topoprint(*words, "-o", made)
        assert result.returncode == 0, result.stderr


def test_suffixes_in_capitals_are_those_in_small_letters(
    topoprint: Command, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 2))
    for name in ("one.PT", "two.pth"):
        torch.save(model.state_dict(), tmp_path / name)
    assert topoprint("diagram", tmp_path / "one.PT", "-o", tmp_path / "d.H5").returncode == 0
    given = [tmp_path / name for name in ("one.PT", "two.pth")]
    result = topoprint("compare", *given, "--measure", "one_norm", "--json")
    assert json.loads(result.stdout)["measures"]["one_norm"]["distances"] == [[0, 0], [0, 0]]
    both = topoprint("compare", tmp_path / "d.H5", tmp_path / "d.H5", "--measure", "heat")
    assert both.returncode == 0, both.stderr
