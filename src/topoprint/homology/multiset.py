"""Sorted values and how often each stands."""

import numpy as np

from topoprint.homology.counts import all_one, ones, repeated
from topoprint.networks.maps import FloatArray, IntArray

Multiset = tuple[FloatArray, IntArray]


def sort(values: FloatArray) -> None:
    """Sort values above 0 in place: they are in the order of their bits, which sort faster."""
    values.view(np.uint32).sort()


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
