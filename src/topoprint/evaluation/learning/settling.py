"""When measures settle, beside accuracies; and what of a curve the scale of the weights makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.evaluation.learning.curves import Point, by_run
from topoprint.evaluation.learning.runs import Lasts, runs_of
from topoprint.evaluation.mantel import spearman
from topoprint.evaluation.seeds import Array, Estimate
from topoprint.experiment.snapshots import Score

# A curve has settled where no more than this share of its way is left, then and ever after.
LEFT = 0.1


@dataclass(frozen=True)
class Settling:
    """When a curve settles.

    Attributes
    ----------
    dataset, network, variant : str
    curve : str
        A measure, by the distance to the end of the training; or ``train_accuracy``,
        ``test_accuracy``, ``train_loss`` or ``test_loss``, by the difference to its last value.
    settled : Estimate
        Epochs, the mean over the seeds: the first snapshot from which on a tenth at most of what
        lies between start and end is left. NaN where a seed's start and end do not differ.
    before_accuracy : Estimate
        How many epochs earlier than the test accuracy of the same run; negative: later.
    """

    dataset: str
    network: str
    variant: str
    curve: str
    settled: Estimate
    before_accuracy: Estimate


@dataclass(frozen=True)
class ScaleTest:
    """A measure's distances between the steps of a training, beside those of nulls of each step.

    Attributes
    ----------
    dataset, network, measure, null : str
    spearman : Estimate
        Correlation of the two step × step matrices, mean over the seeds (and the null's
        repetitions): whether the null is ordered alike.
    share : Estimate
        Sum of the null's distances between steps over that of the networks' own: how much of the
        way the null goes as well.
    """

    dataset: str
    network: str
    measure: str
    null: str
    spearman: Estimate
    share: Estimate


def settled(steps: Array, left: Array) -> float:
    """Epoch from which on at most a tenth of what was left at first is left; NaN of a zero way."""
    if not np.isfinite(left).all() or left[0] <= 0:
        return np.nan
    beyond = np.flatnonzero(left > LEFT * left[0])
    return float(steps[beyond[-1] + 1])


def settling(found: Sequence[Point], scores: Sequence[Score]) -> list[Settling]:
    """Tell when each measure settles, and each score of the same runs."""
    epochs: dict[tuple[str, str, str], dict[int, float]] = {}
    for (measure, network, variant, seed), run in by_run(found).items():
        steps = np.array([point.step for point in run])
        left = np.array([point.to_end for point in run])
        epochs.setdefault((measure, network, variant), {})[seed] = settled(steps, left)
    for network, variant in dict.fromkeys((score.network, score.variant) for score in scores):
        own = [s for s in scores if (s.network, s.variant) == (network, variant)]
        for curve in ("train_accuracy", "test_accuracy", "train_loss", "test_loss"):
            for seed in dict.fromkeys(score.seed for score in own):
                run_scores = sorted((s for s in own if s.seed == seed), key=lambda s: s.step)
                values = np.array([getattr(score, curve) for score in run_scores])
                steps = np.array([score.step for score in run_scores])
                at = settled(steps, np.abs(values - values[-1]))
                epochs.setdefault((curve, network, variant), {})[seed] = at
    rows = []
    for (curve, network, variant), by_seed in epochs.items():
        accuracy = epochs.get(("test_accuracy", network, variant), {})
        seeds = [seed for seed in by_seed if seed in accuracy]
        rows.append(
            Settling(
                found[0].dataset, network, variant, curve,
                Estimate([by_seed[seed] for seed in seeds]),
                Estimate([accuracy[seed] - by_seed[seed] for seed in seeds]),
            )
        )  # fmt: skip
    return rows


def scale_tests(
    real: Comparison, nulls: Mapping[str, Sequence[Comparison]], lasts: Lasts
) -> list[ScaleTest]:
    """Set the step × step matrices of a network beside those of its null models.

    Parameters
    ----------
    real : Comparison
    nulls : mapping of str to sequence of Comparison
        By the name of the null, a comparison a repetition.
    lasts : mapping

    Raises
    ------
    InputError
        If null models are of other networks, steps, measures or parameters.
    """
    runs = [run for run in runs_of(real.index, lasts) if not run.variant]
    rows = []
    for null, repetitions in nulls.items():
        found_of_null = [
            {(run.network, run.seed): run for run in runs_of(one.index, lasts)}
            for one in repetitions
        ]
        for seeds in found_of_null:
            for run in runs:
                other = seeds.get((run.network, run.seed))
                if other is None or not np.array_equal(run.steps, other.steps):
                    raise InputError(
                        f"null model {null!r} is of other seeds or steps than its network"
                    )
        for measure, matrix in repetitions[0].matrices.items():
            own = real.matrices.get(measure)
            if own is None or dict(own.parameters) != dict(matrix.parameters):
                raise InputError(
                    f"null model {null!r} was compared with other measures or parameters than its "
                    f"network ({measure}); compute both with the same"
                )
            for network in dict.fromkeys(run.network for run in runs):
                correlations, shares = [], []
                for run in runs:
                    if run.network != network:
                        continue
                    values = own.values[np.ix_(run.rows, run.rows)]
                    for one, seeds in zip(repetitions, found_of_null, strict=True):
                        at = seeds[network, run.seed].rows
                        of_null_model = one.matrices[measure].values[np.ix_(at, at)]
                        correlations.append(spearman(values, of_null_model))
                        whole = values.sum()
                        shares.append(of_null_model.sum() / whole if whole > 0 else np.nan)
                dataset, estimates = real.index[0].id.dataset, (correlations, shares)
                rows.append(ScaleTest(dataset, network, measure, null, *map(Estimate, estimates)))
    return rows
