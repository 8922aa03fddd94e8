"""Which files a run has, what each is made of, and what the stages are told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("snakemake")

from topoprint.comparison.collection import DistancesSpec
from topoprint.costs import Need
from topoprint.experiment.config import parse_config
from topoprint.validation import parse_json
from topoprint.workflow.members import CONTROL
from topoprint.workflow.needs import memory, minutes
from topoprint.workflow.plan import Plan

SIZES = {"name": "layer_size", "networks": [{"layer_size": 8}, {"layer_size": 12}]}
ORDERS = {"name": "input_order", "networks": [{"input_order": 1}, {"input_order": 2}]}


def plan(names: tuple[str, ...] = ("one",), **changes: Any) -> Plan:
    datasets = [{"name": name, "type": "digits"} for name in names]
    values = {"datasets": datasets, "seeds": [1, 2], "experiments": [SIZES, ORDERS]}
    return Plan(parse_config({**values, **changes}), Path("data"))


def own(dataset: str, pattern: str, *seeds: int) -> list[str]:
    """Files of the networks of a data set, each of all seeds."""
    networks = ("layer_size-8", "layer_size-12", "input_order-1", "input_order-2")
    return [
        f"results/{dataset}/{pattern.format(network=network, seed=seed)}"
        for network in networks for seed in seeds
    ]  # fmt: skip


NETWORK = "networks/{network}/seed{seed}.safetensors"
INITIAL = "networks/{network}/seed{seed}.initial.safetensors"
RANDOM_LABELS = "networks/{network}/seed{seed}.random_labels.safetensors"
DIAGRAM = "diagrams/{network}/seed{seed}.h5"


def test_a_seed_is_compared_from_its_networks_diagrams_and_responses() -> None:
    assert plan().compared("one", "seed2") == [
        *own("one", NETWORK, 2), *own("one", DIAGRAM, 2), "results/one/responses/seed2.h5",
    ]  # fmt: skip


def test_null_models_are_compared_from_the_files_that_some_of_them_are_beside_these() -> None:
    made = plan(evaluation={"nulls": ["shuffled_layers", "initial", "random_labels"]})
    assert made.compared("one", "seed1_nulls") == [
        *own("one", NETWORK, 1), *own("one", DIAGRAM, 1), *own("one", INITIAL, 1),
        *own("one", RANDOM_LABELS, 1), "results/one/responses/seed1.h5",
    ]  # fmt: skip
    assert made.responding("one", 1) == [
        *own("one", NETWORK, 1), *own("one", INITIAL, 1), *own("one", RANDOM_LABELS, 1),
    ]  # fmt: skip
    made_here = plan(evaluation={"nulls": ["shuffled_layers"]})
    # What answers does not depend on whether there are null tests.
    assert made_here.responding("one", 1) == plan().responding("one", 1)
    assert plan(evaluation={"nulls": []}).responding("one", 1) == plan().responding("one", 1)
    assert made_here.compared("one", "seed1_nulls") == made_here.compared("one", "seed1")


def test_all_seeds_are_compared_from_the_files_of_each() -> None:
    assert plan().compared("one", "all_seeds") == [
        *own("one", NETWORK, 1, 2), *own("one", DIAGRAM, 1, 2),
        "results/one/responses/seed1.h5", "results/one/responses/seed2.h5",
    ]  # fmt: skip


def test_without_measures_of_them_responses_are_not_asked_for() -> None:
    made = plan(measures=["heat"], evaluation={"measures": ["betti"]})
    for collection in made.members.collections:
        assert not any("responses" in file for file in made.compared("one", collection))


def test_the_control_is_compared_across_data_sets_without_responses() -> None:
    made = plan(("one", "two"))
    networks = [file for name in ("one", "two") for file in own(name, NETWORK, 1)]
    diagrams = [file for name in ("one", "two") for file in own(name, DIAGRAM, 1)]
    found = made.compared(CONTROL, "seed1")
    assert found == [file for file in [*networks, *diagrams] if "input_order" in file]
    needs = {need for measure in asked(made, CONTROL, "seed1").measures for need in measure.needs}
    assert needs == {"diagram", "weights", "dense layers", "equal shapes"}
    assert plan().members.control == {}
    assert plan(("one", "two"), control=None).with_control == ["one", "two"]


def asked(made: Plan, dataset: str, collection: str) -> DistancesSpec:
    spec: DistancesSpec = parse_json(
        DistancesSpec, made.told.distances(dataset, collection), "--spec"
    )
    return spec


def test_the_stage_of_distances_is_told_of_every_measure_and_of_the_nulls() -> None:
    made = plan(
        distances={"bins": 50},
        measures=["heat", {"kind": "heat", "name": "wide", "sigma": 0.5}],
        evaluation={"measures": ["cka"], "nulls": ["gaussian", "initial"], "repetitions": 3},
    )
    plain, nulls = asked(made, "one", "seed1"), asked(made, "one", "seed1_nulls")
    assert plain.measures == nulls.measures == made.config.compared
    assert [measure.name for measure in plain.measures] == ["heat", "wide", "cka"]
    assert plain.measures[1].parameters["bins"] == 50
    assert (plain.nulls, plain.repetitions) == (None, 1)
    assert (nulls.nulls, nulls.repetitions) == (["gaussian", "initial"], 3)
    assert made.told.distances("one", "all_seeds") == made.told.distances("one", "seed1")
    assert json.loads(made.told.average()) == ["heat", "wide"]


def test_what_is_evaluated() -> None:
    seeds = [f"results/one/distances/seed{seed}.h5" for seed in (1, 2)]
    nulls = [f"results/one/distances/seed{seed}_nulls.h5" for seed in (1, 2)]
    across = "results/one/distances/all_seeds.h5"
    assert plan().evaluated("one") == [*seeds, across, *nulls]
    assert plan(evaluation={"nulls": []}).evaluated("one") == [*seeds, across]
    assert plan(seeds=[1]).evaluated("one") == [seeds[0], nulls[0]]
    few = plan(experiments=[SIZES])
    assert few.evaluated("one") == []
    assert not any("what_it_sees" in file for file in few.whole())
    both = plan(("one", "two"))
    assert both.evaluated(CONTROL) == [f"results/control/distances/seed{n}.h5" for n in (1, 2)]
    assert both.all_evaluated() == [
        file for name in ("one", "two", CONTROL) for file in both.evaluated(name)
    ]


def test_all_files_of_a_data_set() -> None:
    made = plan(evaluation={"nulls": ["initial", "random_labels"]})
    found = made.results("one")
    for pattern in (NETWORK, INITIAL, RANDOM_LABELS, DIAGRAM):
        assert set(own("one", pattern, 1, 2)) <= set(found)
    for file in ("data.h5", "matrices.h5", "figures/heat_std.pdf", "figures/evaluation.svg"):
        assert f"results/one/{file}" in found
    tables = {file for file in found if file.startswith("results/tables/one_")}
    names = ("accuracy", "group_statistics", "distances", "networks", "null_tests",
             "variance_explained", "retrieval")  # fmt: skip
    assert tables == {f"results/tables/one_{name}.csv" for name in names}
    assert not any("random_labels" in file for file in plan().results("one"))


def test_figures_of_several_data_sets_and_the_papers_numbers() -> None:
    alone, both = plan().whole(), plan(("one", "two")).whole()
    assert "results/figures/heat_mean.svg" not in alone
    assert "results/figures/heat_mean.svg" in both
    assert "results/tables/paper_comparison.csv" in alone
    assert not any("paper" in file or "norm" in file for file in plan(control=None).whole()
                   if "tables" in file)  # fmt: skip


def test_features_and_files_of_the_users_own() -> None:
    datasets = [
        {"name": "clothes", "type": "fashion_mnist", "features": {"epochs": 3}},
        {"name": "mine", "type": "npz", "path": "a/mine.npz"},
    ]
    made = plan(datasets=datasets)
    assert made.samples("clothes") == "results/clothes/features.h5"
    assert made.samples("mine") == "results/mine/data.h5"
    assert json.loads(made.told.features("clothes"))["epochs"] == 3
    assert "features" not in json.loads(made.told.prepare("clothes"))
    assert (made.own_file("clothes"), made.own_file("mine")) == ([], ["data/a/mine.npz"])
    assert made.features("mine") == []


def test_a_job_asks_for_more_where_more_is_compared() -> None:
    made = plan(
        ("one", "two"), evaluation={"nulls": ["gaussian", "initial"], "repetitions": 4},
        experiments=[{"name": "layer_size", "networks": [{"layer_size": 2000 + n}
                                                         for n in range(20)]}, ORDERS],
    )  # fmt: skip
    seed, nulls, across, control = (
        made.needs.of_distances(dataset, collection)
        for dataset, collection in (
            ("one", "seed1"), ("one", "seed1_nulls"), ("one", "all_seeds"), (CONTROL, "seed1"),
        )
    )  # fmt: skip
    assert seed.mb < nulls.mb == across.mb  # the networks beside their nulls; those of two seeds
    assert control.mb < seed.mb
    # Four nulls are made of each network, one is a file.
    assert (nulls.minutes - 10) == pytest.approx(5 * (seed.minutes - 10))
    assert seed.minutes < across.minutes


def test_each_attempt_asks_for_more() -> None:
    need = Need(100, 2)
    for asks, first in ((memory(lambda job: need), need.mem_mb()), (minutes(lambda job: need), 2)):
        assert [asks(None, attempt) for attempt in (1, 2)] == [first, 2 * first]


def test_twins_of_each_seed_are_compared_where_some_are_asked_for() -> None:
    asked = ["rescaled", "identity_layer"]
    made = plan(evaluation={"twins": asked})
    assert json.loads(made.told.distances("one", "seed1_twins"))["nulls"] == asked
    assert made.compared("one", "seed2_twins") == made.compared("one", "seed2")
    folder = "results/one/distances"
    assert made.told.own_option() == ""
    assert plan(evaluation={"measures": ["sample_cloud"]}).told.own_option() == "--own"
    assert made.symmetries("one") == [
        f"{folder}/{name}.h5" for name in ("seed1", "seed1_twins", "seed2", "seed2_twins")
    ]
    assert "results/tables/one_symmetries.csv" in made.results("one")
    assert "results/tables/one_symmetries.csv" not in plan().results("one")


def test_tasks_are_looked_for_among_the_networks_of_all_seeds_and_their_null_models() -> None:
    tasks: list[dict[str, Any]] = [{"partition": [[0], [1]]}, {"function": "mean"}]
    tasks.append({"random": True, "apart": True})
    experiments = [{**SIZES, "name": f"t{n}", "task": task} for n, task in enumerate(tasks)]
    made = plan(experiments=experiments)
    folder = "results/one/distances"
    assert made.tasks("one") == [f"{folder}/all_seeds.h5", f"{folder}/all_seeds_nulls.h5"]
    assert made.told.apart("one") == "t2"
    assert "results/tables/one_tasks.csv" in made.results("one")
    spec = parse_json(DistancesSpec, made.told.distances("one", "all_seeds_nulls"), "--spec")
    assert spec.nulls == made.config.evaluation.nulls
    assert len(made.compared("one", "all_seeds_nulls")) == 3 * 6 * 2 + 2
    assert json.loads(made.told.train("one", "t1-8"))["task"]["function"] == "mean"
    assert not plan(experiments=[experiments[0], experiments[2]]).has_tasks("one")


def test_networks_of_which_some_files_are_there_are_made_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = plan(("one", "two"))
    names = made.members.networks["one"]
    patterns = [f"results/{{dataset}}/{pattern}" for pattern in (NETWORK, INITIAL)]

    def together() -> list[str]:
        constraints = made.jobs.together(*patterns), made.jobs.one_by_one(*patterns)
        chosen = [[name for name in names if re.fullmatch(one, name)] for one in constraints]
        assert sorted(chosen[0] + chosen[1]) == sorted(names)  # each is made in one way
        return chosen[1]

    assert together() == []
    files = [tmp_path / pattern.format(dataset="two", network=names[0], seed=seed)
             for pattern in patterns for seed in (1, 2)]  # fmt: skip
    for file in files[:3]:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        assert together() == [names[0]]
    files[3].touch()
    assert together() == []
    files[0].unlink()
    everywhere = Plan(made.config, made.root, remote=True)
    for constraint in (everywhere.jobs.together(*patterns), everywhere.jobs.one_by_one(*patterns)):
        assert all(re.fullmatch(constraint, name) for name in names)


def test_data_sets_whose_networks_have_the_same_names_share_a_rule() -> None:
    own = {
        "name": "three",
        "type": "digits",
        "experiments": [{**SIZES, "networks": [{"layer_size": 9}]}],
    }
    datasets = [{"name": "one", "type": "digits"}, own, {"name": "two", "type": "digits"}]
    made = plan(datasets=datasets)
    assert list(made.jobs.alike.values()) == [["one", "two"], ["three"]]
    assert [list(names) for names in made.jobs.alike] == [
        made.members.networks["one"],
        made.members.networks["three"],
    ]
    assert made.needs.of_diagrams("one").mb == made.needs.of_diagrams("two").mb
    assert made.needs.of_trainings("one", made.members.networks["one"][0]).minutes > 0
