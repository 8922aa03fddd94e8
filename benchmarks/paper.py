"""The whole topological stage of the paper, from safetensors to averaged matrices."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks import networks
from benchmarks.measure import peak_resident, workers
from benchmarks.networks import Design
from benchmarks.table import Row
from topoprint import Diagram, load_average
from topoprint.comparison.averages import average
from topoprint.comparison.compare import distances_of
from topoprint.comparison.files import load_comparison, save_average, save_comparisons
from topoprint.comparison.matrix import Comparison
from topoprint.homology.files import diagram_of_file
from topoprint.identity import Index
from topoprint.identity import Row as NetworkRow
from topoprint.measures.registry import PAPER, make_measures
from topoprint.measures.subject import Subject, new_cache

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
    expected = len(designs) * len(PAPER)
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
        identities: list[dict[str, str | int]] = [
            {"dataset": dataset, "seed": seed, "network": name} for name in sizes
        ]
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
    for matrix in load_average(matrices):
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


def make_network(sizes: tuple[int, ...], identity: dict[str, str | int], path: Path) -> None:
    """Write a random network; its stream of random numbers is its own."""
    seed = int.from_bytes("/".join(map(str, identity.values())).encode(), "big")
    networks.heavy_tailed(sizes, seed, {"identity": identity}).save(path)


def to_diagram(path: Path, output: Path) -> int:
    """Do what ``topoprint diagram`` does; the process's peak memory so far."""
    diagram_of_file(path).save(output)
    return peak_resident()


def to_distances(paths: Sequence[Path], output: Path) -> int:
    """Do what ``topoprint distances`` does with diagrams; the process's peak memory so far."""
    loaded = [Diagram.load(path) for path in paths]
    index = Index(NetworkRow(diagram.id) for diagram in loaded)
    cache = new_cache()
    subjects = [
        Subject(diagram.id.network, diagram=partial(_itself, diagram), cache=cache)
        for diagram in loaded
    ]
    matrices = distances_of(subjects, index, make_measures(PAPER))
    save_comparisons(output, [Comparison(index, matrices)])
    return peak_resident()


def to_average(paths: Sequence[Path], output: Path) -> int:
    """Do what ``topoprint average`` does; the process's peak memory so far."""
    save_average(output, average({str(path): load_comparison(path) for path in paths}))
    return peak_resident()


def _itself(diagram: Diagram) -> Diagram:
    return diagram
