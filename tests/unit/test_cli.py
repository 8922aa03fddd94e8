import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import topoprint as tp
from topoprint.comparison.study import Study
from topoprint.responses.responses import Activations, save_activations

Command = Callable[..., subprocess.CompletedProcess[str]]


def network(seed: int, name: str = "", dataset: str = "d", run: str = "1") -> tp.Network:
    random = np.random.default_rng(seed)
    identity = {"dataset": dataset, "network": name or f"net-{seed}", "seed": run}
    return tp.Network.from_layers(
        [(random.normal(size=(5, 4)), random.normal(size=5)), (random.normal(size=(3, 5)), None)],
        {"identity": identity, "test_accuracy": 0.5, "test_loss": 1.0},
    )


@pytest.fixture
def networks(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"n{seed}.safetensors" for seed in (1, 2, 3)]
    for seed, path in enumerate(paths):
        network(seed).save(path)
    return paths


@pytest.fixture
def diagrams(networks: list[Path], topoprint: Command) -> list[Path]:
    made = [path.with_suffix(".h5") for path in networks]
    for path, diagram in zip(networks, made, strict=True):
        assert topoprint("diagram", path, "-o", diagram).returncode == 0
    return made


def test_help_lists_the_stages(topoprint: Command) -> None:
    result = topoprint("--help")
    assert result.returncode == 0
    stages = ("data", "train", "diagram", "distances", "average", "accuracy", "figures", "tables")
    for stage in (*stages, "baselines", "overview", "paper", "report", "compare", "config"):
        assert f"  {stage} " in result.stdout


def test_stages_by_hand_from_networks_to_report(
    diagrams: list[Path], networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    steps: list[tuple[object, ...]] = [
        ("distances", *diagrams, "--output", tmp_path / "distances/seed1.h5", "--bins", 50),
        ("baselines", *networks, "--output", tmp_path / "baselines/seed1.h5"),
        (
            "average", tmp_path / "distances/seed1.h5", tmp_path / "baselines/seed1.h5",
            "-o", tmp_path / "matrices.h5",
        ),
        (
            "paper", tmp_path / "matrices.h5", "-o", tmp_path / "t/p.csv",
            "--norms", tmp_path / "t/own.csv", "--statistics", tmp_path / "t/t2.csv",
        ),
        ("overview", tmp_path / "matrices.h5", "-o", tmp_path / "panels"),
        ("accuracy", *networks, "-o", tmp_path / "t/a.csv", "--figures", tmp_path / "figures"),
        (
            "tables", tmp_path / "matrices.h5", "--statistics", tmp_path / "t/s.csv",
            "--distances", tmp_path / "t/d.csv", "--networks", tmp_path / "t/n.csv",
        ),
        ("figures", tmp_path / "matrices.h5", "-o", tmp_path / "figures"),
        (
            "report", tmp_path / "matrices.h5", "--accuracy", tmp_path / "t/a.csv",
            "-o", tmp_path / "r.html",
        ),
    ]  # fmt: skip
    for step in steps:
        result = topoprint(*step)
        assert result.returncode == 0, result.stderr
    (matrix, *_), _ = tp.load_average(tmp_path / "matrices.h5")
    loaded = [tp.Diagram.load(path) for path in diagrams]
    expected = tp.distance_matrix(loaded, matrix.measure, bins=50)
    np.testing.assert_array_equal(matrix.mean, expected.values)
    assert (tmp_path / "figures/heat_mean.pdf").is_file()
    assert (tmp_path / "figures/accuracy.pdf").is_file()
    assert "net-1" in (tmp_path / "r.html").read_text()
    assert not list(tmp_path.rglob("*.tmp"))


def test_diagram_command_is_the_library(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    out = tmp_path / "out.h5"
    arguments = ("--zeta", 0.25, "--no-bias", "--engine", "flagser", "--max-dimension", 1)
    assert topoprint("diagram", networks[0], "-o", out, *arguments).returncode == 0
    made = tp.Diagram.load(out)
    graph = tp.to_graph(tp.Network.load(networks[0]), zeta=0.25, bias=False)
    expected = tp.persistence(graph, 1, "flagser")
    assert made.max_dimension == 1
    for dimension in (0, 1):
        np.testing.assert_array_equal(made.bars(dimension), expected.bars(dimension))
    assert made.identity == {"dataset": "d", "network": "net-0", "seed": "1"}


def test_compare_networks_or_diagrams(
    networks: list[Path], diagrams: list[Path], topoprint: Command
) -> None:
    as_json = json.loads(topoprint("compare", *networks, "--json").stdout)
    assert as_json["labels"] == [str(path) for path in networks]
    expected = tp.distance_matrix([tp.Diagram.load(path) for path in diagrams], "heat")
    assert as_json["measures"]["heat"]["distances"] == expected.values.tolist()
    mixed = topoprint("compare", networks[0], diagrams[1], diagrams[2], "--metric", "heat")
    assert mixed.returncode == 0
    header, *rows = mixed.stdout.splitlines()[1:]
    assert header.split() == [str(networks[0]), str(diagrams[1]), str(diagrams[2])]
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
    "shapes": {"0.weight": np.ones((3, 2), np.float32), "1.weight": np.ones((2, 4), np.float32)},
    "zero": {"0.weight": np.zeros((3, 2), np.float32)},
    "convolution": {"0.weight": np.ones((3, 2, 3, 3), np.float32)},
    "nothing": {"mean": np.ones(3, np.float32)},
}
SENTENCES = {
    "nan": "NaN",
    "infinite": "infinity",
    "shapes": "--layers",
    "zero": "zero",
    "convolution": "'0.weight'",
    "nothing": "'mean'",
}


def refused(result: subprocess.CompletedProcess[str], *parts: object) -> None:
    """One sentence that names the parts, exit status 2, no traceback."""
    assert result.returncode == 2, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("topoprint: ")
    for part in parts:
        assert str(part) in result.stderr, result.stderr
    assert result.stdout == ""


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
    refused(topoprint("distances", *diagrams, "-o", out), diagrams[0])
    refused(topoprint("compare", *diagrams), diagrams[0])
    refused(topoprint("compare", networks[1], tmp_path / "none.safetensors"), "no such file")
    refused(topoprint("average", networks[1], "-o", out), networks[1])
    refused(topoprint("average", diagrams[1], "-o", out), diagrams[1], "topoprint distances")
    refused(topoprint("train", diagrams[1], "-o", out, "--initial", out, "--network", "a",
                      "--seed", 1), diagrams[1])  # fmt: skip
    assert not out.parent.exists()


def test_a_file_of_another_version_is_refused(
    networks: list[Path], diagrams: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    import h5py

    with h5py.File(diagrams[0], "r+") as file:
        file.attrs["format_version"] = 99
    refused(topoprint("compare", *diagrams), diagrams[0], "99", "version 1")
    header = json.dumps({"format": "topoprint network", "format_version": 99})
    save_file({"0.weight": np.ones((2, 2), np.float32)}, networks[0], {"topoprint": header})
    refused(topoprint("compare", *networks), networks[0], "99", "version 1")


def test_diagrams_of_other_networks_are_not_mixed(
    diagrams: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    out = tmp_path / "out.h5"
    twice = topoprint("distances", diagrams[0], diagrams[0], "-o", out)
    refused(twice, "both of network 'net-0'")
    for change in ({"run": "2"}, {"dataset": "e"}):
        network(7, **change).save(tmp_path / "other.safetensors")
        topoprint("diagram", tmp_path / "other.safetensors", "-o", tmp_path / "other.h5")
        mixed = topoprint("distances", diagrams[0], tmp_path / "other.h5", "-o", out)
        refused(mixed, tmp_path / "other.h5", "one seed of one data set")
    assert not out.exists()
    for name, members in (("a.h5", diagrams[:2]), ("b.h5", diagrams[1:])):
        assert topoprint("distances", *members, "-o", tmp_path / name).returncode == 0
    refused(
        topoprint("average", tmp_path / "a.h5", tmp_path / "a.h5", "-o", out),
        "among the files twice",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("compare", "{0}"), "at least two"),
        (("compare", "{0}", "{1}", "--metric", "cosine"), "choose landscape, silhouette, heat"),
        (("compare", "{0}", "{1}", "--bins", "1"), "bins must be at least 2"),
        (("compare", "{0}", "{1}", "--heat-sigma", "nan"), "sigma of heat"),
        (("compare", "{0}", "{1}", "--grid", "own"), "choose paper or shared"),
        (("diagram", "{0}", "-o", "x.h5", "--zeta", "2"), "zeta must lie between 0 and 1"),
        (("diagram", "{0}", "-o", "x.h5", "--engine", "ripser"), "choose auto, forest, flagser"),
        (("diagram", "{0}", "-o", "x.h5", "--layers", "one"), "no layer named 'one'"),
        (("data", "--spec", "{{}}", "-o", "x.h5"), "the key 'type' is missing"),
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
        "diagram._write_values = stop\n"
        "import sys; sys.argv = ['topoprint', 'diagram', 'n.safetensors', '-o', 'out.h5']\n"
        "cli.main()\n"
    )
    network(1).save(tmp_path / "n.safetensors")
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


def test_a_verdict_sets_distances_beside_those_of_null_models(
    networks: list[Path], topoprint: Command
) -> None:
    chosen = ("--measure", "heat", "--null", "shuffled_layers", "--null", "gaussian")
    result = topoprint("verdict", *networks[:2], *chosen, "--repetitions", 5)
    assert result.returncode == 0, result.stderr
    assert result.stdout == topoprint("verdict", *networks[:2], *chosen, "--repetitions", 5).stdout
    name, pair = result.stdout.splitlines()
    assert name == "heat"
    assert pair.startswith(f"  {networks[0]} – {networks[1]}: ")
    assert "z: shuffled_layers " in pair
    assert ", gaussian " in pair

    def scores(*models: str) -> dict[str, float]:
        asked = [option for model in models for option in ("--null", model)]
        made = topoprint("verdict", *networks[:2], *asked, "--json", "--repetitions", 5).stdout
        return json.loads(made)["measures"]["silhouette"][0]["z"]

    together = scores("shuffled_layers", "gaussian")
    assert together == scores("shuffled_layers") | scores("gaussian")
    assert len(set(together.values())) == 2
    shown = json.loads(topoprint("verdict", *networks[:2], "--json", "--repetitions", 2).stdout)
    compared = json.loads(topoprint("compare", *networks[:2], "--json").stdout)
    assert shown["measures"]["heat"][0]["distance"] == pytest.approx(
        compared["measures"]["heat"]["distances"][0][1]
    )
    refused = topoprint("verdict", networks[0])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_networks_of_several_seeds_are_studied_together(tmp_path: Path, topoprint: Command) -> None:
    paths = []
    for number, (name, seed) in enumerate([("a-1", "1"), ("a-2", "1"), ("a-1", "2"), ("a-2", "2")]):
        identity = {"dataset": "d", "network": name, "seed": seed}
        made = network(number)
        paths.append(tmp_path / f"{name}.{seed}.safetensors")
        tp.Network(made.weights, made.biases, {"identity": identity}).save(paths[-1])
    out = tmp_path / "study.h5"
    chosen = ("--measure", "heat", "--measure", "bottleneck", "-o", out)
    refused(topoprint("study", *paths, *chosen), "one seed of one data set")
    result = topoprint("study", *paths, *chosen, "--across-seeds")
    assert result.returncode == 0, result.stderr
    study, identity = Study.load(out)
    assert identity == {"dataset": "d", "seed": "all"}
    assert study.labels == ("a-1/seed1", "a-2/seed1", "a-1/seed2", "a-2/seed2")
    assert list(study.real) == ["heat", "bottleneck"]
    refused(topoprint("study", *paths, "--measure", "cka", "--across-seeds", "-o", out), "needs")
    refused(
        topoprint("study", *paths, *chosen, "--across-seeds", "--null", "random_labels"),
        "a-1.1.random_labels.safetensors",
    )


def studies(folder: Path, topoprint: Command, *options: object) -> list[Path]:
    """Studies of three networks of two seeds of a data set, and of another data set."""
    made = []
    for dataset, run in (("d", "1"), ("d", "2"), ("e", "1")):
        paths = []
        for number in range(3):
            paths.append(folder / f"{dataset}{run}{number}.safetensors")
            network(number + 7 * int(run), f"a-{number}", dataset, run).save(paths[-1])
        made.append(folder / f"{dataset}{run}.h5")
        result = topoprint("study", *paths, *options, "-o", made[-1])
        assert result.returncode == 0, result.stderr
    return made


def judged(folder: Path) -> list[object]:
    tables = [(f"--{name}", folder / f"{name}.csv") for name in ("nulls", "explained", "truths")]
    return [*(part for table in tables for part in table), "--figures", folder / "figures"]


def test_studies_that_cannot_be_judged_together_are_refused(
    tmp_path: Path, topoprint: Command
) -> None:
    simple = ("--measure", "heat", "--measure", "number_of_edges", "--measure", "weight_histogram")
    one, two, other = studies(tmp_path, topoprint, *simple)
    out = tmp_path / "out"
    refused(topoprint("judge", one, other, *judged(out)), "one data set", "d, e")
    refused(topoprint("judge", one, one, *judged(out)), one, "seed 1 is among the studies twice")
    assert topoprint("judge", one, two, *judged(out)).returncode == 0
    for path in studies(tmp_path, topoprint, "--measure", "heat")[:1]:
        refused(topoprint("judge", path, *judged(tmp_path / "none")), "nothing to judge by")
    assert not (tmp_path / "none").exists()


def test_answers_of_another_data_set_are_not_taken(tmp_path: Path, topoprint: Command) -> None:
    answer = Activations(np.eye(4, dtype=np.float32), np.arange(4))
    names = [f"a-{number}" for number in range(3)]
    files = []
    for dataset in ("d", "e"):
        files.append(tmp_path / f"{dataset}.answers.h5")
        identity = {"dataset": dataset, "seed": "1"}
        save_activations(files[-1], {(name, "trained"): answer for name in names}, identity)
    studies(tmp_path, topoprint, "--measure", "heat")
    paths = [tmp_path / f"d1{number}.safetensors" for number in range(3)]
    asked = ("study", *paths, "--measure", "predictions", "-o", tmp_path / "s.h5", "--activations")
    refused(topoprint(*asked, files[1]), "needs activations")
    assert topoprint(*asked, files[0]).returncode == 0


def test_a_missing_package_is_named(networks: list[Path], tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        f"sys.argv = ['topoprint', 'accuracy', {str(networks[0])!r}, '-o', "
        f"{str(tmp_path / 'a.csv')!r}, '--figures', {str(tmp_path / 'f')!r}]\n"
        "from topoprint.cli import main; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "needs matplotlib, which is not installed: pip install" in result.stderr
