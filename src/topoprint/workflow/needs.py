"""What the jobs need of a machine: those of several networks, seeds or null models too."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from topoprint.costs import Need
from topoprint.experiment.collections import Given
from topoprint.experiment.config import Config
from topoprint.experiment.resources import Needs
from topoprint.homology.files import COSTS as DIAGRAM
from topoprint.homology.files import UNROLLED
from topoprint.measures.subject import MEMORY
from topoprint.networks.models import FOLLOW, READ
from topoprint.networks.readers.choice import split_path
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
        self._members, self._along = members, along
        self._architectures = {one.name: one.architecture for one in config.collections}

    def of_trainings(self, dataset: str, network: str) -> Need:
        """Memory and time of a network's trainings with all seeds."""
        return self.train(dataset, network, len(self._members.seeds(dataset)))

    def of_collecting(self, given: Given) -> Need:
        """Memory and time of reading a network that was trained elsewhere."""
        cost = FOLLOW if self._architectures[given.id.dataset] else READ
        return cost.need(self._weights(given))

    def of_diagram(self, given: Given) -> Need:
        """Memory and time of the diagram of such a network."""
        unrolled = self._architectures[given.id.dataset]
        cost = UNROLLED if unrolled else DIAGRAM[self._config.homology.engine]
        return cost.need(self._weights(given))

    def of_probing(self, dataset: str) -> Need:
        """Memory and time of the answers of the networks of a seed to probes."""
        weights = [self._weights(given) for given in self._members.given[dataset]]
        probes, _ = split_path(self._members.probes[dataset])
        # Inputs and answers, in double precision.
        size = 8 * os.path.getsize(probes) / 1e6
        return READ.need(max(weights), sum(weights), data_mb=size)

    def of_diagrams(self, dataset: str) -> Need:
        """Memory and time of the diagrams of a data set's networks of one seed."""
        return self.diagram(dataset, self._members.networks[dataset])

    def of_distances(self, dataset: str, collection: str) -> Need:
        """Memory and time of the distances of a collection."""
        seeds, nulls, twins, network = self._members.of(dataset, collection)
        if network:
            count = len(seeds) * len(self._along.networks)
            made = len(self._along.nulls) if nulls else 0
            return self.distances({dataset: [network]}, count, made)
        asked = self._config.evaluation
        made = sum(
            1 if null in STORED else asked.repetitions for null in self._members.nulls(dataset)
        )
        made = made if nulls else len(asked.twins) if twins else 0
        if dataset in self._members.given:
            given = [one for one in self._members.given[dataset] if one.id.seed in seeds]
            # Units and places of unrolled networks, as many as are kept.
            places = MEMORY / 1e6 if self._architectures[dataset] else 0
            return self.between(sum(map(self._weights, given)), len(given), made, places)
        return self.distances(self._members.by_name[dataset], len(seeds), made)

    def _weights(self, given: Given) -> float:
        """Count the weights of a file at most: two bytes each, or one where they are unrolled."""
        size = sum(os.path.getsize(file) for file in given.files)
        return size if self._architectures[given.id.dataset] else size / 2


def memory(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Megabytes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).mem_mb(attempt)


def minutes(need: Callable[[Any], Need]) -> Callable[[Any, int], int]:
    """Minutes that a job asks for, from what it needs by its wildcards."""
    return lambda wildcards, attempt: need(wildcards).runtime(attempt)
