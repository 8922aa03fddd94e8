"""Config → the table of networks to train: data set × network × seed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from topoprint.experiment.config import Config
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


def networks(config: Config) -> dict[str, Architecture]:
    """Architectures by network name ``{experiment}-{value}``, in the order of the config."""
    return {
        f"{experiment.name}-{changes.value}": config.base.model_copy(
            update=changes.model_dump(exclude_unset=True)
        )
        for experiment in config.experiments
        for changes in experiment.networks
    }


def spec(config: Config, network: str) -> NetworkSpec:
    """Collect what a network's training is told."""
    return NetworkSpec(architecture=networks(config)[network], training=config.training)


def cells(config: Config) -> Iterator[Cell]:
    """Every network to train."""
    for dataset in config.datasets:
        for network in networks(config):
            for seed in config.seeds:
                yield Cell(dataset.name, network, seed)


def stream(*names: str | int) -> int:
    """Seed of the random stream that belongs to some names: 63 bits of their SHA-256.

    Streams of different names are independent, whatever else is trained and in which order.
    """
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
