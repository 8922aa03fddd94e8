"""The registry of data sets: one module a kind, each with its config model and its loader."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from topoprint.experiment.datasets.cifar10 import Cifar10Config, load_cifar10
from topoprint.experiment.datasets.digits import DigitsConfig, load_digits
from topoprint.experiment.datasets.language_identification import (
    LanguageIdentificationConfig,
    load_language_identification,
)
from topoprint.experiment.datasets.mnist import (
    FashionMnistConfig,
    MnistConfig,
    load_fashion_mnist,
    load_mnist,
)
from topoprint.experiment.datasets.npz import NpzConfig, load_npz
from topoprint.experiment.datasets.reuters import ReutersConfig, load_reuters
from topoprint.experiment.datasets.samples import Samples

DatasetConfig = Annotated[
    DigitsConfig
    | MnistConfig
    | FashionMnistConfig
    | Cifar10Config
    | ReutersConfig
    | LanguageIdentificationConfig
    | NpzConfig,
    Field(discriminator="type"),
]

LOADERS: dict[str, Callable[[Any, Path], Samples]] = {
    "digits": load_digits,
    "mnist": load_mnist,
    "fashion_mnist": load_fashion_mnist,
    "cifar10": load_cifar10,
    "reuters": load_reuters,
    "language_identification": load_language_identification,
    "npz": load_npz,
}


def load_dataset(config: DatasetConfig, root: Path) -> Samples:
    """Load a data set from its files below ``root``, downloaded if they are missing.

    Inputs may come as bytes with a scale: :meth:`Samples.save` keeps them so, and
    :meth:`Samples.load` and :meth:`Samples.as_float` give the float32 inputs to train on.

    Raises
    ------
    InputError
        If a file is damaged, not what it should be, or cannot be downloaded.
    """
    return LOADERS[config.type](config, root)
