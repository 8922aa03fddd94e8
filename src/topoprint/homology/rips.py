"""Persistent homology of the Vietoris-Rips filtration of a matrix of distances."""

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError

Array = NDArray[np.float64]


def rips(distances: Array) -> tuple[Array, Array]:
    """Bars of H0 and H1, over the field of two elements.

    Computed by GUDHI's ``RipsPersistence`` (a fork of Ripser, Bauer 2021, in double precision). A
    simplex enters with its longest edge; the triangle inequality is not asked for.

    Parameters
    ----------
    distances : ndarray, float64, shape (n, n)
        Symmetric, at least 0, with a zero diagonal.

    Returns
    -------
    deaths : ndarray, float64, shape (n - 1,)
        Of the finite bars of H0, which are born at 0, sorted; bars of no length are among them.
    bars : ndarray, float64, shape (k, 2)
        Births and deaths of H1, bars of no length left out, in lexicographic order.

    Raises
    ------
    InputError
        If the matrix is not square or symmetric, has a NaN, an infinity or a negative number, or
        GUDHI is not installed.
    """
    try:
        from gudhi.sklearn import RipsPersistence
    except ImportError as error:
        raise InputError(
            "Rips persistence needs gudhi and scikit-learn; pip install 'topoprint[rips]'"
        ) from error
    if distances.ndim != 2 or distances.shape[0] != distances.shape[1] or not len(distances):
        raise InputError(
            f"distances have the shape {distances.shape}; expected (n, n), n at least 1"
        )
    if not (np.isfinite(distances).all() and (distances >= 0).all()):
        raise InputError("distances hold a NaN, an infinity or a negative number")
    if np.diag(distances).any() or not np.array_equal(distances, distances.T):
        raise InputError("distances are not symmetric with a zero diagonal")
    engine = RipsPersistence(
        homology_dimensions=[0, 1], input_type="full distance matrix", homology_coeff_field=2
    )
    components, cycles = engine.fit_transform([distances])[0]
    finite = components[np.isfinite(components[:, 1]), 1]
    deaths = np.concatenate([np.zeros(len(distances) - 1 - len(finite)), np.sort(finite)])
    return deaths, cycles[np.lexsort(cycles.T[::-1])]
