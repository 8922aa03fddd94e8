"""Several networks by one call of a command: the same files as one by one."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from support import refused

import topoprint as tp
from topoprint.cli.outputs import filled

Command = Callable[..., subprocess.CompletedProcess[str]]
SPEC = '{"architecture": {"layer_size": 4}, "training": {"epochs": 1}}'
NAME = "{dataset}/{network}/seed{seed}.safetensors"


@pytest.fixture
def data(tmp_path: Path, topoprint: Command) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    path = tmp_path / "data.h5"
    made = topoprint("prepare", "--spec", '{"name": "d", "type": "digits"}', "-o", path)
    assert made.returncode == 0, made.stderr
    return path


def trained(topoprint: Command, data: Path, folder: Path, *seeds: int, spec: str = SPEC,
            more: Sequence[str] = ("--initial", ".initial.safetensors")):  # type: ignore[no-untyped-def]  # fmt: skip
    words: list[object] = [word for seed in seeds for word in ("--seed", seed)]
    for option, suffix in zip(more[::2], more[1::2], strict=True):
        words += [option, folder / f"{{dataset}}/{{network}}/seed{{seed}}{suffix}"]
    return topoprint("train", data, "--network", "n", *words, "--spec", spec, "-o", folder / NAME)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_seeds_trained_together_are_those_trained_one_by_one(
    data: Path, tmp_path: Path, topoprint: Command
) -> None:
    together, single = tmp_path / "together", tmp_path / "single"
    kept = {
        "spec": SPEC.replace('"epochs": 1', '"epochs": 1, "snapshots": [0.5]'),
        "more": ("--initial", ".initial.safetensors", "--scores", ".scores.csv",
                 "--snapshot", ".step{step}.safetensors"),
    }  # fmt: skip
    assert trained(topoprint, data, together, 1, 2, **kept).returncode == 0
    for seed in (1, 2):
        assert trained(topoprint, data, single, seed, **kept).returncode == 0
    found = content(together)
    assert sorted(found) == [
        f"d/n/seed{seed}{part}" for seed in (1, 2)
        for part in (".initial.safetensors", ".safetensors", ".scores.csv", ".step0.5.safetensors")
    ]  # fmt: skip
    assert found == content(single)
    networks = sorted(path for path in together.rglob("seed?.safetensors"))
    pattern = tmp_path / "{dataset}-{network}-{seed}.h5"
    assert topoprint("diagram", *networks, "-o", pattern).returncode == 0
    for path in networks:
        alone = tmp_path / "alone.h5"
        assert topoprint("diagram", path, "-o", alone).returncode == 0
        seed = tp.Network.load(path).id.seed
        assert (tmp_path / f"d-n-{seed}.h5").read_bytes() == alone.read_bytes()


def test_a_seed_that_fails_is_named(data: Path, tmp_path: Path, topoprint: Command) -> None:
    spec = '{"training": {"epochs": 1, "learning_rate": 1e30}}'
    result = trained(topoprint, data, tmp_path / "made", 1, 2, spec=spec)
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    for seed in (1, 2):
        assert f"training of n seed {seed} on d diverged" in last
    assert content(tmp_path / "made") == {}


def test_of_several_networks_a_damaged_one_is_named_and_the_others_kept(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    content = networks[1].read_bytes()
    networks[1].write_bytes(content[:100])
    made = tmp_path / "made"
    result = topoprint("diagram", *networks, "-o", made / "{network}.h5")
    refused(result, networks[1], "; the other 2 are kept for the next time")
    networks[1].write_bytes(content)
    assert topoprint("diagram", *networks, "-o", made / "{network}.h5").returncode == 0
    assert sorted(path.name for path in made.iterdir()) == [f"net-{n}.h5" for n in range(3)]
    twice = topoprint("diagram", *networks, "-o", made / "same.h5")
    refused(twice, "same.h5: would be written twice; put what differs, {network} or {seed}, into")


def test_a_graph_and_a_part_of_a_file_are_named_after_the_file(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    graph = tmp_path / "some.safetensors"
    ends = {"sources": np.array([0]), "targets": np.array([1])}
    save_file({**ends, "weights": np.array([0.5], np.float32)}, graph)
    part = f"{networks[0]}::layers*"
    result = topoprint("diagram", graph, part, "-o", tmp_path / "{network}.h5")
    assert result.returncode == 0, result.stderr
    for name in ("some", "n1::layers*"):
        assert tp.Diagram.load(tmp_path / f"{name}.h5").id.network == name


def test_only_names_of_files_are_filled_in() -> None:
    own = tp.NetworkId("d", "a", 1)
    assert filled(Path("x/{dataset}-{network}/{seed}.h5"), own) == Path("x/d-a/1.h5")
    assert filled(Path("{other}.h5"), own) == Path("{other}.h5")
    for value in (tp.NetworkId("d", "../a", 1), tp.NetworkId("d", ".."), tp.NetworkId("d", "")):
        with pytest.raises(tp.InputError, match=r"x/\{network\}: \{network\} is .* names no file"):
            filled(Path("x/{network}"), value)
    with pytest.raises(tp.InputError, match=r"\{seed\} is '' of network 'a'"):
        filled(Path("{seed}.h5"), tp.NetworkId("d", "a"))


def test_distances_are_brought_up_to_date_from_a_copy(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    out, kept = tmp_path / "d.h5", tmp_path / "kept/d.h5"
    words = ["distances", *networks, "--measure", "heat", "--kept", kept, "-o", out]
    assert topoprint(*words).returncode == 0
    first = out.read_bytes()
    assert kept.read_bytes() == first
    out.unlink()
    again = topoprint(*words, "--measure", "landscape")
    assert "computed landscape, kept 1" in again.stderr
    assert kept.read_bytes() == out.read_bytes() != first
