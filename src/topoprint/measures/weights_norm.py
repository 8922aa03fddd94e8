"""How far a network's weights have grown: what a sceptic asks of learning."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Invariance, Pairwise
from topoprint.measures.subject import Subject


@dataclass(frozen=True)
class NormOf:
    """Euclidean norm of all weights and biases of a network, each counted once."""

    def of(self, subject: Subject) -> float:
        """Compute it."""
        squares = (
            float(np.sum(one.weight.astype(np.float64) ** 2)) for one in subject.network.maps
        )
        return float(np.sqrt(sum(squares)))


class WeightsNorm(Pairwise):
    """Difference of the Euclidean norms of all weights and biases.

    A number of a network that has nothing of its topology: the baseline of what grows in training.
    """

    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "signs", "wiring"}
    )

    kind: Literal["weights_norm"] = "weights_norm"

    @property
    def feature(self) -> NormOf:
        """Norm of the weights."""
        return NormOf()

    def distance(self, one: float, other: float) -> float:
        """Absolute difference."""
        return abs(one - other)


MEASURES = (WeightsNorm(),)
