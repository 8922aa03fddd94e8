"""What a run has, tells its stages and asks for where networks were trained elsewhere."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("snakemake")

from topoprint import InputError
from topoprint.comparison.collection import DistancesSpec
from topoprint.experiment.config import parse_config
from topoprint.homology.files import UNROLLED
from topoprint.networks.collected import CollectSpec
from topoprint.networks.models import FOLLOW, READ
from topoprint.validation import parse_json
from topoprint.workflow.plan import Plan

TRAINED = {
    "datasets": [{"name": "one", "type": "digits"}],
    "experiments": [{"name": "layer_size", "networks": [{"layer_size": n} for n in (8, 9, 10)]}],
    "seeds": [1, 2],
}


@pytest.fixture(autouse=True)
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zoo").mkdir()
    for number, name in enumerate("abcd"):
        (tmp_path / f"zoo/{name}.pt").write_bytes(bytes([number]) * 1000)
    seeds = "file,group,network,seed\n" + "".join(
        f"zoo/{name}.pt,{group},{group},{seed}\n"
        for name, group, seed in zip("abcd", "xxyy", (5, 6, 5, 6), strict=True)
    )
    (tmp_path / "seeds.csv").write_text(seeds)
    (tmp_path / "groups.csv").write_text(
        "file,group\n" + "".join(f"zoo/{name}.pt,{name > 'b'}\n" for name in "abcd")
    )
    return tmp_path


def plan(collection: dict[str, Any] | None = None, **changes: Any) -> Plan:
    own = {"name": "mine", "files": "zoo/*.pt", **(collection or {})}
    return Plan(parse_config({"collections": [own], **changes}), Path("data"))


def test_nothing_is_trained_for_networks_that_were_trained_elsewhere() -> None:
    made = plan()
    assert (made.names, made.datasets, made.with_control) == (["mine"], [], ["mine"])
    files = made.results("mine")
    assert {file.split("/")[2] for file in files if "networks/" in file} == {"networks"}
    assert "results/mine/networks/a/seed1.safetensors" in files
    assert not [file for file in files if any(w in file for w in ("initial", "data.h5", "accur"))]
    assert made.compared("mine", "seed1") == [
        *(f"results/mine/networks/{name}/seed1.safetensors" for name in "abcd"),
        *(f"results/mine/diagrams/{name}/seed1.h5" for name in "abcd"),
    ]
    assert not [file for file in made.whole() if "paper" in file or "norms" in file]
    assert made.jobs.alike == {}


def test_beside_data_sets_neither_changes_the_other() -> None:
    made, alone = plan(**TRAINED), Plan(parse_config(TRAINED), Path("data"))
    assert made.results("one") == alone.results("one")
    assert made.results("mine") == plan().results("mine")
    for collection in ("seed1", "seed2_nulls", "all_seeds"):
        assert made.compared("one", collection) == alone.compared("one", collection)
        assert made.told.distances("one", collection) == alone.told.distances("one", collection)
    assert made.of_paper == ["one"]
    assert made.averaged("one") == [f"results/one/distances/seed{seed}.h5" for seed in (1, 2)]
    assert made.averaged("mine") == ["results/mine/distances/seed1.h5"]
    assert "results/figures/heat_mean.svg" in made.whole()
    assert "results/figures/heat_mean.svg" not in alone.whole()


def spec_of(made: Plan, collection: str) -> DistancesSpec:
    spec: DistancesSpec = parse_json(
        DistancesSpec, made.told.distances("mine", collection), "--spec"
    )
    return spec


def test_nulls_that_are_trained_and_measures_of_answers_are_left_out() -> None:
    made = plan(evaluation={"nulls": ["relinked", "initial"], "measures": ["cka", "betti"]})
    plain, nulls = spec_of(made, "seed1"), spec_of(made, "seed1_nulls")
    assert "cka" not in {one.name for one in plain.measures}
    assert "betti" in {one.name for one in plain.measures}
    assert (plain.nulls, nulls.nulls) == (None, ["relinked"])
    assert plain.gaps
    assert made.compared("mine", "seed1_nulls") == made.compared("mine", "seed1")
    none = plan(evaluation={"nulls": ["initial"]}, measures=["heat"])
    assert (none.evaluated("mine"), none.all_evaluated()) == ([], [])
    assert plan({"groups": "groups.csv"}, evaluation={"nulls": []}, measures=["heat"]).evaluated(
        "mine"
    ) == ["results/mine/distances/seed1.h5"]


def test_networks_answer_where_probes_are_given(zoo: Path) -> None:
    np.savez(zoo / "inputs.npz", a=np.ones((9, 4)), b=np.zeros((9, 4)))
    asked = {"measures": ["cka"], "evaluation": {"measures": []}}
    made = plan({"probes": "inputs.npz::a"}, **asked)
    made.check()
    assert [one.name for one in spec_of(made, "seed1").measures] == ["cka"]
    assert made.compared("mine", "seed1")[-1] == "results/mine/responses/seed1.h5"
    assert (made.probes("mine"), made.members.probes["mine"]) == (
        Path("inputs.npz"), "inputs.npz::a",
    )  # fmt: skip
    assert "initial" not in made.members.nulls("mine")
    assert made.needs.of_probing("mine").mb > READ.mb


def test_seeds_of_a_table_are_averaged_and_compared_together() -> None:
    made = plan({"groups": "seeds.csv"}, **TRAINED)
    assert made.members.networks["mine"] == ["x", "y"]
    assert made.averaged("mine") == [f"results/mine/distances/seed{seed}.h5" for seed in (5, 6)]
    assert len(made.compared("mine", "all_seeds")) == 8
    assert made.members.of("one", "all_seeds").seeds == (1, 2)
    assert made.told.grouped() == "--grouped mine"
    found = made.source(Namespace(dataset="mine", network="y", seed="6"))
    assert (found.path, found.group) == ("zoo/d.pt", "y")


def test_the_stage_is_told_name_group_and_architecture(zoo: Path) -> None:
    architecture = {"model": "torchvision:squeezenet1_1", "input_shape": [3, 32, 32]}
    made = plan({**architecture, "groups": "groups.csv"})
    found = made.source(Namespace(dataset="mine", network="c", seed="1"))
    spec = parse_json(CollectSpec, made.told.collect(found), "--spec")
    assert spec.identity == {"dataset": "mine", "network": "c", "seed": 1}
    assert (spec.group, spec.model.model_dump()) == ("True", architecture)
    assert json.loads(plan().told.collect(found))["model"] is None
    assert made.needs.of_collecting(found) == FOLLOW.need(1000)
    assert plan().needs.of_collecting(found) == READ.need(500)
    # Places of an unrolled network, many of each weight.
    assert made.needs.of_diagram(found) == UNROLLED.need(1000)
    unrolled, as_read = (one.needs.of_distances("mine", "seed1").mb for one in (made, plan()))
    assert unrolled > as_read + 1000


def test_jobs_ask_for_more_where_files_are_larger_or_more_is_compared(zoo: Path) -> None:
    (zoo / "zoo/a.pt").write_bytes(bytes(4_000_000))
    made = plan(evaluation={"nulls": ["relinked"], "repetitions": 3})
    large, small = (made.source(Namespace(dataset="mine", network=n, seed=1)) for n in "ab")
    assert made.needs.of_diagram(large).mb > made.needs.of_diagram(small).mb
    plain, nulls = (made.needs.of_distances("mine", name) for name in ("seed1", "seed1_nulls"))
    assert nulls.mb > plain.mb > 130
    assert nulls.minutes - 10 == pytest.approx(3 * (plain.minutes - 10))


def test_what_rules_cannot_name_is_refused(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan().check()
    with monkeypatch.context() as short:
        short.setattr("topoprint.workflow.plan.LONGEST", 200)
        with pytest.raises(InputError, match=r"collection mine: 4 networks .* workflow/zoo\.smk"):
            plan().check()
    with pytest.raises(InputError, match="no classifier of torchvision"):
        plan({"model": "torchvision:resnet19"}).check()
    (zoo / "zoo/a.pt").rename(zoo / "zoo/{a}.pt")
    with pytest.raises(InputError, match=r"collection mine: zoo/{a}.pt: Snakemake takes braces"):
        plan().check()
