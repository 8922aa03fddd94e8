"""All that verdicts found, as answers to questions: a measure, a question, a number from 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topoprint.analysis.truths import Truth
from topoprint.analysis.verdict import Verdict

# What kinds of questions there are; each question begins with one of these words.
NULLS, EXPLAINED, TRUTHS = "ρ", "R²", "precision"


@dataclass(frozen=True)
class Answer:
    """An answer about one measure on one data set.

    Attributes
    ----------
    measure, question, dataset : str
        ``control`` is the control across data sets.
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
        ]
        for row in verdict.explained:
            one, nothing = f"{EXPLAINED} both", float("nan")
            found += [
                Answer(row.measure, f"{EXPLAINED} size", dataset, row.size, nothing, nothing),
                Answer(
                    row.measure, f"{EXPLAINED} histogram", dataset, row.histogram, nothing, nothing
                ),
                Answer(row.measure, one, dataset, row.both, row.low, row.high),
            ]
        found += [_of_truth(truth, dataset) for truth in verdict.truths]
    return found + [_of_truth(truth, "control") for truth in control]


def _of_truth(truth: Truth, dataset: str) -> Answer:
    question = f"{TRUTHS} {truth.together}"
    return Answer(truth.measure, question, dataset, truth.average_precision, truth.low, truth.high)
