"""Values of all edges of a network, and of those in its spanning forest: its bars."""

from collections.abc import Iterator, Sequence

import numpy as np

from topoprint.homology.counts import ones
from topoprint.homology.filtration import edge_values
from topoprint.homology.magnitudes import count
from topoprint.homology.map_forest import spanning_tree
from topoprint.homology.multiset import Multiset, run_lengths, sort, union, without
from topoprint.homology.network_graph import NetworkGraph
from topoprint.networks.maps import FloatArray, LinearMap


def network_bars(graph: NetworkGraph) -> tuple[Multiset, Multiset, int]:
    """Split the edges of a network by a minimum spanning forest.

    Returns
    -------
    others, forest : (values, counts)
        As :func:`topoprint.homology.forest.spanning_forest`, with multiplicity: sorted, float32 and
        int64. Where no weight is shared, none is narrower than float32 and there is no wire,
        every edge stands by itself; else each value stands once.
    components : int
        Number of connected components.
    """
    weights = [one for one in graph.maps if not one.is_bias]
    biases = [one for one in graph.maps if one.is_bias]
    wires = graph.network.wires
    tree = spanning_tree(graph.network.n_units, weights, wires)
    in_tree = edge_values(tree.magnitudes, graph.scale, graph.zeta)
    sort(in_tree)
    components = tree.components - graph.n_bias_vertices
    if not wires and all(_is_plain(one) for one in graph.maps):
        every = _each_once(graph, weights, 1)
        # A bias is a leaf: its edge is in every spanning forest.
        in_forest = np.sort(np.concatenate([in_tree, _each_once(graph, biases, 1)]))
        others = without((every, ones(len(every))), (in_tree, ones(len(in_tree))))
        return others, (in_forest, ones(len(in_forest))), components
    zeta = np.array([graph.zeta], dtype=np.float32)
    n_wires = sum(some.n_edges for some in wires)
    joining = union([run_lengths(in_tree, 1), (zeta, np.array([tree.wires]))])
    everything = union([_counted(graph, weights), (zeta, np.array([n_wires]))])
    forest = union([joining, _counted(graph, biases)])
    return without(everything, joining), forest, components


def _counted(graph: NetworkGraph, maps: Sequence[LinearMap]) -> Multiset:
    """Values of the edges of some maps of a network, each once with the number of its edges."""
    wide = [one for one in maps if _is_wide(one)]
    parts: list[Multiset] = [(np.empty(0, np.float32), np.empty(0, np.int64))]
    often = {int(uses) for one in wide for uses in one.uses} - {0}
    parts += [run_lengths(_each_once(graph, wide, uses), uses) for uses in sorted(often)]
    for one in maps:
        if not _is_wide(one):
            parts += [(values[::-1], counts[::-1]) for values, counts in edge_counts(graph, one)]
    return union(parts)


def edge_counts(graph: NetworkGraph, one: LinearMap) -> Iterator[Multiset]:
    """Give the values of the edges of a map, in parts, and how many edges each stands for."""
    for uses in sorted({*one.uses.tolist()} - {0}):
        own = one.uses == uses
        weight = one.weight if own.all() else one.weight[..., own]
        if _is_wide(one):
            values = edge_values(weight.ravel(), graph.scale, graph.zeta)
            yield values, np.broadcast_to(np.int64(uses), values.shape)
        else:
            magnitudes, counts = count(weight)
            yield edge_values(magnitudes, graph.scale, graph.zeta), counts * uses


def _is_wide(one: LinearMap) -> bool:
    return bool(one.weight.dtype == np.float32)


def _is_plain(one: LinearMap) -> bool:
    return _is_wide(one) and bool((one.uses == 1).all())


def _each_once(graph: NetworkGraph, maps: Sequence[LinearMap], uses: int) -> FloatArray:
    """Return the sorted values of the float32 weights that are used at so many places."""
    taps = [one.uses == uses for one in maps]
    sizes = [one.weight[..., 0].size * int(own.sum()) for one, own in zip(maps, taps, strict=True)]
    values = np.empty(sum(sizes), dtype=np.float32)
    start = 0
    for one, own, size in zip(maps, taps, sizes, strict=True):
        if size:
            weight = one.weight if own.all() else one.weight[..., own]
            edge_values(weight.ravel(), graph.scale, graph.zeta, out=values[start : start + size])
        start += size
    sort(values)
    return values
