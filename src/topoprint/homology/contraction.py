"""Units that wires or edges hold together, as labels."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from topoprint.homology.places import Labels, Places
from topoprint.homology.sparse import edge_matrix
from topoprint.networks.maps import IntArray, Wires


def joined(
    number: int, ends: Iterable[tuple[IntArray | Labels, IntArray | Labels]]
) -> tuple[int, Labels]:
    """Label the components of some edges of vertices 0 … number − 1; their number first."""
    both = list(ends)
    sources = np.concatenate([np.empty(0, np.int64), *(from_ for from_, _ in both)])
    targets = np.concatenate([np.empty(0, np.int64), *(to for _, to in both)])
    graph = edge_matrix(number, sources, targets, np.ones(len(sources), dtype=np.int8))
    components, labels = connected_components(graph, directed=False)
    return int(components), labels


def by_wires(n_units: int, wires: Sequence[Wires]) -> tuple[int, Labels]:
    """Label each unit by its component of the wires alone; their number first."""
    if not wires:
        return n_units, np.arange(n_units, dtype=np.int32)
    return joined(n_units, (star for some in wires for star in _stars(some)))


def _stars(wires: Wires) -> Iterable[tuple[IntArray, IntArray]]:
    """Give few wires that hold together what all of them do."""
    sources, targets = wires.sources, wires.targets
    if sources.shape[1] and targets.shape[1]:
        yield sources.ravel(), np.broadcast_to(targets[:, :1], sources.shape).ravel()
        yield np.broadcast_to(sources[:, :1], targets.shape).ravel(), targets.ravel()


def touched(number: int, labels: Labels, places: Sequence[Places]) -> tuple[int, Labels]:
    """Renumber the labels that weights are joined to, and count them; others become 0."""
    is_touched = np.zeros(number, dtype=bool)
    for one in places:
        from_, to = one.used
        is_touched[labels[one.map.inputs[..., from_]]] = True
        is_touched[labels[one.map.outputs[..., to]]] = True
    numbers = np.where(is_touched, np.cumsum(is_touched, dtype=np.int32) - 1, 0)
    return int(np.count_nonzero(is_touched)), numbers[labels].astype(np.int32)


def by_everything(number: int, labels: Labels, places: Sequence[Places]) -> int:
    """Count the components of all edges of the maps between labels from 0 to number − 1."""
    stars = (one.stars() for one in places)
    return joined(number, ((labels[from_], labels[to]) for from_, to in stars))[0]
