"""Bars of a network of any architecture, without laying its edges out (docs/method.md)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree

from topoprint.homology.contraction import by_everything, by_wires, joined, touched
from topoprint.homology.magnitudes import key_of, keys, magnitudes
from topoprint.homology.places import Labels, Places
from topoprint.homology.sparse import sorted_edge_matrix
from topoprint.networks.maps import FloatArray, IntArray, LinearMap, Wires

Edges = tuple[Labels, Labels, FloatArray]  # both ends by their labels, and |w|

# Weights of each map that a threshold is estimated on.
SAMPLE = 4096
# About this many edges a unit are looked at in the first range, and at least so many.
EDGES_A_UNIT = 1
FEWEST_EDGES = 1 << 13
# Edges are laid out and held this many at a time.
BLOCK = 1 << 22
# Up to so many edges, and so many a map, all are laid out at once: most of the time is otherwise
# that of small steps.
FEW_EDGES = 1 << 19
FEW_EDGES_A_MAP = 1 << 15
# Of those the strongest, so many a unit, come first.
STRONGEST_A_UNIT = 6
# The least magnitude above 0.
TINY = float(np.finfo(np.float32).smallest_subnormal)
NONE = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Tree:
    """A minimum spanning forest of a network without its biases, which are leaves.

    Attributes
    ----------
    magnitudes : ndarray, float32
        |w| of the weights' edges in it, one an edge.
    wires : int
        Number of wires in it.
    components : int
        Connected components of the network.
    """

    magnitudes: FloatArray
    wires: int
    components: int


def spanning_tree(n_units: int, maps: Sequence[LinearMap], wires: Sequence[Wires]) -> Tree:
    """Find a minimum spanning forest of units 0 … n_units − 1."""
    if sum(one.n_edges for one in maps) > min(FEW_EDGES, FEW_EDGES_A_MAP * len(maps)):
        return tree_by_ranges(n_units, maps, wires)
    return tree_of_all(n_units, maps, wires)


def tree_of_all(n_units: int, maps: Sequence[LinearMap], wires: Sequence[Wires]) -> Tree:
    """Find the forest of a small network, with every edge laid out; wires are contracted.

    Of many edges the strongest come first. Where these do not hold all units together, those of the
    others follow that join two components (Kruskal's algorithm, in two ranges).
    """
    by_wire, labels = by_wires(n_units, wires)
    none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    ends = [none, *(one.laid_out() for one in maps)]
    sources, targets, weights = (np.concatenate(column) for column in zip(*ends, strict=True))
    edges = labels[sources], labels[targets], np.abs(weights.astype(np.float32))
    is_joined = np.zeros(by_wire, dtype=bool)
    for one in maps:
        is_joined[labels[one.inputs]] = is_joined[labels[one.outputs]] = True
    number = np.count_nonzero(is_joined)
    is_strong = edges[2] >= _reached(edges[2], STRONGEST_A_UNIT * number)
    strong = _forest(by_wire, *_between_two(edges, is_strong))
    found = strong[2]
    if len(found) < number - 1 and not is_strong.all():
        components, after = joined(by_wire, [strong[:2]])
        rest = after[edges[0]], after[edges[1]], edges[2]
        found = np.append(found, _forest(components, *_between_two(rest, ~is_strong))[2])
    return Tree(found, n_units - by_wire, by_wire - len(found))


def _reached(magnitude: FloatArray, wanted: int) -> float:
    """Estimate the magnitude that about ``wanted`` of some edges reach; 0 if all do."""
    if len(magnitude) <= 2 * wanted:
        return 0.0
    sample = magnitude[:: max(1, len(magnitude) // SAMPLE)]
    place = len(sample) - 1 - wanted * len(sample) // len(magnitude)
    return float(np.partition(sample, place)[place])


def _between_two(edges: Edges, wanted: NDArray[np.bool_]) -> Edges:
    """Select those of some edges that join two vertices."""
    from_, to, magnitude = edges
    some = np.flatnonzero(wanted & (from_ != to))
    return from_[some], to[some], magnitude[some]


def tree_by_ranges(n_units: int, maps: Sequence[LinearMap], wires: Sequence[Wires]) -> Tree:
    """Find the forest of a network of any size, of which few edges are ever laid out.

    Wires come first and are contracted. Then the first edge at every unit is in the
    forest (Borůvka). What is left is found as Kruskal does, a range of magnitudes at a time: of
    those weights, the edges that join two components are laid out. Maps whose units hang together
    already have no such edge; once only weights of 0 are left, their number is known without them.
    """
    places = list(_numbered(maps))
    by_wire, labels = by_wires(n_units, wires)
    number, labels = touched(by_wire, labels, places)
    apart = by_wire - number  # what no weight joins to anything, such as the vertices of biases
    edges = _first_edges(number, labels, places)
    found = [edges[2]]
    number, labels = _contracted(number, labels, edges)
    components = by_everything(number, labels, places)
    share, upper = EDGES_A_UNIT, np.inf
    while number > components and upper > 0:
        still_open = [(one, some) for one in places if len(some := one.open_groups(labels))]
        units = sum(one.map.inputs.size + one.map.outputs.size for one, _ in still_open)
        wanted = max(FEWEST_EDGES, share * units)
        lower = _threshold([one.map for one, _ in still_open], wanted, upper)
        parts = (
            part
            for one, groups in still_open
            for part in _joining(one.map, groups, labels, lower or TINY, upper)
        )
        edges = _spanning(number, parts)
        found.append(edges[2])
        number, labels = _contracted(number, labels, edges)
        upper, share = lower, 2 * share
    found.append(np.zeros(number - components, dtype=np.float32))
    return Tree(np.concatenate(found), n_units - by_wire, components + apart)


def _contracted(number: int, labels: Labels, edges: Edges) -> tuple[int, Labels]:
    """Label the components that edges make of others; their number first."""
    number, after = joined(number, [edges[:2]])
    return number, after[labels]


def _numbered(maps: Sequence[LinearMap]) -> Iterator[Places]:
    base = 0
    for one in maps:
        if one.uses.any():
            yield (places := Places(one, base))
            base = places.end


def _first_edges(number: int, labels: Labels, places: Sequence[Places]) -> Edges:
    """Find edges that are the first of all at one of the components, some that join two.

    Edges are ordered by (|w| descending, number). Where the first edge at a component joins it
    to itself, the next one is not looked for.
    """
    best = np.full(number, -1, dtype=np.float32)
    first = np.full(number, NONE, dtype=np.int64)
    for one in places:
        for units, magnitude, numbers in one.firsts():
            own = labels[units]
            before = best[own]
            np.maximum.at(best, own, magnitude)
            first[own[best[own] > before]] = NONE
            greatest = magnitude == best[own]
            np.minimum.at(first, own[greatest], numbers[greatest])
    chosen = np.unique(first[first < NONE])
    parts: list[Edges] = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))]
    for one in places:
        own = chosen[np.searchsorted(chosen, one.base) : np.searchsorted(chosen, one.end)]
        sources, targets, magnitude = one.ends(own)
        from_, to = labels[sources], labels[targets]
        joins = from_ != to
        parts.append((from_[joins], to[joins], magnitude[joins]))
    return _together(parts)


def _threshold(maps: Sequence[LinearMap], wanted: int, upper: float) -> float:
    """Estimate the magnitude that about ``wanted`` edges below ``upper`` reach; 0 if all do."""
    samples, shares = [], []
    for one in maps:
        flat = one.weight.reshape(-1)
        step = max(1, len(flat) // SAMPLE) | 1  # odd: not in step with the taps of most kernels
        some = flat[::step]
        magnitude = magnitudes(keys(some), some)
        uses = one.uses[np.arange(0, len(flat), step) % len(one.uses)]
        below = magnitude < upper
        samples.append(magnitude[below])
        shares.append(uses[below] * (len(flat) / len(some)))
    sample, share = np.concatenate(samples), np.concatenate(shares)
    order = np.argsort(-sample)
    reached = np.cumsum(share[order])
    if not len(reached) or reached[-1] <= wanted:
        return 0.0
    return float(sample[order[np.searchsorted(reached, wanted)]])


def _joining(
    one: LinearMap, groups: IntArray, labels: Labels, lower: float, upper: float
) -> Iterator[Edges]:
    """Lay out the edges with lower ≤ |w| < upper of some groups that join two components."""
    weight = one.weight if len(groups) == len(one.weight) else one.weight[groups]
    inside, outside = labels[one.inputs[groups]], labels[one.outputs[groups]]
    every = keys(weight)
    wanted = every >= key_of(lower, weight)
    if np.isfinite(upper):
        wanted &= every < key_of(upper, weight)
    group, out, in_, tap = np.unravel_index(np.flatnonzero(wanted), weight.shape)
    same = _common(inside, -1)[group, in_] == _common(outside, -2)[group, out]
    group, out, in_, tap = (index[~same] for index in (group, out, in_, tap))
    magnitude = magnitudes(every[group, out, in_, tap], weight)
    for number, pairs in enumerate(one.pairs):
        own = np.flatnonzero(tap == number)
        rows = max(1, BLOCK // max(1, len(pairs)))
        for start in range(0, len(own), rows):
            some = own[start : start + rows]
            from_ = inside[group[some], in_[some]][:, pairs[:, 0]]
            to = outside[group[some], out[some]][:, pairs[:, 1]]
            row, column = np.nonzero(from_ != to)
            yield from_[row, column], to[row, column], magnitude[some[row]]


def _common(labels: Labels, otherwise: int) -> Labels:
    """Give the label that all positions of an input or output have; ``otherwise`` where none."""
    alike = (labels == labels[..., :1]).all(axis=-1)
    return np.where(alike, labels[..., 0], np.int32(otherwise))


def _spanning(number: int, parts: Iterable[Edges]) -> Edges:
    """Find a minimum spanning forest of edges that come in parts."""
    held: list[Edges] = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))]
    most = max(BLOCK, 4 * number)
    for part in parts:
        held.append(part)
        if sum(len(magnitude) for *_, magnitude in held) > most:
            held = [_forest(number, *_together(held))]
    return _forest(number, *_together(held))


def _together(parts: Sequence[Edges]) -> Edges:
    from_, to, magnitude = (np.concatenate(column) for column in zip(*parts, strict=True))
    return from_, to, magnitude


def _forest(number: int, from_: Labels, to: Labels, magnitude: FloatArray) -> Edges:
    """Find a minimum spanning forest of edges between vertices 0 … number − 1."""
    low, high = np.minimum(from_, to).astype(np.int64), np.maximum(from_, to)
    pair = low * number + high
    order = np.argsort(pair)
    # Of edges between the same two vertices the first is kept: scipy would add up their weights.
    starts = np.flatnonzero(np.diff(pair[order], prepend=-1))
    kept = order[starts]
    first = np.maximum.reduceat(magnitude[order], starts) if len(starts) else magnitude
    # The bits of a magnitude are in its order, and float64 holds them as they are. None is 0.
    late = (1 << 31) - first.view(np.uint32).astype(np.int64)
    graph = sorted_edge_matrix(number, low[kept], high[kept], late.astype(np.float64))
    tree = minimum_spanning_tree(graph).tocoo()
    bits = ((1 << 31) - tree.data.astype(np.int64)).astype(np.uint32)
    return tree.row, tree.col, bits.view(np.float32)
