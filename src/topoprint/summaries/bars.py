"""The bars of one dimension, prepared as the paper's authors do, and the grids they are laid on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.counts import IntArray, select, total
from topoprint.homology.diagram import Diagram

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bars:
    """Finite bars of one dimension, sorted by birth, then death.

    Attributes
    ----------
    births : ndarray, float32, shape (n,)
    deaths : ndarray, float64, shape (n,)
        Where all are equal, a broadcast scalar.
    counts : ndarray, int64, shape (n,)
        Multiplicity of each bar, as in :class:`topoprint.Diagram`.
    birth, death : float or None
        The birth or death that all bars share, if they do. In a layered network all H0 bars are
        born at 0 and all H1 bars die at ∞: then no pass over that array is needed.
    """

    births: NDArray[np.float32]
    deaths: Array
    counts: IntArray
    birth: float | None
    death: float | None

    @classmethod
    def of(
        cls, diagram: Diagram, dimension: int, min_persistence: float, infinity: float
    ) -> "Bars":
        """Prepare a diagram's bars as the authors do (paper, section 3.1).

        In dimension 0 one essential bar is dropped (reduced homology), then bars of length at
        most ``min_persistence``, while essential bars are still infinite; then ∞ becomes
        ``infinity``.
        """
        births, deaths = diagram.births[dimension], diagram.deaths[dimension]
        counts = diagram.counts[dimension]
        if dimension == 0 and len(deaths):
            last = int(np.argmax(deaths))
            if counts[last] > 1:
                counts = counts.copy()
                counts[last] -= 1
            else:
                births, deaths = np.delete(births, last), np.delete(deaths, last)
                counts = select(counts, np.delete(np.arange(len(counts)), last))
        if _is_constant(deaths) and np.isinf(deaths[0]):
            finite: Array = np.broadcast_to(np.float64(infinity), deaths.shape)
        else:
            keep = deaths.astype(np.float64) - births > min_persistence
            births, deaths, counts = births[keep], deaths[keep], select(counts, keep)
            finite = np.where(np.isinf(deaths), infinity, deaths.astype(np.float64))
            if np.any((births[1:] == births[:-1]) & (finite[1:] < finite[:-1])):
                # Some death lies beyond the value that stands for ∞.
                order = np.lexsort((finite, births))
                births, finite, counts = births[order], finite[order], select(counts, order)
        death = float(finite[0]) if _is_constant(finite) else None
        late = births[-1:] > death if death is not None else births > finite
        if np.any(late):
            raise InputError(
                f"an essential bar of dimension {dimension} is born at {births.max():.6g}, after "
                f"the value {infinity:g} that is to stand for ∞; choose a larger one"
            )
        birth = float(births[0]) if len(births) and births[0] == births[-1] else None
        return cls(births, finite, counts, birth, death)

    @property
    def low(self) -> float:
        """Least birth; ∞ without bars."""
        return float(self.births[0]) if len(self) else np.inf

    @property
    def high(self) -> float:
        """Greatest death; −∞ without bars."""
        return float(self.deaths.max(initial=-np.inf)) if self.death is None else self.death

    def __len__(self) -> int:
        """Return the number of bars, each as often as it counts."""
        return total(self.counts)


def _is_constant(values: NDArray[Any]) -> bool:
    """Whether all values are equal; without looking at them where they are one broadcast scalar."""
    return values.size > 0 and (values.strides == (0,) or bool(values.min() == values.max()))


@dataclass(frozen=True)
class Grid:
    """``bins`` evenly spaced points from ``low`` to ``high``, both included."""

    low: float
    high: float
    bins: int

    @cached_property
    def points(self) -> Array:
        """The points, shape (bins,)."""
        return np.linspace(self.low, self.high, self.bins)

    @cached_property
    def step(self) -> float:
        """Distance of two neighbouring points."""
        return float(np.linspace(self.low, self.high, self.bins, retstep=True)[1])
