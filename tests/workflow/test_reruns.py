"""What a change makes the workflow do again, by dry runs on a finished small run."""

import re
from pathlib import Path

from support import snakemake

ANALYSIS = {"average", "tables", "figures", "paper", "report"}
VERDICT = {"study", "verdict", "what_it_sees", "report"}
TOPOLOGY = {"distances", "study_across_seeds"} | ANALYSIS | VERDICT
ALL_RULES = {"prepare", "train", "activations", "accuracy", "diagram", "baselines"} | TOPOLOGY


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


def test_another_number_of_bins_reruns_no_training_and_no_homology(run_copy: Path) -> None:
    change(run_copy, "distances: {bins: 100}")
    rerun = planned(run_copy)
    assert rerun.keys() == TOPOLOGY
    assert rerun["distances"] == 2


def test_another_number_of_epochs_reruns_all_training_and_what_follows(run_copy: Path) -> None:
    change(run_copy, "training: {epochs: 3}")
    rerun = planned(run_copy)
    assert rerun.keys() == ALL_RULES - {"prepare"}
    assert rerun["train"] == rerun["diagram"] == 8


def test_another_zeta_reruns_homology_but_no_training(run_copy: Path) -> None:
    change(run_copy, "graph: {zeta: 0.001}")
    assert planned(run_copy).keys() == TOPOLOGY | {"diagram", "baselines"}


def test_more_repetitions_of_nulls_rerun_the_verdict_alone(run_copy: Path) -> None:
    change(run_copy, "nulls: {repetitions: 3}")
    assert planned(run_copy).keys() == VERDICT
    change(run_copy, "nulls: {models: [shuffled_layers, random_labels]}")
    rerun = planned(run_copy)
    assert rerun.keys() == VERDICT | {"train_random_labels", "activations", "study_across_seeds"}
    assert rerun["train_random_labels"] == 8
    change(run_copy, "nulls: {models: []}")
    assert planned(run_copy).keys() == {"report"}


def test_other_baselines_rerun_nothing_of_the_topology(run_copy: Path) -> None:
    change(run_copy, "baselines: [number_of_edges]")
    assert planned(run_copy).keys() == ANALYSIS | {"baselines"}
    change(run_copy, "baselines: []")
    assert planned(run_copy).keys() == ANALYSIS


def test_another_split_reruns_everything(run_copy: Path) -> None:
    change(run_copy, "datasets: [{name: digits, type: digits, split_seed: 1}]")
    assert planned(run_copy).keys() == ALL_RULES


def test_a_further_seed_trains_only_that_seed(run_copy: Path) -> None:
    change(run_copy, "seeds: [1, 2, 3]")
    rerun = planned(run_copy)
    assert (rerun["train"], rerun["diagram"], rerun["distances"]) == (4, 4, 1)


def test_a_changed_network_retrains_only_that_network(run_copy: Path) -> None:
    change(
        run_copy,
        "experiments:\n"
        "  - {name: layer_size, networks: [{layer_size: 8}, {layer_size: 12}]}\n"
        "  - {name: input_order, networks: [{input_order: 1}, {input_order: 3}]}\n",
    )
    assert planned(run_copy)["train"] == 2


def test_another_data_folder_reruns_nothing(run_copy: Path) -> None:
    change(run_copy, "data: {root: elsewhere}")
    assert planned(run_copy) == {}


def test_a_deleted_diagram_reruns_it_and_what_follows(run_copy: Path) -> None:
    (run_copy / "results/digits/diagrams/layer_size-8/seed1.h5").unlink()
    rerun = planned(run_copy)
    assert rerun == {
        "diagram": 1, "distances": 1, "average": 1, "tables": 1, "figures": 1, "paper": 1,
        "report": 1,
    }  # fmt: skip


def test_a_deleted_network_retrains_that_cell_alone(run_copy: Path) -> None:
    results = run_copy / "results/digits"
    lost = results / "networks/layer_size-8/seed1.safetensors"
    others = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in results.rglob("*")
        if path.is_file() and "layer_size-8/seed1" not in str(path)
        and ("networks" in path.parts or "diagrams" in path.parts)
    }  # fmt: skip
    before = lost.read_bytes()
    lost.unlink()
    rerun = planned(run_copy)
    assert (rerun["train"], rerun["diagram"], rerun["distances"]) == (1, 1, 1)
    result = snakemake(run_copy)
    assert result.returncode == 0, result.stderr
    assert lost.read_bytes() == before
    assert others == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in others}
