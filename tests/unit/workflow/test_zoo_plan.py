"""What the workflow of a zoo is asked for, and what its jobs need."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("snakemake")

from topoprint import InputError
from topoprint.workflow.zoo import Zoo

Asking = Callable[..., Zoo]


@pytest.fixture
def zoo(tmp_path: Path) -> Asking:
    for number in range(5):
        (tmp_path / f"{number}.safetensors").write_bytes(bytes(1000 * 4**number))

    def ask(**more: Any) -> Zoo:
        return Zoo({"files": f"{tmp_path}/*.safetensors", **more})

    return ask


def job(item: str) -> Any:
    return SimpleNamespace(scatteritem=item)


def test_parts_are_numbered_as_snakemake_does(zoo: Asking) -> None:
    found = zoo(block=2)
    assert [len(part) for part in found.parts] == [2, 2, 1]
    assert [Path(path).name for path in found.files(job("2-of-3"))] == [
        "2.safetensors",
        "3.safetensors",
    ]
    assert [measure.name for measure in found.spec.summaries] == ["landscape", "silhouette", "heat"]
    assert {measure.grid for measure in found.spec.summaries} == {"shared"}


def test_needs_follow_numbers_and_sizes(zoo: Asking) -> None:
    found = zoo(block=2)
    assert found.need_of_part(job("3-of-3")).mb > found.need_of_part(job("1-of-3")).mb
    shared, paper = zoo(measures=["heat"]), zoo(measures=["heat"], grid="paper")
    found.count = shared.count = paper.count = 10**5
    assert shared.need_of_blocks(job("1-of-1")).minutes < found.need_of_gather().minutes
    slow, fast = (one.need_of_blocks(job("1-of-1")).minutes for one in (paper, shared))
    assert slow > fast


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"files": "/nowhere/*"}, r"files: /nowhere/\*: names 0 files"),
        ({"blocks": 3}, "did you mean 'block'|blocks"),
        ({"measures": ["one_norm"]}, "none of summaries"),
        ({"groups": "/nowhere.csv"}, "no such file"),
    ],
)
def test_what_does_not_fit_is_refused(zoo: Asking, more: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        zoo(**more)
