"""Time against edges: homology, and each distance of one pair of networks of equal size."""

import math
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks import giotto, networks, references
from benchmarks.distances import METRICS
from benchmarks.measure import fresh, watch
from benchmarks.table import Row
from topoprint import Diagram, Network, distance_matrix, persistence, to_graph

# Eleven layers of equal width, ten matrices of weights; about √10 times as many edges each time.
WIDTHS = (31, 56, 100, 178, 316, 562, 1000, 1778, 3163)
LAYERS = 11
MOST_FLAGSER = 2e6
MOST_GIOTTO = 0.7e6

Point = dict[str, Any]


def points(rows: Sequence[Row]) -> Iterator[Point]:
    """Measure every size: points of (program, task, edges, seconds).

    The pairs of giotto-tda and the graphs of pyflagser that are in the table stand for the largest
    sizes, rather than being measured twice.
    """
    for width in WIDTHS:
        sizes = (width,) * LAYERS
        count = networks.edges(sizes)
        print(f"  {count:,} edges", file=sys.stderr)
        yield from fresh(ours, sizes)
        if count <= MOST_FLAGSER:
            yield fresh(flagser, sizes)
        if count <= MOST_GIOTTO:
            yield from fresh(giotto_pairs, sizes)
    for row in rows:
        if row.reference == "pyflagser" and row.edges > MOST_FLAGSER and row.reference_seconds:
            yield _point("pyflagser", "homology", row.edges, row.reference_seconds)
        if "one_pair_seconds" in row.details and "paper" in row.task:
            metric, bars = row.task.split(",")[0], row.details["one_pair_bars"]
            yield _point("giotto", metric, bars, row.details["one_pair_seconds"])


def ours(sizes: tuple[int, ...]) -> list[Point]:
    """Time ours: homology of a network, and its distances from another of the same size."""
    count = networks.edges(sizes)
    diagrams = []
    seconds = math.inf
    for seed in (1, 2):
        network = networks.heavy_tailed(sizes, seed)
        found, cost = watch(partial(_homology, network))
        diagrams.append(found)
        seconds = min(seconds, cost.seconds)
        del network
    measured = [_point("topoprint", "homology", count, seconds)]
    for metric in METRICS:
        _, cost = watch(partial(distance_matrix, diagrams, metric, "paper"))
        measured.append(_point("topoprint", metric, count, cost.seconds))
    return measured


def flagser(sizes: tuple[int, ...]) -> Point:
    """Time pyflagser on a graph that is laid out before."""
    graph = references.flagser_input(networks.heavy_tailed(sizes, 1))
    _, cost = watch(lambda: references.flagser_bars(graph), enough=1.0)
    return _point("pyflagser", "homology", networks.edges(sizes), cost.seconds)


def giotto_pairs(sizes: tuple[int, ...]) -> list[Point]:
    """Time giotto-tda on one pair."""
    diagrams = [_homology(networks.heavy_tailed(sizes, seed)) for seed in (1, 2)]
    bars = giotto.prepared(diagrams)
    measured = []
    for metric in METRICS:
        _, cost = watch(partial(giotto.distances, bars, metric, "paper"), enough=1.0)
        measured.append(_point("giotto", metric, networks.edges(sizes), cost.seconds))
    return measured


def _homology(network: Network) -> Diagram:
    return persistence(to_graph(network))


def _point(program: str, task: str, edges: int, seconds: float) -> Point:
    return {"program": program, "task": task, "edges": edges, "seconds": seconds}
