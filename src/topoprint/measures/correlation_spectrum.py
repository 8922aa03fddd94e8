"""Control of the functional graph: the spectrum of the same correlations."""

from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Array
from topoprint.measures.features import Computed
from topoprint.measures.of_units import OfUnits


def spectrum(correlations: Array) -> Array:
    """Eigenvalues divided by their sum, the greatest first, mean over the draws, shape (m,)."""
    values = np.linalg.eigvalsh(correlations)[:, ::-1] / correlations.shape[1]
    mean: Array = np.maximum(values, 0).mean(axis=0)
    return mean


class CorrelationSpectrum(OfUnits):
    """Half the 1-norm of the difference of the spectra of the correlations of m hidden units."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["correlation_spectrum"] = "correlation_spectrum"

    @property
    def feature(self) -> Computed:
        """Sorted eigenvalues, of sum 1."""
        return Computed(spectrum, self.correlations)

    def distance(self, one: Array, other: Array) -> float:
        """Share of the variance that lies in other components."""
        return float(np.abs(one - other).sum()) / 2


MEASURES = (CorrelationSpectrum(),)
