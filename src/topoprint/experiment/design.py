"""Config → the table of networks to train: data set × network × seed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from topoprint.experiment.config import Config
from topoprint.experiment.datasets import DatasetConfig
from topoprint.experiment.models import Architecture, Strict, Training


@dataclass(frozen=True)
class Cell:
    """One network of one seed of one data set: what is trained on its own."""

    dataset: str
    network: str
    seed: int


class NetworkSpec(Strict):
    """All that the training of a network depends on, apart from data set, name and seed."""

    architecture: Architecture = Architecture()
    training: Training = Training()


def networks(config: Config, dataset: str) -> dict[str, Architecture]:
    """Architectures by network name ``{experiment}-{value}``, in the order of the config."""
    return {
        f"{experiment.name}-{changes.value}": config.base.model_copy(
            update=changes.model_dump(exclude_unset=True)
        )
        for experiment in config.experiments_of(dataset_config(config, dataset))
        for changes in experiment.networks
    }


def spec(config: Config, dataset: str, network: str) -> NetworkSpec:
    """Collect what a network's training is told."""
    training = dataset_config(config, dataset).training or config.training
    return NetworkSpec(architecture=networks(config, dataset)[network], training=training)


def cells(config: Config) -> Iterator[Cell]:
    """Every network to train."""
    for dataset in config.datasets:
        for network in networks(config, dataset.name):
            for seed in config.seeds:
                yield Cell(dataset.name, network, seed)


def control(config: Config) -> dict[str, list[str]]:
    """Networks to compare across data sets, by data set; none unless two data sets have some."""
    found = {
        dataset.name: [
            f"{experiment.name}-{changes.value}"
            for experiment in config.experiments_of(dataset)
            if experiment.name == config.control
            for changes in experiment.networks
        ]
        for dataset in config.datasets
    }
    found = {dataset: names for dataset, names in found.items() if names}
    return found if len(found) > 1 else {}


def dataset_config(config: Config, name: str) -> DatasetConfig:
    """Find the config of a data set by its name."""
    (found,) = [dataset for dataset in config.datasets if dataset.name == name]
    return found


def stream(*names: str | int) -> int:
    """Seed of the random stream that belongs to some names: 63 bits of their SHA-256.

    Streams of different names are independent, whatever else is trained and in which order.
    """
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
