"""What a measure is: a feature of networks, a distance of features, and what it declares."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, field_validator

from topoprint.measures.subject import Feature, Need, Subject
from topoprint.validation import Name, Strict

Array = NDArray[np.float64]
# What may be done to a network without a change of its distances to others.
Invariance = Literal[
    "neurons", "inputs", "scale", "signs", "wiring", "rescaling", "splitting", "insertion"
]

# What files and tables of measures call other things.
TAKEN = frozenset(["chance", "index", "inputs", "seeds"])


class Measure(Strict, ABC):
    """A distance of networks with its parameters: a value, hashable, JSON both ways.

    All are distances: 0 between a network and itself, larger where networks are less alike.
    Each kind is a subclass that computes distances and declares what follows; the tests hold it to
    that.

    Attributes
    ----------
    kind : str
        What it is, whatever its parameters.
    name : str
        What it is called in files and tables, by default its kind.
    version : int
        Raised where the same parameters come to give other numbers.
    needs : set of {"diagram", "weights", "responses", "units", "equal shapes", …}
        What networks must have to be compared; ``own inputs``: answers to
        inputs of its own; ``units``: as many hidden units, or such inputs, as it draws; ``dense
        layers``: these, chained, and nothing else.
    paired : bool
        Whether it tells which input of one network is which of the other: by answers to the same
        inputs, or by weights of the same inputs. Others are blind.
    control : str
        Kind of the measure that sees the same numbers without their homology; empty for none.
    greatest : float
        Least upper bound of the distances, or ∞; the lower bound is 0.
    metric : bool
        Whether the triangle inequality holds (distances of 0 between different networks are
        possible in any case). For summaries on a grid: if the grid is shared.
    invariances : set
        What may be done to one of two networks without a change of their distance: ``neurons``,
        reordering hidden neurons; ``inputs``, reordering inputs; ``scale``, multiplying all
        weights and biases by a positive number; ``signs``, by −1; ``wiring``, reordering the
        weights within each layer; ``rescaling``, multiplying what enters a ReLU unit by a positive
        number and dividing what leaves it; ``splitting`` a hidden unit into two that share what
        leaves it; ``insertion`` of a layer that copies a hidden layer.
    """

    model_config = ConfigDict(json_schema_extra={"required": ["kind"]})

    kind: str
    name: Name = Field(
        default_factory=lambda known: known["kind"], description="By default its kind"
    )

    version: ClassVar[int] = 1
    needs: ClassVar[frozenset[Need]] = frozenset({"weights"})
    paired: ClassVar[bool] = False
    control: ClassVar[str] = ""
    greatest: ClassVar[float] = np.inf
    metric: ClassVar[bool] = True
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "scale", "signs"}
    )

    @field_validator("name")
    @classmethod
    def _not_taken(cls, name: str) -> str:
        if name in TAKEN:
            raise ValueError(f"{name!r} has another meaning in files of distances; choose another")
        return name

    @abstractmethod
    def distances(self, subjects: Sequence[Subject]) -> Array:
        """Distances between all pairs of networks, shape (n, n), symmetric, zero diagonal.

        NaN between networks that the measure cannot compare.
        """

    def own_norms(self, subjects: Sequence[Subject]) -> Array | None:
        """Norm of each network itself, shape (n,), where the measure is a norm of differences."""
        return None

    @property
    def parameters(self) -> dict[str, Any]:
        """All that makes its numbers, JSON values: two measures that agree in it are the same."""
        return {**self.model_dump(mode="json", exclude={"name"}), "version": self.version}


class Pairwise(Measure):
    """A measure of two features, whatever the other networks are."""

    @property
    @abstractmethod
    def feature(self) -> Feature:
        """What it compares of each network."""

    @abstractmethod
    def distance(self, one: Any, other: Any) -> float:
        """Distance of two features; NaN where it cannot compare them."""

    def distances(self, subjects: Sequence[Subject]) -> Array:
        """Distance of each pair."""
        features = [subject.feature(self.feature) for subject in subjects]
        values = np.zeros((len(features), len(features)))
        for one, other in combinations(range(len(features)), 2):
            values[one, other] = values[other, one] = self.distance(features[one], features[other])
        return values
