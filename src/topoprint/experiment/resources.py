"""What a stage of the experiment needs of a machine: memory and time, from the sizes of networks.

The figures are measured (docs/cluster.md shows them): resident memory of the process, and CPU
time on one core of an AMD EPYC. Asked for is what was measured and a margin; a job that needs more
all the same is tried again with twice as much.
"""

import math
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from topoprint.experiment import design
from topoprint.experiment.config import Config
from topoprint.experiment.datasets import DatasetConfig
from topoprint.experiment.datasets.cifar10 import Cifar10Config
from topoprint.experiment.datasets.digits import DigitsConfig
from topoprint.experiment.datasets.language_identification import (
    ALPHABET,
    LanguageIdentificationConfig,
)
from topoprint.experiment.datasets.npz import NpzConfig
from topoprint.experiment.datasets.reuters import ReutersConfig
from topoprint.experiment.models import Architecture

MARGIN = 1.25
# A cluster job is a snakemake that runs the stage: its own memory comes on top.
SNAKEMAKE_MB = 200
# A node may be so many times slower than the core that was measured.
SLOWER = 3

FLOAT = 4  # bytes of a float32, as which inputs are held
# The last maps of the frozen convolutional network, and how much smaller they are than the image.
FEATURE_MAPS, FEATURE_SCALE = 128, 8

# Stands for a file that cannot be read: the stage that reads it says why.
UNKNOWN_SHAPE, UNKNOWN_SAMPLES = (1000,), 10_000

npy: Any = np.lib.format  # its functions have no types in numpy 1


@dataclass(frozen=True)
class Cost:
    """MB and minutes of a stage with nothing to do; bytes and CPU seconds of each edge."""

    mb: int
    bytes_each: float
    minutes: int
    seconds_each: float


# The minutes are there for the start of Python from a slow shared file system.
TRAIN = Cost(700, 20, 5, 1.1e-10)  # of time: each edge, sample and epoch
DIAGRAM = {
    "auto": Cost(90, 13, 2, 2e-7),
    "forest": Cost(90, 13, 2, 2e-7),
    "flagser": Cost(90, 425, 2, 3e-5),
}
# Of all edges of a matrix together; giotto's of the pairs, which it takes one after another.
DISTANCES = {"exact": Cost(95, 4, 10, 4e-8), "giotto": Cost(700, 370, 30, 3e-4)}
STUDY = Cost(95, 32, 10, 4.5e-7)  # of time: each edge of the networks and of each null
STUDY_ACROSS = Cost(95, 18, 10, 4.5e-7)  # without nulls
STUDY_PAIR = 0.04  # seconds of each pair of networks or nulls
STORED = ("initial", "random_labels")  # nulls of which there is one
BASELINES = Cost(120, 18, 10, 3e-7)
FEATURES = Cost(830, 0, 10, 4e-6)  # of time: each pixel, sample and epoch


@dataclass(frozen=True)
class DataSize:
    """What networks are trained on: numbers of inputs, labels and samples (training and test)."""

    shape: tuple[int, ...]
    classes: int
    samples: int

    @property
    def inputs(self) -> int:
        """Numbers in one sample."""
        return math.prod(self.shape)

    @property
    def mb(self) -> float:
        """Memory of the inputs as float32."""
        return FLOAT * self.samples * self.inputs / 1e6


def data_size(dataset: DatasetConfig, root: Path) -> DataSize:
    """Size of a data set, told by its config, or by the header of one's own file."""
    match dataset:
        case DigitsConfig():
            return DataSize((1, 8, 8), 10, 1797)
        case LanguageIdentificationConfig(languages=languages):
            samples = dataset.windows_per_language * len(languages)
            return DataSize((len(ALPHABET),), len(languages), samples)
        case NpzConfig():
            known = _npz_size(root / dataset.path)
        case ReutersConfig():
            known = DataSize((dataset.words,), 46, 8982 + 2246)
        case Cifar10Config():
            known = DataSize((3, 32, 32), 10, 60_000)
        case _:
            known = DataSize((1, 28, 28), 10, 70_000)
    asked = (dataset.train_samples, dataset.test_samples)
    samples = known.samples if None in asked else sum(part or 0 for part in asked)
    return DataSize(known.shape, known.classes, min(samples, known.samples))


def feature_size(images: DataSize) -> DataSize:
    """Size of the features of a data set of images."""
    sides = (length // FEATURE_SCALE for length in images.shape[1:])
    return DataSize((FEATURE_MAPS, *sides), images.classes, images.samples)


def edges(architecture: Architecture, data: DataSize) -> int:
    """Edges of a network's graph: its weights and biases."""
    labels = architecture.number_of_labels
    sizes = [
        data.inputs,
        *[architecture.layer_size] * architecture.number_of_layers,
        data.classes if labels == "all" else labels,
    ]
    return sum((n + 1) * m for n, m in pairwise(sizes))


def _npz_size(path: Path) -> DataSize:
    """Size of one's own data, without reading the inputs.

    A file that cannot be read, for whatever reason, is of unknown size: `prepare` says what is
    wrong with it.
    """
    try:
        with zipfile.ZipFile(path) as file:
            shapes = {part: _shape(file, f"x_{part}.npy") for part in ("train", "test")}
        with np.load(path, allow_pickle=False) as arrays:
            classes = int(arrays["y_train"].max()) + 1
        (n_train, *shape), (n_test, *_) = shapes["train"], shapes["test"]
    except Exception:
        return DataSize(UNKNOWN_SHAPE, 10, UNKNOWN_SAMPLES)
    return DataSize(tuple(shape), classes, n_train + n_test)


def _shape(file: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    with file.open(name) as array:
        version = npy.read_magic(array)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape: tuple[int, ...] = read(array)[0]
    return shape


@dataclass(frozen=True)
class Need:
    """What a job asks for at its first attempt; each further one asks for twice as much."""

    mb: float
    minutes: float

    def mem_mb(self, attempt: int = 1) -> int:
        """Memory to ask for, in MB."""
        return math.ceil((MARGIN * self.mb + SNAKEMAKE_MB) * (1 << attempt - 1))

    def runtime(self, attempt: int = 1) -> int:
        """Time to ask for, in minutes."""
        return math.ceil(round(self.minutes, 1)) * (1 << attempt - 1)


class Needs:
    """What the jobs of an experiment need; own data files lie below ``root``."""

    def __init__(self, config: Config, root: Path) -> None:
        self._config = config
        self._images = {found.name: data_size(found, root) for found in config.datasets}

    def features(self, dataset: str) -> Need:
        """Training of the convolutional network of a data set, and its features."""
        images = self._images[dataset]
        settings = getattr(design.dataset_config(self._config, dataset), "features", None)
        pixels = math.prod(images.shape[1:]) * images.samples * (settings.epochs if settings else 0)
        return _need(FEATURES, pixels, images.mb + 2 * feature_size(images).mb)

    def train(self, dataset: str, network: str) -> Need:
        """Training of one network."""
        data = self._inputs(dataset)
        spec = design.spec(self._config, dataset, network)
        count = edges(spec.architecture, data)
        # Permuted inputs are a second copy of them.
        copies = 2 if spec.architecture.input_order else 1
        memory = _need(TRAIN, count, copies * data.mb).mb
        return Need(memory, _need(TRAIN, count * data.samples * spec.training.epochs).minutes)

    def diagram(self, dataset: str, network: str) -> Need:
        """Diagram of one network."""
        return _need(DIAGRAM[self._config.homology.engine], self._edges({dataset: [network]}))

    def distances(self, networks: dict[str, list[str]]) -> Need:
        """Distances between networks of one seed, named by data set."""
        return _need(DISTANCES[self._config.distances.engine], self._edges(networks))

    def baselines(self, networks: dict[str, list[str]]) -> Need:
        """Baselines between networks of one seed, named by data set."""
        return _need(BASELINES, self._edges(networks))

    def activations(self, dataset: str) -> Need:
        """Answers of the networks of one seed of a data set, which are read one by one."""
        networks = design.networks(self._config, dataset)
        largest = max(self._edges({dataset: [name]}) for name in networks)
        return _need(TRAIN, largest, 4 * self._inputs(dataset).mb)

    def study(self, networks: dict[str, list[str]], nulls: bool = True) -> Need:
        """Networks of one seed, and their nulls, by many measures, named by data set."""
        asked = self._config.nulls
        made = [1 if model in STORED else asked.repetitions for model in asked.models]
        count = self._edges(networks)
        collections = 1 + (sum(made) if nulls else 0)
        pairs = _pairs(sum(map(len, networks.values()))) * collections
        time = _need(STUDY, collections * count).minutes + SLOWER * STUDY_PAIR * pairs / 60
        return Need(_need(STUDY, count).mb, time)

    def across_seeds(self, dataset: str) -> Need:
        """Networks of all seeds of a data set by many measures."""
        networks = list(design.networks(self._config, dataset))
        seeds = len(self._config.seeds)
        need = _need(STUDY_ACROSS, seeds * self._edges({dataset: networks}))
        pairs = _pairs(seeds * len(networks))
        return Need(need.mb, need.minutes + SLOWER * STUDY_PAIR * pairs / 60)

    def _edges(self, networks: dict[str, list[str]]) -> int:
        return sum(
            edges(known[name], self._inputs(dataset))
            for dataset, names in networks.items()
            for known in [design.networks(self._config, dataset)]
            for name in names
        )

    def _inputs(self, dataset: str) -> DataSize:
        size = self._images[dataset]
        found = design.dataset_config(self._config, dataset)
        return feature_size(size) if getattr(found, "features", None) else size


def _need(cost: Cost, count: int, data_mb: float = 0) -> Need:
    return Need(
        cost.mb + cost.bytes_each * count / 1e6 + data_mb,
        cost.minutes + SLOWER * cost.seconds_each * count / 60,
    )


def _pairs(networks: int) -> int:
    return networks * (networks - 1) // 2
