"""What a change makes the workflow do again, by dry runs and real ones on a finished small run."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from support import snakemake

import topoprint as tp

ANALYSIS = {"average", "tables", "figures", "paper", "report"}
EVALUATION = {"evaluate", "what_it_sees", "report"}
TOPOLOGY = {"distances"} | ANALYSIS | EVALUATION
ALL_RULES = {"prepare", "train", "respond", "accuracy", "diagram"} | TOPOLOGY
# Of each seed, of its null models, and of both seeds together.
COLLECTIONS = 5
SEED = "results/digits/distances/seed1.h5"


def planned(folder: Path, *arguments: str) -> dict[str, int]:
    """Number of jobs a rule, of what a dry run would do."""
    result = snakemake(folder, *arguments, "--dry-run", "--quiet", "rules")
    assert result.returncode == 0, result.stderr
    output = result.stdout + result.stderr
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", output, flags=re.MULTILINE))
    if not jobs:
        assert "Nothing to be done" in output
    return {
        rule: int(count) for rule, count in jobs.items() if rule not in ("total", "all", "digits")
    }


def change(folder: Path, config: str) -> None:
    (folder / "b_change.yaml").write_text(config)


def test_a_finished_run_has_nothing_to_do(finished_run: Path) -> None:
    assert planned(finished_run) == {}
    assert planned(finished_run, "digits") == {}


def test_the_command_line_says_the_same_as_a_file(finished_run: Path) -> None:
    assert planned(finished_run, "--config", "seeds=[1, 2]", "training={epochs: 2}") == {}
    rerun = planned(finished_run, "--config", "seeds=[1]", "graph={zeta: 1e-3, bias: false}")
    assert (rerun["diagram"], rerun["distances"]) == (1, 2)
    rerun = planned(finished_run, "--config", "training={learning_rate: 0.002}")
    assert rerun["train"] == 4  # each of both seeds


def test_another_number_of_bins_reruns_no_training_and_no_homology(run_copy: Path) -> None:
    change(run_copy, "distances: {bins: 100}")
    rerun = planned(run_copy)
    assert rerun.keys() == TOPOLOGY
    assert rerun["distances"] == COLLECTIONS


def test_another_number_of_epochs_reruns_all_training_and_what_follows(run_copy: Path) -> None:
    change(run_copy, "training: {epochs: 3}")
    rerun = planned(run_copy)
    assert rerun.keys() == ALL_RULES - {"prepare"}
    assert (rerun["train"], rerun["diagram"]) == (4, 2)


def test_distances_whose_job_failed_are_not_taken_for_new_ones(run_copy: Path) -> None:
    change(run_copy, "distances: {bins: 100}")
    in_the_way = run_copy / "results/digits/distances/.kept/seed1.h5"
    kept = in_the_way.read_bytes()
    in_the_way.unlink()
    in_the_way.mkdir()
    assert snakemake(run_copy, SEED).returncode == 1
    assert not (run_copy / SEED).exists()
    in_the_way.rmdir()
    in_the_way.write_bytes(kept)
    assert planned(run_copy, SEED) == {"distances": 1}
    result = snakemake(run_copy, SEED)
    assert result.returncode == 0, result.stderr
    assert tp.load_distances(run_copy / SEED)["heat"].parameters["bins"] == 100


def test_another_zeta_reruns_homology_but_no_training(run_copy: Path) -> None:
    change(run_copy, "graph: {zeta: 0.001}")
    assert planned(run_copy).keys() == TOPOLOGY | {"diagram"}


def test_more_repetitions_of_nulls_rerun_the_evaluation_alone(run_copy: Path) -> None:
    change(run_copy, "evaluation: {repetitions: 3}")
    rerun = planned(run_copy)
    assert rerun.keys() == EVALUATION | {"distances"}
    assert rerun["distances"] == 2
    change(run_copy, "evaluation: {nulls: [initial, gaussian]}")
    rerun = planned(run_copy)
    assert rerun.keys() == EVALUATION | {"distances"}
    assert rerun["distances"] == 2
    change(run_copy, "evaluation: {nulls: [shuffled_layers, random_labels]}")
    rerun = planned(run_copy)
    assert rerun.keys() == TOPOLOGY | {"train_random_labels", "respond"}
    assert rerun["train_random_labels"] == 4
    change(run_copy, "evaluation: {nulls: []}")
    assert planned(run_copy).keys() == EVALUATION


def test_a_null_that_is_trained_is_made_and_tested_while_all_matrices_are_kept(
    run_copy: Path,
) -> None:
    change(run_copy, "evaluation: {nulls: [shuffled_layers, initial, random_labels]}")
    before = tp.load_distances(run_copy / SEED)
    table = run_copy / "results/tables/digits_null_tests.csv"
    result = snakemake(run_copy, str(table.relative_to(run_copy)))
    assert result.returncode == 0, result.stderr
    assert "random_labels" in table.read_text()
    assert told(run_copy) == f"networks: {len(before)} measures, computed none, kept {len(before)}"
    network = run_copy / "results/digits/networks/layer_size-8/seed1.random_labels.safetensors"
    assert tp.Network.load(network).id.variant == "random_labels"
    first, second, *_ = told(run_copy, "seed1_nulls").splitlines()
    assert first == second
    assert ", computed none, kept " in first


SIMPLE = "one_norm, frobenius_norm, number_of_edges, weight_histogram"


def test_other_measures_rerun_no_training_no_homology_and_no_response(run_copy: Path) -> None:
    for measures in (
        "landscape, silhouette, heat, number_of_edges",
        "landscape, silhouette, heat",
        f"landscape, silhouette, {{kind: heat, sigma: 0.5}}, {SIMPLE}",
        f"landscape, silhouette, heat, {{kind: heat, sigma: 0.5, name: heat_wide}}, {SIMPLE}",
    ):
        change(run_copy, f"measures: [{measures}]")
        rerun = planned(run_copy)
        assert rerun.keys() == TOPOLOGY
        assert rerun["distances"] == COLLECTIONS


def told(folder: Path, collection: str = "seed1") -> str:
    """What the distances of a collection said of the measures that were computed."""
    return (folder / f"results/logs/distances/digits/{collection}.log").read_text().strip()


def unchanging(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Networks, diagrams and responses, with their times."""
    found = (folder / "results/digits").rglob("*")
    parts = {"networks", "diagrams", "responses"}
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in found
        if path.is_file() and parts & set(path.parts)
    }


@pytest.mark.parametrize(
    ("measures", "computed"),
    [
        (f"landscape, silhouette, {{kind: heat, sigma: 0.5}}, {SIMPLE}", "heat"),
        (f"landscape, silhouette, heat, {{kind: heat, sigma: 0.5, name: wide}}, {SIMPLE}", "wide"),
    ],
    ids=["another sigma", "a new measure"],
)
def test_only_what_was_asked_for_otherwise_is_computed(
    run_copy: Path, measures: str, computed: str
) -> None:
    networks = unchanging(run_copy)
    before = tp.load_distances(run_copy / SEED)
    change(run_copy, f"measures: [{measures}]")
    result = snakemake(run_copy, SEED)
    assert result.returncode == 0, result.stderr
    after = tp.load_distances(run_copy / SEED)
    kept = before.keys() - {computed}
    assert after.keys() == kept | {computed}
    count = len(after)
    assert told(run_copy) == f"networks: {count} measures, computed {computed}, kept {count - 1}"
    for name in kept:
        assert after[name].values.tobytes() == before[name].values.tobytes()
        assert after[name].parameters == before[name].parameters
    assert after[computed].parameters["sigma"] == 0.5
    assert not np.array_equal(after[computed].values, before["heat"].values)
    networks_after = unchanging(run_copy)
    assert networks_after == networks


def test_diagrams_made_otherwise_are_compared_anew(run_copy: Path) -> None:
    before = tp.load_distances(run_copy / SEED)
    change(
        run_copy,
        "homology: {max_dimension: 0}\nmeasures: [heat, one_norm]\nevaluation: {measures: []}\n",
    )
    assert planned(run_copy).keys() == TOPOLOGY | {"diagram"}
    result = snakemake(run_copy, SEED)
    assert result.returncode == 0, result.stderr
    after = tp.load_distances(run_copy / SEED)
    folder = run_copy / "results/digits/diagrams"
    diagrams = [tp.Diagram.load(folder / label / "seed1.h5") for label in after["heat"].labels]
    expected = tp.distance_matrix(diagrams, "heat").values
    assert not np.array_equal(before["heat"].values, expected)
    np.testing.assert_array_equal(after["heat"].values, expected)


TOY = """\
from typing import Literal
from topoprint.measures.base import Pairwise
from topoprint.validation import Name

class DepthOf:
    def of(self, subject):
        return len(subject.network.weights) * 1000 + subject.network.layer_sizes[1]

class Depth(Pairwise):
    \"\"\"Difference in depth and width.\"\"\"

    kind: Literal["depth"] = "depth"
    name: Name = "depth"
    factor: float = 1.0

    @property
    def feature(self):
        return _DEPTH

    def distance(self, one, other):
        return self.factor * abs(one - other)

_DEPTH = DepthOf()
MEASURES = (Depth(), Depth(name="depth_twice", factor=2.0))
"""


def test_a_measure_that_another_package_brings_runs_through_the_workflow(
    run_copy: Path, tmp_path: Path
) -> None:
    package = tmp_path / "package"
    described = package / "toy_measures-1.0.dist-info"
    described.mkdir(parents=True)
    (package / "toy_measures.py").write_text(TOY)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-measures\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[topoprint.measures]\ntoy = toy_measures\n")
    change(run_copy, "measures: [heat, depth_twice, {kind: depth, name: own, factor: 3}]")
    matrices = "results/digits/matrices.h5"
    unknown = snakemake(run_copy, matrices)
    assert unknown.returncode != 0
    assert "measures.1: measure 'depth_twice' is not known" in unknown.stdout + unknown.stderr
    path = os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH")]))
    result = snakemake(run_copy, matrices, PYTHONPATH=path)
    assert result.returncode == 0, result.stderr
    _, twice, own = tp.load_average(run_copy / matrices)
    widths = np.array([8, 12, 12, 12])  # of all networks in their order
    np.testing.assert_array_equal(twice.mean, 2 * np.abs(widths[:, None] - widths))
    np.testing.assert_array_equal(own.mean, 1.5 * twice.mean)
    assert own.parameters == {"kind": "depth", "factor": 3.0, "version": 1}
    assert "computed depth_twice, own, kept " in told(run_copy)


def test_another_split_reruns_everything(run_copy: Path) -> None:
    change(run_copy, "datasets: [{name: digits, type: digits, split_seed: 1}]")
    assert planned(run_copy).keys() == ALL_RULES


def test_a_further_seed_trains_only_that_seed(run_copy: Path) -> None:
    change(run_copy, "seeds: [1, 2, 3]")
    rerun = planned(run_copy)
    # Distances of the new seed, of its null models, and of all seeds together.
    assert (rerun["train_one"], rerun["diagram"], rerun["distances"]) == (4, 1, 3)
    assert "train" not in rerun
    change(run_copy, "seeds: [2]")
    assert planned(run_copy).keys() <= ANALYSIS | EVALUATION | {"accuracy"}


def test_a_changed_network_retrains_only_that_network(run_copy: Path) -> None:
    change(
        run_copy,
        "experiments:\n"
        "  - {name: layer_size, networks: [{layer_size: 8}, {layer_size: 12}]}\n"
        "  - {name: input_order, networks: [{input_order: 1}, {input_order: 3}]}\n",
    )
    rerun = planned(run_copy)
    assert rerun["train"] == 1  # of both seeds
    assert "train_one" not in rerun


def test_another_data_folder_reruns_nothing(run_copy: Path) -> None:
    change(run_copy, "data: {root: elsewhere}")
    assert planned(run_copy) == {}


def test_a_deleted_diagram_reruns_it_and_what_follows(run_copy: Path) -> None:
    (run_copy / "results/digits/diagrams/layer_size-8/seed1.h5").unlink()
    rerun = planned(run_copy)
    assert rerun == {
        "diagram": 1, "distances": 3, "average": 1, "tables": 1, "figures": 1, "paper": 1,
        "evaluate": 1, "what_it_sees": 1, "report": 1,
    }  # fmt: skip


def test_a_deleted_network_retrains_that_cell_alone(run_copy: Path) -> None:
    results = run_copy / "results/digits"
    lost = results / "networks/layer_size-8/seed1.safetensors"
    before = unchanging(run_copy)
    # Diagrams of the seed are made together.
    made = {*results.glob("diagrams/*/seed1.h5"), results / "responses/seed1.h5",
            *lost.parent.glob("seed1.*")}  # fmt: skip
    lost.unlink()
    rerun = planned(run_copy)
    assert (rerun["train_one"], rerun["diagram"], rerun["distances"]) == (1, 1, 3)
    assert "train" not in rerun
    result = snakemake(run_copy)
    assert result.returncode == 0, result.stderr
    after = unchanging(run_copy)
    assert after.keys() == before.keys()
    for path, (time, content) in before.items():
        assert after[path][1] == content, path
        assert (after[path][0] == time) == (path not in made), path
