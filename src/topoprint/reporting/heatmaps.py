"""Heatmaps of averaged matrices, as in Figures 1, 4 and 5 of the paper."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import seaborn
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from topoprint.comparison.averages import AveragedMatrix
from topoprint.evaluation.seeds import comparable
from topoprint.evaluation.statistics import group_spans
from topoprint.figures.style import COLOURS, DOTS, NOT_COMPARABLE, STYLE, save_figure
from topoprint.figures.words import spoken
from topoprint.reporting.words import runs

if TYPE_CHECKING:  # its own imports take longer than a figure
    from topoprint.paper.reproduction import Agreement, Pair

Array = NDArray[np.float64]


def write_heatmaps(folder: str | os.PathLike[str], matrix: AveragedMatrix) -> None:
    """Write ``{measure}_mean`` and ``{measure}_std`` into a folder, in each of FORMATS.

    Both show shares of the greatest mean distance, on a scale from 0; the mean's ends at 1. Where
    all of them are 0, a sentence says so in place of the map.
    """
    for part, values, title, unit in (
        ("mean", matrix.mean / matrix.greatest, "mean", "distance"),
        ("std", matrix.std / matrix.greatest, "standard deviation", "deviation"),
    ):
        stem = Path(folder) / f"{matrix.measure}_{part}"
        top = float(np.nanmax(values))
        if not top:
            few = len(comparable([matrix.mean])) < 2
            why = "no two networks can be compared" if few else "all are 0"
            _say(stem, f"{spoken(matrix.measure)}: {title} of {runs(matrix)}: {why}")
            continue
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(5.4, 4.9), layout="constrained")
            axes = figure.add_subplot()
            image = _draw(axes, matrix, values, top)
            axes.set_title(
                f"{spoken(matrix.measure)}: {title} of {runs(matrix)}", fontsize=10, pad=28
            )
            bar = figure.colorbar(image, ax=axes, shrink=0.86, pad=0.02)
            bar.set_label(f"{unit} / {matrix.greatest:.4g}")
            save_figure(figure, stem)


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
    for part, values, title in (
        ("mean", means, "mean distance / its maximum"),
        ("std", spreads, "standard deviation / the maximum of the mean"),
    ):
        stem = Path(folder) / f"{measure}_{part}"
        top = max(float(np.nanmax(panel)) for panel in values.values())
        if not top:
            _say(stem, f"{spoken(measure)}: {title}: all are 0")
            continue
        columns = min(3, len(matrices))
        rows = -(-len(matrices) // columns)
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(3.3 * columns + 0.6, 3.5 * rows + 0.4), layout="constrained")
            grid = figure.subplots(rows, columns, squeeze=False).ravel()
            for axes in grid[len(matrices) :]:
                axes.set_axis_off()
            for axes, (name, matrix) in zip(grid, matrices.items(), strict=False):
                image = _draw(axes, matrix, values[name], top, small=True)
                axes.set_title(spoken(name), fontsize=10, pad=24)
            figure.suptitle(f"{spoken(measure)}: {title}", fontsize=11)
            figure.colorbar(image, ax=list(grid), shrink=0.6, pad=0.02)
            save_figure(figure, stem)


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
            axes[2].set_title(_agreement(found), fontsize=8)
        figure.suptitle(spoken(measure), fontsize=11)
        figure.colorbar(
            image,
            ax=rows[:, :2].ravel().tolist(),
            location="bottom",
            aspect=40,
            shrink=0.5,
            pad=0.02,
            label="distance / its maximum",
        )
        save_figure(figure, Path(folder) / measure)


def _agreement(found: "Agreement") -> str:
    """Say how well a pair agrees, with the repeatability of each source."""
    p = "" if np.isnan(found.p_value) else f", p = {found.p_value:.2g} (≥ 0.0001)"
    return (
        f"Spearman of the means {found.spearman:.3f}{p}\n"
        f"single runs: between {found.between:.3f}, corrected {found.noise_corrected:.3f}\n"
        f"repeatability: published {found.within_published:.3f}, ours {found.within_ours:.3f}\n"
        f"scale (median of ours / published) {found.scale:.3g}"
    )


def write_dendrogram(folder: str | os.PathLike[str], matrix: AveragedMatrix) -> None:
    """Write ``{measure}_dendrogram``: the mean in the order of its average linkage.

    Of a measure that cannot compare all networks, those of the largest set that it can.
    """
    some = comparable([matrix.mean])
    values = (matrix.mean / matrix.greatest)[np.ix_(some, some)]
    stem = Path(folder) / f"{matrix.measure}_dendrogram"
    title = f"{spoken(matrix.measure)}: mean of {runs(matrix)}"
    with mpl.rc_context({**STYLE, "backend": "agg"}):
        if len(some) < 2 or not values.any():
            why = "no two networks can be compared" if len(some) < 2 else "all are 0"
            _say(stem, f"{title}: {why}")
            return
        tree = linkage(squareform(values, checks=False), method="average")
        grid = seaborn.clustermap(
            values,
            row_linkage=tree,
            col_linkage=tree,
            cmap=COLOURS,
            vmin=0,
            vmax=1,
            figsize=(7.4, 7.0),
            xticklabels=False,
            yticklabels=[spoken(matrix.labels[number]) for number in some],
            dendrogram_ratio=0.14,
            cbar_kws={"orientation": "horizontal", "ticks": [0, 1]},
        )
        grid.ax_heatmap.tick_params(labelsize=6.5, length=2)
        grid.ax_cbar.set_xlabel(f"distance / {matrix.greatest:.4g}", fontsize=6.5)
        grid.figure.subplots_adjust(top=0.94)
        grid.ax_cbar.set_position((0.03, 0.93, 0.1, 0.015))
        grid.figure.suptitle(title, fontsize=10, y=0.985)
        save_figure(grid.figure, stem)
        plt.close(grid.figure)


def _say(stem: Path, sentence: str) -> None:
    """Write a figure that is a sentence."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.4, 1))
        figure.text(0.5, 0.5, sentence, ha="center")
        save_figure(figure, stem)


def _draw(
    axes: Axes, matrix: AveragedMatrix, values: Array, top: float, small: bool = False
) -> QuadMesh:
    """Draw a matrix on a scale from 0 to ``top``, its groups separated by dashed lines."""
    count = len(matrix.labels)
    spans = group_spans(matrix.groups)
    seaborn.heatmap(
        values,
        ax=axes,
        cmap=COLOURS,
        vmin=0,
        vmax=top,
        mask=~np.isfinite(values),
        cbar=False,
        square=True,
    )
    axes.set_facecolor(NOT_COMPARABLE)
    image: QuadMesh = axes.collections[0]  # type: ignore[assignment]
    outline: list[patheffects.AbstractPathEffect] = [
        patheffects.withStroke(linewidth=2.4, foreground="black", alpha=0.55)
    ]
    for _, first, _ in spans[1:]:
        for draw in (axes.axhline, axes.axvline):
            line = draw(first, color="white", linewidth=1.1, linestyle=(0, (4, 3)))
            line.set_path_effects(outline)
    step = 2 if small and count > 10 else 1
    numbers = [str(number) for number in range(1, count + 1, step)]
    places = np.arange(0, count, step) + 0.5
    axes.set_xticks(places, numbers, fontsize=7, rotation=0)
    axes.set_yticks(places, numbers, fontsize=7, rotation=0)
    axes.tick_params(length=2)
    for group, first, last in spans:
        axes.annotate(
            spoken(group.replace("_", "\n", 1)),
            ((first + last) / 2, 1.0),
            xytext=(0, 5),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=5.5 if small else 6.5,
            linespacing=1.0,
        )
    return image
