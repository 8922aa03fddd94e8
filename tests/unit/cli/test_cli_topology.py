"""The stages from networks to averaged matrices, and what any stage refuses."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import save_file
from support import refused, small_network

import topoprint as tp

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_diagram_command_is_the_library(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    pytest.importorskip("gudhi")
    out = tmp_path / "out.h5"
    arguments = ("--zeta", 0.25, "--no-bias", "--engine", "gudhi", "--max-dimension", 1)
    assert topoprint("diagram", networks[0], "-o", out, *arguments).returncode == 0
    made = tp.Diagram.load(out)
    graph = tp.to_graph(tp.Network.load(networks[0]), zeta=0.25, bias=False)
    expected = tp.persistence(graph, 1, "gudhi")
    assert made.max_dimension == 1
    for dimension in (0, 1):
        np.testing.assert_array_equal(made.bars(dimension), expected.bars(dimension))
    assert made.id == tp.NetworkId("d", "net-0", 1)


def test_compare_networks_or_diagrams(
    networks: list[Path], diagrams: list[Path], topoprint: Command
) -> None:
    as_json = json.loads(topoprint("compare", *networks, "--json").stdout)
    assert as_json["labels"] == [str(path) for path in networks]
    expected = tp.distance_matrix([tp.Diagram.load(path) for path in diagrams], "heat")
    assert as_json["measures"]["heat"]["distances"] == expected.values.tolist()
    mixed = topoprint("compare", networks[0], diagrams[1], diagrams[2], "--measure", "heat")
    assert mixed.returncode == 0
    header, *rows = mixed.stdout.splitlines()[1:]
    assert header.split() == ["n1.safetensors", "n2.h5", "n3.h5"]
    assert rows[0].split()[2] == f"{expected.values[0, 1]:.6g}"
    alike = json.loads(topoprint("compare", networks[0], networks[0], "--json").stdout)
    assert all(not np.any(found["distances"]) for found in alike["measures"].values())


def test_compare_takes_a_torch_state_dict(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Dropout(0.2), nn.Linear(5, 3))
    torch.save(model.state_dict(), tmp_path / "model.pt")
    result = topoprint("compare", tmp_path / "model.pt", networks[0], "--json")
    assert result.returncode == 0, result.stderr
    loaded = tp.Network.load(tmp_path / "model.pt")
    assert loaded.layer_sizes == (4, 5, 3)
    torch.save(model, tmp_path / "whole.pt")
    refused = topoprint("compare", tmp_path / "whole.pt", networks[0])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "whole.pt" in refused.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import topoprint",
        "import sys; sys.argv = ['topoprint', 'diagram', 'n1.safetensors', '-o', 'o.h5']\n"
        "from topoprint.cli import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code",
    ],
)
def test_nothing_heavy_is_imported(networks: list[Path], tmp_path: Path, code: str) -> None:
    heavy = "{'torch', 'gtda', 'sklearn', 'matplotlib', 'snakemake', 'pyflagser', 'scipy.stats'}"
    checked = f"{code}\nimport sys\nassert not {heavy} & set(sys.modules), set(sys.modules)"
    subprocess.run([sys.executable, "-c", checked], cwd=tmp_path, check=True)


BAD = {
    "nan": {"0.weight": np.full((3, 2), np.nan, np.float32)},
    "infinite": {"0.weight": np.array([[np.inf, 1]], np.float32)},
    "zero": {"0.weight": np.zeros((3, 2), np.float32)},
    "quantised": {"0.weight": np.ones((3, 2), np.int8)},
    "nothing": {"running_mean": np.ones(3, np.float32)},
}
SENTENCES = {
    "nan": "NaN",
    "infinite": "infinity",
    "zero": "zero",
    "quantised": "0.weight is quantised",
    "nothing": "none of its 1 tensors are weights",
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_weights_are_refused(kind: str, tmp_path: Path, topoprint: Command) -> None:
    path, out = tmp_path / f"{kind}.safetensors", tmp_path / "new" / "out.h5"
    save_file(BAD[kind], path)
    refused(topoprint("diagram", path, "-o", out), path, SENTENCES[kind])
    assert not out.parent.exists()


def test_truncated_and_missing_files_are_refused(
    networks: list[Path], diagrams: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    out = tmp_path / "new" / "out.h5"
    for path in (networks[0], diagrams[0]):
        path.write_bytes(path.read_bytes()[:-200])
    refused(topoprint("diagram", networks[0], "-o", out), networks[0])
    for part in (diagrams[0], networks[0]):
        refused(topoprint("distances", *networks[1:], part, "-o", out), part)
    refused(topoprint("compare", *diagrams), diagrams[0])
    refused(topoprint("compare", networks[1], tmp_path / "none.safetensors"), "no such file")
    refused(topoprint("average", networks[1], "-o", out), networks[1])
    refused(topoprint("average", diagrams[1], "-o", out), diagrams[1], "topoprint distances")
    refused(topoprint("train", diagrams[1], "-o", out.with_suffix(".safetensors"),
                          "--network", "a", "--seed", 1), diagrams[1])  # fmt: skip
    assert not out.parent.exists()


def test_a_file_of_another_version_is_refused(
    networks: list[Path], diagrams: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    with h5py.File(diagrams[0], "r+") as file:
        file.attrs["format_version"] = 99
    refused(topoprint("compare", *diagrams), diagrams[0], "99", "reads 1 and 2")
    header = json.dumps({"format": "topoprint network", "format_version": 99})
    save_file({"0.weight": np.ones((2, 2), np.float32)}, networks[0], {"topoprint": header})
    refused(topoprint("compare", *networks), networks[0], "99", "reads 1, 2 and 3")


def test_networks_that_do_not_belong_together_are_not_mixed(
    diagrams: list[Path], networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    out = tmp_path / "out.h5"
    twice = topoprint("distances", networks[0], networks[0], "-o", out)
    refused(twice, networks[0], "are the same network")
    refused(topoprint("distances", *diagrams, "-o", out), "no trained network is among the files")
    assert not out.exists()
    # Of several seeds or data sets, they are told apart.
    for change in ({"run": 2}, {"dataset": "e"}):
        small_network(0, **change).save(tmp_path / "other.safetensors")  # type: ignore[arg-type]
        mixed = topoprint("distances", networks[0], tmp_path / "other.safetensors", "-o", out)
        assert mixed.returncode == 0, mixed.stderr
        assert tp.load_distances(out)["heat"].index.ids[0] == tp.NetworkId("d", "net-0", 1)
        refused(topoprint("average", out, out, "-o", tmp_path / "m.h5"), "is given twice")
        if "run" in change:
            refused(topoprint("average", out, "-o", tmp_path / "m.h5"), out, "of several seeds")
    for name, members in (("a.h5", networks[:2]), ("b.h5", networks[1:])):
        assert topoprint("distances", *members, "-o", tmp_path / name).returncode == 0
    (tmp_path / "c.h5").write_bytes((tmp_path / "a.h5").read_bytes())
    refused(topoprint("average", tmp_path / "a.h5", tmp_path / "a.h5", "-o", out), "is given twice")
    refused(
        topoprint("average", tmp_path / "a.h5", tmp_path / "c.h5", "-o", out),
        tmp_path / "c.h5", "seed 1 is among the files twice",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("compare", "{0}"), "at least two"),
        (("compare", "{0}", "{1}", "--measure", "cosine"), "'cosine' is not known; did you mean"),
        (("compare", "{0}", "{1}", "--bins", "1"), "bins: input should be greater than or equal"),
        (("compare", "{0}", "{1}", "--measure", "heat:sigma=nan"), "measure heat: sigma"),
        (("compare", "{0}", "{1}", "--measure", "heat:sgima=1"), "did you mean 'sigma'?"),
        (("compare", "{0}", "{1}", "--measure", "heat:sigma"), "'sigma' is no KEY=VALUE"),
        (("compare", "{0}", "{1}", "--measure=heat", "--measure=heat"), "is asked for twice"),
        (("compare", "{0}", "{1}", "--measure", "cka"), "needs its responses"),
        (
            ("compare", "{0}", "{1}", "-o", "d"),
            "without a suffix; end its name in .csv or",
        ),
        (("compare", "{0}", "{1}", "--plot", "d.h5"), "d.h5: SVG or PDF or PNG is written here"),
        (("compare", "{0}", "{1}", "--grid", "own"), "input should be 'paper' or 'shared'"),
        (("diagram", "{0}", "-o", "x.h5", "--zeta", "2"), "zeta must lie between 0 and 1"),
        (
            ("diagram", "{0}", "-o", "x.h5", "--engine", "ripser"),
            "'auto', 'forest', 'flagser' or 'gudhi'",
        ),
        (("diagram", "{0}", "-o", "x.h5", "--layers", "one"), "no layer named 'one'"),
        (("prepare", "--spec", "{{}}", "-o", "x.h5"), "the key 'type' is missing"),
        (("config", "none.yaml"), "none.yaml: cannot be read"),
    ],
)
def test_bad_options_are_refused(
    arguments: tuple[str, ...], sentence: str, networks: list[Path], topoprint: Command
) -> None:
    refused(topoprint(*(part.format(*networks) for part in arguments)), sentence)


def test_an_interrupted_stage_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from topoprint import cli\n"
        "from topoprint.homology import diagram\n"
        "def stop(*_): os.kill(os.getpid(), signal.SIGTERM)\n"
        "diagram.write_values = stop\n"
        "import sys; sys.argv = ['topoprint', 'diagram', 'n.safetensors', '-o', 'out.h5']\n"
        "cli.main()\n"
    )
    small_network(1).save(tmp_path / "n.safetensors")
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert result.returncode == 143
    assert [path.name for path in tmp_path.iterdir()] == ["n.safetensors"]


def test_a_network_with_skip_connections_is_given_as_a_graph(
    tmp_path: Path, topoprint: Command
) -> None:
    edges = {
        "sources": np.array([0, 1, 0, 2]),
        "targets": np.array([1, 2, 2, 3]),
        "weights": np.array([1.0, 0.5, 0.25, -0.5], np.float32),
    }
    save_file(edges, tmp_path / "skip.safetensors")
    made = tmp_path / "skip.h5"
    assert topoprint("diagram", tmp_path / "skip.safetensors", "-o", made).returncode == 0
    diagram = tp.Diagram.load(made)
    assert diagram.bars(0).tolist() == [
        [0, np.float32(1e-6)], [0, 0.5], [0, 0.5], [0, np.inf],
    ]  # fmt: skip
    assert len(diagram.bars(1)) == 0  # the triangle fills the cycle as the last edge closes it
    refused(
        topoprint("diagram", tmp_path / "skip.safetensors", "-o", made, "--engine", "forest"),
        "skip.safetensors", "this graph has one",
    )  # fmt: skip
    save_file(edges | {"n_vertices": np.array(2)}, tmp_path / "few.safetensors")
    refused(topoprint("diagram", tmp_path / "few.safetensors", "-o", made), "few.safetensors")
