"""H1 of the functional graph: which units vary together, around which holes."""

from typing import ClassVar, Literal

from topoprint.measures.features import Computed
from topoprint.measures.of_units import Bars, OfUnits
from topoprint.summaries.steps import Steps, apart, betti_curve


def mean_betti_curve(found: Bars) -> Steps:
    """β₁(t) / m, mean over the draws of m units."""
    units = len(found[0][0]) + 1
    return betti_curve([cycles for _, cycles in found], units * len(found))


class FunctionalH1(OfUnits):
    """∫ |Δβ₁(t)| / m dt of the Rips filtration of m hidden units by 1 − |correlation|."""

    control: ClassVar[str] = "functional_histogram"

    kind: Literal["functional_h1"] = "functional_h1"

    @property
    def feature(self) -> Computed:
        """Mean Betti curve."""
        return Computed(mean_betti_curve, self.bars)

    def distance(self, one: Steps, other: Steps) -> float:
        """Integral of the difference."""
        return apart(one, other)


MEASURES = (FunctionalH1(),)
