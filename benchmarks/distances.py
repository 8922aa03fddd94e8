"""Distances between the networks of one seed: ours whole, beside giotto-tda pair by pair."""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import giotto, networks
from benchmarks.measure import Cost, fresh, watch
from benchmarks.networks import Design
from benchmarks.table import Row
from topoprint import Diagram, NetworkId, distance_matrix, persistence, to_graph

Array = NDArray[np.float64]
METRICS = ("heat", "silhouette", "landscape")
GRIDS = ("paper", "shared")
# Distances agree if they differ by at most this share of the larger amplitude of the two networks.
TOLERANCE = 1e-9
# Three networks whose pairs giotto-tda is timed on, all padded to the longest of them.
MEASURED = ("layer_size-128", "layer_size-256", "layer_size-512")


def full_rows() -> Iterator[Row]:
    """All 19 networks of MNIST size; giotto-tda measured on the pairs of three of them."""
    yield from _rows("19 of MNIST size", networks.PAPER["mnist"], MEASURED)


def quick_rows() -> Iterator[Row]:
    """All pairs of some small networks."""
    design = networks.SMALL["small"]
    yield from _rows("8 small", design, tuple(design.networks()))


def _rows(size: str, design: Design, measured: Sequence[str]) -> Iterator[Row]:
    sizes = design.networks()
    lengths = {name: networks.edges(layers) for name, layers in sizes.items()}
    pairs = list(combinations(sizes, 2))
    padded = max(lengths[name] for name in measured)
    # giotto-tda lays every bar on the grid: its time is as the length of the longer network.
    equivalent = sum(max(lengths[one], lengths[other]) for one, other in pairs) / padded
    with tempfile.TemporaryDirectory() as folder:
        paths = fresh(make_diagrams, sizes, folder)
        chosen = [paths[name] for name in measured]
        for metric in METRICS:
            one_pair = 0.0
            for grid in GRIDS:
                theirs, seconds, growth = fresh(reference, chosen, metric, grid)
                if grid == "paper":
                    one_pair = statistics.mean(seconds)
                share = fresh(difference, chosen, metric, grid, theirs)
                cost = fresh(ours, list(paths.values()), metric, grid)
                reference_seconds = one_pair * equivalent
                yield Row(
                    size=size,
                    task=f"{metric}, {grid} grid, {len(pairs)} pairs",
                    edges=sum(lengths.values()),
                    seconds=cost.seconds,
                    first_seconds=cost.first,
                    peak_bytes=cost.grown,
                    details={
                        "process_peak_bytes": cost.peak,
                        "measured_seconds": seconds,
                        "one_pair_seconds": one_pair,
                        "one_pair_bars": padded,
                        "equivalent_pairs": equivalent,
                        "ratio_if_all_pairs_were_as_measured": one_pair * len(pairs) / cost.seconds,
                    },
                ).beside(
                    "giotto, extrapolated",
                    reference_seconds,
                    growth,
                    agrees=share <= TOLERANCE,
                    agreement=f"{share:.0e} of amplitude",
                    note=f"giotto: the mean of {len(list(combinations(measured, 2)))} pairs "
                    f"measured at {padded:,} bars on the paper's grid, times the number of pairs, "
                    "each as long as its longer network; agreement on the pairs measured",
                )


def make_diagrams(sizes: dict[str, tuple[int, ...]], folder: str) -> dict[str, Path]:
    """Write the diagram of a random network of each size; their paths by name."""
    paths = {}
    for seed, (name, layers) in enumerate(sizes.items()):
        found = persistence(to_graph(networks.heavy_tailed(layers, seed)))
        paths[name] = Path(folder) / f"{name}.h5"
        replace(found, id=NetworkId(network=name)).save(paths[name])
    return paths


def ours(paths: Sequence[Path], metric: str, grid: str) -> Cost:
    """Time ours from diagrams in memory to the matrix."""
    diagrams = [Diagram.load(path) for path in paths]
    return watch(lambda: distance_matrix(diagrams, metric, grid), least=2)[1]


def reference(paths: Sequence[Path], metric: str, grid: str) -> tuple[Array, list[float], int]:
    """Time giotto-tda on all pairs of some networks: distances, seconds a call, memory."""
    bars = giotto.prepared([Diagram.load(path) for path in paths])
    (values, seconds), cost = watch(lambda: giotto.distances(bars, metric, grid), most=0)
    return values, seconds, cost.grown


def difference(paths: Sequence[Path], metric: str, grid: str, theirs: Array) -> float:
    """Largest difference of ours from giotto-tda's, as a share of the larger amplitude.

    The amplitude of a network is its distance from a diagram without bars, on the shared grid of
    all that are compared.
    """
    diagrams = [Diagram.load(path) for path in paths]
    nothing = Diagram.from_bars([np.empty((0, 2))] * (diagrams[0].max_dimension + 1))
    mine = distance_matrix(diagrams, metric, grid).values
    amplitudes = distance_matrix([*diagrams, nothing], metric, "shared").values[-1, :-1]
    larger = np.maximum(amplitudes[:, None], amplitudes)
    return float((np.abs(mine - theirs) / larger).max())
