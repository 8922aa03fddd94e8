"""Graphs with triangles: GUDHI beside pyflagser; ``python -m benchmarks.cliques``."""

from functools import partial

import numpy as np

from benchmarks.measure import watch
from topoprint import Diagram, Graph, persistence
from topoprint.homology.cliques import count_simplices

VERTICES = 25
NUMBERS = (5, 20, 60)
TURNED = 0.15


def tournaments(number: int) -> Graph:
    """Tournaments side by side, in which a share of the edges runs backwards."""
    rng = np.random.default_rng(number)
    low, high = np.triu_indices(VERTICES, 1)
    turned = rng.random((number, len(low))) < TURNED
    first = VERTICES * np.arange(number)[:, None]
    sources = np.where(turned, high, low) + first
    targets = np.where(turned, low, high) + first
    values = rng.random(sources.size)
    return Graph.from_edges(number * VERTICES, sources.ravel(), targets.ravel(), values)


def same(one: Diagram, other: Diagram) -> bool:
    """Whether two diagrams have the same bars, bit for bit."""
    return all(np.array_equal(one.bars(q), other.bars(q)) for q in range(one.max_dimension + 1))


def main() -> None:
    """Print the times of both, and refuse what differs."""
    print(f"{'simplices':>10}  {'flagser':>8}  {'gudhi':>8}")
    for number in NUMBERS:
        graph = tournaments(number)
        simplices = sum(count_simplices(graph, 3, np.inf))
        theirs, cost = watch(partial(persistence, graph, engine="flagser"), most=0)
        ours, own = watch(partial(persistence, graph, engine="gudhi"), most=0)
        if not same(ours, theirs):
            raise SystemExit(f"{number} tournaments: gudhi and flagser differ")
        print(f"{simplices:>10,}  {cost.seconds:>6.2f} s  {own.seconds:>6.2f} s")


if __name__ == "__main__":
    main()
