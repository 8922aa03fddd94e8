"""What the config models of all kinds of data set share."""

from typing import Annotated, ClassVar

from pydantic import Field

from topoprint.experiment.models import Count, Experiment, Name, Positive, Strict, Training

Seed = Annotated[int, Field(ge=0)]


class DatasetBase(Strict):
    """Config of a data set: its name, and in each kind's model the ``type`` and what it needs."""

    # Number of labels, where the kind alone tells.
    classes: ClassVar[int | None] = None

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


class Sampled(DatasetBase):
    """Config of a data set of which a part may be taken, stratified by label."""

    train_samples: Count | None = Field(
        None, description="Training samples to take, stratified by label; null: all"
    )
    test_samples: Count | None = Field(
        None, description="Test samples to take, stratified by label; null: all"
    )
    sample_seed: Seed = Field(0, description="Seed of the draw of samples")


class FeatureSettings(Strict):
    """How the convolutional network is trained whose frozen layers make the features."""

    epochs: Count = 20
    batch_size: Count = 256
    learning_rate: Positive = 0.001
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.2, description="After each dense layer, in the training of this network alone"
    )


class Images(Sampled):
    """Config of a data set of images, which networks may see through a frozen network."""

    features: FeatureSettings | None = Field(
        None,
        description="Train on the features of a convolutional network instead of the pixels; "
        "{} takes the defaults, null the pixels",
    )
