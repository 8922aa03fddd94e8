"""Whether measures tell random labels from true ones, and what they say of generalisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from topoprint.evaluation.learning.curves import Point, by_run
from topoprint.evaluation.seeds import CONFIDENCE, RESAMPLES, Array, Estimate
from topoprint.experiment.snapshots import Score

RANDOM = "random_labels"
# The measure that the others are held against: the change of the weights' norm.
BASELINE = "weights_norm"
# Fewer runs than this have no interval.
FEWEST_RUNS = 3


@dataclass(frozen=True)
class Separation:
    """How well a number of a network at a step tells what it was trained on.

    Attributes
    ----------
    dataset, network : str
    curve : str
        A measure, by the distance to the network before its training; or a loss or accuracy.
    step : float
        Epochs of its training.
    area : float
        Area under the ROC curve over all pairs of a run on random labels and one on true ones:
        share in which the former has the greater number, ties half. 0 or 1: all are told apart,
        1/2: none.
    """

    dataset: str
    network: str
    curve: str
    step: float
    area: float


@dataclass(frozen=True)
class GapCorrelation:
    """Spearman's ρ of a number along trainings with the generalisation gap at the same step.

    Attributes
    ----------
    dataset : str
    runs_of : str
        ``true labels``, or ``all`` with those trained on random labels.
    measure : str
        By the distance to the network before its training.
    runs, networks : int
        Trainings, and networks at all steps after the first.
    spearman : Estimate
        With its percentile bootstrap interval: trainings are drawn again, with all their steps.
    over_baseline : Estimate
        |ρ| less that of the change of the weights' norm (``weights_norm``), of the same draws; NaN
        where that is not among the measures.
    """

    dataset: str
    runs_of: str
    measure: str
    runs: int
    networks: int
    spearman: Estimate
    over_baseline: Estimate


def separations(found: Sequence[Point], scores: Sequence[Score]) -> list[Separation]:
    """Tell how well each curve separates runs on random labels from those on true ones."""
    values: dict[tuple[str, str, float], dict[str, list[float]]] = {}

    def add(network: str, curve: str, step: float, variant: str, value: float) -> None:
        if step > 0:
            kinds = values.setdefault((network, curve, step), {})
            kinds.setdefault(variant, []).append(value)

    for point in found:
        add(point.network, point.measure, point.step, point.variant, point.from_start)
    for score in scores:
        for curve in ("train_loss", "test_loss", "test_accuracy"):
            add(score.network, curve, score.step, score.variant, getattr(score, curve))
    rows = []
    for (network, curve, step), kinds in values.items():
        random, true = np.array(kinds.get(RANDOM, [])), np.array(kinds.get("", []))
        if len(random) and len(true) and np.isfinite([*random, *true]).all():
            over = random[:, None] > true
            area = float(np.mean(over + (random[:, None] == true) / 2))
            rows.append(Separation(found[0].dataset, network, curve, step, area))
    return rows


def told_from(found: Sequence[Separation]) -> dict[tuple[str, str], float]:
    """Epoch from which on a curve tells all runs apart, by (network, curve); NaN: at no step."""
    by_curve: dict[tuple[str, str], list[Separation]] = {}
    for row in found:
        by_curve.setdefault((row.network, row.curve), []).append(row)
    epochs = {}
    for own, some in by_curve.items():
        ordered = sorted(some, key=lambda row: row.step)
        last = ordered[-1].area
        epoch = np.nan
        if last in (0.0, 1.0):
            for row in reversed(ordered):
                if row.area != last:
                    break
                epoch = row.step
        epochs[own] = epoch
    return epochs


def gap_correlations(found: Sequence[Point], scores: Sequence[Score]) -> list[GapCorrelation]:
    """Correlate the distance to the start with the gap: test loss less training loss, in nats."""
    gaps = {
        (score.network, score.variant, score.seed, score.step): score.test_loss - score.train_loss
        for score in scores
    }
    tables: dict[str, dict[tuple[str, str, int], list[tuple[float, float]]]] = {}
    for (measure, network, variant, seed), run in by_run(found).items():
        pairs = [
            (point.from_start, gaps[(network, variant, seed, point.step)])
            for point in run
            if point.step > 0 and (network, variant, seed, point.step) in gaps
        ]
        if pairs and np.isfinite(pairs).all():
            tables.setdefault(measure, {})[(network, variant, seed)] = pairs
    rows = []
    for told, chosen in (("true labels", _is_true), ("all", _is_any)):
        baseline = _table(tables.get(BASELINE, {}), chosen)
        if told == "all" and not any(v for t in tables.values() for _, v, _ in t):
            continue  # there are no others
        for measure, table in tables.items():
            rows.append(_row(found[0].dataset, told, measure, _table(table, chosen), baseline))
    return [row for row in rows if row.runs]


def _is_true(variant: str) -> bool:
    return not variant


def _is_any(variant: str) -> bool:
    return True


def _table(
    table: dict[tuple[str, str, int], list[tuple[float, float]]], chosen: Callable[[str], bool]
) -> list[Array]:
    """Numbers and gaps of each run, shape (steps, 2)."""
    return [np.array(pairs) for (_, variant, _), pairs in table.items() if chosen(variant)]


def _row(
    dataset: str, told: str, measure: str, runs: list[Array], baseline: list[Array]
) -> GapCorrelation:
    rng = np.random.default_rng(0)
    draws = [np.arange(len(runs)), *rng.integers(0, max(len(runs), 1), (RESAMPLES, len(runs)))]
    correlations = _correlations(runs, draws)
    beside = len(baseline) == len(runs) and measure != BASELINE
    differences = (
        np.abs(correlations) - np.abs(_correlations(baseline, draws))
        if beside
        else np.full(len(correlations), np.nan)
    )
    return GapCorrelation(
        dataset, told, measure, len(runs), sum(map(len, runs)),
        _estimate(correlations, len(runs)), _estimate(differences, len(runs)),
    )  # fmt: skip


def _correlations(runs: list[Array], draws: Sequence[np.ndarray]) -> Array:  # type: ignore[type-arg]
    """Spearman's ρ of each draw of runs; NaN where one side has equal numbers alone."""
    found = np.full(len(draws), np.nan)
    for number, draw in enumerate(draws):
        if len(draw):
            both = np.concatenate([runs[run] for run in draw])
            ranks = rankdata(both, axis=0)
            ranks -= ranks.mean(axis=0)
            norms = np.linalg.norm(ranks, axis=0)
            if norms.all():
                found[number] = float(ranks[:, 0] @ ranks[:, 1] / norms.prod())
    return found


def _estimate(values: Array, runs: int) -> Estimate:
    """Take the first value, with the interval of the others."""
    if runs < FEWEST_RUNS or not np.isfinite(values[0]):
        return Estimate.between(float(values[0]), np.nan, np.nan)
    ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.nanquantile(values[1:], ends)
    return Estimate.between(float(values[0]), float(low), float(high))
