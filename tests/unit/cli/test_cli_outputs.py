"""Options that name what is written: held to suffix and place before anything is computed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import told

from topoprint.cli import app
from topoprint.errors import InputError
from topoprint.storage import write_bytes

Command = Callable[..., subprocess.CompletedProcess[str]]
CONTENT = bytes(range(256)) * 1000


SOME = "none.h5"  # read only after all that is written was checked
TABLES = {"--statistics": "s.csv", "--distances": "d.csv", "--networks": "n.csv"}
PAPER = {"-o": "p.csv", "--norms": "n.csv", "--statistics": "s.csv"}
EVALUATE = {"--null-tests": "n.csv", "--variance": "e.csv", "--retrieval": "t.csv"}
TRAIN = {"-o": "n.safetensors", "--initial": "i.safetensors"}
FEATURES = {"-o": "f.h5", "--network": "n.safetensors"}
STAGES: list[tuple[str, list[str], dict[str, str]]] = [
    ("prepare", ["--spec", "{"], {"-o": "x.hdf5"}),
    ("features", [SOME, "--spec", "{"], FEATURES),
    ("train", [SOME, "--network", "a", "--seed", "1", "--spec", "{"], TRAIN),
    ("respond", [SOME, SOME], {"-o": "a.h5"}),
    ("diagram", [SOME], {"-o": "diagram"}),
    ("distances", [SOME], {"-o": "x.seed1"}),
    ("average", [SOME], {"-o": "x.H5"}),
    ("accuracy", [SOME], {"-o": "a.csv"}),
    ("tables", [SOME], TABLES),
    ("paper", [SOME], PAPER),
    ("evaluate", [SOME, "--figures", "figures"], EVALUATE),
    ("what-it-sees", [SOME, "--figures", "figures"], {"-o": "w.csv"}),
    ("report", [SOME], {"-o": "r.htm"}),
]
NAMED = [(stage, rest, files, one) for stage, rest, files in STAGES for one in files]
WRONG = (".txt", ".csv", ".json", ".pt", ".safetensors", ".npz", ".pdf", ".png", ".svg", ".h5",
         ".html", ".PNG")  # fmt: skip
RIGHT = {"CSV": ".csv", "HDF5": ".h5", "HTML": ".html", "safetensors": ".safetensors"}


def refusal(stage: str, rest: list[str], files: dict[str, str]) -> str:
    """What a stage says before it computes anything."""
    with pytest.raises(InputError) as caught:
        app([stage, *rest, *(part for item in files.items() for part in item)])
    return str(caught.value)


@pytest.mark.parametrize(("stage", "rest", "files", "one"), NAMED)
def test_a_suffix_that_promises_something_else_is_refused(
    stage: str, rest: list[str], files: dict[str, str], one: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert refusal(stage, rest, files | {one: "-"}).startswith("-: is no file; name one")
    assert " is written here" not in refusal(stage, rest, files)
    assert " is written here" not in refusal(stage, rest, files | {one: "no-suffix"})
    assert " is written here" not in refusal(stage, rest, files | {one: "/dev/stdout"})
    (right,) = {
        suffix
        for kind, suffix in RIGHT.items()
        if f": {kind} is written here" in refusal(stage, rest, files | {one: "a.txt"})
    }
    for wrong in WRONG:
        said = refusal(stage, rest, files | {one: f"a{wrong}"})
        ending = f" is written here, not {wrong.lower()}; end its name in {right}"
        assert (said.startswith(f"a{wrong}: ") and said.endswith(ending)) == (wrong != right)
    assert list(tmp_path.iterdir()) == []


FOLDERS: list[tuple[str, list[str], dict[str, str]]] = [
    ("accuracy", [SOME, "-o", "a.csv"], {"--figures": ""}),
    ("evaluate", [SOME, *(part for item in EVALUATE.items() for part in item)], {"--figures": ""}),
    ("what-it-sees", [SOME, "-o", "w.csv"], {"--figures": ""}),
    ("figures", [SOME], {"-o": ""}),
    ("overview", [SOME], {"-o": ""}),
    ("reproduce", [SOME], {"-o": ""}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "rest", "files", "one"),
    [*NAMED, *((*stage, next(iter(stage[2]))) for stage in FOLDERS)],
)
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    stage: str, rest: list[str], files: dict[str, str], one: str,
    closed: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(closed.parent)  # where the other files may be written
    path = closed / "new" / "folder" / files[one]
    said = refusal(stage, rest, files | {one: str(path)})
    assert said == f"{path}: cannot be written, as the folder {closed} is not writable"
    path = closed / "there" / "folder" / files[one]
    said = refusal(stage, rest, files | {one: str(path)})
    assert said == f"{path}: cannot be written, as {closed / 'there'} is no folder"


def test_a_read_only_disk_is_told_before_the_work(
    disk: Callable[[str], Path], topoprint: Command
) -> None:
    folder = disk("size=4k,ro")
    for path in (folder / "x.h5", folder / "new/x.h5"):
        sentence = f"{path}: cannot be written, as the folder {folder} is not writable"
        told(topoprint("diagram", "none.safetensors", "-o", path), 2, sentence)
    with pytest.raises(InputError, match=r"x\.h5: cannot be written \(Read-only file system\)$"):
        write_bytes(folder / "x.h5", CONTENT)
