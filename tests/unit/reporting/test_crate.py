"""A run as an RO-Crate."""

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import ROOT, refused

rocrate = pytest.importorskip("rocrate.rocrate")

from topoprint import InputError  # noqa: E402
from topoprint.reporting.crate import NAME, crate  # noqa: E402

Command = Callable[..., subprocess.CompletedProcess[str]]
FILES = ("digits/data.h5", "digits/matrices.h5", "digits/figures/heat_mean.svg", "tables/a.csv")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for name in (*FILES, "logs/a.log", "benchmarks/a.tsv", "digits/distances/.kept/b.h5"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        os.utime(folder / name, (1e9, 1e9))
    return folder


def test_each_result_stands_in_it_with_its_digest_and_what_made_it(results: Path) -> None:
    content = crate(results, {"seeds": [1]}, "Ada Lovelace", "CC-BY-4.0")
    (results / NAME).write_bytes(content)
    read = rocrate.ROCrate(results)
    found = {entity.id: entity for entity in read.data_entities}
    assert set(found) == {*FILES}
    for name, entity in found.items():
        assert entity["sha256"] == hashlib.sha256(name.encode()).hexdigest()
        assert entity["contentSize"] == str(len(name))
    assert found["tables/a.csv"]["encodingFormat"] == "text/csv"
    root = read.root_dataset
    assert root["author"]["name"] == "Ada Lovelace"
    assert read.license == "https://spdx.org/licenses/CC-BY-4.0"
    assert root["datePublished"] == "2001-09-09"
    run = root["mentions"]
    assert {entity.id for entity in run["object"]} == {"digits/data.h5", "#config"}
    assert {entity.id for entity in run["result"]} == {*FILES} - {"digits/data.h5"}
    (settings,) = [entity for entity in run["object"] if entity.id == "#config"]
    assert settings["value"] == '{"seeds": [1]}'
    assert run["instrument"]["name"] == "topoprint"
    assert "numpy" in {package["name"] for package in run["instrument"]["softwareRequirements"]}
    # The file itself is no part of what it describes.
    assert crate(results, {"seeds": [1]}, "Ada Lovelace", "CC-BY-4.0") == content


def test_a_licence_may_be_an_address(results: Path) -> None:
    content = crate(results, {}, "A", "https://example.org/terms").decode()
    assert '"license": "https://example.org/terms"' in content


def test_what_is_no_run_is_refused(tmp_path: Path, results: Path) -> None:
    with pytest.raises(InputError, match="holds no matrices"):
        crate(tmp_path, {}, "A", "MIT")
    (results / "a\udcff.csv").write_text("")
    with pytest.raises(InputError, match="cannot be printed"):
        crate(results, {}, "A", "MIT")


def test_the_command_writes_it_into_the_folder(results: Path, topoprint: Command) -> None:
    asked = ("--author", "Ada", "--license", "MIT", "--config", ROOT / "config.yaml")
    made = topoprint("crate", results, *asked)
    assert made.returncode == 0, made.stderr
    assert '"name": "Ada"' in (results / NAME).read_text()
    refused(topoprint("crate", results / "no", *asked), "is no folder of results")
