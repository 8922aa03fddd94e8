"""Magnitudes of weights as they stand in a file, in an order that needs no copy to float32."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.networks.maps import FloatArray, IntArray

# Whole numbers whose order is that of the magnitudes, or the magnitudes themselves.
Keys = NDArray[Any]

# Narrow weights are counted this many at a time.
BLOCK = 1 << 20


def keys(weight: NDArray[Any]) -> Keys:
    """Return |w| of float32 weights; of narrower floats their bits without the sign.

    A float is a sign, an exponent and a fraction: without its sign, its bits are in the order of
    its magnitude.
    """
    if weight.dtype == np.float32:
        return np.abs(weight.view(np.float32))
    bits = np.dtype(f"u{weight.dtype.itemsize}").type
    found: Keys = weight.view(bits) & bits((1 << (8 * weight.dtype.itemsize - 1)) - 1)
    return found


def magnitudes(some: Keys, weight: NDArray[Any]) -> FloatArray:
    """Return the magnitudes of keys of weights, float32."""
    if weight.dtype == np.float32:
        return some.astype(np.float32, copy=False)
    return some.view(weight.dtype).astype(np.float32)


def key_of(magnitude: float, weight: NDArray[Any]) -> Keys:
    """Return the least key of a magnitude that is at least this, as an array of no dimension."""
    if weight.dtype == np.float32:
        return np.asarray(magnitude, dtype=np.float32)
    table = _table(weight)
    place = int(np.searchsorted(table, magnitude))
    return np.asarray(min(place, len(table)), dtype=np.dtype(f"u{weight.dtype.itemsize}"))


def count(weight: NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """Return the different magnitudes of narrow weights, and how often each stands."""
    table = _table(weight)
    flat = weight.reshape(-1)
    counts = np.zeros(len(table), dtype=np.int64)
    for start in range(0, len(flat), BLOCK):
        counts += np.bincount(keys(flat[start : start + BLOCK]), minlength=len(table))
    found = np.flatnonzero(counts)
    return table[found], counts[found]


def _table(weight: NDArray[Any]) -> FloatArray:
    """Return the magnitude of every key of narrow weights, in order, the infinite ones as such."""
    bits = np.dtype(f"u{weight.dtype.itemsize}")
    every = np.arange(1 << (8 * bits.itemsize - 1), dtype=bits).view(weight.dtype)
    table: FloatArray = every.astype(np.float32)
    return np.where(np.isnan(table), np.float32(np.inf), table)
