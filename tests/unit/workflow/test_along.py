"""What a run keeps along its trainings, and what follows them."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("snakemake")

from topoprint.comparison.collection import DistancesSpec
from topoprint.experiment.config import parse_config
from topoprint.validation import parse_json
from topoprint.workflow.along import options
from topoprint.workflow.plan import Plan

NETWORKS = "results/one/networks/layer_size-8/seed{seed}{state}.safetensors"
STEPS = ("", ".initial", ".step0.5", ".step1")
RANDOM = (".random_labels", ".random_labels.step0.5", ".random_labels.step1")


def plan(**changes: Any) -> Plan:
    values = {
        "datasets": [{"name": "one", "type": "digits"}],
        "seeds": [1, 2],
        "experiments": [{"name": "layer_size", "networks": [{"layer_size": 8}]}],
        "training": {"epochs": 2, "snapshots": [0, 0.5, 1, 2]},
        "evaluation": {"measures": [], "nulls": []},
    }
    return Plan(parse_config({**values, **changes}), Path("data"))


def networks(*states: str, seeds: tuple[int, ...] = (1, 2)) -> list[str]:
    return [NETWORKS.format(seed=seed, state=state) for state in states for seed in seeds]


def test_snapshots_are_kept_between_the_ends_and_nothing_that_is_not_asked_for() -> None:
    kept = plan().results("one")
    assert {*networks(*STEPS)} <= {*kept}
    assert "results/one/networks/layer_size-8/seed2.scores.csv" in kept
    assert not [file for file in kept if "random_labels" in file or "learning" in file]
    plain = plan(training={"epochs": 2}).results("one")
    assert not [file for file in plain if ".step" in file or "scores" in file]
    without = plan(training={"epochs": 2}).members.collections
    assert without.keys() == plan().members.collections.keys()


def test_all_steps_of_all_seeds_are_compared_in_one_collection() -> None:
    asked = {"measures": ["heat", "weights_norm"], "random_labels": True}
    made = plan(learning=asked)
    assert made.compared("one", "learning_layer_size-8") == networks(*STEPS, *RANDOM)
    assert made.followed("one") == [
        "results/one/distances/learning_layer_size-8.h5",
        "results/one/distances/learning_layer_size-8_nulls.h5",
    ]
    assert made.along.drawn("one") == networks(*STEPS, *RANDOM, seeds=(1,))
    assert len(made.along.scores("one")) == 4
    for collection, nulls in (("", None), ("_nulls", ["shuffled_layers", "untrained"])):
        text = made.told.distances("one", f"learning_layer_size-8{collection}")
        spec = parse_json(DistancesSpec, text, "spec")
        assert spec.steps
        assert spec.nulls == nulls
        assert [measure.name for measure in spec.measures] == ["heat", "weights_norm"]
    assert "results/tables/one_learning_gap.csv" in made.results("one")
    assert made.all_followed() == ["results/one/learning.h5"]


def test_steps_answer_where_a_measure_that_follows_them_asks() -> None:
    blind = plan(learning={"measures": ["heat"]})
    asking = plan(learning={"measures": ["predictions"]})
    assert blind.responding("one", 1) == networks("", ".initial", seeds=(1,))
    assert asking.responding("one", 1) == networks(*STEPS, seeds=(1,))
    assert "results/one/responses/seed2.h5" in asking.compared("one", "learning_layer_size-8")


def test_a_training_is_told_of_snapshots_only_where_they_are_kept() -> None:
    made = plan()
    assert json.loads(made.told.train("one", "layer_size-8"))["training"]["snapshots"]
    plain = plan(training={"epochs": 2}).told.train("one", "layer_size-8")
    assert made.told.train("one", "layer_size-8", snapshots=False) == plain
    assert options(made.along.kept) == [
        "--snapshot 'results/{dataset}/networks/{network}/seed{seed}.step{step}.safetensors'",
        "--scores 'results/{dataset}/networks/{network}/seed{seed}.scores.csv'",
    ]
    assert options([]) == []


def test_comparing_steps_takes_more_than_comparing_ends() -> None:
    made = plan(learning={"measures": ["heat"]})
    along = made.needs.of_distances("one", "learning_layer_size-8")
    assert along.minutes > made.needs.of_distances("one", "all_seeds").minutes
