"""The registry of data sets: one module a kind, each with its config model and its loader."""

from pathlib import Path

from topoprint.experiment.datasets.digits import DigitsConfig, load_digits
from topoprint.experiment.datasets.samples import Samples

DatasetConfig = DigitsConfig

LOADERS = {"digits": load_digits}


def load_dataset(config: DatasetConfig, root: Path) -> Samples:
    """Load a data set from its files below ``root``, or from the package that ships it."""
    return LOADERS[config.type](config, root)
