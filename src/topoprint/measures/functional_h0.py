"""H0 of the functional graph: at which correlation units join."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Array
from topoprint.measures.features import Computed
from topoprint.measures.of_units import Bars, OfUnits


def deaths(found: Bars) -> Array:
    """Deaths of H0 of all draws, sorted."""
    return np.sort(np.concatenate([components for components, _ in found]))


class FunctionalH0(OfUnits):
    """1-Wasserstein distance of the H0 deaths of m hidden units by 1 − |correlation|."""

    control: ClassVar[str] = "functional_histogram"
    greatest: ClassVar[float] = 1.0

    kind: Literal["functional_h0"] = "functional_h0"

    @property
    def feature(self) -> Computed:
        """Sorted deaths."""
        return Computed(deaths, self.bars)

    def distance(self, one: Array, other: Array) -> float:
        """Mean difference of deaths of the same rank, of which there are equally many."""
        return float(np.abs(one - other).mean())


MEASURES = (FunctionalH0(),)
