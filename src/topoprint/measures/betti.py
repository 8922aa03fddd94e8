"""Distances of Betti curves."""

from typing import ClassVar, Literal

from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries import betti


class Betti(OfSummaries):
    """L2 distance of Betti curves."""

    giotto: ClassVar[str] = "betti"

    kind: Literal["betti"] = "betti"

    @property
    def summary(self) -> betti.BettiCurve:
        """The number of bars that are alive at each point."""
        return betti.BettiCurve()

    def giotto_parameters(self) -> dict[str, float]:
        """No parameters."""
        return {}


MEASURES = (Betti(),)
