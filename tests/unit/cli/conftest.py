"""Files that the tests of the commands start from."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import small_network


@pytest.fixture
def networks(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"n{seed}.safetensors" for seed in (1, 2, 3)]
    for seed, path in enumerate(paths):
        small_network(seed).save(path)
    return paths


@pytest.fixture
def diagrams(
    networks: list[Path], topoprint: Callable[..., subprocess.CompletedProcess[str]]
) -> list[Path]:
    made = [path.with_suffix(".h5") for path in networks]
    for path, diagram in zip(networks, made, strict=True):
        assert topoprint("diagram", path, "-o", diagram).returncode == 0
    return made
