"""Distances of heat kernel signatures."""

from typing import ClassVar, Literal

from pydantic import Field

from topoprint.errors import InputError
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries import heat
from topoprint.validation import Positive


class Heat(OfSummaries):
    """L2 distance of heat kernel signatures (Reininghaus et al. 2015; paper, section 3.1)."""

    giotto: ClassVar[str] = "heat"

    kind: Literal["heat"] = "heat"
    sigma: Positive = Field(0.1, description="Width of the heat kernel")
    unit_mass: bool = Field(False, description="Divide each image by its number of bars")

    @property
    def summary(self) -> heat.Heat:
        """Gaussians at the bars less their mirror images."""
        return heat.Heat(self.sigma, self.unit_mass)

    def giotto_parameters(self) -> dict[str, float]:
        """Width of the kernel; giotto-tda has no images of unit mass."""
        if self.unit_mass:
            raise InputError("giotto-tda has no heat of unit mass; use the engine exact")
        return {"sigma": self.sigma}


MEASURES = (
    Heat(),
    Heat(name="heat_unit_mass", unit_mass=True),
    Heat(name="heat_h0", dimensions=(0,)),
    Heat(name="heat_h1", dimensions=(1,)),
    Heat(name="heat_ranks", filtration="ranks"),
)
