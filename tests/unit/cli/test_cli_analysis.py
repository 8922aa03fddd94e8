"""The stages from distances to evaluation, figures, tables and report."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from support import refused, small_network

import topoprint as tp
from topoprint.comparison.files import load_comparison
from topoprint.measures.registry import PAPER, measures
from topoprint.responses.responses import Responses, save_responses

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_help_lists_the_stages(topoprint: Command) -> None:
    result = topoprint("--help")
    assert result.returncode == 0
    stages = ("prepare", "train", "respond", "diagram", "distances", "average", "accuracy")
    analysis = ("figures", "tables", "overview", "paper", "evaluate", "what-it-sees", "report")
    for stage in (*stages, *analysis, "compare", "verdict", "measures", "config"):
        assert f"  {stage} " in result.stdout


def test_measures_are_listed_with_what_they_declare(topoprint: Command) -> None:
    shown = topoprint("measures")
    assert shown.returncode == 0
    names = [line.split(":")[0] for line in shown.stdout.splitlines() if line[0] != " "]
    assert names == list(measures())
    rows = {row["measure"]: row for row in json.loads(topoprint("measures", "--json").stdout)}
    assert list(rows) == list(measures())
    assert rows["cka"]["needs"] == "responses"
    assert rows["heat_h0"]["parameters of its own"] == "dimensions: [0]"
    assert (rows["bottleneck"]["range"], rows["heat"]["range"]) == ("[0, 1]", "[0, ∞)")


def test_stages_by_hand_from_networks_to_report(
    diagrams: list[Path], networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    steps: list[tuple[object, ...]] = [
        (
            "distances", *networks, *diagrams, "--output", tmp_path / "distances/seed1.h5",
            "--measure", "silhouette:bins=50", "--measure", "heat:bins=50", "--measure", "one_norm",
            "--measure", "number_of_edges", "--measure", "weight_histogram",
        ),
        ("average", tmp_path / "distances/seed1.h5", "-o", tmp_path / "matrices.h5"),
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
            "evaluate", tmp_path / "distances/seed1.h5", "--null-tests", tmp_path / "t/e.csv",
            "--variance", tmp_path / "t/v.csv", "--retrieval", tmp_path / "t/r.csv",
            "--figures", tmp_path / "figures",
        ),
        (
            "what-it-sees", tmp_path / "distances/seed1.h5", "-o", tmp_path / "t/w.csv",
            "--figures", tmp_path / "figures",
        ),
        (
            "report", tmp_path / "t/a.csv", tmp_path / "distances/seed1.h5",
            tmp_path / "matrices.h5", "-o", tmp_path / "r.html",
        ),
    ]  # fmt: skip
    for step in steps:
        result = topoprint(*step)
        assert result.returncode == 0, result.stderr
    matrix, *others = tp.load_average(tmp_path / "matrices.h5")
    loaded = [tp.Diagram.load(path) for path in diagrams]
    expected = tp.distance_matrix(loaded, matrix.measure, bins=50)
    np.testing.assert_array_equal(matrix.mean, expected.values)
    assert [other.measure for other in others][1:] == [
        "one_norm", "number_of_edges", "weight_histogram",
    ]  # fmt: skip
    assert (tmp_path / "figures/what_it_sees.pdf").is_file()
    assert (tmp_path / "figures/evaluation.svg").is_file()
    assert "silhouette,3," in (tmp_path / "t/v.csv").read_text()
    assert (tmp_path / "figures/heat_mean.pdf").is_file()
    assert (tmp_path / "figures/accuracy.pdf").is_file()
    page = (tmp_path / "r.html").read_text()
    assert "net-1" in page
    assert "50.0" in page  # the accuracy of each network
    assert not list(tmp_path.rglob("*.tmp"))


def test_distances_without_measures_are_those_of_the_paper(
    networks: list[Path], tmp_path: Path, topoprint: Command
) -> None:
    assert topoprint("distances", *networks, "-o", tmp_path / "d.h5").returncode == 0
    found = tp.load_distances(tmp_path / "d.h5")
    assert tuple(found) == PAPER
    compared = tp.compare(networks, measures=PAPER)
    for name in PAPER:
        np.testing.assert_array_equal(found[name].values, compared[name].values)


def test_networks_of_several_seeds_are_compared_together(
    tmp_path: Path, topoprint: Command
) -> None:
    paths = []
    for number, (name, seed) in enumerate([("a-1", 1), ("a-2", 1), ("a-1", 2), ("a-2", 2)]):
        paths.append(tmp_path / f"{name}.{seed}.safetensors")
        small_network(number, name, run=seed).save(paths[-1])
    out = tmp_path / "together.h5"
    chosen = ("--measure", "heat", "--measure", "bottleneck", "-o", out)
    result = topoprint("distances", *paths, *chosen)
    assert result.returncode == 0, result.stderr
    found = load_comparison(out)
    assert found.index.datasets == ("d",)
    assert found.index.seeds == (1, 2)
    assert found.index.labels == ("a-1/seed1", "a-2/seed1", "a-1/seed2", "a-2/seed2")
    assert list(found.matrices) == ["heat", "bottleneck"]
    refused(topoprint("average", out, "-o", tmp_path / "m.h5"), out, "of several seeds")
    before = out.read_bytes()
    refused(topoprint("distances", *paths, "--measure", "cka", "-o", out), "needs its responses")
    spec = json.dumps({"measures": ["heat"], "nulls": ["random_labels"]})
    refused(
        topoprint("distances", *paths, "--spec", spec, "-o", out),
        "null model 'random_labels'", "a-1.1.safetensors",
    )  # fmt: skip
    assert out.read_bytes() == before


def compared(folder: Path, topoprint: Command, *options: object) -> list[Path]:
    """Distances of three networks of two seeds of a data set, and of another data set."""
    made = []
    for dataset, run in (("d", 1), ("d", 2), ("e", 1)):
        paths = []
        for number in range(3):
            paths.append(folder / f"{dataset}{run}{number}.safetensors")
            small_network(number + 7 * run, f"a-{number}", dataset, run).save(paths[-1])
        made.append(folder / f"{dataset}{run}.h5")
        result = topoprint("distances", *paths, *options, "-o", made[-1])
        assert result.returncode == 0, result.stderr
    return made


def tables(folder: Path) -> list[object]:
    names = ("null-tests", "variance", "retrieval")
    made = [(f"--{name}", folder / f"{name}.csv") for name in names]
    return [*(part for table in made for part in table), "--figures", folder / "figures"]


def test_distances_that_cannot_be_evaluated_together_are_refused(
    tmp_path: Path, topoprint: Command
) -> None:
    simple = ("--measure", "heat", "--measure", "number_of_edges", "--measure", "weight_histogram")
    one, two, other = compared(tmp_path, topoprint, *simple)
    out = tmp_path / "out"
    refused(topoprint("evaluate", one, other, *tables(out)), "one collection", "d, e")
    again = tmp_path / "again.h5"
    again.write_bytes(one.read_bytes())
    refused(topoprint("evaluate", one, one, *tables(out)), one, "is among the files twice")
    refused(topoprint("evaluate", one, again, *tables(out)), again, "seed 1 is among the files twi")
    found = topoprint("evaluate", one, two, *tables(out))
    assert found.returncode == 0
    assert found.stderr.endswith("beside others that do not: the table of retrieval is empty\n")
    for path in compared(tmp_path, topoprint, "--measure", "heat")[:1]:
        refused(topoprint("evaluate", path, *tables(tmp_path / "none")), "nothing to evaluate")
    assert not (tmp_path / "none").exists()


def test_responses_of_another_data_set_are_not_taken(tmp_path: Path, topoprint: Command) -> None:
    answer = Responses(np.eye(4, dtype=np.float32), np.arange(4))
    compared(tmp_path, topoprint, "--measure", "heat")
    files = {}
    for dataset in ("d", "e"):
        files[dataset] = tmp_path / f"{dataset}.responses.h5"
        networks = [tp.Network.load(tmp_path / f"{dataset}1{n}.safetensors") for n in range(3)]
        index = tp.Index(network.row for network in networks)
        save_responses(files[dataset], index, [answer] * 3, {"inputs": dataset})
    paths = [tmp_path / f"d1{number}.safetensors" for number in range(3)]
    asked = ("distances", *paths, "--measure", "predictions", "-o", tmp_path / "s.h5")
    refused(topoprint(*asked, files["e"]), "needs its responses")
    refused(topoprint(*asked, files["d"], files["e"]), files["e"], "to other inputs")
    assert topoprint(*asked, files["d"]).returncode == 0


def test_responses_that_changed_are_compared_anew(tmp_path: Path, topoprint: Command) -> None:
    compared(tmp_path, topoprint, "--measure", "heat")
    paths = [tmp_path / f"d1{number}.safetensors" for number in range(3)]
    index = tp.Index(tp.Network.load(path).row for path in paths)
    out = tmp_path / "s.h5"
    found = []
    for last in ([0, 0], [1, 0]):
        answers = [
            Responses(np.eye(2, dtype=np.float32), np.array(predictions))
            for predictions in ([0, 0], [0, 0], last)
        ]
        save_responses(tmp_path / "r.h5", index, answers, {})
        result = topoprint("distances", *paths, tmp_path / "r.h5", "--measure", "predictions",
                           "-o", out)  # fmt: skip
        assert result.returncode == 0, result.stderr
        found.append(tp.load_distances(out)["predictions"].values[0, 2])
    assert found == [0, 0.5]
    again = topoprint("distances", *paths, tmp_path / "r.h5", "--measure", "predictions", "-o", out)
    assert again.stderr == "networks: 1 measures, computed none, kept 1\n"


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
