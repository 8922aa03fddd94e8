"""Bottleneck and Wasserstein distances of diagrams whose bars share an end.

In a layered network all H0 bars are born at 0, and all H1 bars die at ∞, for which one number
stands: each diagram is then a set of lengths. Two bars of lengths x and y are |x − y| apart (in the
maximum norm), a bar is x / 2 from the diagonal, and the best matching is found without a search
over all matchings, of which general libraries need time that grows with a power of the bars.
"""

from bisect import insort

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.counts import IntArray, all_one

Array = NDArray[np.float64]
Lengths = NDArray[np.float32] | Array

# Lengths are put to the middles of this many equal parts of [0, longest] for Wasserstein.
BINS = 100
# Bars are paired this many at a time: the longest ones decide in most diagrams.
BLOCK = 1 << 14


def bottleneck(
    one: Lengths, other: Lengths, counts: tuple[IntArray, IntArray] | None = None
) -> float:
    """Bottleneck distance, exact.

    Parameters
    ----------
    one, other : ndarray, shape (n,) and (m,)
        Lengths of the bars, in descending order.
    counts : two ndarray, int64, shape (n,) and (m,), optional
        Multiplicity of each; by default 1.

    Notes
    -----
    Some best matching pairs the k longest bars of both in their order, for some k, and leaves the
    others to the diagonal: a bar that is left costs half its length, so that a longer one in its
    place would do no harm. Going to larger k, the pairs cost more and the bars that are left less.
    Of bars that stand several times, paired with others that do, one pair is as good as all of
    them: it costs the same, and what is left is no longer.
    """
    if counts is not None and not all(map(all_one, counts)):
        one, other = _side_by_side(one, other, *counts)
    count = min(len(one), len(other))
    paired, unpaired = 0.0, 0.0
    for start in range(0, count + 1, BLOCK):
        stop = min(start + BLOCK, count)
        costs = np.abs(one[start:stop].astype(np.float64) - other[start:stop])
        after = max(paired, float(costs.max(initial=0.0)))
        unpaired = max(_half(one, stop), _half(other, stop))
        if after > unpaired:  # the best k lies in this block
            costs = np.maximum.accumulate(np.concatenate([[paired], costs]))
            left = np.zeros(len(costs))
            for lengths in (one, other):
                rest = lengths[start : start + len(costs)] / 2
                left[: len(rest)] = np.maximum(left[: len(rest)], rest)
            return float(np.maximum(costs, left).min())
        paired = after
    return unpaired


def _side_by_side(
    one: Lengths, other: Lengths, count: IntArray, other_count: IntArray
) -> tuple[Lengths, Lengths]:
    """Keep the first of each run of equal pairs, and the first length that is left over."""
    ends, other_ends = np.cumsum(count), np.cumsum(other_count)
    starts = np.concatenate([[0], np.union1d(ends, other_ends)])
    return (
        one[np.searchsorted(ends, starts[starts < count.sum()], side="right")],
        other[np.searchsorted(other_ends, starts[starts < other_count.sum()], side="right")],
    )


def _half(lengths: Lengths, number: int) -> float:
    """Half of one length; 0 beyond the last."""
    return float(lengths[number]) / 2 if number < len(lengths) else 0.0


def length_histogram(
    lengths: Lengths, longest: float, counts: IntArray | None = None
) -> NDArray[np.int64]:
    """Count the lengths in each of BINS equal parts of [0, longest], each as often as it counts."""
    bins = np.clip((lengths.astype(np.float64) / longest * BINS).astype(np.int64), 0, BINS - 1)
    if counts is None or all_one(counts):
        return np.bincount(bins, minlength=BINS)
    return np.bincount(bins, counts, BINS).astype(np.int64)  # exact up to 2⁵³ bars


def wasserstein(one: NDArray[np.int64], other: NDArray[np.int64], longest: float) -> float:
    """Wasserstein distance of order 1, of the lengths put to the middles of BINS parts.

    Parameters
    ----------
    one, other : ndarray, int64, shape (BINS,)
        From :func:`length_histogram`. Each bar is moved by at most longest / 2 BINS.

    Notes
    -----
    Going up the line of lengths, V(f) is the least cost so far if f bars more of ``one`` than of
    ``other`` are carried on. V is convex and piecewise linear: its corners are kept, and where its
    leftmost line meets f = 0. Carrying on over a gap adds gap · |f|. Sending bars of length x to
    the diagonal instead bounds the slopes of V by x / 2, which takes bends off both ends. In units
    of longest / 4 BINS all of these are whole numbers, so that nothing is rounded on the way.
    """
    surplus = one - other
    numbers = np.flatnonzero(surplus)
    corners: list[tuple[int, int]] = []  # (f less what all have moved, change of slope), ascending
    moved = intercept = reached = 0
    for number, more in zip(numbers.tolist(), surplus[numbers].tolist(), strict=True):
        length = 4 * number + 2
        gap = length - reached
        insort(corners, (-moved, 2 * gap))
        for place, bend in _taken(corners, 0, gap // 2):
            intercept -= bend * (place + moved)
        _taken(corners, -1, gap // 2)
        intercept += length // 2 * more
        moved, reached = moved + more, length
    below = sum(bend * (place + moved) for place, bend in corners if place + moved < 0)
    return (intercept - below) * longest / (4 * BINS)


def _taken(corners: list[tuple[int, int]], end: int, bends: int) -> list[tuple[int, int]]:
    """Take this much bend off the corners at one end, 0 or -1; what was taken where."""
    taken = []
    while bends:
        place, bend = corners.pop(end)
        part = min(bend, bends)
        if part < bend:
            corners.insert(0 if end == 0 else len(corners), (place, bend - part))
        taken.append((place, part))
        bends -= part
    return taken
