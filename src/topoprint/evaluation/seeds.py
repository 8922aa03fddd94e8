"""What holds for all seeds: comparisons that are evaluated together, and intervals over seeds."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from topoprint.comparison.matrix import Comparison, check_alike
from topoprint.errors import InputError

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

RESAMPLES = 1999
CONFIDENCE = 0.95
# Fewer networks than this have too few distances to evaluate.
FEWEST = 3


def of_seeds(comparisons: Mapping[str, Comparison]) -> list[Comparison]:
    """Take the comparisons of the seeds, by file; refuse those that cannot be evaluated together.

    Raises
    ------
    InputError
        If they differ in networks, measures or parameters, a seed stands twice, or there are fewer
        than three networks.
    """
    if not comparisons:
        raise InputError("no distances to evaluate")
    check_alike(comparisons)
    seen: dict[tuple[int | None, ...], str] = {}
    for file, comparison in comparisons.items():
        seeds = comparison.index.seeds
        if seeds in seen:
            raise InputError(f"{file}: seed {seeds[0]} is among the files twice ({seen[seeds]})")
        seen[seeds] = file
        if len(comparison.index) < FEWEST:
            raise InputError(f"{file}: an evaluation needs at least three networks")
    return list(comparisons.values())


class Estimate(float):
    """A mean over the seeds.

    Attributes
    ----------
    low, high : float
        Its percentile bootstrap interval; NaN for a single seed.
    """

    low: float
    high: float

    def __new__(cls, seeds: Sequence[float]) -> "Estimate":
        """Estimate it from the values of the seeds."""
        made = super().__new__(cls, np.mean(seeds))
        made.low = made.high = np.nan
        if len(seeds) > 1 and np.isfinite(seeds).all():
            from scipy.stats import bootstrap  # takes longer than most tables

            found = bootstrap(
                (np.asarray(seeds),),
                np.mean,
                confidence_level=CONFIDENCE,
                n_resamples=RESAMPLES,
                method="percentile",
                rng=np.random.default_rng(0),
            ).confidence_interval
            made.low, made.high = float(found.low), float(found.high)
        return made

    @classmethod
    def between(cls, mean: float, low: float, high: float) -> "Estimate":
        """Take a mean and an interval that are known."""
        made = super().__new__(cls, mean)
        made.low, made.high = low, high
        return made


def comparable(matrices: Sequence[Array]) -> IntArray:
    """Positions of the networks of the largest set that are compared in all matrices (n, n)."""
    compared = np.isfinite(matrices).all(axis=0)
    patterns, inverse = np.unique(compared, axis=0, return_inverse=True)
    largest = int(np.argmax(np.bincount(inverse.ravel(), minlength=len(patterns))))
    return np.flatnonzero(inverse.ravel() == largest)
