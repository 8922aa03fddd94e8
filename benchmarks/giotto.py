"""Distances by giotto-tda, prepared and called as the authors of the paper do."""

from collections.abc import Sequence
from itertools import combinations
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint import Diagram

Array = NDArray[np.float64]


def prepared(diagrams: Sequence[Diagram]) -> Array:
    """Diagrams as one array (paper, section 3.1), shape (networks, bars, 3).

    Reduced homology, padded to the longest with bars of no length at the least birth, bars of
    length up to 0.01 dropped, ∞ put to 1.
    """
    from gtda.diagrams import Filtering

    blocks = []
    for dimension in range(diagrams[0].max_dimension + 1):
        bars = [diagram.bars(dimension) for diagram in diagrams]
        if dimension == 0:
            bars = [np.delete(own, np.argmax(own[:, 1]), axis=0) for own in bars]
        length = max(1, *map(len, bars))
        least = min((own[:, 0].min() for own in bars if len(own)), default=0.0)
        block = np.full((len(bars), length, 3), (least, least, dimension), dtype=np.float64)
        for row, own in zip(block, bars, strict=True):
            row[: len(own), :2] = own
        blocks.append(block)
    filtered: Array = Filtering(epsilon=0.01).fit_transform(np.concatenate(blocks, axis=1))
    filtered[np.isinf(filtered)] = 1.0
    return filtered


def distances(bars: Array, metric: str, grid: str) -> tuple[Array, list[float]]:
    """Distances between all pairs, and the seconds of each call of PairwiseDistance.

    On the paper's grid there is a call for each pair, on the shared grid one for all.
    """
    from gtda.diagrams import PairwiseDistance

    pairwise: Any = PairwiseDistance(metric=metric, metric_params={"n_bins": 200})
    found = np.zeros((len(bars), len(bars)))
    seconds = []
    members = (
        list(combinations(range(len(bars)), 2)) if grid == "paper" else [tuple(range(len(bars)))]
    )
    for some in members:
        chosen = bars[list(some)]
        start = perf_counter()
        values = pairwise.fit_transform(chosen)
        seconds.append(perf_counter() - start)
        found[np.ix_(some, some)] = values
    return found, seconds
