"""Distances of silhouettes."""

from typing import ClassVar, Literal

from pydantic import Field

from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries import silhouette
from topoprint.validation import Positive


class Silhouette(OfSummaries):
    """L2 distance of silhouettes (Chazal et al. 2014; paper, section 3.1)."""

    giotto: ClassVar[str] = "silhouette"

    kind: Literal["silhouette"] = "silhouette"
    power: Positive = Field(1.0, description="Power of the weights of the bars")

    @property
    def summary(self) -> silhouette.Silhouette:
        """The weighted mean of the tents."""
        return silhouette.Silhouette(self.power)

    def giotto_parameters(self) -> dict[str, float]:
        """Power."""
        return {"power": self.power}


MEASURES = (
    Silhouette(),
    Silhouette(name="silhouette_h0", dimensions=(0,)),
    Silhouette(name="silhouette_h1", dimensions=(1,)),
    Silhouette(name="silhouette_ranks", filtration="ranks"),
)
