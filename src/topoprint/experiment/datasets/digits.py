"""scikit-learn's handwritten digits: 1,797 real images of 8 × 8 pixels, 10 classes.

Source: test set of Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998.
"""

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DatasetBase, DataSize, Seed
from topoprint.experiment.datasets.samples import Samples
from topoprint.validation import Fraction

SHAPE = (1, 8, 8)


class DigitsConfig(DatasetBase):
    """Config of the digits."""

    classes: ClassVar[int | None] = 10
    image: ClassVar[tuple[int, ...] | None] = SHAPE
    type: Literal["digits"]
    test_fraction: Fraction = Field(
        0.2, description="Share of the images held out for the test, stratified by label"
    )
    split_seed: Seed = Field(0, description="Seed of that split")

    def size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        return DataSize(SHAPE, 10, 1797)


def load_digits(config: DigitsConfig, root: Path) -> Samples:
    """Load and split the digits; pixels 0 … 16 become 0 … 1. ``root`` is not used."""
    try:
        from sklearn import datasets
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise InputError(
            "data set digits comes with scikit-learn: pip install 'topoprint[data]'"
        ) from error
    images, labels = datasets.load_digits(return_X_y=True)
    try:
        x_train, x_test, y_train, y_test = train_test_split(
            (images / 16).astype(np.float32),
            labels.astype(np.int64),
            test_size=config.test_fraction,
            random_state=config.split_seed,
            stratify=labels,
        )
    except ValueError as error:
        raise InputError(f"data set {config.name}: test_fraction: {error}") from error
    classes = tuple(str(label) for label in range(10))
    samples = Samples(config.name, x_train, y_train, x_test, y_test, classes, shape=SHAPE)
    return samples.validate()
