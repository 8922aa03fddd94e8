"""Keys that stand twice are refused with their lines, wherever they stand; all else is read."""

from pathlib import Path

import pytest
from support import ROOT, refused

from topoprint import InputError
from topoprint.experiment.config import load_config
from topoprint.experiment.yaml_files import read_yaml, refuse_repeated_keys

TWICE = [
    ("a: 1\nb: 2\na: 3\n", "lines 1 and 3: 'a'"),
    ("a: 1\n'a': 2\n", "lines 1 and 2: 'a'"),
    ("training:\n  epochs: 3\n\n  epochs: 4\n", "lines 2 and 4: 'epochs'"),
    ("networks:\n  - {layer_size: 8, input_order: 1, layer_size: 9}\n", "line 2: 'layer_size'"),
    ('{"a": {"b": 1,\n "b": 2}}', "lines 1 and 2: 'b'"),
    ("a: &x {c: 1}\nb: {<<: *x, <<: *x}\n", "line 2: '<<'"),
    ("1: a\n1: b\n", "lines 1 and 2: '1'"),
]
ONCE = [
    "a: {b: 1}\nc: {b: 1}\nb: 1\n",
    "- &x {b: 1}\n- {<<: *x, b: 2}\n- *x\n",
    "1: a\n'1': b\n",
    "a: &self [*self]\n",
    "",
    "a: [",  # whoever reads it says what is wrong
]
FOLDERS = ("config", "docs", "envs", "profiles", "slurm")
OWN = [
    ROOT / "config.yaml",
    *(p for each in FOLDERS for p in sorted(ROOT.glob(f"{each}/**/*.yaml"))),
]


@pytest.mark.parametrize(("text", "told"), TWICE)
def test_a_key_that_stands_twice(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(text)
    for read in (refuse_repeated_keys, *([load_config] if text[0] != "-" else [])):
        with pytest.raises(InputError) as error:
            read(path)
        assert str(error.value) == f"{path}, {told} stands twice; keep one"


@pytest.mark.parametrize("text", ONCE)
def test_keys_that_stand_once_in_each_mapping(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(text)
    refuse_repeated_keys(path)


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_projects_own_files(path: Path) -> None:
    assert read_yaml(path)


def test_the_command_refuses_it(tmp_path: Path, topoprint) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "some.yaml"
    path.write_text("seeds: [1]\nseeds: [2]\n")
    refused(topoprint("config", ROOT / "config.yaml", path), path, "lines 1 and 2", "'seeds'")
