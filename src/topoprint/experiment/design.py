"""Config → the table of networks to train: data set × network × seed."""

from collections.abc import Iterator

from topoprint.experiment.config import Config
from topoprint.experiment.datasets import DatasetConfig
from topoprint.experiment.models import NetworkSpec, Task
from topoprint.identity import NetworkId


def networks(config: Config, dataset: str) -> dict[str, NetworkSpec]:
    """Tell each network's training, by its name ``{experiment}-{value}``, in the config's order."""
    own = dataset_config(config, dataset)
    return {
        f"{experiment.name}-{changes.value}": NetworkSpec(
            group=experiment.name,
            architecture=changes.of(config.base),
            training=own.training or config.training,
            task=experiment.task,
        )
        for experiment in config.experiments_of(own)
        for changes in experiment.networks
    }


def tasks(config: Config, dataset: str) -> dict[str, Task]:
    """Tasks by experiment, of those experiments that have one."""
    return {
        experiment.name: experiment.task
        for experiment in config.experiments_of(dataset_config(config, dataset))
        if experiment.task is not None
    }


def cells(config: Config) -> Iterator[NetworkId]:
    """Every network to train."""
    for dataset in config.datasets:
        for network in networks(config, dataset.name):
            for seed in config.seeds:
                yield NetworkId(dataset.name, network, seed)


def control(config: Config) -> dict[str, list[str]]:
    """Networks to compare across data sets, by data set; none unless two data sets have some."""
    found = {
        dataset.name: [
            network
            for network, spec in networks(config, dataset.name).items()
            if spec.group == config.control
        ]
        for dataset in config.datasets
    }
    found = {dataset: names for dataset, names in found.items() if names}
    return found if len(found) > 1 else {}


def dataset_config(config: Config, name: str) -> DatasetConfig:
    """Find the config of a data set by its name."""
    (found,) = [dataset for dataset in config.datasets if dataset.name == name]
    return found
