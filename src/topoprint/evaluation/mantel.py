"""How alike two distance matrices are: Spearman correlation, tested as by Mantel (1967)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test, rankdata

Array = NDArray[np.float64]

# Permutations that are held at once.
BATCH = 100


@dataclass(frozen=True)
class Mantel:
    """Result of a Mantel test.

    Attributes
    ----------
    correlation : float
        Spearman's ρ of the distances above the diagonal; NaN if one matrix has equal ones alone.
    p_value : float
        Share of the permutations of one matrix's networks, the given order counted as one, whose
        ρ is at least as great; all permutations where they are fewer than asked for.
    """

    correlation: float
    p_value: float


def spearman(one: Array, other: Array) -> float:
    """Spearman's ρ of the distances above the diagonals of two matrices, shape (n, n).

    Over the pairs that both compare; NaN where fewer than two are, or one has equal ones alone.
    """
    upper = np.triu_indices(len(one), k=1)
    both = np.isfinite(one[upper]) & np.isfinite(other[upper])
    if np.count_nonzero(both) < 2:
        return np.nan
    return float(_standardised(one[upper][both]) @ _standardised(other[upper][both]))


def mantel(one: Array, other: Array, permutations: int = 9999, seed: int = 0) -> Mantel:
    """Test whether two distance matrices of the same networks are correlated, by Mantel's test.

    Distances of one network depend on each other, so networks are permuted, not distances.

    Parameters
    ----------
    one, other : ndarray, float64, shape (n, n)
        Symmetric; networks in the same order.
    permutations : int
        Number of random permutations.
    seed : int
        Of the permutations.
    """
    rows, columns = np.triu_indices(len(one), k=1)
    # Permuting networks permutes ranks: they are taken once.
    ranks = np.zeros(one.shape)
    ranks[rows, columns] = _standardised(one[rows, columns])
    ranks += ranks.T
    fixed = _standardised(other[rows, columns])

    def correlations(orders: NDArray[np.int64], axis: int) -> Array:
        permuted: Array = ranks[orders[..., rows], orders[..., columns]] @ fixed
        return permuted

    order = np.arange(len(one))
    if not np.isfinite(observed := float(correlations(order, axis=-1))):
        return Mantel(observed, np.nan)
    found = permutation_test(
        (order,),
        correlations,
        permutation_type="pairings",
        vectorized=True,
        batch=BATCH,
        alternative="greater",
        n_resamples=permutations,
        rng=np.random.default_rng(seed),
    )
    return Mantel(observed, float(found.pvalue))


def _standardised(values: Array) -> Array:
    """Ranks, ties at their mean, shifted and scaled to mean 0 and norm 1; NaN if all are equal."""
    ranks: Array = rankdata(values)
    ranks -= ranks.mean()
    norm = float(np.linalg.norm(ranks))
    return ranks / norm if norm else np.full(len(ranks), np.nan)
