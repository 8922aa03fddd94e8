import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT

from topoprint import InputError
from topoprint.experiment.config import Config, json_schema, load_config, parse_config
from topoprint.experiment.design import networks
from topoprint.measures.registry import kinds


def valid() -> dict[str, Any]:
    return {
        "datasets": [{"name": "digits", "type": "digits"}],
        "experiments": [{"name": "layer_size", "networks": [{"layer_size": 8}]}],
    }


def test_the_shipped_config_holds_every_default() -> None:
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text())
    config = load_config(ROOT / "config.yaml")
    defaults = parse_config({key: shipped[key] for key in ("datasets", "experiments")})
    assert config == defaults
    assert shipped.keys() == Config.model_fields.keys()
    sections = (
        "base",
        "training",
        "graph",
        "homology",
        "distances",
        "evaluation",
        "learning",
        "figures",
        "data",
    )
    for section in sections:
        known = getattr(config, section).model_dump().keys()
        # Axes of one kind alone are left out, so that a preset may choose another kind.
        own = {"layer_size", "number_of_layers"} if section == "base" else set()
        assert shipped[section].keys() - {"kind"} == known - own


def test_the_schema_is_in_step_with_the_models() -> None:
    assert (ROOT / "config/schema.json").read_text() == json_schema(), "run `make schema`"


def test_the_schema_takes_what_the_models_take() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = jsonschema.Draft202012Validator(json.loads(json_schema()))
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text())
    assert [error.message for error in schema.iter_errors(shipped)] == []
    good = ["betti", {"kind": "heat", "sigma": 0.5, "name": "wide"}, {"kind": "one_norm"}]
    bad = ["haet", {"sigma": 0.5}, {"kind": "heat", "layers": 2}, {"kind": "heat", "sigma": 0}]
    for measures, valid_ones in ((good, True), (bad, False)):
        for measure in measures:
            assert schema.is_valid({**shipped, "measures": [measure]}) is valid_ones, measure


def test_each_kind_of_measure_stands_once_in_the_schema() -> None:
    schema = json_schema()
    for kind in kinds():
        assert schema.count(f'"const": "{kind}"') == 1


def test_diagrams_of_low_dimensions_where_no_measure_looks_higher() -> None:
    low = {"homology": {"max_dimension": 0}, "evaluation": {"measures": ["heat_h0", "cka"]}}
    assert parse_config(valid() | low).homology.max_dimension == 0
    for measure in ("bottleneck", "wasserstein", {"kind": "betti", "dimensions": [0, 1]}):
        with pytest.raises(InputError, match="looks at H1"):
            parse_config(valid() | low | {"measures": [measure]})


def test_a_measure_may_have_an_engine_of_its_own() -> None:
    unit = {"kind": "heat", "unit_mass": True, "name": "unit", "engine": "exact"}
    giotto = {"distances": {"engine": "giotto"}, "evaluation": {"measures": [unit]}}
    engines = [getattr(m, "engine", None) for m in parse_config(valid() | giotto).compared]
    assert engines[:3] + engines[-1:] == ["giotto"] * 3 + ["exact"]


@pytest.mark.parametrize("preset", sorted((ROOT / "config").glob("*.yaml")), ids=lambda p: p.name)
def test_presets_are_valid_over_the_config(preset: Path) -> None:
    merged = yaml.safe_load((ROOT / "config.yaml").read_text())
    for key, value in yaml.safe_load(preset.read_text()).items():
        merged[key] = {**merged[key], **value} if isinstance(value, dict) else value
    parse_config(merged)


def test_the_data_folder_is_no_part_of_the_science() -> None:
    assert "data" not in parse_config(valid()).science
    assert json.dumps(parse_config(valid()).science)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["trainig"], {}, "trainig is not a known key; did you mean 'training'?"),
        (["training", "epoch"], 3, "training.epoch is not a known key; did you mean 'epochs'?"),
        (["base", "layers"], 3, "base.layers is not a known key; did you mean 'layer_size'?"),
        (["epochs"], 3, "epochs is not a known key; did you mean 'training.epochs'?"),
        (["learnin_rate"], 3, "did you mean 'training.learning_rate'?"),
        (["training", "zeta"], 3, "training.zeta is not a known key; did you mean 'graph.zeta'?"),
        (["sigma"], 3, "sigma is not a known key; did you mean 'measures[].sigma'?"),
        (["split_seed"], 3, "did you mean 'datasets[].split_seed'?"),
        (["layer_size"], 3, "did you mean 'base.layer_size'?"),
        (["datasets", 0, "epochs"], 3, "did you mean 'datasets[].training.epochs'?"),
        (["graph", "xyz"], 3, "graph.xyz is not a known key; known here are bias, zeta"),
        (["experiments", 0, "networks", 0, "layer_sise"], 3, "did you mean 'layer_size'?"),
        (["training", "epochs"], "ten", "training.epochs: input should be a valid integer"),
        (["training", "epochs"], 1.5, "training.epochs"),
        (["training", "epochs"], 0, "training.epochs: input should be greater than or equal to 1"),
        (["training", "learning_rate"], -1.0, "training.learning_rate"),
        (["training", "learning_rate"], float("nan"), "training.learning_rate"),
        (["training", "learning_rate"], float("inf"), "training.learning_rate"),
        (["graph", "zeta"], float("nan"), "graph.zeta"),
        (["distances", "min_persistence"], float("nan"), "distances.min_persistence"),
        (["distances", "bins"], 1, "distances.bins"),
        (["measures"], [], "measures: list should have at least 1 item"),
        (["measures"], ["heat", "heat"], "measures (give one another name) stand twice: heat"),
        (["measures"], ["heat", "betti"], "measures (give one another name) stand twice: betti"),
        (["measures"], ["haet"], "measures.0: measure 'haet' is not known; did you mean 'heat'?"),
        (["measures"], [{"sigma": 0.5}], "measures.0: kind None is not known; choose "),
        (["measures"], [{"kind": "heat", "sigma": 0}], "measures.0: measure heat: sigma: input"),
        (["measures"], [{"kind": "heat", "sgima": 1}], "did you mean 'sigma'?"),
        (["measures"], [{"kind": "heat", "dimensions": []}], "dimensions [] are not some from 0"),
        (["measures"], [{"kind": "heat", "dimensions": [0, -1]}], "[0, -1] are not some from 0"),
        (["measures"], [{"kind": "heat", "dimensions": [1, 1]}], "dimensions stand twice: 1"),
        (
            ["measures"],
            [{"kind": "heat", "name": "h4", "dimensions": [0, 4]}],
            "measure 'h4' looks at H4, but homology.max_dimension is 3: raise that, or leave",
        ),
        (["homology"], {"max_dimension": 0}, "measure 'silhouette_h1' looks at H1, but homology"),
        (["homology"], {"max_dimension": -1}, "homology.max_dimension: input should be greater"),
        (
            ["distances", "engine"],
            "giotto",
            "measure 'heat_unit_mass': giotto-tda has no heat of unit mass; use the engine exact, "
            "as in {kind: heat, engine: exact, …}, or leave the measure out",
        ),
        (["evaluation"], {"nulls": ["initial", "initial"]}, "nulls stand twice: initial"),
        (["evaluation"], {"nulls": ["noise"]}, "evaluation.nulls.0: input should be 'shuffled_"),
        (["evaluation"], {"repetitions": 0}, "evaluation.repetitions: input should be greater"),
        (["distances", "grid"], "papers", "distances.grid: input should be 'paper' or 'shared'"),
        (["seeds"], [], "seeds: list should have at least 1 item"),
        (["seeds"], [1, 1], "seeds stand twice: 1"),
        (["datasets"], [], "name datasets to train on, or collections of networks to compare"),
        (
            ["datasets", 0, "type"],
            "imagenet",
            "datasets.0.type: 'imagenet' is not known; choose one of 'digits', ",
        ),
        (["datasets", 0, "name"], "all", "cannot be named 'all'"),
        (["datasets", 0, "name"], "My Data", "datasets.0.name"),
        (
            ["datasets", 0, "splitseed"],
            3,
            "datasets.0.splitseed is not a known key; did you mean 's",
        ),
        (
            ["datasets", 0, "training"],
            {"epoch": 3},
            "datasets.0.training.epoch is not a known key; ",
        ),
        (["datasets", 0, "training"], {"epoch": 3}, "did you mean 'epochs'?"),
        (["training", "epsilon"], "1e-7", "YAML takes it for text: write it with a point"),
        (
            ["base", "number_of_labels"],
            11,
            "number_of_labels 11 is more than the 10 labels",
        ),
        (["base", "number_of_labels"], -1, "base.number_of_labels: input should be greater"),
        (["graph", "zeta"], 1e-50, "graph.zeta"),
        (
            ["experiments"],
            [],
            "the data set 'digits' has no experiments, which say",
        ),
        (["experiments", 0, "networks"], [], "experiments.0.networks: list should have at least 1"),
        (["experiments", 0, "networks"], [{}], "at least one change"),
        (["experiments", 0, "networks"], [{"layer_size": None}], "at least one change"),
        (["experiments", 0, "networks"], [{"layer_size": 8}, {"layer_size": 8}], "stand twice: 8"),
    ],
)
def test_a_mistake_is_one_sentence(path: list[Any], value: Any, sentence: str) -> None:
    values = valid() | {"training": {}, "graph": {}, "distances": {}, "base": {}}
    place: Any = values
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError) as error:
        parse_config(values, "config.yaml")
    assert sentence in str(error.value)
    assert str(error.value).startswith("config.yaml: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"distances": {"metrics": ["heat"]}}, "distances.metrics is of an older form of the "
         "config: write measures: [landscape, …]"),
        ({"distances": {"landscape_layers": 1}}, "write measures: [{kind: landscape, layers: …}]"),
        ({"distances": {"silhouette_power": 1}}, "write measures: [{kind: silhouette, power: …}]"),
        ({"distances": {"heat_sigma": 0.1}}, "write measures: [{kind: heat, sigma: …}]"),
        ({"baselines": []}, "baselines is of an older form of the config: write their names into "),
        ({"nulls": {"models": []}}, "write evaluation: {nulls: […], repetitions: …}"),
    ],
)  # fmt: skip
def test_keys_of_the_older_form_say_what_to_write_instead(
    values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError) as error:
        parse_config(valid() | values)
    assert sentence in str(error.value)


def test_settings_of_graphs_and_grids_are_those_of_every_measure_that_says_nothing_else() -> None:
    wide = {"kind": "heat", "name": "wide", "sigma": 0.5, "bins": 50}
    config = parse_config(
        valid() | {
            "graph": {"zeta": 0.25},
            "distances": {"bins": 100, "grid": "shared"},
            "measures": ["heat", wide, "one_norm"],
            "evaluation": {"measures": ["heat_h0", "cka"]},
        }
    )  # fmt: skip
    assert [measure.name for measure in config.matrices] == ["heat", "wide", "one_norm"]
    heat, own, norm, h0, cka = (measure.parameters for measure in config.compared)
    assert (heat["sigma"], heat["bins"], heat["grid"], heat["zeta"]) == (0.1, 100, "shared", 0.25)
    assert (own["sigma"], own["bins"], own["grid"], own["zeta"]) == (0.5, 50, "shared", 0.25)
    assert norm == {"kind": "one_norm", "zeta": 0.25, "bias": True, "version": 1}
    assert (h0["dimensions"], h0["bins"]) == ([0], 100)
    assert cka == {"kind": "cka", "version": 1}


def test_measures_come_back_from_what_the_report_shows_of_them() -> None:
    h0 = {"kind": "heat", "dimensions": [0], "name": "h0"}
    config = parse_config(valid() | {"measures": [h0, {"kind": "heat", "sigma": 0.5}]})
    shown = json.loads(json.dumps(config.science))
    again = parse_config(valid() | {key: shown[key] for key in ("measures", "evaluation")})
    assert (again.measures, again.evaluation) == (config.measures, config.evaluation)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a: [", "not valid YAML"), ("- 1", "expected a mapping"), ("", "expected a mapping")],
)
def test_a_file_that_is_no_config(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        load_config(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        load_config(tmp_path / "none.yaml")


def test_files_are_laid_over_one_another_as_snakemake_does(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text("seeds: [7]\ntraining: {epochs: 3}\n")
    config = load_config(ROOT / "config.yaml", tmp_path / "over.yaml")
    assert (config.seeds, config.training.epochs, config.training.batch_size) == ([7], 3, 128)


def test_no_more_labels_than_languages_can_be_asked_for() -> None:
    dataset = {"name": "lid", "type": "language_identification", "languages": ["en", "fr", "es"]}
    labels = {"name": "labels", "networks": [{"number_of_labels": 3}]}
    assert parse_config(valid() | {"datasets": [dataset], "experiments": [labels]})
    labels["networks"] = [{"number_of_labels": 4}]
    with pytest.raises(InputError, match="4 is more than the 3 labels of data set 'lid'"):
        parse_config(valid() | {"datasets": [dataset], "experiments": [labels]})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"training": {"snapshots": [1, 0.5]}}, "snapshots are epochs in rising order"),
        ({"training": {"snapshots": [1, 1]}}, "snapshots are epochs in rising order"),
        ({"training": {"snapshots": [-1]}}, "greater than or equal to 0"),
        ({"training": {"epochs": 5, "snapshots": [6]}}, "snapshot 6 is after the last of 5 epochs"),
        ({"learning": {"measures": ["heat"]}}, "learning follows networks at steps between"),
        (
            {"learning": {"measures": ["heat"]}, "training": {"snapshots": [0, 20]}},
            "learning follows networks",
        ),
        ({"learning": {"nulls": ["initial"]}, "training": {"snapshots": [1]}}, "untrained"),
        (
            {"learning": {"measures": ["heat", "heat"]}, "training": {"snapshots": [1]}},
            "measures stand twice: heat",
        ),
        (
            {
                "datasets": [
                    {"name": "digits", "type": "digits", "training": {"snapshots": [1]}},
                    {"name": "mnist", "type": "mnist"},
                ]
            },
            "snapshots are the same for all data sets",
        ),
    ],
)  # fmt: skip
def test_snapshots_that_cannot_be_kept_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_config({**valid(), **values})


def test_snapshots_are_told_only_where_there_are_some() -> None:
    plain, kept = (
        networks(parse_config({**valid(), "training": training}), "digits")["layer_size-8"]
        for training in ({}, {"snapshots": [0, 0.5, 20]})
    )
    assert "snapshots" not in plain.told["training"]
    assert kept.told["training"]["snapshots"] == [0, 0.5, 20]
    assert kept.made_by == plain.made_by
    assert kept.training.between == [0.5]


MINE = {"name": "mine", "files": "zoo/*.pt"}


def test_collections_need_neither_data_sets_nor_what_is_trained_on_them() -> None:
    config = parse_config({"collections": [MINE]})
    assert (config.datasets, config.experiments) == ([], [])
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text())
    laid = parse_config({**shipped, "datasets": [], "collections": [MINE]})
    assert laid.collections == config.collections
    both = parse_config({**valid(), "collections": [MINE]})
    assert [one.name for one in (*both.datasets, *both.collections)] == ["digits", "mine"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"collections": [{**MINE, "name": "digits"}]}, "datasets and collections stand twice"),
        ({"collections": [MINE], "measures": ["cka"]}, "networks that were trained elsewhere have"),
        (
            {"collections": [MINE], "datasets": [], "learning": {"measures": ["heat"]}},
            "learning follows trainings, and no data set is trained on",
        ),
        ({"collections": [{"name": "mine"}]}, "collections.0.files: field required"),
    ],
)
def test_what_collections_have_not_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_config({**valid(), **changes})
