"""Figure of a persistence diagram: its points, and its bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from topoprint.figures.style import STYLE

Array = NDArray[np.float64]

COLOURS = ("#31688e", "#d95f02", "#35b779", "#7b3294")
# Points and bars beyond these numbers are drawn together where they are near.
MOST_POINTS, MOST_BARS = 2000, 1000
PIXELS = 200
# Bars up to which each is a line of its own, and points and bars whose count is written.
FEW = 40
# Place of ∞ and end of the axes, as shares of the greatest finite value.
ENDLESS, END = 1.07, 1.12


@dataclass(frozen=True)
class _Bars:
    """Different bars of one dimension, sorted by birth, then death; ∞ has a place on the axis."""

    births: Array
    deaths: Array
    counts: Array
    essential: NDArray[np.bool_]


def draw_diagram(
    births: Sequence[NDArray[Any]], deaths: Sequence[NDArray[Any]], counts: Sequence[NDArray[Any]]
) -> Figure:
    """Draw (birth, death) of all dimensions, and beside it a barcode a dimension.

    A point is the larger the more often its bar counts; a bar that counts k times is k high.

    Parameters
    ----------
    births, deaths, counts : sequences of ndarray, an array a dimension
        Of the bars, sorted by birth, then death; ∞ where one is essential.
    """
    values = [*births, *deaths]
    finite = [array[np.isfinite(array)].max(initial=0) for array in values]
    reach = float(max(finite)) or 1.0
    shown = {
        q: _distinct(*bars, ENDLESS * reach)
        for q, bars in enumerate(zip(births, deaths, counts, strict=True))
        if len(bars[0])
    }
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 4.0), layout="constrained")
        left, right = figure.subfigures(1, 2, squeeze=False).ravel()
        plane = left.add_subplot()
        _frame(plane, reach)
        if not shown:
            plane.text(reach / 2, reach / 4, "no bars", ha="center")
            return figure
        for q, bars in shown.items():
            _points(plane, bars, q, int(counts[q].sum()), reach)
        plane.legend(fontsize=7, loc="lower right")
        panels = right.subplots(len(shown), 1, sharex=True, squeeze=False).ravel()
        for axes, (q, bars) in zip(panels, shown.items(), strict=True):
            _barcode(axes, bars, q, reach)
        panels[-1].set_xlabel("filtration value")
        return figure


def _distinct(
    births: NDArray[Any], deaths: NDArray[Any], counts: NDArray[Any], endless: float
) -> _Bars:
    births, deaths, counts = (part.astype(np.float64) for part in (births, deaths, counts))
    first = np.concatenate([[True], (np.diff(births) != 0) | (deaths[1:] != deaths[:-1])])
    starts = np.flatnonzero(first)
    births, deaths, counts = births[starts], deaths[starts], np.add.reduceat(counts, starts)
    essential = np.isinf(deaths)
    return _Bars(births, np.where(essential, endless, deaths), counts, essential)


def _frame(axes: Axes, reach: float) -> None:
    axes.plot([0, reach], [0, reach], color="#9aa3af", linewidth=1)
    axes.axhline(ENDLESS * reach, color="#9aa3af", linewidth=0.8, linestyle="--")
    axes.set_xlim(-0.03 * reach, END * reach)
    axes.set_ylim(-0.03 * reach, END * reach)
    # The last values of networks lie next to 1, by rounding.
    ticks = [tick for tick in axes.get_yticks() if 0 <= tick <= 1.001 * reach]
    axes.set_yticks([*ticks, ENDLESS * reach], [*(f"{tick:g}" for tick in ticks), "∞"])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("birth")
    axes.set_ylabel("death")


def _points(axes: Axes, bars: _Bars, dimension: int, total: int, reach: float) -> None:
    births, deaths, counts = bars.births, bars.deaths, bars.counts
    if len(births) > MOST_POINTS:  # those of a pixel together, at their mean
        pixels = np.round(np.column_stack([births, deaths]) / reach * PIXELS)
        _, place = np.unique(pixels, axis=0, return_inverse=True)
        sums = np.bincount(place.ravel(), counts).astype(np.float64)
        births = np.bincount(place.ravel(), counts * births) / sums
        deaths = np.bincount(place.ravel(), counts * deaths) / sums
        counts = sums
    colour = COLOURS[dimension % len(COLOURS)]
    essential = int(bars.counts[bars.essential].sum())
    axes.scatter(
        births, deaths, 12 + 14 * np.log10(counts), color=colour, alpha=0.6, linewidths=0,
        label=f"H{dimension}: {total:,}, of which {essential:,} essential", zorder=3,
    )  # fmt: skip
    if len(births) <= FEW:
        for birth, death, count in zip(births, deaths, counts, strict=True):
            if count > 1:
                axes.annotate(
                    f"×{count:,.0f}", (birth, death), (4, -2), textcoords="offset points",
                    fontsize=6.5, color=colour, va="top",
                )  # fmt: skip


def _barcode(axes: Axes, bars: _Bars, dimension: int, reach: float) -> None:
    colour = COLOURS[dimension % len(COLOURS)]
    if len(bars.births) <= FEW:
        rows = np.arange(len(bars.births))
        axes.hlines(rows, bars.births, bars.deaths, color=colour, linewidth=2)
        for row, death, count in zip(rows, bars.deaths, bars.counts, strict=True):
            if count > 1:
                axes.annotate(
                    f"×{count:,.0f}", (death, row), (3, 0), textcoords="offset points",
                    fontsize=6.5, color=colour, va="center",
                )  # fmt: skip
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.set_ylabel(f"H{dimension}")
    else:
        ends = np.cumsum(bars.counts)
        edges = np.linspace(0, ends[-1], min(MOST_BARS, int(ends[-1])) + 1)
        middle = np.searchsorted(ends, (edges[1:] + edges[:-1]) / 2)
        births, deaths = bars.births[middle], bars.deaths[middle]
        axes.fill_betweenx(
            np.repeat(edges, 2)[1:-1], np.repeat(births, 2), np.repeat(deaths, 2), color=colour,
            linewidth=0,
        )  # fmt: skip
        axes.set_ylim(ends[-1], 0)
        axes.set_ylabel(f"H{dimension}: bars")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.axvline(ENDLESS * reach, color="#9aa3af", linewidth=0.8, linestyle="--")
    axes.set_xlim(-0.03 * reach, END * reach)
    axes.tick_params(labelsize=7)
