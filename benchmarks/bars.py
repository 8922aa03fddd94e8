"""Whether two programs found the same bars, to the last bit and with their multiplicities."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from topoprint import Diagram

Values = NDArray[np.float32]
BLOCK = 1 << 20


def of_diagram(diagram: Diagram) -> str:
    """Fingerprint of a diagram's bars, see :func:`fingerprint`."""
    return fingerprint(zip(diagram.births, diagram.deaths, strict=True))


def of_listed(diagram: Diagram) -> str:
    """Fingerprint of a diagram's bars, each as often as it counts."""
    listed = (diagram.bars(dimension).T for dimension in range(diagram.max_dimension + 1))
    return fingerprint((births, deaths) for births, deaths in listed)


def of_split(tree: Values, others: Values, components: int, max_dimension: int = 3) -> str:
    """Fingerprint of the bars of a graph without triangles, from its spanning forest.

    Parameters
    ----------
    tree, others : ndarray, float32
        Values of the edges inside and outside the forest.
    components : int
        Number of connected components.
    max_dimension : int
        The dimensions above 1 have no bars.
    """
    deaths = np.concatenate([tree, np.full(components, np.inf, dtype=np.float32)])
    births = np.broadcast_to(np.float32(0), deaths.shape)
    empty = np.empty(0, dtype=np.float32)
    dimensions = [(births, deaths), (others, np.broadcast_to(np.float32(np.inf), others.shape))]
    return fingerprint([*dimensions, *[(empty, empty)] * (max_dimension - 1)])


def fingerprint(dimensions: Iterable[tuple[Values, Values]]) -> str:
    """SHA-256 of the bars of each dimension, sorted: equal if and only if all bars are equal.

    Parameters
    ----------
    dimensions : iterable of (births, deaths)
        float32 arrays, one pair a dimension from 0 upwards.
    """
    digest = hashlib.sha256()
    for births, deaths in dimensions:
        if births.dtype != np.float32 or deaths.dtype != np.float32:
            raise TypeError("bars are compared in float32")
        if not _sorted(births, deaths):
            order = np.lexsort((deaths, births))
            births, deaths = births[order], deaths[order]
        digest.update(len(births).to_bytes(8, "little"))
        for values in (births, deaths):
            for start in range(0, len(values), BLOCK):
                block = values[start : start + BLOCK] + np.float32(0)  # −0 becomes 0
                digest.update(block.tobytes())
    return digest.hexdigest()


def _sorted(births: Values, deaths: Values) -> bool:
    later = births[1:] > births[:-1]
    equal = births[1:] == births[:-1]
    return bool(np.all(later | (equal & (deaths[1:] >= deaths[:-1]))))
