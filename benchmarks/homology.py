"""Homology: ours beside pyflagser, scipy's spanning tree and Kruskal in numba."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from benchmarks import bars, networks, references
from benchmarks.measure import Cost, fresh, watch
from benchmarks.table import Row
from topoprint import Network, persistence, to_graph

Sizes = tuple[int, ...]
Reference = Literal["pyflagser", "scipy", "numba"]
Kind = Literal["heavy tail", "ties", "ties, no biases"]

NOTES = {
    "pyflagser": "flagser_weighted alone on the laid-out graph, laying out not timed",
    "scipy": "minimum_spanning_tree of the whole graph, from weights to bars",
    "numba": "argsort and union-find over all edges, from weights to bars, compiled before",
}


@dataclass(frozen=True)
class Case:
    """A network to measure, and what can be measured beside ours."""

    name: str
    sizes: Sizes
    references: tuple[Reference, ...]
    kind: Kind = "heavy tail"


FULL = (
    Case("MNIST base", (784, 512, 512, 10), ("pyflagser", "scipy", "numba")),
    Case("ten layers of 512", (784, *[512] * 10, 10), ("scipy", "numba")),
    Case("Reuters base", (10_000, 512, 512, 46), ("pyflagser", "scipy", "numba")),
    Case("Reuters 1024", (10_000, 1024, 1024, 46), ("scipy", "numba")),
    Case("eleven layers of 3163", (3163,) * 11, ("numba",)),
)
QUICK = (
    Case("small", (60, 40, 40, 10), ("pyflagser", "scipy", "numba")),
    Case("deep and narrow", (7, 3, 1, 5, 2, 9, 4), ("pyflagser", "scipy", "numba")),
    Case("one edge", (1, 1), ("pyflagser", "scipy", "numba")),
    Case("small", (30, 20, 20, 5), ("pyflagser", "scipy", "numba"), "ties"),
    Case("small", (30, 20, 20, 5), ("pyflagser", "scipy", "numba"), "ties, no biases"),
    Case("medium", (200, 128, 128, 10), ("pyflagser", "scipy", "numba")),
)


@dataclass(frozen=True)
class Found:
    """What one program found: the bars' fingerprint, its cost, and other numbers for the JSON."""

    bars: str
    cost: Cost
    details: dict[str, float] = field(default_factory=dict)


def rows(cases: tuple[Case, ...]) -> Iterator[Row]:
    """Measure every case: a row for each reference, or one if there is none."""
    for case in cases:
        mine = fresh(ours, case)
        count = networks.edges(case.sizes)
        if case.kind == "ties, no biases":
            count -= sum(case.sizes[1:])
        own = Row(
            size=case.name if case.kind == "heavy tail" else f"{case.name}, {case.kind}",
            task="homology",
            edges=count,
            seconds=mine.cost.seconds,
            first_seconds=mine.cost.first,
            peak_bytes=mine.cost.grown,
            details={
                "layers": list(case.sizes),
                "weight_bytes": 4 * count,
                "peak_per_weight_byte": mine.cost.grown / (4 * count),
            },
        )
        wanted = [name for name in case.references if name != "numba" or references.has_numba()]
        for name in wanted:
            theirs = fresh(reference, case, name)
            agrees = mine.bars == theirs.bars
            yield own.beside(
                name,
                theirs.cost.seconds,
                theirs.cost.grown,
                agrees=agrees,
                agreement="all bars equal" if agrees else "BARS DIFFER",
                note=NOTES[name],
                **theirs.details,
            )
        if not wanted:
            yield own


def ours(case: Case) -> Found:
    """Time ours from weights in memory to bars in memory."""
    network = _network(case)
    found, cost = watch(lambda: persistence(to_graph(network)), least=2)
    return Found(bars.of_diagram(found), cost)


def reference(case: Case, name: Reference) -> Found:
    """Time another program on the same weights."""
    network = _network(case)
    if name == "pyflagser":
        graph = references.flagser_input(network)
        held = graph.data.nbytes + graph.row.nbytes + graph.col.nbytes
        dimensions, cost = watch(lambda: references.flagser_bars(graph))
        # The graph is not among the weights: what it holds counts as pyflagser's.
        cost = replace(cost, grown=cost.grown + held)
        return Found(references.flagser_fingerprint(dimensions), cost)
    if name == "scipy":
        (split, alone), cost = watch(lambda: references.scipy_split(network), most=3)
        return Found(bars.of_split(*split), cost, {"tree_alone_seconds": alone})
    references.numba_split(networks.heavy_tailed((2, 2, 2), 0))  # compiles
    split, cost = watch(lambda: references.numba_split(network), most=3)
    return Found(bars.of_split(*split), cost)


def _network(case: Case) -> Network:
    if case.kind == "heavy tail":
        return networks.heavy_tailed(case.sizes, seed=1)
    return networks.tied(case.sizes, seed=1, biases=case.kind == "ties")
