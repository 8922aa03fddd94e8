"""The whole topological stage of the paper, from safetensors to averaged matrices."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks import networks
from benchmarks.measure import peak_resident, workers
from benchmarks.networks import Design
from benchmarks.table import Row
from topoprint import Diagram, Network, distance_matrix, load_average, persistence, to_graph
from topoprint.comparison.matrix import average, save_average, save_distances
from topoprint.measures.measures import METRICS

WORKERS = 2


@dataclass
class _Stage:
    """What has been done so far: seconds by step, the greatest peak of a worker, checks."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak: int = 0
    matrices: int = 0
    sound: bool = True

    def add(self, step: str, start: float, peaks: Sequence[int]) -> None:
        self.seconds[step] = self.seconds.get(step, 0.0) + perf_counter() - start
        self.peak = max(self.peak, *peaks)


def rows(size: str, designs: dict[str, Design], seeds: int) -> Iterator[Row]:
    """One row for the whole stage.

    Networks are made, turned into diagrams and deleted seed by seed, to keep few on disk; making
    them is not timed.
    """
    stage = _Stage()
    # The workers that make the networks are others, so that their memory is not counted.
    with workers(WORKERS) as makers, workers(WORKERS) as pool:
        for dataset, design in designs.items():
            with tempfile.TemporaryDirectory() as folder:
                _run(stage, makers, pool, dataset, design, seeds, Path(folder))
            print(f"  {dataset}: {sum(stage.seconds.values()):.0f} s so far", file=sys.stderr)
    count = seeds * sum(len(design.networks()) for design in designs.values())
    expected = len(designs) * len(METRICS)
    sound = stage.sound and stage.matrices == expected
    yield Row(
        size=size,
        task=f"{count} networks to {stage.matrices} averaged matrices",
        edges=seeds
        * sum(networks.edges(s) for design in designs.values() for s in design.networks().values()),
        seconds=sum(stage.seconds.values()),
        peak_bytes=stage.peak,
        agrees=sound,
        agreement="matrices sound" if sound else "MATRICES WRONG",
        note=f"{len(designs)} data sets × {seeds} seeds, {WORKERS} worker processes, making the "
        "networks not timed; memory is that of a whole process; sound: every matrix is there, "
        "symmetric, finite, and zero on the diagonal alone",
        details={
            "workers": WORKERS,
            "seconds_by_step": stage.seconds,
            "data_sets": {
                name: {network: list(s) for network, s in design.networks().items()}
                for name, design in designs.items()
            },
        },
    )


def _run(
    stage: _Stage,
    makers: ProcessPoolExecutor,
    pool: ProcessPoolExecutor,
    dataset: str,
    design: Design,
    seeds: int,
    folder: Path,
) -> None:
    """Take one data set from networks to averaged matrices."""
    sizes = design.networks()
    diagrams: list[list[Path]] = []
    for seed in range(1, seeds + 1):
        paths = [folder / f"{name}.safetensors" for name in sizes]
        names = {"dataset": dataset, "seed": str(seed)}
        identities = [{**names, "network": name} for name in sizes]
        list(makers.map(make_network, sizes.values(), identities, paths))
        diagrams.append([folder / f"{name}-{seed}.h5" for name in sizes])
        start = perf_counter()
        peaks = list(pool.map(to_diagram, paths, diagrams[-1]))
        stage.add("diagrams", start, peaks)
        for path in paths:
            path.unlink()
    distances = [folder / f"distances-{seed}.h5" for seed in range(1, seeds + 1)]
    start = perf_counter()
    stage.add("distances", start, list(pool.map(to_distances, diagrams, distances)))
    matrices = folder / "matrices.h5"
    start = perf_counter()
    stage.add("averages", start, [pool.submit(to_average, distances, matrices).result()])
    for matrix in load_average(matrices)[0]:
        stage.matrices += 1
        values = matrix.mean
        off_diagonal = values[~np.eye(len(values), dtype=bool)]
        stage.sound &= (
            matrix.runs.shape == (seeds, len(sizes), len(sizes))
            and bool(np.isfinite(values).all())
            and bool((values == values.T).all())
            and bool((values.diagonal() == 0).all())
            and bool((off_diagonal > 0).all())
        )


def make_network(sizes: tuple[int, ...], identity: dict[str, str], path: Path) -> None:
    """Write a random network; its stream of random numbers is its own."""
    seed = int.from_bytes("/".join(identity.values()).encode(), "big")
    networks.heavy_tailed(sizes, seed, {"identity": identity}).save(path)


def to_diagram(path: Path, output: Path) -> int:
    """Do what ``topoprint diagram`` does; the process's peak memory so far."""
    network = Network.load(path)
    found = persistence(to_graph(network, 1e-6, True), 3, "auto")
    parameters = {"zeta": 1e-6, "bias": True, "engine": "auto", "state": ""}
    Diagram(found.births, found.deaths, network.identity, parameters).save(output)
    return peak_resident()


def to_distances(paths: Sequence[Path], output: Path) -> int:
    """Do what ``topoprint distances`` does; the process's peak memory so far."""
    loaded = [Diagram.load(path) for path in paths]
    first = loaded[0].identity
    matrices = [distance_matrix(loaded, metric, "paper", 200) for metric in METRICS]
    identity = {key: first[key] for key in ("dataset", "seed")}
    save_distances(output, matrices, identity)
    return peak_resident()


def to_average(paths: Sequence[Path], output: Path) -> int:
    """Do what ``topoprint average`` does; the process's peak memory so far."""
    matrices, identity = average(paths)
    save_average(output, matrices, identity)
    return peak_resident()
