"""Sorted values and how often each stands."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.counts import all_one, ones, repeated
from topoprint.networks.maps import FloatArray, IntArray

Multiset = tuple[FloatArray, IntArray]

# Values are sorted this many at a time, small enough to stay in the processor's cache.
BLOCK = 1 << 20
# Fewer values than this are compared with each other.
FEW = 1 << 15
# Whether numpy compares many numbers of 32 bits at once: nothing is faster then.
_config: Callable[..., Any] = np.show_config  # whose stubs in numpy 1.26 know no mode
VECTORISED = np.lib.NumpyVersion(np.__version__) >= "2.0.0" or (
    "AVX512_SKX" in _config(mode="dicts")["SIMD Extensions"]["found"]
)


def sort(values: FloatArray) -> None:
    """Sort values above 0 in place: they are in the order of their bits.

    numpy sorts numbers of 16 bits by their digits, which takes half the time of comparing numbers
    of 32 bits one by one: both halves of the bits in turn, a block at a time. Sorted blocks are
    merged.
    """
    bits = values.view(np.uint32)
    if VECTORISED or len(bits) < FEW:
        bits.sort()
        return
    for start in range(0, len(bits), BLOCK):
        _sort_by_halves(bits[start : start + BLOCK])
    if len(bits) > BLOCK:
        bits.sort(kind="stable")  # merges what is in order


def _sort_by_halves(bits: NDArray[np.uint32]) -> None:
    high = (bits >> 16).astype(np.uint16)
    order = np.argsort(high, kind="stable")
    low = bits.astype(np.uint16)[order]
    high = high[order]
    starts = np.flatnonzero(high[1:] != high[:-1]) + 1
    for alike in np.split(low, starts):
        alike.sort(kind="stable")
    np.left_shift(high, 16, out=bits, dtype=np.uint32)
    np.bitwise_or(bits, low, out=bits)


def run_lengths(ordered: FloatArray, times: int) -> Multiset:
    """Return the different ones of sorted values, and their number times ``times``."""
    starts = np.flatnonzero(np.concatenate([[len(ordered) > 0], ordered[1:] != ordered[:-1]]))
    return ordered[starts], np.diff(starts, append=len(ordered)) * times


def union(parts: list[Multiset]) -> Multiset:
    """Return all values together, each once; what stands no time is left out."""
    values = np.concatenate([values for values, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    if not len(values):
        return values, counts
    order = np.argsort(values, kind="stable")  # parts are sorted: these are runs to merge
    values, counts = values[order], counts[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    values, counts = values[starts], np.add.reduceat(counts, starts)
    return values[counts > 0], counts[counts > 0]


def without(whole: Multiset, removed: Multiset) -> Multiset:
    """Take values away that are all among them; both are sorted."""
    values, counts = whole
    if all_one(counts):
        some = repeated(*removed)
        copies_before = np.arange(len(some)) - np.searchsorted(some, some)
        left = np.delete(values, np.searchsorted(values, some) + copies_before)
        return left, ones(len(left))
    rest = counts.copy()
    rest[np.searchsorted(values, removed[0])] -= removed[1]
    return values[rest > 0], rest[rest > 0]
