"""Distances along trainings: curves, step × step matrices, maps, and bars over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.comparison.matrix import Comparison
from topoprint.evaluation.learning.runs import Lasts, Run, runs_of
from topoprint.figures.scaling import scaled
from topoprint.homology.diagram import Diagram

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Point:
    """A network at a step of its training, by one measure.

    Attributes
    ----------
    dataset, network, measure : str
    variant : str
        ``random_labels``, or the null model that all networks of the run are; else empty.
    seed : int
    step : float
        Epochs of its training.
    from_start, to_end, from_previous : float
        Distance to the network before its training, after it, and at the step before.
    among_seeds : float
        Mean distance to the networks of the other seeds at the same step; NaN of a single seed.
    """

    dataset: str
    network: str
    variant: str
    seed: int
    measure: str
    step: float
    from_start: float
    to_end: float
    from_previous: float
    among_seeds: float


@dataclass(frozen=True)
class StepPair:
    """Distance of two steps of a training: mean and standard deviation (ddof 0) over the seeds."""

    dataset: str
    network: str
    variant: str
    measure: str
    step: float
    other_step: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class Place:
    """Where a network stands in a plane in which distances are nearly those of a measure.

    Attributes
    ----------
    x, y : float
        By metric multidimensional scaling of all runs of a network together.
    stress : float
        Of the whole plane: the root of Σ(plane − distance)² / Σ distance², 0 where all fit.
    """

    dataset: str
    network: str
    variant: str
    seed: int
    measure: str
    step: float
    x: float
    y: float
    stress: float


@dataclass(frozen=True)
class Bars:
    """Bars of a network at a step: how many, and quantiles of one of their ends.

    Attributes
    ----------
    dimension : int
        0: deaths of the finite bars; 1: births of all bars.
    bars : int
    q5, q25, q50, q75, q95 : float
        In units of the filtration, [0, 1]; NaN where there are no bars.
    """

    dataset: str
    network: str
    variant: str
    seed: int
    step: float
    dimension: int
    bars: int
    q5: float
    q25: float
    q50: float
    q75: float
    q95: float


def points(comparison: Comparison, lasts: Lasts) -> Iterator[Point]:
    """Follow each run of a comparison by each measure."""
    runs = runs_of(comparison.index, lasts)
    dataset = comparison.index[0].id.dataset
    for measure, matrix in comparison.matrices.items():
        for run in runs:
            own = matrix.values[np.ix_(run.rows, run.rows)]
            others = [other.rows for other in runs if _is_other_seed(run, other)]
            for place, step in enumerate(run.steps):
                at = [matrix.values[run.rows[place], rows[place]] for rows in others]
                yield Point(
                    dataset, run.network, run.variant, run.seed, measure, float(step),
                    float(own[0, place]), float(own[-1, place]),
                    float(own[place - 1, place]) if place else np.nan,
                    float(np.mean(at)) if at else np.nan,
                )  # fmt: skip


def step_pairs(comparison: Comparison, lasts: Lasts) -> Iterator[StepPair]:
    """Average the step × step matrices of the seeds of each training."""
    runs = runs_of(comparison.index, lasts)
    dataset = comparison.index[0].id.dataset
    for measure, matrix in comparison.matrices.items():
        for network, variant in dict.fromkeys((run.network, run.variant) for run in runs):
            alike = [run for run in runs if (run.network, run.variant) == (network, variant)]
            values = np.stack([matrix.values[np.ix_(run.rows, run.rows)] for run in alike])
            mean, deviation = values.mean(axis=0), values.std(axis=0)
            steps = alike[0].steps
            for row, step in enumerate(steps):
                for column, other in enumerate(steps):
                    yield StepPair(
                        dataset, network, variant, measure, float(step), float(other),
                        float(mean[row, column]), float(deviation[row, column]),
                    )  # fmt: skip


def places(comparison: Comparison, lasts: Lasts) -> Iterator[Place]:
    """Lay all runs of a comparison into one plane, by each measure that compares them all."""
    runs = runs_of(comparison.index, lasts)
    dataset = comparison.index[0].id.dataset
    for measure, matrix in comparison.matrices.items():
        if not np.isfinite(matrix.values).all() or not matrix.values.any():
            continue
        plane, stress = scaled(matrix.values)
        for run in runs:
            for step, row in zip(run.steps, run.rows, strict=True):
                yield Place(
                    dataset, run.network, run.variant, run.seed, measure, float(step),
                    float(plane[row, 0]), float(plane[row, 1]), stress,
                )  # fmt: skip


def bars_of(diagram: Diagram, lasts: Lasts) -> Iterator[Bars]:
    """Sum up the deaths in H0 and the births in H1 of a network at a step."""
    own = diagram.id
    step = lasts.get((own.dataset, own.network), np.nan) if own.step is None else own.step
    for dimension, end in ((0, 1), (1, 0)):
        if dimension > diagram.max_dimension:
            continue
        ends = diagram.bars(dimension)[:, end].astype(np.float64)
        ends = ends[np.isfinite(ends)]
        found = np.quantile(ends, QUANTILES) if len(ends) else [np.nan] * len(QUANTILES)
        yield Bars(
            own.dataset, own.network, own.variant, own.seed or 0, float(step), dimension,
            len(ends), *map(float, found),
        )  # fmt: skip


def _is_other_seed(one: Run, other: Run) -> bool:
    alike = (one.network, one.variant) == (other.network, other.variant)
    return alike and one.seed != other.seed


def by_run(found: Sequence[Point]) -> dict[tuple[str, str, str, int], list[Point]]:
    """Points of each run and measure: (measure, network, variant, seed), by rising step."""
    runs: dict[tuple[str, str, str, int], list[Point]] = {}
    for point in found:
        own = (point.measure, point.network, point.variant, point.seed)
        runs.setdefault(own, []).append(point)
    return runs
