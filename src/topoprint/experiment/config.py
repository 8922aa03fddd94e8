"""The experiment as data: pydantic models of config.yaml, unknown keys refused."""

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from topoprint.errors import InputError
from topoprint.experiment.datasets import DatasetConfig
from topoprint.experiment.models import (
    Architecture,
    Count,
    Experiment,
    Name,
    Positive,
    Strict,
    Training,
    refuse_repeats,
)

# Names that the workflow's own targets and folders bear.
RESERVED = frozenset(
    [
        "accuracy",
        "activations",
        "all",
        "average",
        "baselines",
        "benchmarks",
        "control",
        "control_baselines",
        "control_distances",
        "control_study",
        "control_truths",
        "data",
        "diagram",
        "distances",
        "features",
        "figures",
        "logs",
        "overview",
        "paper",
        "prepare",
        "report",
        "study",
        "study_across_seeds",
        "tables",
        "train",
        "train_random_labels",
        "verdict",
        "what_it_sees",
    ]
)


class GraphSettings(Strict):
    """Network → graph."""

    zeta: Annotated[float, Field(ge=1e-38, lt=1)] = Field(
        1e-6, description="Smoothing parameter ζ of equation 1"
    )
    bias: bool = Field(True, description="Whether biases are edges")


class Homology(Strict):
    """Graph → diagram."""

    engine: Literal["auto", "forest", "flagser"] = "auto"
    max_dimension: Annotated[int, Field(ge=0)] = 3


class Distances(Strict):
    """Diagrams → distances."""

    metrics: list[Literal["landscape", "silhouette", "heat"]] = Field(
        ["landscape", "silhouette", "heat"], min_length=1
    )
    engine: Literal["exact", "giotto"] = "exact"
    grid: Literal["paper", "shared"] = "paper"
    bins: Annotated[int, Field(ge=2)] = 200
    min_persistence: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0.01, description="η: bars of at most this length are dropped"
    )
    infinity: Positive = Field(1.0, description="What stands for a death at ∞")
    landscape_layers: Count = 1
    silhouette_power: Positive = 1.0
    heat_sigma: Positive = 0.1

    @model_validator(mode="after")
    def _distinct(self) -> "Distances":
        refuse_repeats(self.metrics, "metrics")
        return self


NullName = Literal[
    "shuffled_layers", "shuffled_network", "gaussian", "resampled", "initial", "random_labels"
]


class Nulls(Strict):
    """Null models of the trained networks, to tell what a measure sees."""

    models: list[NullName] = Field(
        ["shuffled_layers", "initial"],
        description="Null models; none: no verdict is made",
    )
    repetitions: Count = Field(2, description="Nulls of each network and seed")

    @model_validator(mode="after")
    def _distinct(self) -> "Nulls":
        refuse_repeats(self.models, "models")
        return self


BaselineName = Literal["one_norm", "frobenius_norm", "number_of_edges", "weight_histogram"]


class Data(Strict):
    """Where data sets are kept; neither a reason to rerun nor part of any result."""

    root: str = Field("data", description="Folder of the data sets' files")


class Config(Strict):
    """The whole of config.yaml."""

    datasets: list[DatasetConfig] = Field(min_length=1)
    seeds: list[Annotated[int, Field(ge=0)]] = Field([1, 2, 3, 4, 5], min_length=1)
    base: Architecture = Architecture()
    experiments: list[Experiment] = Field(min_length=1)
    control: Name | None = Field(
        "input_order",
        description="Experiment whose networks are compared across the data sets that have it",
    )
    training: Training = Training()
    graph: GraphSettings = GraphSettings()
    homology: Homology = Homology()
    distances: Distances = Distances()
    baselines: list[BaselineName] = Field(
        ["one_norm", "frobenius_norm", "number_of_edges", "weight_histogram"],
        description="Simpler distances between networks, beside the topological ones",
    )
    nulls: Nulls = Nulls()
    data: Data = Data()

    @model_validator(mode="before")
    @classmethod
    def _lay_training_of_data_sets_over_the_common(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("datasets"), list):
            return values
        common = values.get("training", {})
        datasets = [
            {**part, "training": {**common, **part["training"]}}
            if isinstance(part, dict)
            and isinstance(part.get("training"), dict)
            and isinstance(common, dict)
            else part
            for part in values["datasets"]
        ]
        return {**values, "datasets": datasets}

    @model_validator(mode="after")
    def _distinct(self) -> "Config":
        refuse_repeats([dataset.name for dataset in self.datasets], "datasets")
        refuse_repeats([experiment.name for experiment in self.experiments], "experiments")
        refuse_repeats(self.seeds, "seeds")
        refuse_repeats(self.baselines, "baselines")
        for dataset in self.datasets:
            if dataset.name in RESERVED:
                raise ValueError(
                    f"a data set cannot be named {dataset.name!r}: choose another name"
                )
            self._check_labels(dataset)
        return self

    def experiments_of(self, dataset: DatasetConfig) -> list[Experiment]:
        """Experiments of a data set: its own in place of common ones of the same name."""
        own = {experiment.name: experiment for experiment in dataset.experiments}
        common = [own.pop(experiment.name, experiment) for experiment in self.experiments]
        return [*common, *own.values()]

    def _check_labels(self, dataset: DatasetConfig) -> None:
        asked = [part for group in self.experiments_of(dataset) for part in group.networks]
        for labels in [self.base.number_of_labels, *(part.number_of_labels for part in asked)]:
            if isinstance(labels, int) and labels > (dataset.known_classes or labels):
                raise ValueError(
                    f"number_of_labels {labels} is more than the {dataset.known_classes} labels of "
                    f"data set {dataset.name!r}; give it experiments of its own"
                )

    @property
    def science(self) -> dict[str, Any]:
        """All that a result may depend on: everything but the folders of the data."""
        return self.model_dump(mode="json", exclude={"data"})


def parse_config(values: Mapping[str, Any], source: str = "config") -> Config:
    """Validate a config.

    Raises
    ------
    InputError
        One sentence a mistake: the key, what is wrong with it, and for a key that is not known
        the nearest one that is.
    """
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        raise InputError(f"{source}: {_explain(error, Config)}") from error


def load_config(*paths: str | Path) -> Config:
    """Read and validate YAML files, each laid over those before it, as Snakemake does.

    Mappings are merged key by key, all else is replaced.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        _lay_over(merged, _read_yaml(path))
    return parse_config(merged, ", ".join(map(str, paths)))


def _read_yaml(path: str | Path) -> dict[str, Any]:
    import yaml

    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from error
    if not isinstance(values, dict):
        raise InputError(f"{path}: expected a mapping of keys to values")
    return values


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _lay_over(below[key], value)
        else:
            below[key] = value


def parse_slice(model: Any, text: str, what: str) -> Any:
    """Validate the JSON slice of the config that a stage is given on its command line."""
    try:
        return TypeAdapter(model).validate_json(text)
    except ValidationError as error:
        raise InputError(f"{what}: {_explain(error, model)}") from error


def json_schema() -> str:
    """JSON schema of config.yaml, as kept in config/schema.json."""
    schema = Config.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _explain(error: ValidationError, model: Any) -> str:
    schema = TypeAdapter(model).json_schema()
    sentences = []
    for problem in error.errors():
        path, known = _place(schema, problem["loc"])
        where = ".".join(map(str, path)) or "the config"
        if problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            sentences.append(f"{where} is not a known key{hint}")
        elif problem["type"] == "union_tag_not_found":
            sentences.append(f"{where}: the key 'type' is missing")
        elif problem["type"] == "union_tag_invalid":
            tag, expected = problem["ctx"]["tag"], problem["ctx"]["expected_tags"]
            sentences.append(f"{where}.type: {tag!r} is not known; choose one of {expected}")
        elif problem["type"] == "value_error":
            sentences.append(f"{where}: {problem['ctx']['error']}")
        else:
            given = problem["input"]
            shown = "" if isinstance(given, dict | list) else f", not {_shown(given)}"
            if isinstance(given, str) and _is_number(given):
                shown += " (YAML takes it for text: write it with a point, as in 1.0e-7)"
            sentences.append(f"{where}: {problem['msg'][0].lower()}{problem['msg'][1:]}{shown}")
    return "; ".join(dict.fromkeys(sentences))


def _place(
    schema: Mapping[str, Any], location: Sequence[int | str]
) -> tuple[list[int | str], list[str]]:
    """Path to a mistake in the user's own terms, and the keys known beside it.

    pydantic's locations also hold the ``type`` of a data set, which is no key of the config.
    """
    part: Mapping[str, Any] = schema
    path: list[int | str] = []
    known: list[str] = []
    for step in location:
        if "discriminator" in part:
            part = _resolve(schema, {"$ref": part["discriminator"]["mapping"][step]})
            continue
        if not {"properties", "items"} & part.keys():
            break  # names that pydantic gives the members of a union
        path.append(step)
        known = sorted(part.get("properties", {}))
        inner = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step)
        part = _resolve(schema, inner or {})
    return path, known


def _resolve(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, also that of an optional part."""
    for option in [part, *part.get("anyOf", [])]:
        if "$ref" in option:
            found: Mapping[str, Any] = schema["$defs"][option["$ref"].rpartition("/")[2]]
            return found
    return part


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
