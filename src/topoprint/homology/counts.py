"""How many bars each of a list stands for; where each is one, this takes no memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def ones(length: int) -> IntArray:
    """Return 1 for each bar, in the memory of one number."""
    return np.broadcast_to(np.int64(1), (length,))


def all_one(counts: IntArray) -> bool:
    """Whether they are what :func:`ones` gives."""
    return not counts.size or (counts.strides == (0,) and counts[0] == 1)


def total(counts: IntArray) -> int:
    """Return the number of bars."""
    return len(counts) if all_one(counts) else int(counts.sum())


def select(counts: IntArray, kept: NDArray[Any]) -> IntArray:
    """Select those of some bars, by place or mask; what is all 1 stays without memory."""
    if all_one(counts):
        return ones(int(np.count_nonzero(kept)) if kept.dtype == bool else len(kept))
    kept_counts: IntArray = counts[kept]
    return kept_counts


def before(counts: IntArray, places: IntArray) -> IntArray:
    """Return the number of bars before each place of the list, from 0 to its length."""
    if all_one(counts):
        return places
    ahead: IntArray = np.concatenate([[0], np.cumsum(counts)])[places]
    return ahead


def repeated(values: NDArray[Any], counts: IntArray) -> NDArray[Any]:
    """Values with each as often as it counts."""
    return values if all_one(counts) else np.repeat(values, counts)


def in_order(values: NDArray[Any], counts: IntArray) -> tuple[NDArray[Any], IntArray]:
    """Sort values, and the counts with them."""
    if all_one(counts):
        return np.sort(values), counts
    order = np.argsort(values, kind="stable")
    return values[order], counts[order]
