"""Persistent path homology of a filtered directed graph."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph

# Paths along edges, of all lengths that are asked for, that are laid out at most.
MOST_PATHS = 100_000

Path = tuple[int, ...]
# A chain over Z2: bit k stands for the k-th path of its length.
Chain = int


def path_homology(graph: Graph, max_dimension: int = 1) -> Diagram:
    """Bars of path homology over Z2, in dimensions 0 … max_dimension.

    Path homology: Grigor'yan, Lin, Muranov and Yau 2012; of layered networks: Chowdhury, Gebhart,
    Huntsman and Yutin, ICMLA 2019. Paths along edges are allowed; a chain of allowed paths counts
    when its boundary is one. Bars by the algorithm of Chowdhury and Mémoli, SODA 2018: a path
    enters with its last edge, a chain with the last path of it or of its boundary.

    Parameters
    ----------
    graph : Graph
        Vertices enter at 0, each edge at its value.
    max_dimension : int

    Raises
    ------
    InputError
        If there are more than MOST_PATHS allowed paths of up to max_dimension + 1 edges.
    """
    if not isinstance(max_dimension, int) or max_dimension < 0:
        raise InputError(f"max_dimension must be a whole number from 0, not {max_dimension}")
    _check_number(graph, max_dimension + 1)
    entries: list[float] = []
    killed: set[int] = set()
    bars: list[list[tuple[float, float]]] = []
    for length, (next_entries, boundaries) in enumerate(_levels(graph, max_dimension + 1)):
        pairs = _paired(next_entries, boundaries)
        if length:
            births = {low: entries[low] for low in range(len(entries)) if low not in killed}
            deaths = {low: next_entries[number] for low, number in pairs.items()}
            ends = ((birth, deaths.get(low, np.inf)) for low, birth in births.items())
            bars.append(sorted(bar for bar in ends if bar[0] < bar[1]))
        killed = set(pairs.values())  # chains that are no cycles
        entries = next_entries
    return Diagram.from_bars([np.array(some).reshape(-1, 2) for some in bars])


def _paired(entries: Sequence[float], boundaries: Sequence[Chain]) -> dict[int, int]:
    """Reduce boundaries in order of entry: chain of the length below, and what it dies with."""
    pivots: dict[int, tuple[Chain, int]] = {}
    for number in range(len(entries)):
        boundary = boundaries[number]
        while boundary and (last := boundary.bit_length() - 1) in pivots:
            boundary ^= pivots[last][0]
        if boundary:
            pivots[boundary.bit_length() - 1] = boundary, number
    return {last: number for last, (_, number) in pivots.items()}


def _check_number(graph: Graph, longest: int) -> None:
    ones = np.ones(graph.n_edges)
    ends = (graph.sources, graph.targets)
    adjacency = csr_array((ones, ends), shape=(graph.n_vertices, graph.n_vertices))
    paths, total = np.ones(graph.n_vertices), float(graph.n_vertices)
    for _ in range(longest):
        paths = np.asarray(adjacency @ paths)
        total += float(paths.sum())
    if total > MOST_PATHS:
        raise InputError(
            f"path homology up to dimension {longest - 1} is of {total:,.0f} paths here, and is "
            f"computed of {MOST_PATHS:,} at most; take a smaller network or a lower dimension"
        )


def _levels(graph: Graph, longest: int) -> Iterator[tuple[list[float], list[Chain]]]:
    """Chains that count, by their length and in order of entry: entries and boundaries.

    Boundaries are written in the chains of the length below, by their numbers.
    """
    values = dict(
        zip(zip(graph.sources.tolist(), graph.targets.tolist(), strict=True),
            graph.values.tolist(), strict=True)
    )  # fmt: skip
    after: list[list[int]] = [[] for _ in range(graph.n_vertices)]
    for source, target in values:
        after[source].append(target)
    paths: list[tuple[float, Path]] = [(0.0, (vertex,)) for vertex in range(graph.n_vertices)]
    chains: list[Chain] = [1 << number for number in range(graph.n_vertices)]
    yield [0.0] * graph.n_vertices, [0] * graph.n_vertices
    for _ in range(longest):
        allowed = {path: number for number, (_, path) in enumerate(paths)}
        times = [time for time, _ in paths]
        paths = sorted(
            (max(time, values[path[-1], target]), (*path, target))
            for time, path in paths
            for target in after[path[-1]]
        )
        # Each chain leads with a path that no other leads with.
        leads = {chain.bit_length() - 1: number for number, chain in enumerate(chains)}
        counted = sorted(_counted(paths, allowed, times), key=lambda chain: chain[0])
        written = [_written(boundary, chains, leads) for _, _, boundary in counted]
        chains = [chain for _, chain, _ in counted]
        yield [entry for entry, _, _ in counted], written


def _counted(
    paths: Sequence[tuple[float, Path]], allowed: dict[Path, int], times: Sequence[float]
) -> Iterator[tuple[float, Chain, Chain]]:
    """Reduce the boundaries of paths, in order of entry; give what ends on allowed paths.

    Left-to-right: of chains that enter by a time, the boundaries' last paths all differ.
    """
    rows = dict(allowed)  # paths that are not allowed come after all that are
    pivots: dict[int, tuple[Chain, Chain]] = {}
    for number, (time, path) in enumerate(paths):
        chain, boundary = 1 << number, 0
        for left_out in range(len(path)):
            face = (*path[:left_out], *path[left_out + 1 :])
            if all(one != two for one, two in pairwise(face)):
                boundary ^= 1 << rows.setdefault(face, len(rows))
        while boundary and (last := boundary.bit_length() - 1) in pivots:
            chain, boundary = chain ^ pivots[last][0], boundary ^ pivots[last][1]
        last = boundary.bit_length() - 1
        if boundary:
            pivots[last] = chain, boundary
        if last < len(allowed):
            yield max(time, times[last] if boundary else 0.0), chain, boundary


def _written(boundary: Chain, chains: Sequence[Chain], leads: dict[int, int]) -> Chain:
    """Write a chain of allowed paths in the chains that count."""
    found = 0
    while boundary:
        number = leads[boundary.bit_length() - 1]
        boundary ^= chains[number]
        found ^= 1 << number
    return found
