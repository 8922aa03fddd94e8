"""What the jobs of an experiment need of a machine, from the sizes of its networks."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from topoprint.comparison.collection import COST as DISTANCES
from topoprint.comparison.collection import GIOTTO
from topoprint.costs import Need
from topoprint.errors import InputError
from topoprint.experiment import design
from topoprint.experiment.architectures import Architecture, Convolutional
from topoprint.experiment.config import Config
from topoprint.experiment.datasets.base import FEATURES, PREPARE, DataSize, feature_size
from topoprint.experiment.models import EVALUATED_AT_ONCE, TRAIN, TRAIN_CONV
from topoprint.homology.files import COSTS as DIAGRAM

# Measured with functional_h1 of 21 small networks of 28 × 28 pixels, beside the cost of distances.
ANSWERING_MB = 1400


def edges(architecture: Architecture | Convolutional, data: DataSize) -> int:
    """Edges of a network's graph: its weights, where they are used, and biases.

    Raises
    ------
    InputError
        If a convolutional network does not fit the data.
    """
    labels = architecture.number_of_labels
    outputs = data.classes if labels == "all" else labels
    if isinstance(architecture, Convolutional):
        return architecture.shaped(data.shape, outputs).n_edges
    sizes = [
        data.inputs,
        *[architecture.layer_size] * architecture.number_of_layers,
        outputs,
    ]
    return sum((n + 1) * m for n, m in pairwise(sizes))


class Needs:
    """What the jobs of an experiment need; own data files lie below ``root``.

    Raises
    ------
    InputError
        If a convolutional network does not fit the data of such a file.
    """

    def __init__(self, config: Config, root: Path) -> None:
        self._config = config
        self._images = {found.name: found.size(root) for found in config.datasets}
        for dataset, images in self._images.items():
            for name, spec in design.networks(config, dataset).items():
                try:
                    edges(spec.architecture, images)
                except InputError as error:
                    raise InputError(f"{name} of data set {dataset!r}: {error}") from error

    def prepare(self, dataset: str) -> Need:
        """Read a data set; its file is made in memory."""
        return PREPARE.need(0, data_mb=2 * self._images[dataset].mb)

    def features(self, dataset: str) -> Need:
        """Training of the convolutional network of a data set, and its features."""
        images = self._images[dataset]
        settings = getattr(design.dataset_config(self._config, dataset), "features", None)
        pixels = math.prod(images.shape[1:]) * images.samples * (settings.epochs if settings else 0)
        return FEATURES.need(0, pixels, data_mb=images.mb + 2 * feature_size(images).mb)

    def train(self, dataset: str, network: str, seeds: int = 1) -> Need:
        """Training of one network with each of some seeds, one after another."""
        data = self._inputs(dataset)
        spec = design.networks(self._config, dataset)[network]
        count = edges(spec.architecture, data)
        # Permuted inputs are a second copy of them.
        copies = 2 if spec.architecture.input_order else 1
        # Scores at a snapshot are less than half the work of an epoch.
        epochs = spec.training.epochs + len(spec.training.snapshots) / 2
        work = seeds * count * data.samples * epochs
        if isinstance(spec.architecture, Convolutional):
            units = spec.architecture.shaped(data.shape, data.classes).n_units
            batch = max(spec.training.batch_size, EVALUATED_AT_ONCE)
            return TRAIN_CONV.need(batch * units, work, data_mb=copies * data.mb)
        return TRAIN.need(count, work, data_mb=copies * data.mb)

    def respond(self, dataset: str) -> Need:
        """Answers of the networks of one seed of a data set, which are read one by one."""
        networks = design.networks(self._config, dataset)
        largest = max(self._edges({dataset: [name]}) for name in networks)
        return TRAIN.need(largest, data_mb=4 * self._inputs(dataset).mb)

    def diagram(self, dataset: str, networks: Sequence[str]) -> Need:
        """Diagrams of some networks, one after another."""
        each = [self._edges({dataset: [name]}) for name in networks]
        return DIAGRAM[self._config.homology.engine].need(max(each), sum(each))

    def distances(
        self, networks: Mapping[str, Sequence[str]], seeds: int = 1, nulls: int = 0
    ) -> Need:
        """Distances between networks named by data set, each of some seeds.

        With ``nulls``, between so many null models of each, one after another; the networks
        themselves are held beside them.
        """
        count = seeds * self._edges(networks)
        number = seeds * sum(map(len, networks.values()))
        return self.between(count, number, nulls, self._answering(networks))

    def between(self, weights: float, number: int, nulls: int, data_mb: float) -> Need:
        """Distances between so many networks, which have so many weights together, or nulls."""
        times = max(1, nulls)
        pairs = times * number * (number - 1) // 2
        cost = GIOTTO if self._config.distances.engine == "giotto" else DISTANCES
        held = 2 * weights if nulls else weights
        return cost.need(held, times * weights, pairs, data_mb=data_mb)

    def _answering(self, networks: Mapping[str, Sequence[str]]) -> int:
        """Memory of torch, where hidden units of convolutional networks are asked for."""
        asked = (*self._config.compared, *self._config.followed)
        convolutional = any(
            isinstance(design.networks(self._config, dataset)[name].architecture, Convolutional)
            for dataset, names in networks.items()
            for name in names
        )
        return ANSWERING_MB if convolutional and any("units" in m.needs for m in asked) else 0

    def _edges(self, networks: Mapping[str, Sequence[str]]) -> int:
        return sum(
            edges(known[name].architecture, self._inputs(dataset))
            for dataset, names in networks.items()
            for known in [design.networks(self._config, dataset)]
            for name in names
        )

    def _inputs(self, dataset: str) -> DataSize:
        size = self._images[dataset]
        found = design.dataset_config(self._config, dataset)
        return feature_size(size) if getattr(found, "features", None) else size
