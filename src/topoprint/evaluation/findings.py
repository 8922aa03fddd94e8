"""All that evaluations found, in one table: a measure, a question, a number from 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.retrieval import Retrieval

# The name under which stands what random distances would reach.
CHANCE = "chance"
# What kinds of questions there are; each question begins with one of these words.
NULLS, EXPLAINED, RETRIEVAL = "ρ", "R²", "precision"


@dataclass(frozen=True)
class Finding:
    """What was found about one measure on one data set.

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


def findings(evaluations: Mapping[str, Evaluation]) -> list[Finding]:
    """Collect the findings of several data sets, and of the control across them."""
    found = []
    for dataset, evaluation in evaluations.items():
        estimates = [
            (row.measure, f"{NULLS} {row.null}", row.spearman) for row in evaluation.null_tests
        ]
        for row in evaluation.variance:
            estimates += [
                (row.measure, f"{EXPLAINED} {name}", share.whole)
                for name, share in row.shares.items()
            ]
        found += [
            Finding(measure, question, dataset, float(value), value.low, value.high)
            for measure, question, value in estimates
            if isfinite(value)
        ]
        found += _of_retrieval(evaluation.retrieval, dataset)
    # Chance last, as the last row of the figure.
    return sorted(found, key=lambda finding: finding.measure == CHANCE)


def _of_retrieval(rows: Sequence[Retrieval], dataset: str) -> list[Finding]:
    found = []
    by_chance: dict[str, list[float]] = {}
    for row in rows:
        question = f"{RETRIEVAL} {row.relevant}"
        found_by = row.average_precision
        values = (float(found_by), found_by.low, found_by.high)
        found.append(Finding(row.measure, question, dataset, *values))
        by_chance.setdefault(question, []).append(row.chance_precision)
    # Measures that compare fewer networks have another chance: the most telling is the common one.
    nothing = float("nan")
    return found + [
        Finding(CHANCE, question, dataset, median(values), nothing, nothing)
        for question, values in by_chance.items()
    ]
