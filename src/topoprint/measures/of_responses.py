"""Measures of what networks answer to the same inputs."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.subject import Need, Subject
from topoprint.responses.responses import (
    Responses,
    centred_gram,
    cka_angle,
    disagreement,
    principal_parts,
    procrustes_angle,
)


@dataclass(frozen=True)
class ResponsesOf:
    """What the network answers."""

    def of(self, subject: Subject) -> Responses:
        """Take it."""
        return subject.responses


class OfResponses(Pairwise):
    """A measure of answers."""

    needs: ClassVar[frozenset[Need]] = frozenset({"responses"})
    paired: ClassVar[bool] = True
    # What is done to the weights alone is not seen where a function is compared, if it stays.
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "inputs", "insertion"})


class Cka(OfResponses):
    """Arccos of linear CKA of the last hidden layer (Kornblith et al. 2019)."""

    greatest: ClassVar[float] = np.pi / 2

    kind: Literal["cka"] = "cka"

    @property
    def feature(self) -> Computed:
        """Centred Gram matrix."""
        return Computed(centred_gram, ResponsesOf())

    def distance(self, one: Array, other: Array) -> float:
        """Angle between two Gram matrices."""
        return cka_angle(one, other)


class Procrustes(OfResponses):
    """Angular Procrustes distance of the last hidden layer (Williams et al. 2021)."""

    greatest: ClassVar[float] = np.pi / 2

    kind: Literal["procrustes"] = "procrustes"

    @property
    def feature(self) -> Computed:
        """Responses in their principal axes."""
        return Computed(principal_parts, ResponsesOf())

    def distance(self, one: Array, other: Array) -> float:
        """Angle that is left after the best rotation."""
        return procrustes_angle(one, other)


class Predictions(OfResponses):
    """Share of the test samples for which two networks predict different labels."""

    greatest: ClassVar[float] = 1.0
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "rescaling", "splitting", "insertion"}
    )

    kind: Literal["predictions"] = "predictions"

    @property
    def feature(self) -> ResponsesOf:
        """Responses."""
        return ResponsesOf()

    def distance(self, one: Responses, other: Responses) -> float:
        """Share of different predictions."""
        return disagreement(one, other)


MEASURES = (Cka(), Procrustes(), Predictions())
