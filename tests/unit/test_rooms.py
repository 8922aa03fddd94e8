"""The house: imports run down only, those in functions too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import ROOT

SOURCES = ROOT / "src/topoprint"
# From the ground up; a module beside the rooms is a room of its own.
ROOMS = [
    "errors", "devices", "costs", "validation", "storage", "parts", "products", "identity",
    "figures", "networks", "homology", "summaries", "responses", "measures", "comparison",
    "experiment", "evaluation", "paper", "reporting", "recording", "workflow", "sklearn", "cli",
]  # fmt: skip


def room_of(path: Path) -> str:
    return path.relative_to(SOURCES).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in sorted(SOURCES.rglob("*.py")) if not room_of(path).startswith("__")]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name for name in names if name.split(".")[0] == "topoprint")


def test_every_room_has_its_place() -> None:
    assert {room_of(path) for path in modules()} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_those_below_it(room: str) -> None:
    for path in modules():
        if room_of(path) == room:
            for name in imported(path):
                below = name.split(".")[1]
                assert ROOMS.index(below) <= ROOMS.index(room), f"{path}: imports {name}"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_has_350_lines_at_most(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 350
