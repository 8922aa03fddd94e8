"""Rips bars of correlated units: GUDHI beside Ripser, flagser and, on a GPU, Ripser++."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Cost, fresh, watch
from benchmarks.table import Row
from topoprint.homology.rips import rips
from topoprint.homology.rips_engines import RipsEngine

PROBES, HIDDEN = 256, 40
PACKAGES: dict[RipsEngine, str] = {
    "ripser": "ripser", "flagser": "pyflagser", "ripser++": "ripserplusplus",
}  # fmt: skip

FULL = (100, 200, 300)
QUICK = (20, 60)
Bars = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Found:
    """Bars that an engine found, and its cost."""

    bars: Bars
    cost: Cost


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """Measure each number of units: a row for each engine that is there beside GUDHI."""
    for units in sizes:
        mine = fresh(measured, units, "gudhi")
        own = Row(
            size=f"{units} units",
            task="Rips H0 and H1",
            edges=units * (units - 1) // 2,
            seconds=mine.cost.seconds,
            first_seconds=mine.cost.first,
            peak_bytes=mine.cost.grown,
            details={"cycles": len(mine.bars[1])},
        )
        for engine, package in PACKAGES.items():
            if not find_spec(package):
                continue
            theirs = fresh(measured, units, engine)
            agrees = all(map(np.array_equal, mine.bars, theirs.bars))
            yield own.beside(
                engine,
                theirs.cost.seconds,
                theirs.cost.grown,
                agrees=agrees,
                agreement="all bars equal" if agrees else "BARS DIFFER",
                note="distances of 1 − |correlation|, rounded to float32",
            )


def measured(units: int, engine: RipsEngine) -> Found:
    """Time an engine from distances in memory to bars in memory."""
    return Found(*watch(partial(rips, distances(units), engine=engine), least=0, most=3))


def distances(units: int) -> NDArray[np.float64]:
    """Draw 1 − |correlation| of units of ReLU, in numbers that float32 holds as well."""
    rng = np.random.default_rng(units)
    signals = rng.standard_normal((PROBES, HIDDEN)) @ rng.standard_normal((HIDDEN, units))
    values = 1 - np.abs(np.corrcoef(np.maximum(signals, 0).T))
    values = np.maximum(np.maximum(values, values.T), 0).astype(np.float32)
    np.fill_diagonal(values, 0)
    return values.astype(np.float64)
