"""Diagram files: bytes a bar, and speed of writing and reading."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bars, networks
from benchmarks.measure import Cost, fresh, watch
from benchmarks.table import Row
from topoprint import Diagram, persistence, to_graph

BAR = 8  # bytes of a bar in memory: birth and death, float32
Sizes = tuple[int, ...]

FULL = {"a million bars": (316,) * 11, "MNIST base": (784, 512, 512, 10)}
QUICK = {"ten thousand bars": (100, 60, 60, 10)}


@dataclass(frozen=True)
class Written:
    """A diagram written and read again."""

    bars: int
    size: int
    write: Cost
    read: Cost
    same: bool


def rows(cases: Mapping[str, Sizes]) -> Iterator[Row]:
    """Two rows a size, for writing and for reading."""
    for name, sizes in cases.items():
        found = fresh(round_trip, sizes)
        for task, cost in (("write diagram", found.write), ("read diagram", found.read)):
            speed = found.bars * BAR / cost.seconds / 1e6
            yield Row(
                size=name,
                task=f"{task}, {speed:.0f} MB/s, {found.size / found.bars:.2f} bytes a bar",
                edges=networks.edges(sizes),
                seconds=cost.seconds,
                first_seconds=cost.first,
                peak_bytes=cost.grown,
                agrees=found.same,
                agreement="all bars equal" if found.same else "BARS DIFFER",
                note=f"speed counts {BAR} bytes a bar; the file stays in the system's cache",
                details={
                    "bars": found.bars,
                    "file_bytes": found.size,
                    "bytes_per_bar": found.size / found.bars,
                    "megabytes_per_second": speed,
                },
            )


def round_trip(sizes: Sizes) -> Written:
    """Write and read the diagram of a random network of some size."""
    diagram = persistence(to_graph(networks.heavy_tailed(sizes, seed=1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "diagram.h5"
        _, write = watch(lambda: diagram.save(path), least=2)
        loaded, read = watch(lambda: Diagram.load(path), least=2)
        return Written(
            bars=sum(map(len, diagram.births)),
            size=path.stat().st_size,
            write=write,
            read=read,
            same=bars.of_diagram(diagram) == bars.of_diagram(loaded),
        )
