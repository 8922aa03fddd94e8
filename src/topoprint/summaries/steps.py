"""Betti curves as exact step functions, and the integral of their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Steps:
    """A step function: the sum of the jumps up to t, divided by ``total``.

    Attributes
    ----------
    points : ndarray, float64, shape (k,)
        Where it jumps, sorted.
    jumps : ndarray, float64, shape (k,)
        By how much, whole numbers.
    total : float
    """

    points: Array
    jumps: Array
    total: float


def betti_curve(bars: Sequence[Array], total: float) -> Steps:
    """Count the bars [birth, death) at t, over several diagrams, divided by ``total``.

    Parameters
    ----------
    bars : sequence of ndarray, float64, shape (k, 2)
        Finite bars.
    total : float
        Positive.
    """
    stacked = np.concatenate(bars)
    points = stacked.T.ravel()
    jumps = np.repeat([1.0, -1.0], len(stacked))
    order = np.argsort(points, kind="stable")
    return Steps(points[order], jumps[order], total)


def apart(one: Steps, other: Steps) -> float:
    """∫ |f − g| of two step functions of the same ``total`` that end at 0, exactly."""
    points = np.concatenate([one.points, other.points])
    order = np.argsort(points, kind="stable")
    heights = np.cumsum(np.concatenate([one.jumps, -other.jumps])[order])
    return float(np.abs(heights[:-1]) @ np.diff(points[order])) / one.total


def apart_of_totals(one: Steps, other: Steps) -> float:
    """∫ |f − g| of two step functions whose totals, whole numbers, may differ."""
    total = np.lcm(int(one.total), int(other.total))
    scaled = (
        Steps(f.points, f.jumps * (total // int(f.total)), float(total)) for f in (one, other)
    )
    return apart(*scaled)
