"""Distances of persistence landscapes."""

from typing import ClassVar, Literal

from pydantic import Field

from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries import landscape
from topoprint.validation import Count


class Landscape(OfSummaries):
    """L2 distance of persistence landscapes (Bubenik 2015; paper, section 3.1)."""

    giotto: ClassVar[str] = "landscape"

    kind: Literal["landscape"] = "landscape"
    layers: Count = Field(1, description="Layers of the landscape")

    @property
    def summary(self) -> landscape.Landscape:
        """The largest tents at each point."""
        return landscape.Landscape(self.layers)

    def giotto_parameters(self) -> dict[str, float]:
        """Layers."""
        return {"n_layers": self.layers}


MEASURES = (Landscape(), Landscape(name="landscape_10_layers", layers=10))
