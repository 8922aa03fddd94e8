"""The experiment as data: pydantic models of config.yaml, unknown keys refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from topoprint.errors import InputError
from topoprint.experiment.architectures import AnyArchitecture, Architecture, Convolutional
from topoprint.experiment.collections import CollectionConfig
from topoprint.experiment.datasets import DatasetConfig
from topoprint.experiment.models import Experiment, Training
from topoprint.experiment.sections import (
    Data,
    Distances,
    Evaluation,
    Figures,
    Homology,
    Learning,
)
from topoprint.experiment.yaml_files import read_yaml
from topoprint.measures.base import Measure
from topoprint.measures.of_diagrams import GraphSettings, OfDiagrams, OfSummaries
from topoprint.measures.registry import PAPER, MeasureEntry, measures, with_settings
from topoprint.validation import Name, Strict, explain, refuse_repeats

# Names that the workflow's own targets and folders bear.
RESERVED = frozenset(
    [
        "accuracy", "all", "average", "benchmarks", "collect", "control", "data", "diagram",
        "diagram_of_each", "distances", "evaluate", "features", "figures", "learning", "logs",
        "overview", "paper", "prepare", "report", "respond", "respond_to_probes", "symmetries",
        "tables", "tasks", "train", "train_one", "train_one_random_labels", "train_random_labels",
        "what_it_sees",
    ]
)  # fmt: skip
# Measures of the matrices, where a config names none.
MATRICES = (*PAPER, "one_norm", "frobenius_norm", "number_of_edges", "weight_histogram")
# Keys of configs that earlier releases took, and what is written in their place.
OLD_KEYS = {
    "distances.metrics": "measures: [landscape, …]",
    "distances.landscape_layers": "measures: [{kind: landscape, layers: …}]",
    "distances.silhouette_power": "measures: [{kind: silhouette, power: …}]",
    "distances.heat_sigma": "measures: [{kind: heat, sigma: …}]",
    "baselines": "their names into measures: [landscape, …, number_of_edges]",
    "nulls": "evaluation: {nulls: […], repetitions: …}",
}


class Config(Strict):
    """The whole of config.yaml."""

    datasets: list[DatasetConfig] = Field([], description="Data sets to train networks on")
    collections: list[CollectionConfig] = Field(
        [], description="Networks that were trained elsewhere, compared as those of a data set are"
    )
    seeds: list[Annotated[int, Field(ge=0)]] = Field(
        [1, 2, 3, 4, 5], min_length=1, description="Each network is trained with each of them"
    )
    base: AnyArchitecture = Field(Architecture(), description="The network that is changed")
    experiments: list[Experiment] = Field([], description="What is trained on each data set")
    control: Name | None = Field(
        "input_order",
        description="Experiment whose networks are compared across the data sets that have it",
    )
    training: Training = Training()
    graph: GraphSettings = GraphSettings()
    homology: Homology = Homology()
    distances: Distances = Distances()
    measures: list[MeasureEntry] = Field(
        [measures()[name] for name in MATRICES],
        min_length=1,
        json_schema_extra={"default": [*MATRICES]},
        description="Measures whose matrices are averaged over the seeds and drawn",
    )
    evaluation: Evaluation = Evaluation()
    learning: Learning = Learning()
    figures: Figures = Figures()
    data: Data = Data()
    container: str | None = Field(
        None,
        min_length=1,
        description="Image that holds topoprint (`docker://…`, or a path of a .sif), in which jobs "
        "run with `--software-deployment-method apptainer`",
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_the_old_form(cls, values: Any) -> Any:
        parts = values if isinstance(values, dict) else {}
        of_distances = parts.get("distances")
        for key, instead in OLD_KEYS.items():
            section, _, name = key.rpartition(".")
            where = of_distances if section and isinstance(of_distances, dict) else parts
            if name in where:
                raise ValueError(f"{key} is of an older form of the config: write {instead}")
        return values

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
        self._check_parts()
        refuse_repeats([experiment.name for experiment in self.experiments], "experiments")
        refuse_repeats(self.seeds, "seeds")
        crossing = sum(
            any(group.name == self.control for group in self.experiments_of(dataset))
            for dataset in self.datasets
        )
        without = "the control across data sets has" if crossing > 1 else ""
        unasked = any(not one.probes for one in self.collections)
        without = "networks that were trained elsewhere have" if unasked else without
        for measure in self.measures if without else ():
            if "responses" in measure.needs:
                instead = ", or give probes" if unasked else ", or control: null"
                raise ValueError(
                    f"measure {measure.name!r} looks at responses, which {without} not: write it "
                    f"under evaluation.measures{instead}"
                )
        names = [measure.name for measure in (*self.measures, *self.evaluation.measures)]
        refuse_repeats(names, "measures (give one another name)")
        for dataset in self.datasets:
            self._check_labels(dataset)
            self._check_networks(dataset)
        for measure in (*self.compared, *self.followed):
            self._check_diagrams(measure)
        self._check_snapshots()
        return self

    def experiments_of(self, dataset: DatasetConfig) -> list[Experiment]:
        """Experiments of a data set: its own in place of common ones of the same name."""
        own = {experiment.name: experiment for experiment in dataset.experiments}
        common = [own.pop(experiment.name, experiment) for experiment in self.experiments]
        return [*common, *own.values()]

    def _check_parts(self) -> None:
        """Refuse a config of nothing, and names that are taken."""
        parts = [*self.datasets, *self.collections]
        if not parts:
            raise ValueError("name datasets to train on, or collections of networks to compare")
        bare = [one.name for one in self.datasets if not self.experiments_of(one)]
        if bare:
            raise ValueError(
                f"the data set {bare[0]!r} has no experiments, which say what is trained on it: "
                "write experiments, or datasets: [] where only collections are to be compared"
            )
        refuse_repeats([part.name for part in parts], "names of datasets and collections")
        for part in parts:
            if part.name in RESERVED:
                kind = "collection" if isinstance(part, CollectionConfig) else "data set"
                raise ValueError(f"a {kind} cannot be named {part.name!r}: choose another name")

    def _check_labels(self, dataset: DatasetConfig) -> None:
        asked = [part for group in self.experiments_of(dataset) for part in group.networks]
        for labels in [self.base.number_of_labels, *(part.number_of_labels for part in asked)]:
            if isinstance(labels, int) and labels > (dataset.known_classes or labels):
                raise ValueError(
                    f"number_of_labels {labels} is more than the {dataset.known_classes} labels of "
                    f"data set {dataset.name!r}; give it experiments of its own"
                )

    def _check_networks(self, dataset: DatasetConfig) -> None:
        """Refuse changes that are none of a network, and convolutional networks without images."""
        for experiment in self.experiments_of(dataset):
            for changes in experiment.networks:
                what = f"{experiment.name}-{changes.value} of data set {dataset.name!r}"
                try:
                    made = changes.of(self.base)
                    if isinstance(made, Convolutional):
                        self._check_convolutional(dataset, made)
                except InputError as error:
                    raise ValueError(f"{what}: {error}") from error

    def _check_convolutional(self, dataset: DatasetConfig, network: Convolutional) -> None:
        """Refuse a convolutional network where data, measures or twins have nothing for it."""
        if dataset.image == ():
            raise InputError(
                "its samples are no images, which convolutional networks see; give the data set "
                "experiments of its own, of kind: mlp"
            )
        if getattr(dataset, "features", None):
            raise InputError(
                "its networks see features, of which a convolutional network sees no image: write "
                "features: null, or give the data set experiments of its own, of kind: mlp"
            )
        if dataset.image is not None:
            network.shaped(dataset.image, 1)
        for measure in (*self.measures, *self.evaluation.measures, *self.learning.measures):
            if "dense layers" in measure.needs:
                raise InputError(
                    f"measure {measure.name!r} compares networks of dense layers alone; leave it "
                    "out of the measures where networks are convolutional"
                )
        if self.evaluation.twins:
            raise InputError(
                "evaluation.twins are made of networks of dense layers alone; write twins: []"
            )

    def _check_snapshots(self) -> None:
        """Refuse trainings that are kept at different steps, or at none where they are followed."""
        found = [(own.training or self.training).between for own in self.datasets]
        if not found:
            if self.learning.measures:
                raise ValueError("learning follows trainings, and no data set is trained on")
            return
        if any(steps != found[0] for steps in found):
            raise ValueError(
                "snapshots are the same for all data sets: write them under training, at epochs "
                "that all reach"
            )
        if self.learning.measures and not found[0]:
            raise ValueError(
                "learning follows networks at steps between the first and the last: write "
                "training: {snapshots: [0.5, 1, 2]}"
            )

    def _check_diagrams(self, measure: Measure) -> None:
        """Refuse a measure that the diagrams, or the engine of the distances, have nothing for."""
        highest = measure.highest_dimension if isinstance(measure, OfDiagrams) else 0
        if highest > (known := self.homology.max_dimension):
            raise ValueError(
                f"measure {measure.name!r} looks at H{highest}, but homology.max_dimension is "
                f"{known}: raise that, or leave the measure out"
            )
        if isinstance(measure, OfSummaries) and measure.engine == "giotto":
            try:
                measure.giotto_parameters()
            except InputError as error:
                raise ValueError(
                    f"measure {measure.name!r}: {error}, as in {{kind: {measure.kind}, "
                    "engine: exact, …}, or leave the measure out"
                ) from error

    @property
    def matrices(self) -> list[Measure]:
        """Measures whose matrices are averaged and drawn, with all their parameters."""
        return [with_settings(measure, self._settings) for measure in self.measures]

    @property
    def compared(self) -> list[Measure]:
        """These, and those that are evaluated beside them."""
        rivals = [with_settings(one, self._settings) for one in self.evaluation.measures]
        return [*self.matrices, *rivals]

    @property
    def followed(self) -> list[Measure]:
        """Measures that follow the trainings."""
        return [with_settings(one, self._settings) for one in self.learning.measures]

    @property
    def _settings(self) -> dict[str, Any]:
        return {**self.graph.model_dump(), **self.distances.model_dump()}

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
        raise InputError(f"{source}: {explain(error, Config)}") from error


def load_config(*paths: str | Path) -> Config:
    """Read and validate YAML files, each laid over those before it, as Snakemake does.

    Mappings are merged key by key, all else is replaced.

    Raises
    ------
    InputError
        As :func:`parse_config` and :func:`topoprint.experiment.yaml_files.read_yaml`.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        _lay_over(merged, read_yaml(path))
    return parse_config(merged, ", ".join(map(str, paths)))


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _lay_over(below[key], value)
        else:
            below[key] = value


def json_schema() -> str:
    """JSON schema of config.yaml, as kept in config/schema.json."""
    schema = Config.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
