"""All that verdicts found, as answers to questions: a measure, a question, a number from 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from topoprint.evaluation.truths import Truth
from topoprint.evaluation.verdict import Verdict

# The name under which stands what random distances would reach.
CHANCE = "chance"
# What kinds of questions there are; each question begins with one of these words.
NULLS, EXPLAINED, TRUTHS = "ρ", "R²", "precision"


@dataclass(frozen=True)
class Answer:
    """An answer about one measure on one data set.

    Attributes
    ----------
    measure, question, dataset : str
        ``control`` is the control across data sets; the measure ``chance`` is what random
        distances would reach.
    value, low, high : float
        With its bootstrap interval over the seeds; NaN where there is none.
    """

    measure: str
    question: str
    dataset: str
    value: float
    low: float
    high: float


def answers(verdicts: Mapping[str, Verdict], control: Sequence[Truth] = ()) -> list[Answer]:
    """Collect the answers of the verdicts of several data sets and of the control across them."""
    found = []
    for dataset, verdict in verdicts.items():
        found += [
            Answer(row.measure, f"{NULLS} {row.null}", dataset, row.spearman, row.low, row.high)
            for row in verdict.nulls
            if isfinite(row.spearman)
        ]
        for row in verdict.explained:
            parts = {
                "size": (row.size, row.size_low, row.size_high),
                "histogram": (row.histogram, row.histogram_low, row.histogram_high),
                "both": (row.both, row.both_low, row.both_high),
            }
            found += [
                Answer(row.measure, f"{EXPLAINED} {part}", dataset, *values)
                for part, values in parts.items()
                if isfinite(values[0])
            ]
        found += _of_truths(verdict.truths, dataset)
    found += _of_truths(control, "control")
    # Chance last, as the last row of the figure.
    return sorted(found, key=lambda answer: answer.measure == CHANCE)


def _of_truths(truths: Sequence[Truth], dataset: str) -> list[Answer]:
    found = []
    by_chance: dict[str, list[float]] = {}
    for truth in truths:
        question = f"{TRUTHS} {truth.together}"
        values = (truth.average_precision, truth.low, truth.high)
        found.append(Answer(truth.measure, question, dataset, *values))
        by_chance.setdefault(question, []).append(truth.chance_precision)
    # Measures that compare fewer networks have another chance: the most telling is the common one.
    nothing = float("nan")
    return found + [
        Answer(CHANCE, question, dataset, median(values), nothing, nothing)
        for question, values in by_chance.items()
    ]
