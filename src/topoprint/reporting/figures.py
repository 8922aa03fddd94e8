"""Heatmaps of averaged matrices, as in Figures 1, 4 and 5 of the paper."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from topoprint.comparison.matrix import AveragedMatrix
from topoprint.reporting.statistics import group_spans
from topoprint.reporting.tables import Accuracy
from topoprint.storage import atomic_path

if TYPE_CHECKING:  # their own imports take longer than a figure
    from topoprint.evaluation.answers import Answer
    from topoprint.paper.reproduction import Agreement, Pair

Array = NDArray[np.float64]

# Even steps of lightness, readable in grey and with any colour vision; low distances are dark.
COLOURS = "cividis"
NOT_COMPARABLE = "#d9dde3"
DOTS = "#31688e"
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
    spread = matrix.std / matrix.greatest
    _write_heatmap(
        matrix,
        matrix.mean / matrix.greatest,
        1.0,
        f"{spoken(matrix.measure)}: mean of {runs(matrix)}",
        f"distance / {matrix.greatest:.4g}",
        Path(folder) / f"{matrix.measure}_mean",
    )
    _write_heatmap(
        matrix,
        spread,
        float(np.nanmax(spread)) or 1.0,
        f"{spoken(matrix.measure)}: standard deviation of {runs(matrix)}",
        f"deviation / {matrix.greatest:.4g}",
        Path(folder) / f"{matrix.measure}_std",
    )


def write_overview(folder: str | os.PathLike[str], matrices: Mapping[str, AveragedMatrix]) -> None:
    """Write ``{measure}_mean`` and ``{measure}_std`` of several data sets, side by side.

    Each matrix is divided by its own greatest mean distance; all panels of a figure have one
    scale, so that their colours can be compared.

    Parameters
    ----------
    folder : path
    matrices : mapping
        Matrices of one measure, by name of the data set.
    """
    measure = next(iter(matrices.values())).measure
    means = {name: matrix.mean / matrix.greatest for name, matrix in matrices.items()}
    spreads = {name: matrix.std / matrix.greatest for name, matrix in matrices.items()}
    top = max(float(np.nanmax(values)) for values in spreads.values()) or 1.0
    for part, values, limit, title in (
        ("mean", means, 1.0, "mean distance / its maximum"),
        ("std", spreads, top, "standard deviation / the maximum of the mean"),
    ):
        columns = min(3, len(matrices))
        rows = -(-len(matrices) // columns)
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(3.3 * columns + 0.6, 3.5 * rows + 0.4), layout="constrained")
            grid = figure.subplots(rows, columns, squeeze=False).ravel()
            for axes in grid[len(matrices) :]:
                axes.set_axis_off()
            for axes, (name, matrix) in zip(grid, matrices.items(), strict=False):
                image = _draw(axes, matrix, values[name], limit, small=True)
                axes.set_title(spoken(name), fontsize=10, pad=24)
            figure.suptitle(f"{spoken(measure)}: {title}", fontsize=11)
            figure.colorbar(image, ax=list(grid), shrink=0.6, pad=0.02)
            _save(figure, Path(folder) / f"{measure}_{part}")


def write_reproduction(
    folder: str | os.PathLike[str], pairs: "Sequence[Pair]", agreements: "Sequence[Agreement]"
) -> None:
    """Write ``{measure}``: published and our mean matrices of each data set, and a scatter.

    Parameters
    ----------
    folder : path
    pairs : sequence of Pair
        Of one measure; a row each.
    agreements : sequence of Agreement
        Of the pairs.
    """
    measure = pairs[0].ours.measure
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.2, 3.5 * len(pairs) + 0.3), layout="constrained")
        rows = figure.subplots(len(pairs), 3, squeeze=False)
        for axes, pair, found in zip(rows, pairs, agreements, strict=True):
            published, ours = (m.mean / m.greatest for m in (pair.published, pair.ours))
            for cell, values, source, matrix in (
                (axes[0], published, "published", pair.published),
                (axes[1], ours, "ours", pair.ours),
            ):
                image = _draw(cell, matrix, values, 1.0, small=True)
                title = f"{spoken(pair.dataset)}, {source}: mean of {runs(matrix)}"
                cell.set_title(title, fontsize=9, pad=24)
            upper = np.triu_indices(len(ours), k=1)
            axes[2].plot([0, 1], [0, 1], color="#9aa3af", linewidth=1)
            axes[2].plot(published[upper], ours[upper], "o", color=DOTS, alpha=0.5, markersize=3.5)
            axes[2].set_xlabel("published distance / its maximum")
            axes[2].set_ylabel("our distance / its maximum")
            axes[2].set_aspect("equal")
            axes[2].set_title(
                f"Spearman {found.spearman:.3f}, Mantel p = {found.p_value:.2g}", fontsize=9
            )
        figure.suptitle(spoken(measure), fontsize=11)
        figure.colorbar(image, ax=rows[:, 1].tolist(), shrink=0.8 / len(pairs) + 0.05, pad=0.02)
        _save(figure, Path(folder) / measure)


def write_answers(folder: str | os.PathLike[str], found: "Sequence[Answer]", name: str) -> None:
    """Write what verdicts found: a row a measure, a column a question, means over data sets."""
    by_cell: dict[tuple[str, str], list[float]] = {}
    for answer in found:
        by_cell.setdefault((answer.measure, answer.question), []).append(answer.value)
    measures = list(dict.fromkeys(answer.measure for answer in found))
    asked = dict.fromkeys(answer.question for answer in found)
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
        _save(figure, Path(folder) / name)


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
        axes.set_yticks(range(len(networks)), [_spoken_network(network) for network in networks])
        axes.set_ylim(len(networks) - 0.5, -0.5)
        axes.set_xlabel("test accuracy, % (a dot a seed, a line their mean)")
        axes.grid(axis="x", alpha=0.3)
        _save(figure, Path(folder) / "accuracy")


def runs(matrix: AveragedMatrix) -> str:
    """Say over how many runs a matrix is averaged."""
    return f"{len(matrix.runs)} run{'' if len(matrix.runs) == 1 else 's'}"


def spoken(name: str) -> str:
    """Return a name of the config as words."""
    return name.replace("_", " ")


def _write_heatmap(
    matrix: AveragedMatrix, values: Array, top: float, title: str, unit: str, stem: Path
) -> None:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.4, 4.9), layout="constrained")
        axes = figure.add_subplot()
        image = _draw(axes, matrix, values, top)
        axes.set_title(title, fontsize=10, pad=28)
        bar = figure.colorbar(image, ax=axes, shrink=0.86, pad=0.02)
        bar.set_label(unit)
        _save(figure, stem)


def _draw(
    axes: Axes, matrix: AveragedMatrix, values: Array, top: float, small: bool = False
) -> AxesImage:
    """Draw a matrix on a scale from 0 to ``top``, its groups separated by dashed lines."""
    count = len(matrix.labels)
    spans = group_spans(matrix.groups)
    colours = mpl.colormaps[COLOURS].with_extremes(bad=NOT_COMPARABLE)
    image = axes.imshow(values, cmap=colours, vmin=0, vmax=top, interpolation="nearest")
    outline: list[patheffects.AbstractPathEffect] = [
        patheffects.withStroke(linewidth=2.4, foreground="black", alpha=0.55)
    ]
    for _, first, _ in spans[1:]:
        for draw in (axes.axhline, axes.axvline):
            line = draw(first - 0.5, color="white", linewidth=1.1, linestyle=(0, (4, 3)))
            line.set_path_effects(outline)
    step = 2 if small and count > 10 else 1
    numbers = [str(number) for number in range(1, count + 1, step)]
    axes.set_xticks(range(0, count, step), numbers, fontsize=7)
    axes.set_yticks(range(0, count, step), numbers, fontsize=7)
    axes.tick_params(length=2)
    for group, first, last in spans:
        axes.annotate(
            spoken(group.replace("_", "\n", 1)),
            ((first + last - 1) / 2, 1.0),
            xytext=(0, 5),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=5.5 if small else 6.5,
            linespacing=1.0,
        )
    return image


def _spoken_network(network: str) -> str:
    experiment, _, value = network.rpartition("-")
    return f"{spoken(experiment)} {value}"


def _save(figure: Figure, stem: Path) -> None:
    FigureCanvasAgg(figure)
    for kind in FORMATS:
        with atomic_path(stem.with_name(f"{stem.name}.{kind}")) as temporary:
            figure.savefig(temporary, format=kind, metadata=METADATA[kind])
