"""What the jobs need of a machine: those of several networks, seeds or null models too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from topoprint.costs import Need
from topoprint.experiment.config import Config
from topoprint.experiment.resources import Needs
from topoprint.workflow.along import Along
from topoprint.workflow.members import Members
from topoprint.workflow.paths import STORED


class JobNeeds(Needs):
    """What the jobs of a run need.

    Parameters
    ----------
    config : Config
    root : path
        Folder of the data sets' own files.
    members : Members
    along : Along
    """

    def __init__(self, config: Config, root: Path, members: Members, along: Along) -> None:
        super().__init__(config, root)
        self._evaluation, self._members, self._along = config.evaluation, members, along

    def of_trainings(self, dataset: str, network: str) -> Need:
        """Memory and time of a network's trainings with all seeds."""
        return self.train(dataset, network, len(self._members.seeds))

    def of_diagrams(self, dataset: str) -> Need:
        """Memory and time of the diagrams of a data set's networks of one seed."""
        return self.diagram(dataset, self._members.networks[dataset])

    def of_distances(self, dataset: str, collection: str) -> Need:
        """Memory and time of the distances of a collection."""
        seeds, nulls, twins, network = self._members.collections[collection]
        if network:
            count = len(seeds) * len(self._along.networks)
            made = len(self._along.nulls) if nulls else 0
            return self.distances({dataset: [network]}, count, made)
        asked = self._evaluation
        made = sum(1 if null in STORED else asked.repetitions for null in asked.nulls)
        made = made if nulls else len(asked.twins) if twins else 0
        return self.distances(self._members.by_name[dataset], len(seeds), made)


def memory(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Megabytes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).mem_mb(attempt)


def minutes(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Minutes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).runtime(attempt)
