"""Trainings whose distances are known: networks that are points on a line."""

from collections.abc import Mapping, Sequence

import numpy as np

from topoprint import DistanceMatrix, Index, NetworkId
from topoprint.comparison.matrix import Comparison
from topoprint.experiment.snapshots import Score
from topoprint.identity import Row

STEPS = (0.0, 1.0, 2.0, 4.0)
# Where the networks of a training stand at each step, by variant and seed.
Lines = Mapping[tuple[str, int], Sequence[float]]


def comparison(measures: Mapping[str, Lines], null: str = "") -> Comparison:
    """Compare networks of trainings by measures that are distances on a line.

    Trainings on random labels begin with the network of the others.
    """
    runs = list(next(iter(measures.values())))
    ids = [
        NetworkId("d", "a-1", seed, None if step == STEPS[-1] else step, null or variant)
        for variant, seed in runs
        for step in STEPS
        if step or not variant
    ]
    index = Index(Row(own) for own in ids)
    matrices = {}
    for name, lines in measures.items():
        line = np.array(
            [place for (variant, seed) in runs
             for place in (lines[variant, seed][1:] if variant else lines[variant, seed])]
        )  # fmt: skip
        values = np.abs(line[:, None] - line)
        matrices[name] = DistanceMatrix(values, index, name, {"kind": name})
    return Comparison(index, matrices)


def scores(lines: Lines, gaps: Lines | None = None) -> list[Score]:
    """Scores of these trainings: accuracies as given, a training loss of 0, and gaps."""
    return [
        Score("d", "a-1", seed, variant, step, 0.0, accuracy,
              gaps[variant, seed][number] if gaps else 1 - accuracy, accuracy)
        for (variant, seed), line in lines.items()
        for number, (step, accuracy) in enumerate(zip(STEPS, line, strict=True))
    ]  # fmt: skip
