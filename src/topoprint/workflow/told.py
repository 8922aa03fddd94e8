"""What the stages are told: the slice of the config that each reads, as JSON."""

import json
from typing import Any

from topoprint.experiment import design
from topoprint.experiment.collections import Given
from topoprint.experiment.config import Config
from topoprint.workflow.along import Along
from topoprint.workflow.members import Members


class Told:
    """What the stages of a run are told.

    Parameters
    ----------
    config : Config
    members : Members
    along : Along
    """

    def __init__(self, config: Config, members: Members, along: Along) -> None:
        self._config, self._members, self._along = config, members, along

    def prepare(self, dataset: str) -> str:
        """Describe the data set."""
        found = design.dataset_config(self._config, dataset)
        return found.model_dump_json(exclude={"training", "experiments", "features"})

    def features(self, dataset: str) -> str:
        """Say how the features are made."""
        found = getattr(design.dataset_config(self._config, dataset), "features", None)
        return found.model_dump_json() if found else "{}"

    def train(self, dataset: str, network: str, snapshots: bool = True) -> str:
        """Say how a network is trained, and with ``snapshots`` what is kept along it."""
        spec = design.networks(self._config, dataset)[network]
        return json.dumps(spec.told if snapshots else {"group": spec.group, **spec.made_by})

    def own_option(self) -> str:
        """Ask for hidden outputs for each network's own samples, where a measure looks at them."""
        asked = any("own inputs" in measure.needs for measure in self._config.compared)
        return "--own" if asked or self._along.asks_own_inputs else ""

    def collect(self, given: Given) -> str:
        """Say what a network that was trained elsewhere is called, and its architecture."""
        (own,) = [one for one in self._config.collections if one.name == given.id.dataset]
        model = own.architecture.model_dump() if own.architecture else None
        return json.dumps({"identity": given.id.to_json(), "group": given.group, "model": model})

    def grouped(self) -> str:
        """Name the collections whose groups are what belongs together."""
        return " ".join(f"--grouped {name}" for name in self._members.grouped)

    def diagram(self) -> str:
        """Say how diagrams are made."""
        config = self._config
        return json.dumps({**config.graph.model_dump(), **config.homology.model_dump()})

    def average(self) -> str:
        """Say which measures are averaged."""
        return json.dumps([measure.name for measure in self._config.measures])

    def distances(self, dataset: str, collection: str) -> str:
        """Say which measures a collection is compared by, and its null models."""
        found = self._members.of(dataset, collection)
        if found.network:
            return self._along.distances_spec(found.nulls)
        asked = self._config.compared
        if not self._members.answer(dataset):
            asked = [measure for measure in asked if "responses" not in measure.needs]
        spec: dict[str, Any] = {"measures": [measure.model_dump(mode="json") for measure in asked]}
        evaluation = self._config.evaluation
        if found.nulls:
            nulls = self._members.nulls(dataset)
            spec |= {"nulls": nulls, "repetitions": evaluation.repetitions}
        if found.twins:
            spec["nulls"] = evaluation.twins
        if dataset in self._members.given:
            spec["gaps"] = True
        return json.dumps(spec)

    def apart(self, dataset: str) -> str:
        """Tasks that the benchmark shows apart, separated by commas."""
        tasks = design.tasks(self._config, dataset)
        return ",".join(name for name, task in tasks.items() if task.apart)

    def report(self) -> str:
        """Show the config."""
        return json.dumps(self._config.science)
