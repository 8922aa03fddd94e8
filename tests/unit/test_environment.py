"""The lists of versions, and the promises of the packaging, agree."""

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.version import Version
from support import ROOT

PINNED = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text())
ROLES = ("AUTHOR", "COMMITTER")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


VERSIONS = {normal(name): version for name, version in PINNED.items()}


def test_everything_asked_for_is_pinned() -> None:
    asked = names(PROJECT["dependencies"]).union(
        *(names(extra) for extra in PROJECT["optional-dependencies"].values())
    )
    assert asked - {"topoprint"} <= VERSIONS.keys()


def test_the_lowest_versions_are_those_that_the_project_allows() -> None:
    lines = (ROOT / "constraints-lowest.txt").read_text().splitlines()
    lowest = {
        normal(name): version for name, _, version in (line.partition("==") for line in lines)
    }
    extras = PROJECT["optional-dependencies"]
    asked = [
        *PROJECT["dependencies"],
        *(line for name in ("flagser", "giotto", "gudhi", "rips", "onnx") for line in extras[name]),
    ]
    for requirement in asked:
        name, bound = re.match(r"([\w.-]+)>=([\d.]+)", requirement).groups()  # type: ignore[union-attr]
        assert f"{lowest[normal(name)]}.".startswith(f"{bound}."), requirement


def test_the_core_is_light() -> None:
    assert names(PROJECT["dependencies"]) == {
        "numpy", "scipy", "h5py", "ml-dtypes", "safetensors", "pydantic", "threadpoolctl", "typer",
        "cachetools",
    }  # fmt: skip


def test_this_environment_is_the_pinned_one() -> None:
    installed = {normal(found.metadata["Name"]): found.version for found in distributions()}
    wrong = {
        name: (version, installed[name])
        for name, version in VERSIONS.items()
        if name in installed and installed[name].partition("+")[0] != version
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("environment", "extras"),
    [
        ("train", ["data", "train"]),
        ("topology", ["flagser", "giotto", "rips"]),
        ("report", ["report"]),
    ],
)
def test_conda_environments_name_the_pinned_versions(environment: str, extras: list[str]) -> None:
    path = ROOT / f"envs/{environment}.yaml"
    *_, pip = yaml.safe_load(path.read_text())["dependencies"]
    pins = dict(line.split("==") for line in pip["pip"])
    assert {normal(name): version for name, version in pins.items()}.items() <= VERSIONS.items()
    wanted = names(PROJECT["dependencies"]).union(
        *(names(PROJECT["optional-dependencies"][extra]) for extra in extras)
    )
    assert {normal(name) for name in pins} == wanted
    script = path.with_suffix(".post-deploy.sh").read_text()
    source = f"${{TOPOPRINT_SOURCE:-topoprint=={CITED['version']}}}"
    assert f'pip install --no-deps "{source}"' in script


def test_files_of_tests_have_names_of_their_own() -> None:
    """Pytest and imports of helpers know them by their names alone."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "config/README.md", "results/README.md"]
)
def test_links_of_pages_that_sphinx_does_not_read_lead_to_files(page: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    if address := PROJECT["urls"].get("Repository"):
        text = re.sub(rf"{re.escape(address)}/(?:blob|raw)/main/", "", text)
    links = re.findall(r"\]\(([^)#]+)", text)
    told = [link for link in links if not link.startswith("https://")]
    assert [link for link in told if not (path.parent / link).exists()] == []
    assert told


def test_the_address_of_the_sources_is_written_where_they_do_not_lie(tmp_path: Path) -> None:
    """README's links, the package's metadata and the citation; another address replaces it."""
    for name in ("README.md", "pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    address = runpy.run_path(str(ROOT / "docs/address.py"))["write_address"]
    address(tmp_path, "https://example.org/old/name", "https://docs.example.org")
    address(tmp_path, "https://example.org/somebody/topoprint/")
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)", readme)
    assert [link for link in links if not link.startswith("https://")] == []
    assert "](https://example.org/somebody/topoprint/blob/main/docs/method.md)" in readme
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme)
    shown = "https://example.org/somebody/topoprint/raw/main/"
    assert pictures
    assert all((ROOT / link.removeprefix(shown)).is_file() for link in pictures)
    urls = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]["urls"]
    assert urls["Paper"] == PROJECT["urls"]["Paper"]
    assert urls["Repository"] == "https://example.org/somebody/topoprint"
    assert urls["Documentation"] == urls["Repository"] + "/blob/main/docs/index.md"
    cited = yaml.safe_load((tmp_path / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited == {**CITED, "repository-code": urls["Repository"]}
    with pytest.raises(SystemExit, match=r"no address of a repository, such as https://host"):
        address(tmp_path, "github.com/somebody")


def test_the_changelog_is_of_the_version_that_is_cited() -> None:
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[0]
    assert newest == CITED["version"]


def test_the_version_is_the_tag_or_one_in_development_of_that_cited(tmp_path: Path) -> None:
    """Without git, at a commit without tag, and at that of the release."""
    who = {"NAME": "A", "EMAIL": "a@example.org"}
    names = {f"GIT_{role}_{what}": value for what, value in who.items() for role in ROLES}

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path, env={**os.environ, **names}, check=True)

    def made() -> Version:
        asked = [sys.executable, "-m", "setuptools_scm"]
        told = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
        return Version(told.stdout.strip())

    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert made() == Version(f"{CITED['version']}.dev0")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Release")
    assert (made().base_version, made().dev) == (CITED["version"], 1)
    git("tag", f"v{CITED['version']}")
    assert made() == Version(CITED["version"])


def test_the_command_tells_the_version_that_is_installed(
    topoprint: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    told = topoprint("--version").stdout
    assert told == f"topoprint {version('topoprint')}\n"
    installed = Version(version("topoprint"))
    assert Version(installed.base_version) <= Version(CITED["version"])
