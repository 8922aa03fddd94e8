"""What the config models of all kinds of data set share."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from topoprint.costs import Cost
from topoprint.experiment.models import DropoutSeed, Experiment, Training
from topoprint.validation import Count, Name, Positive, Strict

Seed = Annotated[int, Field(ge=0)]

FLOAT = 4  # bytes of a float32, as which inputs are held
# The last maps of the frozen convolutional network, and how much smaller they are than the image.
FEATURE_MAPS, FEATURE_SCALE = 128, 8


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


def feature_size(images: DataSize) -> DataSize:
    """Size of the features of a data set of images."""
    sides = (length // FEATURE_SCALE for length in images.shape[1:])
    return DataSize((FEATURE_MAPS, *sides), images.classes, images.samples)


class DatasetBase(Strict, ABC):
    """Config of a data set: its name, and in each kind's model the ``type`` and what it needs."""

    # Number of labels, where the kind alone tells.
    classes: ClassVar[int | None] = None
    # Shape of one image; () where samples are none, None where only the file tells.
    image: ClassVar[tuple[int, ...] | None] = ()

    name: Name = Field(description="Name of the data set, and of the folder of its results")
    training: Training | None = Field(
        None, description="What differs from the training of the other data sets"
    )
    experiments: list[Experiment] = Field(
        [], description="Replace the experiments of the same name, or come after the others"
    )

    @property
    def known_classes(self) -> int | None:
        """Number of labels, where the config alone tells."""
        return self.classes

    @abstractmethod
    def size(self, root: Path) -> DataSize:
        """Size of the data set, told by its config, or by the header of its file below ``root``."""


class Sampled(DatasetBase):
    """Config of a data set of which a part may be taken, stratified by label."""

    train_samples: Count | None = Field(
        None, description="Training samples to take, stratified by label; null: all"
    )
    test_samples: Count | None = Field(
        None, description="Test samples to take, stratified by label; null: all"
    )
    sample_seed: Seed = Field(0, description="Seed of the draw of samples")

    @abstractmethod
    def whole_size(self, root: Path) -> DataSize:
        """Size of all that there is, of which a part may be taken."""

    def size(self, root: Path) -> DataSize:
        """Size of the part that is taken."""
        whole = self.whole_size(root)
        if self.train_samples is None or self.test_samples is None:
            return whole
        return replace(whole, samples=min(self.train_samples + self.test_samples, whole.samples))


# Preparing a data set: besides, twice its inputs as float32, where they are made of text.
PREPARE = Cost(mb=1440, minutes=60, bytes_each=0, seconds_each=0)
# Convolutional features: of time each pixel, sample and epoch.
FEATURES = Cost(mb=830, minutes=10, bytes_each=0, seconds_each=4e-6)


class FeatureSettings(Strict):
    """How the convolutional network is trained whose frozen layers make the features."""

    epochs: Count = 20
    batch_size: Count = 256
    learning_rate: Positive = 0.001
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.2, description="After each dense layer, in the training of this network alone"
    )
    dropout_seed: DropoutSeed = None
    validation_fraction: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0,
        description="The last part of the training set that this network is not trained on; the "
        "authors' code: 0.1",
    )


class Images(Sampled):
    """Config of a data set of images, which networks may see through a frozen network."""

    features: FeatureSettings | None = Field(
        None,
        description="Train on the features of a convolutional network instead of the pixels; "
        "{} takes the defaults, null the pixels",
    )
