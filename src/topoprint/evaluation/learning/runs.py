"""Trainings among the rows of a matrix: which row is which step of which run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from topoprint.errors import InputError
from topoprint.evaluation.seeds import Array, IntArray
from topoprint.experiment.snapshots import Score
from topoprint.identity import Index

# The epoch of the last network, by data set and network.
Lasts = Mapping[tuple[str, str], float]


@dataclass(frozen=True, eq=False)
class Run:
    """One training.

    Attributes
    ----------
    network : str
    variant : str
        ``random_labels`` where it was trained on these; of a null model its name; else empty.
    seed : int
    steps : ndarray, float64, shape (k,)
        Epochs of its networks, rising; the last is the end of the training.
    rows : ndarray, int64, shape (k,)
        Where they stand in the matrix.
    """

    network: str
    variant: str
    seed: int
    steps: Array
    rows: IntArray


def lasts_of(scores: Sequence[Score]) -> dict[tuple[str, str], float]:
    """Find the epochs at which trainings end."""
    found: dict[tuple[str, str], float] = {}
    for score in scores:
        own = (score.dataset, score.network)
        found[own] = max(score.step, found.get(own, 0.0))
    return found


def runs_of(index: Index, lasts: Lasts) -> list[Run]:
    """Find the trainings that the rows of a matrix are of.

    A training on random labels begins with the network that the other one begins with.

    Raises
    ------
    InputError
        If the scores of a training are missing, or the networks of two runs are not of the same
        epochs.
    """
    places: dict[tuple[str, str, int], dict[float, int]] = {}
    for row, own in enumerate(index.ids):
        if (last := lasts.get((own.dataset, own.network))) is None:
            raise InputError(
                f"the scores of {own.network} on {own.dataset} along its training are missing; "
                "give the table that `topoprint train` wrote beside its snapshots"
            )
        step = last if own.step is None else own.step
        places.setdefault((own.network, own.variant, own.seed or 0), {})[step] = row
    runs = []
    for (network, variant, seed), steps in places.items():
        start = places.get((network, "", seed), {})
        if variant and 0.0 in start:
            steps.setdefault(0.0, start[0.0])
        order = sorted(steps)
        rows = np.array([steps[step] for step in order], np.int64)
        runs.append(Run(network, variant, seed, np.array(order), rows))
    for run in runs:
        alike = [other for other in runs if other.network == run.network]
        if not np.array_equal(run.steps, alike[0].steps):
            raise InputError(
                f"seeds {alike[0].seed} and {run.seed} of {run.network} were kept at different "
                "epochs; train both with the same snapshots"
            )
        if len(run.steps) < 2:
            raise InputError(f"{run.network} is given at a single step of its training")
    return runs
