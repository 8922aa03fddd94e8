"""``python -m benchmarks.neighbours``: nearest networks of a zoo by an index of their points.

Random networks of about 2,500 weights, each drawn with a tail and a scale of its own, become points
by their silhouettes on a shared grid. The ten nearest of some, found among all by their distances,
are held against those that an index of pynndescent finds.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from benchmarks.measure import peak_resident
from topoprint import Diagram, Network, make_measure, persistence, to_graph
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries.distances import summary_points
from topoprint.summaries.extents import Grids

SIZES = (16, 32, 32, 20, 10)
NEAREST = 10
QUERIES = 1000


def main() -> None:
    """Make points, an index, and compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neighbours", description=__doc__)
    parser.add_argument("--networks", type=int, default=100_000)
    count = parser.parse_args().networks
    start = process_time()
    points = _points(count)
    print(f"{count:,} networks → points {points.shape}: {process_time() - start:.0f} CPU s")
    some = np.random.default_rng(0).choice(count, min(QUERIES, count), replace=False)
    start = process_time()
    truth = np.concatenate([_nearest(points, part) for part in np.array_split(some, 50)])
    each = (process_time() - start) / len(some)
    print(
        f"all distances of one network: {1000 * each:.1f} ms; of all: {each * count / 60:.0f} min"
    )
    from pynndescent import NNDescent

    start, wall = process_time(), perf_counter()
    index = NNDescent(points.astype(np.float32), n_neighbors=30, random_state=0, n_jobs=1)
    found = index.neighbor_graph[0][some]
    print(f"index: {process_time() - start:.0f} CPU s, {perf_counter() - wall:.0f} s")
    recall = np.mean(
        [len({*own[own != number][:NEAREST]} & {*true}) / NEAREST
         for number, own, true in zip(some, found, truth, strict=True)]
    )  # fmt: skip
    print(f"recall of the {NEAREST} nearest: {recall:.4f}; peak {peak_resident() / 1e9:.1f} GB")


def _nearest(points: NDArray[np.float64], some: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the nearest networks of some, by all their distances."""
    apart = cdist(points[some], points)
    apart[np.arange(len(some)), some] = np.inf
    found: NDArray[np.int64] = np.argpartition(apart, NEAREST, axis=1)[:, :NEAREST]
    return found


def _points(count: int) -> NDArray[np.float64]:
    measure = make_measure("silhouette", grid="shared")
    assert isinstance(measure, OfSummaries)
    how = measure.discretisation
    diagrams = [*_diagrams(range(count))]
    grids = Grids(how.extents(diagrams), how.bins)
    return summary_points(diagrams, measure.summary, how, grids, (0, 1))


def _diagrams(numbers: range) -> Iterator[Diagram]:
    for number in numbers:
        random = np.random.default_rng(number)
        tail, scale = 3 + 5 * random.random(), np.exp(0.3 * random.normal())
        layers = [
            (random.standard_t(tail, (out, in_)) * scale / np.sqrt(in_), random.normal(0, 0.1, out))
            for in_, out in pairwise(SIZES)
        ]
        yield persistence(to_graph(Network.from_layers(layers)), 1)


if __name__ == "__main__":
    main()
