"""Bottleneck and Wasserstein distances of the diagrams of layered networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.counts import IntArray, in_order
from topoprint.homology.diagram import Diagram
from topoprint.measures.base import Pairwise
from topoprint.measures.features import Computed, DiagramOf
from topoprint.measures.of_diagrams import OfDiagrams
from topoprint.measures.subject import Feature, Subject
from topoprint.summaries.bars import Bars
from topoprint.summaries.matching import bottleneck, length_histogram, wasserstein

# Dimensions of a layered network's bars; it has none above.
DIMENSIONS = (0, 1)

# Lengths in descending order, and the multiplicity of each.
Lengths = tuple[NDArray[np.float32] | NDArray[np.float64], IntArray]


@dataclass(frozen=True)
class LengthsOf:
    """Lengths of the bars of H0 and H1 in descending order; all of a dimension share an end."""

    diagram: DiagramOf
    min_persistence: float
    infinity: float

    def of(self, subject: Subject) -> list[Lengths]:
        """Take the lengths of the diagram's bars."""
        diagram: Diagram = subject.feature(self.diagram)
        if diagram.max_dimension < DIMENSIONS[-1]:
            raise InputError(
                f"{subject.name}: bottleneck and Wasserstein distances are of H0 and H1; compute "
                "its diagram with max_dimension 1 or more"
            )
        h0, h1 = (
            Bars.of(diagram, dimension, self.min_persistence, self.infinity)
            for dimension in DIMENSIONS
        )
        higher = any(len(births) for births in diagram.births[len(DIMENSIONS) :])
        if higher or (len(h0) and h0.birth is None) or (len(h1) and h1.death is None):
            raise InputError(
                f"{subject.name}: bottleneck and Wasserstein distances are for layered networks, "
                "whose bars share an end; this diagram is of another graph"
            )
        ascending, counts = in_order(h0.deaths - (h0.birth or 0.0), h0.counts)
        return [
            (ascending[::-1], counts[::-1]),
            (np.float32(self.infinity) - h1.births, h1.counts),
        ]


def _histograms(lengths: Sequence[Lengths], longest: float) -> list[NDArray[np.int64]]:
    return [length_histogram(part, longest, counts) for part, counts in lengths]


class _OfLengths(OfDiagrams, Pairwise):
    @property
    def highest_dimension(self) -> int:
        """H1: bars of both dimensions are matched."""
        return DIMENSIONS[-1]

    @property
    def feature(self) -> Feature:
        """Lengths of the bars."""
        return LengthsOf(self.diagram, self.min_persistence, self.infinity)


class Bottleneck(_OfLengths):
    """Bottleneck distance, exact; the greater of H0 and H1."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["bottleneck"] = "bottleneck"

    def distance(self, one: Sequence[Any], other: Sequence[Any]) -> float:
        """Greatest of the dimensions' distances."""
        return max(
            bottleneck(first, second, (counts, other_counts))
            for (first, counts), (second, other_counts) in zip(one, other, strict=True)
        )


class Wasserstein(_OfLengths):
    """Wasserstein distance of order 1, of lengths put to 100 bins; the sum of H0 and H1."""

    kind: Literal["wasserstein"] = "wasserstein"

    @property
    def longest(self) -> float:
        """Upper end of the bins."""
        return max(1.0, self.infinity)

    @property
    def feature(self) -> Feature:
        """Histograms of the lengths of the bars."""
        return Computed(_histograms, super().feature, (self.longest,))

    def distance(self, one: Sequence[Any], other: Sequence[Any]) -> float:
        """Sum of the dimensions' distances."""
        return sum(wasserstein(*both, self.longest) for both in zip(one, other, strict=True))


MEASURES = (Bottleneck(), Wasserstein())
