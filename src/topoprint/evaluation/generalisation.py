"""How well summaries of networks tell their generalisation gap, without a test set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GapRegression:
    """A linear regression of the generalisation gap.

    Attributes
    ----------
    coefficients : ndarray, float64, shape (k + 1,)
        Of the summaries, and the constant last.
    left_out : ndarray, float64, shape (n,)
        Prediction of each network's gap by the regression of all others.
    error : float
        Mean absolute error of these predictions.
    error_of_mean : float
        The same of the mean gap of all others: what a regression has to beat.
    """

    coefficients: Array
    left_out: Array
    error: float
    error_of_mean: float


def regress_gap(summaries: Sequence[ArrayLike], gaps: ArrayLike) -> GapRegression:
    """Regress training accuracy less test accuracy on summaries, as Corneanu et al. 2020 do.

    Least squares; each network is predicted by a regression of the others.

    Parameters
    ----------
    summaries : sequence of array, shape (n, k)
        Of each network, such as :func:`topoprint.measures.functional_lives.lives`.
    gaps : array, shape (n,)

    Raises
    ------
    InputError
        If there are not at least k + 3 networks, lengths differ, or a number is not finite.
    """
    known = np.asarray(summaries, dtype=np.float64)
    found = np.asarray(gaps, dtype=np.float64)
    if known.ndim != 2 or found.shape != known.shape[:1]:
        raise InputError(
            f"summaries have the shape {known.shape} and gaps {found.shape}; expected (n, k), (n,)"
        )
    if len(known) < known.shape[1] + 3:
        raise InputError(
            f"{len(known)} networks are too few for a regression on {known.shape[1]} summaries; "
            f"give {known.shape[1] + 3} or more"
        )
    if not (np.isfinite(known).all() and np.isfinite(found).all()):
        raise InputError("a summary or a gap is NaN or infinite")
    design = np.column_stack([known, np.ones(len(known))])
    left_out = np.empty(len(found))
    means = np.empty(len(found))
    for number in range(len(found)):
        others = np.arange(len(found)) != number
        left_out[number] = design[number] @ _fitted(design[others], found[others])
        means[number] = found[others].mean()
    return GapRegression(
        _fitted(design, found),
        left_out,
        float(np.abs(left_out - found).mean()),
        float(np.abs(means - found).mean()),
    )


def _fitted(design: Array, gaps: Array) -> Array:
    found: Array = np.linalg.lstsq(design, gaps, rcond=None)[0]
    return found
