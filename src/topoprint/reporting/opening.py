"""What a run says, in five sentences written from its numbers."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean, median

import numpy as np

from topoprint.comparison.averages import AveragedMatrix
from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.findings import CHANCE, EXPLAINED, NULLS, RETRIEVAL, findings
from topoprint.evaluation.mantel import spearman
from topoprint.figures.words import spoken
from topoprint.reporting.tables import Accuracy
from topoprint.reporting.words import KEPT, WHAT_IS_LOST

SENTENCES = 5
ByDataset = Mapping[str, Sequence[AveragedMatrix]]


def opening(
    matrices: ByDataset,
    accuracies: Sequence[Accuracy] = (),
    evaluations: Mapping[str, Evaluation] | None = None,
    control: str = "control",
) -> list[str]:
    """Say what a run has found, the most telling first, in five sentences at most.

    Parameters
    ----------
    matrices : mapping
        Averaged matrices by name of the data set; the first measure of the first data set leads.
    accuracies : sequence of Accuracy, optional
    evaluations : mapping, optional
        What is found of the measures, by data set.
    control : str
        Name under which the networks of all data sets stand together, which are no more networks.
    """
    own = {name: found for name, found in matrices.items() if name != control} or dict(matrices)
    dataset, (lead, *others) = next(iter(own.items()))
    means = _means(evaluations or {})
    said = [
        _what(own, accuracies),
        _ends(lead, dataset),
        _nulls(means),
        _explained(means),
        _retrieved(means),
        _agreement([lead, *others], dataset),
        _repeats(lead, dataset),
    ]
    return [sentence for sentence in said if sentence][:SENTENCES]


def _means(evaluations: Mapping[str, Evaluation]) -> dict[str, dict[str, float]]:
    """Mean over the data sets of each question, by measure."""
    values: dict[str, dict[str, list[float]]] = {}
    for row in findings(evaluations):
        values.setdefault(row.question, {}).setdefault(row.measure, []).append(row.value)
    return {
        question: {measure: fmean(found) for measure, found in by_measure.items()}
        for question, by_measure in values.items()
    }


def _what(own: ByDataset, accuracies: Sequence[Accuracy]) -> str:
    counts = [f"{len(found[0].labels)} networks of {name}" for name, found in own.items()]
    seeds = sorted({len(found[0].seeds) for found in own.values()})
    each = " or ".join(str(count) for count in seeds)
    sentence = (
        f"The run compares {_list(counts)}, each with {each} seed{'' if seeds == [1] else 's'}"
    )
    if accuracies:
        scores = [100 * score.test_accuracy for score in accuracies]
        sentence += f"; their test accuracies are {min(scores):.1f} to {max(scores):.1f} %"
    return f"{sentence}."


def _ends(lead: AveragedMatrix, dataset: str) -> str:
    pairs = [
        (float(lead.mean[one, other]), f"{lead.labels[one]} and {lead.labels[other]}")
        for one, other in zip(*np.triu_indices(len(lead.labels), k=1), strict=True)
        if np.isfinite(lead.mean[one, other])
    ]
    if len(pairs) < 2:
        return ""
    (near, nearest), (far, farthest) = min(pairs), max(pairs)
    by = f"By {spoken(lead.measure)}"
    if near == far:
        return f"{by}, all networks of {dataset} are equally far apart ({near:.3g})."
    return (
        f"{by}, the nearest networks of {dataset} are {nearest} ({near:.3g}), and the farthest "
        f"{farthest} ({far:.3g})."
    )


def _nulls(means: Mapping[str, Mapping[str, float]]) -> str:
    told = []
    for question, found in means.items():
        kind, _, null = question.partition(" ")
        if kind == NULLS:
            kept = sum(value >= KEPT for value in found.values())
            told.append(f"{WHAT_IS_LOST[null]} for {kept} of {len(found)}")
    if not told:
        return ""
    return (
        f"The order of a measure's distances does not depend (ρ ≥ {KEPT}) on {_list(told)} "
        "measures."
    )


def _explained(means: Mapping[str, Mapping[str, float]]) -> str:
    found = means.get(f"{EXPLAINED} both", {})
    if not found:
        return ""
    least, most = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
    return (
        "Size and weight histogram together explain "
        f"{100 * found[least]:.0f} % ({spoken(least)}) to {100 * found[most]:.0f} % "
        f"({spoken(most)}) of the variance of the distances; the median of the measures is "
        f"{100 * median(found.values()):.0f} %."
    )


def _retrieved(means: Mapping[str, Mapping[str, float]]) -> str:
    asked = [question for question in means if question.startswith(f"{RETRIEVAL} ")]
    if not asked:
        return ""
    found = dict(means[asked[0]])
    chance = found.pop(CHANCE)
    best = max(found, key=found.__getitem__)
    relevant = asked[0].removeprefix(f"{RETRIEVAL} ")
    edges = found.get("number_of_edges", float("nan"))
    precision = f"with an average precision of {found[best]:.2f} (chance: {chance:.2f}"
    if edges >= found[best]:
        return (
            f"Networks of one {relevant} are found by their number of edges alone {precision}); no "
            "measure finds them better."
        )
    beside = f"; number of edges alone: {edges:.2f}" if edges == edges else ""
    return f"Networks of one {relevant} are found best by {spoken(best)}, {precision}{beside})."


def _agreement(matrices: Sequence[AveragedMatrix], dataset: str) -> str:
    found = {
        (one.measure, other.measure): rho
        for one, other in combinations(matrices, 2)
        if np.isfinite(rho := spearman(one.mean, other.mean))
    }
    if not found:
        return ""
    least, most = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
    told = " and ".join(map(spoken, most))
    sentence = f"The measures that order the pairs of {dataset} most alike are {told}"
    sentence += f" (ρ = {found[most]:.2f})"
    if least != most:
        sentence += f", and least alike {' and '.join(map(spoken, least))} ({found[least]:.2f})"
    return f"{sentence}."


def _repeats(lead: AveragedMatrix, dataset: str) -> str:
    found = [rho for pair in combinations(lead.runs, 2) if np.isfinite(rho := spearman(*pair))]
    if not found:
        return ""
    return (
        f"From seed to seed the order of the distances of {dataset} by {spoken(lead.measure)} "
        f"repeats with a mean correlation of {fmean(found):.2f}."
    )


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
