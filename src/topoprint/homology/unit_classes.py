"""Whether a network has a triangle, by classes of units that play the same parts in it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from topoprint.homology.edges import IntArray
from topoprint.homology.triangles import is_triangle_free
from topoprint.networks.maps import LinearMap, Wires
from topoprint.networks.network import Network

Marks = NDArray[np.uint64]

# Steps along wires in which units are told apart.
ROUNDS = 3
# Pairs of columns of wires that are looked at one by one.
FEW = 64
# Odd numbers with bits all over: a mark is multiplied by them, modulo 2⁶⁴.
FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


def has_no_triangle_of_classes(network: Network) -> bool:
    """Whether no three classes of units are joined pairwise, nor any to itself.

    Units are of one class if they are inputs and outputs of the same maps, and so are those that
    wires join them to, a few steps on. A triangle of units would be one of classes, or an edge
    within a class: True is a proof that there is none, whatever the classes; False says nothing.
    A bias is a leaf and in no triangle.
    """
    if network.is_chain:
        return True
    maps = [one for one in network.maps if not one.is_bias]
    class_of = np.unique(_marks(network, maps), return_inverse=True)[1]
    joining: list[LinearMap | Wires] = [*maps, *network.wires]
    pairs = [pair for one in joining for pair in _pairs_of_classes(one, class_of)]
    ends = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1)
    low, high = ends
    return not (low == high).any() and is_triangle_free(low, high)


def _marks(network: Network, maps: list[LinearMap]) -> Marks:
    """Give units of one class the same number; others that share one prove no less."""
    parts = [part for one in maps for part in (one.inputs, one.outputs)]
    drawn = np.random.default_rng(0).integers(1, 1 << 63, len(parts), dtype=np.uint64)
    marks = np.zeros(network.n_units, dtype=np.uint64)
    for part, number in zip(parts, drawn, strict=True):
        member = np.zeros(network.n_units, dtype=bool)
        member[part] = True
        marks[member] ^= number
    for _ in range(ROUNDS if network.wires else 0):
        before, behind = np.zeros_like(marks), np.zeros_like(marks)
        for some in network.wires:
            if some.n_edges:
                for own, from_, to in (
                    (before, some.sources, some.targets),
                    (behind, some.targets, some.sources),
                ):
                    greatest = np.broadcast_to(marks[from_].max(axis=1)[:, None], to.shape)
                    np.maximum.at(own, to.ravel(), greatest.ravel())
        marks = marks * FACTORS[0] + before * FACTORS[1] + behind * FACTORS[2]
        marks ^= marks >> np.uint64(29)
    return marks


def _pairs_of_classes(part: LinearMap | Wires, class_of: IntArray) -> Iterator[IntArray]:
    """Give arrays of two rows: classes that may be joined."""
    if isinstance(part, LinearMap):
        from_, to = np.unique(class_of[part.inputs]), np.unique(class_of[part.outputs])
        yield np.stack([np.repeat(from_, len(to)), np.tile(to, len(from_))])
        return
    sources, targets = class_of[part.sources], class_of[part.targets]
    if not part.n_edges:
        return
    if part.sources.shape[1] * part.targets.shape[1] > FEW:
        # Rows whose units are of one class each are as good as rows of one unit.
        one_each = [(units == units[:, :1]).all(axis=1) for units in (sources, targets)]
        alike = one_each[0] & one_each[1]
        from_, to = np.unique(sources[~alike]), np.unique(targets[~alike])
        yield np.stack([np.repeat(from_, len(to)), np.tile(to, len(from_))])
        sources, targets = sources[alike, :1], targets[alike, :1]
    width = int(class_of.max()) + 1
    for from_ in sources.T:
        for to in targets.T:
            yield np.stack(np.divmod(np.unique(from_ * width + to), width))
