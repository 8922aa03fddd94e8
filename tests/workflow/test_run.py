"""A small real run of the whole workflow, and what a user sees when it cannot run."""

import re
import zipfile
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from support import ROOT, SMALL_CONFIG, snakemake

import topoprint as tp
from topoprint.comparison.files import load_comparison, load_comparisons
from topoprint.experiment.config import MATRICES, RESERVED
from topoprint.experiment.sections import RIVALS, Evaluation
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.measures.registry import PAPER, measures
from topoprint.measures.subject import Subject

LABELS = ("layer_size-8", "layer_size-12", "input_order-1", "input_order-2")


def of_library(measure: str, networks: list[tp.Network]) -> np.ndarray:
    """Distances of trained networks by the library."""
    known = measures()[measure]
    if isinstance(known, OfSummaries) and known.filtration == "magnitude":
        diagrams = [tp.persistence(tp.to_graph(network)) for network in networks]
        return tp.distance_matrix(diagrams, measure).values
    subjects = [Subject(network.id.network, lambda own=network: own) for network in networks]
    return known.distances(subjects)


def test_matrices_are_those_of_the_library(finished_run: Path) -> None:
    matrices = tp.load_average(finished_run / "results/digits/matrices.h5")
    assert [matrix.measure for matrix in matrices] == list(MATRICES)
    networks = {
        seed: [
            tp.Network.load(
                finished_run / f"results/digits/networks/{label}/seed{seed}.safetensors"
            )
            for label in LABELS
        ]
        for seed in (1, 2)
    }
    for matrix in matrices:
        assert matrix.index.datasets == ("digits",)
        assert matrix.labels == LABELS
        assert matrix.groups == ("layer_size", "layer_size", "input_order", "input_order")
        assert matrix.seeds == (1, 2)
        assert matrix.parameters == measures()[matrix.measure].parameters
        for run, seed in zip(matrix.runs, matrix.seeds, strict=True):
            expected = of_library(matrix.measure, networks[seed])
            np.testing.assert_array_equal(run, expected)
        np.testing.assert_array_equal(matrix.mean, matrix.runs.mean(axis=0))


def test_rivals_are_compared_as_the_library_does(finished_run: Path) -> None:
    found = load_comparison(finished_run / "results/digits/distances/seed1.h5")
    assert list(found.matrices) == [*MATRICES, *RIVALS]
    folder = finished_run / "results/digits/networks"
    networks = [tp.Network.load(folder / label / "seed1.safetensors") for label in LABELS]
    assert found.index == tuple(network.row for network in networks)
    for name in RIVALS:
        if "responses" not in measures()[name].needs:
            expected = of_library(name, networks)
            np.testing.assert_array_equal(found.matrices[name].values, expected, err_msg=name)


def test_networks_of_one_configuration_are_different_networks(finished_run: Path) -> None:
    folder = finished_run / "results/digits/networks"
    base = tp.Network.load(folder / "layer_size-12/seed1.safetensors")
    other_name = tp.Network.load(folder / "input_order-1/seed1.initial.safetensors")
    other_seed = tp.Network.load(folder / "layer_size-12/seed2.safetensors")
    assert not np.array_equal(base.weights[0], other_seed.weights[0])
    initial = tp.Network.load(folder / "layer_size-12/seed1.initial.safetensors")
    assert not np.array_equal(initial.weights[0], other_name.weights[0])
    assert not np.array_equal(initial.weights[0], base.weights[0])


def test_the_report_is_one_self_contained_page(finished_run: Path) -> None:
    page = (finished_run / "results/report.html").read_text()
    assert not re.search(r'\b(src|srcset)="(?!data:)|<link|@import|url\(', page)
    assert "By landscape, the nearest networks of digits are " in page
    assert 'download="digits_heat_mean.csv"' in page
    assert "snakemake" in page
    assert "&#34;epochs&#34;: 2" in page
    assert '<th scope="row">train</th><td>4</td>' in page
    assert "&#34;root&#34;" not in page
    assert "What do the distances see?" in page


def test_the_evaluation_is_that_of_the_distances(finished_run: Path) -> None:
    folder = finished_run / "results/digits/distances"
    seeds = [load_comparison(folder / f"seed{seed}.h5") for seed in (1, 2)]
    nulls = [load_comparisons(folder / f"seed{seed}_nulls.h5") for seed in (1, 2)]
    everything = [*MATRICES, *RIVALS]
    by_measure = {
        matrix.measure: matrix
        for matrix in tp.load_average(finished_run / "results/digits/matrices.h5")
    }
    for seed, (real, made) in enumerate(zip(seeds, nulls, strict=True)):
        assert real.index.labels == LABELS
        states = [(null.index[0].id.state, null.index[0].id.repetition) for null in made]
        assert states == [("shuffled_layers", 0), ("shuffled_layers", 1), ("initial", 0)]
        for null in made:
            assert tuple(own.original for own in null.index.ids) == real.index.ids
        for measure in PAPER:
            np.testing.assert_array_equal(
                real.matrices[measure].values, by_measure[measure].runs[seed]
            )
    networks = finished_run / "results/digits/networks"
    initial = [
        tp.persistence(tp.to_graph(tp.Network.load(networks / label / "seed1.initial.safetensors")))
        for label in LABELS
    ]
    expected = tp.distance_matrix(initial, "heat").values
    np.testing.assert_array_equal(nulls[0][-1].matrices["heat"].values, expected)
    table = (finished_run / "results/tables/digits_null_tests.csv").read_text().splitlines()
    # Nulls of the weights answer nothing; the untrained network does.
    answering = [name for name in everything if "responses" in measures()[name].needs]
    others = len(everything) - len(answering)
    assert len(table) == 1 + others * len(Evaluation().nulls) + len(answering)
    assert list(nulls[0][-1].matrices) == everything
    assert list(nulls[0][0].matrices) == [name for name in everything if name not in answering]
    across = load_comparison(folder / "all_seeds.h5")
    assert across.index.seeds == (1, 2)
    assert across.index.datasets == ("digits",)
    assert across.index.labels[:2] == ("layer_size-8/seed1", "layer_size-8/seed2")
    first = [across.index.labels.index(f"{label}/seed1") for label in LABELS]
    np.testing.assert_array_equal(
        across.matrices["predictions"].values[np.ix_(first, first)],
        seeds[0].matrices["predictions"].values,
    )
    seen = (finished_run / "results/tables/what_it_sees.csv").read_text()
    assert "heat,ρ shuffled_layers,digits," in seen
    assert 'heat,"precision shape, across seeds",digits,' in seen


def test_a_second_data_set_is_compared_with_the_first_in_the_control(run_copy: Path) -> None:
    (run_copy / "b_more.yaml").write_text(
        "datasets:\n"
        "  - {name: digits, type: digits}\n"
        "  - name: other\n"
        "    type: digits\n"
        "    split_seed: 1\n"
        "    training: {batch_size: 256}\n"
        "    experiments: [{name: layer_size, networks: [{layer_size: 4}]}]\n"
    )
    before = {path: path.stat().st_mtime_ns for path in run_copy.glob("results/*/networks/*/*")}
    result = snakemake(run_copy)
    assert result.returncode == 0, result.stderr
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    matrix, *_ = tp.load_average(run_copy / "results/control/matrices.h5")
    assert matrix.index.datasets == ("digits", "other")
    assert matrix.labels == (
        "digits/input_order-1",
        "digits/input_order-2",
        "other/input_order-1",
        "other/input_order-2",
    )
    assert matrix.groups == ("digits", "digits", "other", "other")
    diagrams = [
        tp.Diagram.load(run_copy / f"results/{data}/diagrams/{network}/seed1.h5")
        for data, network in (label.split("/") for label in matrix.labels)
    ]
    expected = tp.distance_matrix(diagrams, matrix.measure).values
    np.testing.assert_array_equal(matrix.runs[0], expected)
    assert 'id="control"' in (run_copy / "results/report.html").read_text()
    assert (run_copy / "results/control/figures/heat_mean.svg").is_file()
    assert (run_copy / "results/figures/silhouette_std.pdf").is_file()
    norms = (run_copy / "results/tables/control_norms.csv").read_text().splitlines()
    assert [line.split(",")[:3] for line in norms[1:4]] == [
        ["one_norm", "digits", "input_order-1"],
        ["one_norm", "digits", "input_order-2"],
        ["one_norm", "other", "input_order-1"],
    ]
    distances = tp.load_distances(run_copy / "results/control/distances/seed1.h5")
    assert distances["weight_histogram"].labels == matrix.labels
    assert np.isfinite(distances["one_norm"].values).all()
    assert distances.keys().isdisjoint({"cka", "procrustes", "predictions"})
    retrieved = (run_copy / "results/tables/control_retrieval.csv").read_text()
    assert "heat,data set," in retrieved
    other, *_ = tp.load_average(run_copy / "results/other/matrices.h5")
    assert other.labels == ("layer_size-4", "input_order-1", "input_order-2")


def test_snakemake_report_has_captions(run_copy: Path) -> None:
    archive = run_copy / "report.zip"
    result = snakemake(run_copy, "--report", str(archive))
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(archive) as files:
        names = [name.rpartition("/")[2] for name in files.namelist()]
    assert "heat_mean.svg" in names
    assert "digits_accuracy.csv" in names


def test_a_second_run_gives_the_same_bytes(finished_run: Path, tmp_path: Path) -> None:
    (tmp_path / "a_small.yaml").write_text(SMALL_CONFIG)
    result = snakemake(tmp_path, "digits")
    assert result.returncode == 0
    # What a training tells is seen in the terminal and kept in its log.
    told = "digits layer_size-8 seed 2: epoch 2/2, loss "
    assert told in result.stdout + result.stderr
    first, second = (
        (tmp_path / "results/logs/train/digits/layer_size-8.log").read_text().split("\n", 1)
    )
    assert first.startswith(told.replace("seed 2", "seed 1"))
    assert second.startswith(told)
    compared = 0
    for path in sorted((tmp_path / "results").rglob("*")):
        relative = path.relative_to(tmp_path)
        if path.is_file() and relative.parts[1] not in ("logs", "benchmarks"):
            assert path.read_bytes() == (finished_run / relative).read_bytes(), relative
            compared += 1
    assert compared > 50


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ("trainin: {epochs: 2}", "trainin is not a known key; did you mean 'training'?"),
        ("training: {epochs: -2}", "training.epochs: input should be greater than or equal to 1"),
        ("datasets: [{name: digits, type: mnits}]", "datasets.0.type"),
        (
            "training: {epochs: 2}\ntraining: {}",
            "wrong.yaml, lines 1 and 2: 'training' stands twice",
        ),
        (
            "datasets: [{name: own, type: npz, path: 'a{dataset}.npz'}]",
            "data set own: data/a{dataset}.npz: Snakemake takes braces for wildcards",
        ),
    ],
)
def test_a_mistake_in_the_config_is_one_sentence(
    tmp_path: Path, mistake: str, expected: str
) -> None:
    (tmp_path / "wrong.yaml").write_text(mistake)
    result = snakemake(tmp_path)
    assert result.returncode != 0
    assert expected in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "results").exists()


def test_a_mistake_on_the_command_line_is_one_sentence(tmp_path: Path) -> None:
    wrong = ["--config", "seeds=[1, two]", "training={epoch: 3}"]
    result = snakemake(tmp_path, "--dry-run", *wrong, small=False)
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert (
        'config: seeds.1: input should be a valid integer, not "two"; training.epoch is not' in said
    )
    assert "Traceback" not in said


def test_the_default_config_asks_for_the_papers_95_networks(tmp_path: Path) -> None:
    result = snakemake(tmp_path, "--dry-run", "--quiet", "rules", small=False)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^train +19$", result.stdout + result.stderr, re.MULTILINE)


def test_the_default_profile_sets_nothing_of_a_cluster() -> None:
    import yaml

    profile = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    assert profile.keys() == {
        "cores",
        "max-jobs-per-timespan",
        "rerun-incomplete",
        "scheduler",
        "show-failed-logs",
    }


@pytest.mark.parametrize("grid", ["paper", "shared"])
@pytest.mark.parametrize("metric", ["landscape", "silhouette", "heat"])
def test_trained_networks_have_giottos_distances(
    finished_run: Path, metric: str, grid: Literal["paper", "shared"]
) -> None:
    pytest.importorskip("gtda")
    diagrams = [
        tp.Diagram.load(finished_run / f"results/digits/diagrams/{label}/seed1.h5")
        for label in LABELS
    ]
    nothing = tp.Diagram.from_bars([[(0, np.inf)], [], [], []])
    amplitudes = tp.distance_matrix([*diagrams, nothing], metric, grid).values[-1]
    exact = tp.distance_matrix(diagrams, metric, grid).values
    pytest.importorskip("gtda")
    giotto = tp.distance_matrix(diagrams, metric, grid, engine="giotto").values
    larger = np.maximum.outer(amplitudes[:-1], amplitudes[:-1])
    assert np.all(abs(exact - giotto) <= 1e-9 * larger)
    assert exact.max() > 0.01 * larger.min()


def test_no_data_set_can_take_the_name_of_a_rule(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("datasets: [{name: x, type: digits}]")
    result = snakemake(tmp_path, "--list-rules")
    rules = set(re.findall(r"^(\w+)$", result.stdout, re.MULTILINE))
    assert {"all", "train", "distances"} <= rules
    assert rules - {"x"} <= RESERVED


def test_a_control_of_two_networks_is_compared_but_not_evaluated(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "datasets: [{name: a, type: digits}, {name: b, type: digits, split_seed: 1}]\n"
        "experiments:\n"
        "  - {name: layer_size, networks: [{layer_size: 8}, {layer_size: 9}]}\n"
        "  - {name: input_order, networks: [{input_order: 1}]}\n"
    )
    result = snakemake(tmp_path, "--dry-run", "--quiet", "rules")
    assert result.returncode == 0, result.stderr
    rules = dict(re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, re.MULTILINE))
    # Of each data set five seeds, their nulls and all together; of the control five seeds.
    assert rules["distances"] == str(2 * (5 + 5 + 1) + 5)
    assert rules["evaluate"] == "2"
