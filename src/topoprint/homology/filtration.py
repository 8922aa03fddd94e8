"""Filtration values of weights (equation 1 of the paper)."""

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.maps import FloatArray

# Values are computed in float64 a block at a time, small enough to stay in the processor's cache.
BLOCK = 1 << 16


def edge_values(
    magnitudes: FloatArray, scale: float, zeta: float, out: FloatArray | None = None
) -> FloatArray:
    """Filtration values of edges (equation 1), computed in float64 and rounded once to float32.

    Parameters
    ----------
    magnitudes : ndarray, float32, shape (n,)
        |w| of each edge, or w itself: the sign does not matter.
    scale : float
        max|W|.
    zeta : float
        The smoothing parameter.
    out : ndarray, float32, shape (n,), optional
        Where to write the values.
    """
    values = np.empty(len(magnitudes), dtype=np.float32) if out is None else out
    for start in range(0, len(magnitudes), BLOCK):
        block = magnitudes[start : start + BLOCK].astype(np.float64)
        np.abs(block, out=block)
        block /= scale
        np.subtract(1.0, block, out=block)
        np.maximum(block, zeta, out=block)
        values[start : start + BLOCK] = block
    return values


def check_zeta(zeta: float) -> float:
    """Refuse what is no smoothing parameter."""
    if not isinstance(zeta, float | int | np.floating):
        raise InputError(f"zeta is a {type(zeta).__name__}, not a number between 0 and 1")
    if not 1e-38 <= zeta < 1:  # float32 knows nothing much smaller, and no edge's value is 0
        raise InputError(f"zeta must lie between 0 and 1 (at least 1e-38), not {zeta}")
    return float(zeta)
