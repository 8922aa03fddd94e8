"""Figures of accuracies and of evaluations."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from topoprint.figures.style import COLOURS, DOTS, STYLE, save_figure
from topoprint.figures.words import spoken
from topoprint.reporting.tables import Accuracy

if TYPE_CHECKING:  # its own imports take longer than a figure
    from topoprint.evaluation.findings import Finding


def write_findings(folder: str | os.PathLike[str], found: "Sequence[Finding]", name: str) -> None:
    """Write what evaluations found: a row a measure, a column a question, means over data sets."""
    by_cell: dict[tuple[str, str], list[float]] = {}
    for finding in found:
        by_cell.setdefault((finding.measure, finding.question), []).append(finding.value)
    measures = list(dict.fromkeys(finding.measure for finding in found))
    asked = dict.fromkeys(finding.question for finding in found)
    questions = [q for kind in ("ρ", "R²", "precision") for q in asked if q.startswith(kind)]
    values = np.array(
        [[np.mean(by_cell.get((row, column), [np.nan])) for column in questions]
         for row in measures]
    )  # fmt: skip
    with mpl.rc_context(STYLE):
        size = (1.8 + 0.78 * len(questions), 1.3 + 0.3 * len(measures))
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        colours = mpl.colormaps[COLOURS].with_extremes(bad="white")
        image = axes.imshow(values, cmap=colours, vmin=0, vmax=1, aspect="auto")
        for row, column in zip(*np.nonzero(np.isfinite(values)), strict=True):
            value = values[row, column]
            ink = "black" if value > 0.6 else "white"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=7)
        kinds = [question.partition(" ")[0] for question in questions]
        for place in range(1, len(kinds)):
            if kinds[place] != kinds[place - 1]:
                axes.axvline(place - 0.5, color="white", linewidth=3)
        titles = [f"{kind}\n{spoken(question.partition(' ')[2])}".replace(", ", ",\n")
                  for kind, question in zip(kinds, questions, strict=True)]  # fmt: skip
        axes.set_xticks(range(len(questions)), titles, fontsize=6.5)
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(measures)), map(spoken, measures), fontsize=7.5)
        axes.tick_params(length=0)
        figure.colorbar(image, ax=axes, shrink=0.7, pad=0.02)
        save_figure(figure, Path(folder) / name)


def write_accuracies(folder: str | os.PathLike[str], scores: Sequence[Accuracy]) -> None:
    """Write ``accuracy``: the test accuracy of every network, a dot a seed."""
    networks = list(dict.fromkeys(score.network for score in scores))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 0.6 + 0.21 * len(networks)), layout="constrained")
        axes = figure.add_subplot()
        for row, network in enumerate(networks):
            own = [100 * score.test_accuracy for score in scores if score.network == network]
            axes.plot(own, [row] * len(own), "o", color=DOTS, alpha=0.6, markersize=4.5)
            axes.plot([np.mean(own)], [row], "|", color="black", markersize=11)
        axes.set_yticks(
            range(len(networks)), [spoken(network).replace("-", " ") for network in networks]
        )
        axes.set_ylim(len(networks) - 0.5, -0.5)
        axes.set_xlabel("test accuracy, % (a dot a seed, a line their mean)")
        axes.grid(axis="x", alpha=0.3)
        save_figure(figure, Path(folder) / "accuracy")
