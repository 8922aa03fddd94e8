"""Whether a network has a triangle, by classes of units that play the same parts in it."""

from collections.abc import Iterator

import numpy as np

from topoprint.homology.edges import IntArray
from topoprint.homology.triangles import is_triangle_free
from topoprint.networks.maps import LinearMap, Wires
from topoprint.networks.network import Network

# Pairs of columns of wires that are looked at one by one.
FEW = 64


def has_no_triangle_of_classes(network: Network) -> bool:
    """Whether no three classes of units are joined pairwise, nor any to itself.

    Units are of one class if they are inputs and outputs of the same maps and wires. A triangle
    of units would be one of classes, or an edge within a class: True is a proof that there is
    none; False says nothing. A bias is a leaf and in no triangle.
    """
    if network.is_chain:
        return True
    maps = [one for one in network.maps if not one.is_bias]
    parts = [part for one in maps for part in (one.inputs, one.outputs)]
    parts += [part for some in network.wires for part in (some.sources, some.targets)]
    # The numbers of parts are drawn at random: classes that are taken for one prove no less.
    drawn = np.random.default_rng(0).integers(1, 1 << 63, len(parts), dtype=np.uint64)
    marks = np.zeros(network.n_units, dtype=np.uint64)
    for part, number in zip(parts, drawn, strict=True):
        member = np.zeros(network.n_units, dtype=bool)
        member[part] = True
        marks[member] ^= number
    class_of = np.unique(marks, return_inverse=True)[1]
    joining: list[LinearMap | Wires] = [*maps, *network.wires]
    pairs = [pair for one in joining for pair in _pairs_of_classes(one, class_of)]
    low, high = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1)
    return not (low == high).any() and is_triangle_free(low, high)


def _pairs_of_classes(part: LinearMap | Wires, class_of: IntArray) -> Iterator[IntArray]:
    """Give arrays of two rows: classes that may be joined."""
    if isinstance(part, Wires) and part.sources.shape[1] * part.targets.shape[1] <= FEW:
        for from_ in part.sources.T:
            for to in part.targets.T:
                code = class_of[from_] * len(class_of) + class_of[to]
                yield np.stack(np.divmod(np.unique(code), len(class_of)))
        return
    if isinstance(part, LinearMap):
        inputs, outputs = part.inputs, part.outputs
    else:
        inputs, outputs = part.sources, part.targets
    from_, to = np.unique(class_of[inputs]), np.unique(class_of[outputs])
    yield np.stack([np.repeat(from_, len(to)), np.tile(to, len(from_))])
