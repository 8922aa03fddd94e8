"""Persistent homology of the Vietoris-Rips filtration of a matrix of distances."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from topoprint.errors import InputError
from topoprint.homology.rips_engines import ENGINES, RipsEngine

Array = NDArray[np.float64]


def rips(
    distances: Array, longest: float = np.inf, engine: RipsEngine = "gudhi"
) -> tuple[Array, Array]:
    """Bars of H0 and H1, over the field of two elements.

    A simplex enters with its longest edge; the triangle inequality is not asked for.

    Parameters
    ----------
    distances : ndarray, float64, shape (n, n)
        Symmetric, at least 0, with a zero diagonal.
    longest : float
        Longer edges do not enter, and what would die with them is essential.
    engine : {"gudhi", "ripser", "flagser", "ripser++"}
        GUDHI's ``RipsPersistence`` (a fork of Ripser, Bauer 2021, in double precision); ripser.py
        and pyflagser, in single precision, so that their values are rounded to float32; Ripser++
        (ripserplusplus 1.1, Zhang et al. 2020) on a GPU, in single precision too.

    Returns
    -------
    deaths : ndarray, float64, shape (n - 1,)
        Of the bars of H0 but one that is essential, which are born at 0, sorted; bars of no length
        are among them, and ∞ for every further component.
    bars : ndarray, float64, shape (k, 2)
        Births and deaths of H1, bars of no length left out, in lexicographic order.

    Raises
    ------
    InputError
        If the matrix is not square or symmetric, has a NaN, an infinity or a negative number, the
        engine is not known, or its package is not installed.
    """
    if engine not in ENGINES:
        raise InputError(f"Rips engine {engine!r} is not known; choose {', '.join(ENGINES)}")
    if distances.ndim != 2 or distances.shape[0] != distances.shape[1] or not len(distances):
        raise InputError(
            f"distances have the shape {distances.shape}; expected (n, n), n at least 1"
        )
    if not (np.isfinite(distances).all() and (distances >= 0).all()):
        raise InputError("distances hold a NaN, an infinity or a negative number")
    if np.diag(distances).any() or not np.array_equal(distances, distances.T):
        raise InputError("distances are not symmetric with a zero diagonal")
    finite, cycles = ENGINES[engine](distances, longest)
    further = 0
    if not np.isinf(longest):
        further = connected_components(distances <= longest, directed=False)[0] - 1
    none = np.zeros(len(distances) - 1 - further - len(finite))
    deaths = np.concatenate([none, np.sort(finite), np.full(further, np.inf)])
    return deaths, cycles[np.lexsort(cycles.T[::-1])]
