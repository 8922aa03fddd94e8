"""Products of matrices by the BLAS of scipy, which knows more processors than numpy's.

numpy 1.26 is the newest that giotto-tda allows. Its wheels hold an OpenBLAS of 2023 that takes
Intel's processors since for one of 2004, without AVX, which makes products four to five times
slower (OpenMathLib/OpenBLAS#4267).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

Float = TypeVar("Float", np.float32, np.float64)


def product(one: NDArray[Float], other: NDArray[Float]) -> NDArray[Float]:
    """Multiply two matrices, as ``one @ other`` does but for rounding.

    Parameters
    ----------
    one : ndarray, shape (n, k)
    other : ndarray, shape (k, m)
        Of the same type.

    Returns
    -------
    ndarray, shape (n, m)
    """
    (multiply,) = get_blas_funcs(("gemm",), (one, other))
    # BLAS takes columns: of rows that lie in memory one by one, those of the transpose.
    right, right_turned = _in_columns(other)
    left, left_turned = _in_columns(one)
    transposed: NDArray[Float] = multiply(
        1.0, right, left, trans_a=right_turned, trans_b=left_turned
    )
    return transposed.T


def _in_columns(matrix: NDArray[Float]) -> tuple[NDArray[Float], bool]:
    """Give what lies in memory by columns, and whether it is the matrix, not its transpose."""
    return (matrix.T, False) if matrix.flags.c_contiguous else (matrix, True)
