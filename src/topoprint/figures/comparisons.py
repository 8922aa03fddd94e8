"""Figure of networks that are compared: distances in the order of a dendrogram, and a map."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from topoprint.errors import InputError
from topoprint.figures.drawing import Distances
from topoprint.figures.scaling import scaled
from topoprint.figures.style import COLOURS, DOTS, STYLE
from topoprint.figures.words import shortened, spoken

Array = NDArray[np.float64]
# Networks and letters up to which points of the map have their names, else numbers; networks beyond
# which rows have no name.
NAMED, SHORT, NUMBERED = 12, 12, 100
# Beyond this many networks, the order of the leaves is not made the smoothest.
SMOOTHED = 200
# Inches.
MARGIN, TREE, TITLE, BELOW = 0.25, 0.75, 0.42, 0.75
HIGHEST = 300.0
LETTER = 0.078  # width of one, at the size of labels
# Points that are nearer than this share of the map's width have one label.
SAME_PLACE = 0.02


def draw_comparison(matrices: Sequence[Distances]) -> Figure:
    """Draw each matrix: dendrogram (average linkage), distances in its order, and a map.

    The map is metric multidimensional scaling (:func:`topoprint.figures.scaling.scaled`).

    Parameters
    ----------
    matrices : sequence of Distances
        Of the same networks.

    Raises
    ------
    InputError
        If there are fewer than two networks, a distance is NaN, or the figure would be too high.
    """
    for matrix in matrices:
        _check(matrix)
    count = len(matrices[0].values)
    names = shortened(matrices[0].labels)
    numbered = count > NAMED or max(map(len, names)) > SHORT
    side = float(np.clip(0.2 * count, 2.4, 8.0))
    beside = 0.15 + LETTER * (max(map(len, names)) + (4 if numbered else 0))
    beside = beside if count <= NUMBERED else 0.3
    plane = max(2.8, min(side, 4.5))
    row = TITLE + side + BELOW
    if row * len(matrices) > HIGHEST:
        raise InputError(
            f"{len(matrices)} measures of {count} networks are too many for one figure; draw fewer"
        )
    width = MARGIN + TREE + side + beside + plane + 0.9
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, row * len(matrices)))
        for number, matrix in enumerate(matrices):
            bottom = row * (len(matrices) - 1 - number) + BELOW
            heat = _axes(figure, MARGIN + TREE, bottom, side, side)
            order = _tree(_axes(figure, MARGIN, bottom, TREE - 0.05, side), matrix.values)
            bar = _axes(figure, MARGIN + TREE, bottom - 0.2, side, 0.09)
            told = [f"{k + 1} {names[n]}" if numbered else names[n] for k, n in enumerate(order)]
            _heatmap(figure, heat, bar, matrix, order, told)
            points = [str(k + 1) for k in range(count)] if numbered else told
            place = (width - 0.25 - plane, bottom + side - plane)
            _map(_axes(figure, *place, plane, plane), matrix, order, points)
        return figure


def _axes(figure: Figure, left: float, bottom: float, wide: float, high: float) -> Axes:
    """Add axes at a place in inches."""
    width, height = figure.get_size_inches()
    return figure.add_axes((left / width, bottom / height, wide / width, high / height))


def _check(matrix: Distances) -> None:
    if len(matrix.values) < 2:
        raise InputError("a figure of distances needs at least two networks")
    unknown = np.argwhere(~np.isfinite(matrix.values))
    if len(unknown):
        one, other = (matrix.labels[place] for place in unknown[0])
        raise InputError(
            f"measure {matrix.measure!r} cannot compare {one} with {other}, so that there is no "
            "dendrogram or map to draw; leave the measure or these networks out of the figure"
        )


def _tree(axes: Axes, values: Array) -> list[int]:
    """Draw a dendrogram, its root at the left; give the order of its leaves from above."""
    tree = linkage(
        squareform(values, checks=False), "average", optimal_ordering=len(values) <= SMOOTHED
    )
    found = dendrogram(tree, no_plot=True)
    for heights, places in zip(found["dcoord"], found["icoord"], strict=True):
        axes.plot(heights, (np.array(places) - 5) / 10, color="#5b6672", linewidth=0.8)
    axes.set_xlim(float(tree[-1, 2]) * 1.03 or 1.0, 0)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.axis("off")
    return list(found["leaves"] or [])


def _heatmap(
    figure: Figure,
    axes: Axes,
    bar: Axes,
    matrix: Distances,
    order: Sequence[int],
    names: Sequence[str],
) -> None:
    values = matrix.values[np.ix_(order, order)]
    image = axes.imshow(
        values, cmap=COLOURS, vmin=0, vmax=float(values.max()) or 1.0, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    axes.set_title(spoken(matrix.measure), fontsize=10)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.tick_params(length=2, labelsize=min(8, 480 / len(order)))
    if len(order) > NUMBERED:
        axes.set_yticks([])
    else:
        axes.set_yticks(range(len(order)), names)
    if values.any():
        figure.colorbar(image, cax=bar, orientation="horizontal").ax.tick_params(labelsize=7)
        bar.set_xlabel("distance", fontsize=7, labelpad=2)
    else:
        bar.axis("off")
        bar.text(0.5, 0, "all distances are 0", ha="center", va="top", fontsize=8)


def _map(axes: Axes, matrix: Distances, order: Sequence[int], names: Sequence[str]) -> None:
    if not matrix.values.any():
        axes.axis("off")
        axes.text(0.5, 0.5, "no map:\nall distances are 0", ha="center", va="center")
        return
    plane, stress = scaled(matrix.values)
    groups = matrix.groups
    known = [group for group in dict.fromkeys(groups) if group]
    coloured = 1 < len(known) <= 10
    for group in known if coloured else [""]:
        some = [not coloured or group == own for own in groups]
        colour = f"C{known.index(group)}" if coloured else DOTS
        axes.plot(*plane[some].T, "o", color=colour, markersize=4, alpha=0.8,
                  label=spoken(group))  # fmt: skip
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.15)
    axes.tick_params(labelsize=7, length=2)
    axes.set_title(f"map (MDS, stress {stress:.2f})", fontsize=9)
    if coloured:
        axes.legend(fontsize=6.5, frameon=False)
    if len(order) <= NUMBERED:
        _label(axes, plane, order, names)


def _label(axes: Axes, plane: Array, order: Sequence[int], names: Sequence[str]) -> None:
    """Name the points, those at one place together, away from the nearer side of the map."""
    reach = float(np.ptp(plane, axis=0).max())
    left = dict(zip(order, names, strict=True))
    for network in order:
        if network not in left:
            continue
        apart = np.linalg.norm(plane - plane[network], axis=1)
        here = [left.pop(one) for one in order if one in left and apart[one] <= SAME_PLACE * reach]
        text = ", ".join(here[:3]) + (f" +{len(here) - 3}" if len(here) > 3 else "")
        at_right = plane[network, 0] > plane[:, 0].min() + reach / 2
        axes.annotate(
            text, plane[network], (-4 if at_right else 4, 3), textcoords="offset points",
            ha="right" if at_right else "left", fontsize=7 if len(order) <= NAMED else 6,
        )  # fmt: skip
