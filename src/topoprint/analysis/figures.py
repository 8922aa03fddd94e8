"""Heatmaps of averaged matrices, as in Figures 1, 4 and 5 of the paper."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import patheffects
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from topoprint.analysis.statistics import group_spans
from topoprint.analysis.tables import Accuracy
from topoprint.topology.matrix import AveragedMatrix
from topoprint.topology.storage import atomic_path

# Even steps of lightness, readable in grey and with any colour vision; low distances are dark.
COLOURS = "cividis"
FORMATS = ("svg", "pdf", "png")
# No dates and no random ids: equal matrices give equal bytes.
METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}
STYLE: Any = {"svg.hashsalt": "topoprint", "font.size": 9, "savefig.dpi": 200}


def write_heatmaps(folder: str | os.PathLike[str], matrix: AveragedMatrix) -> None:
    """Write ``{measure}_mean`` and ``{measure}_std`` into a folder, in each of FORMATS.

    Both show shares of the greatest mean distance, on a scale from 0; the mean's ends at 1.
    """
    greatest = float(matrix.mean.max()) or 1.0
    _heatmap(
        matrix,
        matrix.mean / greatest,
        1.0,
        f"{matrix.measure}: mean of {runs(matrix)}",
        f"distance / {greatest:.4g}",
        Path(folder) / f"{matrix.measure}_mean",
    )
    spread = matrix.std / greatest
    _heatmap(
        matrix,
        spread,
        float(spread.max()) or 1.0,
        f"{matrix.measure}: standard deviation of {runs(matrix)}",
        f"deviation / {greatest:.4g}",
        Path(folder) / f"{matrix.measure}_std",
    )


def write_accuracies(folder: str | os.PathLike[str], scores: Sequence[Accuracy]) -> None:
    """Write ``accuracy``: the test accuracy of every network, a dot a seed."""
    networks = list(dict.fromkeys(score.network for score in scores))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 0.6 + 0.21 * len(networks)), layout="constrained")
        axes = figure.add_subplot()
        for row, network in enumerate(networks):
            own = [100 * score.test_accuracy for score in scores if score.network == network]
            axes.plot(own, [row] * len(own), "o", color="#31688e", alpha=0.6, markersize=4.5)
            axes.plot([np.mean(own)], [row], "|", color="black", markersize=11)
        axes.set_yticks(range(len(networks)), [_spoken(network) for network in networks])
        axes.set_ylim(len(networks) - 0.5, -0.5)
        axes.set_xlabel("test accuracy, % (a dot a seed, a line their mean)")
        axes.grid(axis="x", alpha=0.3)
        _save(figure, Path(folder) / "accuracy")


def runs(matrix: AveragedMatrix) -> str:
    """Say over how many runs a matrix is averaged."""
    return f"{len(matrix.runs)} run{'' if len(matrix.runs) == 1 else 's'}"


def _heatmap(
    matrix: AveragedMatrix,
    values: NDArray[np.float64],
    top: float,
    title: str,
    unit: str,
    stem: Path,
) -> None:
    count = len(matrix.labels)
    spans = group_spans(matrix.groups)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.4, 4.9), layout="constrained")
        axes = figure.add_subplot()
        image = axes.imshow(values, cmap=COLOURS, vmin=0, vmax=top, interpolation="nearest")
        outline: list[patheffects.AbstractPathEffect] = [
            patheffects.withStroke(linewidth=2.4, foreground="black", alpha=0.55)
        ]
        for _, first, _ in spans[1:]:
            for draw in (axes.axhline, axes.axvline):
                line = draw(first - 0.5, color="white", linewidth=1.1, linestyle=(0, (4, 3)))
                line.set_path_effects(outline)
        numbers = [str(number) for number in range(1, count + 1)]
        axes.set_xticks(range(count), numbers, fontsize=7)
        axes.set_yticks(range(count), numbers, fontsize=7)
        axes.tick_params(length=2)
        for group, first, last in spans:
            axes.annotate(
                group.replace("_", "\n", 1).replace("_", " "),
                ((first + last - 1) / 2, 1.0),
                xytext=(0, 5),
                xycoords=axes.get_xaxis_transform(),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=6.5,
                linespacing=1.0,
            )
        axes.set_title(title, fontsize=10, pad=28)
        bar = figure.colorbar(image, ax=axes, shrink=0.86, pad=0.02)
        bar.set_label(unit)
        _save(figure, stem)


def _spoken(network: str) -> str:
    experiment, _, value = network.rpartition("-")
    return f"{experiment.replace('_', ' ')} {value}"


def _save(figure: Figure, stem: Path) -> None:
    FigureCanvasAgg(figure)
    for kind in FORMATS:
        with atomic_path(stem.with_name(f"{stem.name}.{kind}")) as temporary:
            figure.savefig(temporary, format=kind, metadata=METADATA[kind])
