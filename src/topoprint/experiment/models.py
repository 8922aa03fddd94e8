"""The parts of the config that describe what networks learn, and how they are trained."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from topoprint.costs import Cost
from topoprint.experiment.architectures import AnyArchitecture, Architecture, Changes
from topoprint.validation import Count, Fraction, Name, Positive, Strict, refuse_repeats

# Training: of memory each edge; of time each edge, sample and epoch.
TRAIN = Cost(mb=700, minutes=5, bytes_each=20, seconds_each=1.1e-10)
# Training of convolutional networks: of memory each unit of a batch; of time as above, unrolled.
TRAIN_CONV = Cost(mb=700, minutes=5, bytes_each=24, seconds_each=8e-10)
# Samples that a convolutional network is given at once after its training.
EVALUATED_AT_ONCE = 512


DropoutSeed = Annotated[
    Annotated[int, Field(ge=0)] | None,
    Field(
        description="null: independent dropout masks; a number: every layer of every network draws "
        "its masks from this seed, as the authors' do from 42"
    ),
]


class Task(Strict):
    """Labels made of the data set's own, of the inputs, or of nothing; one of the three.

    Attributes
    ----------
    partition : list of list of int, or None
        Own labels by new label; samples of labels that stand in no part are left out.
    function : {"mean", "deviation", "projection"} or None
        Number of a sample that is cut into ``parts`` of equally many training samples: mean or
        deviation of its inputs, or a random linear function of them, of stream ``number``.
    random : bool
        ``parts`` labels at random, of stream ``number``: nothing to learn, but to be kept in mind.
    parts : int
    number : int
    apart : bool
        Whether the benchmark of tasks shows it apart, outside its means.
    """

    partition: list[list[int]] | None = Field(None, description="Own labels by new label")
    function: Literal["mean", "deviation", "projection"] | None = Field(
        None, description="Number of a sample that is cut into parts of equally many samples"
    )
    random: bool = Field(False, description="Labels at random")
    parts: Annotated[int, Field(ge=2)] = Field(5, description="Labels of a function, or at random")
    number: Annotated[int, Field(ge=0)] = Field(0, description="Of the random stream")
    apart: bool = Field(False, description="Shown apart, outside the means of the benchmark")

    @model_validator(mode="after")
    def _one(self) -> "Task":
        if sum([self.partition is not None, self.function is not None, self.random]) != 1:
            raise ValueError("a task is one of partition, function and random: true")
        if self.partition is not None:
            labels = [label for part in self.partition for label in part]
            if len(self.partition) < 2 or not all(self.partition):
                raise ValueError("a partition needs two parts at least, none of them empty")
            if len({*labels}) < len(labels):
                raise ValueError("a label stands twice in the partition")
        return self


class Experiment(Strict):
    """A group of networks that differ from the base in the same way, and perhaps learn a task."""

    name: Name
    task: Task | None = Field(
        None, description="What its networks learn in place of the data set's own labels"
    )
    networks: list[Changes] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> "Experiment":
        refuse_repeats([changes.value for changes in self.networks], f"networks of {self.name}")
        return self


class Training(Strict):
    """How every network is trained; the defaults are the authors' (docs/method.md)."""

    epochs: Count = Field(20, description="Times that a network sees its training samples")
    batch_size: Count = Field(128, description="Samples of a step of the optimiser")
    validation_fraction: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.1, description="The last part of the training set, watched but not trained on"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.2, description="After each hidden layer; of kind conv before the dense layer alone"
    )
    learning_rate: Positive = Field(0.001, description="Of RMSprop, constant")
    rho: Fraction = Field(0.9, description="RMSprop's decay of the mean square")
    epsilon: Positive = Field(1e-7, description="RMSprop's addend to the root mean square")
    permute: Literal["features", "samples"] = Field(
        "features", description="What input_order permutes: the paper's text, or its code"
    )
    permutation: Literal["fixed", "each_seed"] = Field(
        "fixed",
        description="Whether permutation k is the same for every seed, or, as in the authors' "
        "code, a new one for each",
    )
    dropout_seed: DropoutSeed = None
    first_layer: Literal["dense", "sparse"] = Field(
        "dense",
        description="How a CPU computes the first layer: sparse is several times faster for "
        "inputs that are mostly zero, and gives the same network to rounding",
    )
    snapshots: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        [], description="Epochs, and parts of them, after which the network is kept as well"
    )

    @model_validator(mode="after")
    def _snapshots_in_order(self) -> "Training":
        if self.snapshots != sorted({*self.snapshots}):
            raise ValueError("snapshots are epochs in rising order, each once, as in [0, 0.5, 1]")
        if self.snapshots and self.snapshots[-1] > self.epochs:
            raise ValueError(
                f"snapshot {self.snapshots[-1]:g} is after the last of {self.epochs} epochs"
            )
        return self

    @property
    def between(self) -> list[float]:
        """Snapshots between the untrained and the trained network, which are kept in any case."""
        return [epoch for epoch in self.snapshots if 0 < epoch < self.epochs]


class NetworkSpec(Strict):
    """What a training is told, apart from data set, name and seed; ``group`` is its experiment."""

    group: str = ""
    architecture: AnyArchitecture = Architecture()
    training: Training = Training()
    task: Task | None = None

    @property
    def told(self) -> dict[str, Any]:
        """JSON values; of a task, and of snapshots, where there are some."""
        values = self.model_dump(mode="json", exclude=None if self.task else {"task"})
        if not self.training.snapshots:
            del values["training"]["snapshots"]
        return values

    @property
    def made_by(self) -> dict[str, Any]:
        """What its weights depend on, JSON values: snapshots are of the same training."""
        training = self.training.model_copy(update={"snapshots": []})
        told = self.model_copy(update={"training": training}).told
        return {key: part for key, part in told.items() if key != "group"}
