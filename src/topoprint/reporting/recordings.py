"""Figure of a recorded training."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from topoprint.comparison.matrix import Array, DistanceMatrix
from topoprint.figures.style import COLOURS, DOTS, STYLE
from topoprint.figures.words import spoken


def draw_recording(
    steps: Array, matrices: Mapping[str, DistanceMatrix], values: Mapping[str, Array]
) -> Figure:
    """Draw the values that were told, and by each measure the distances to the start and between.

    Parameters
    ----------
    steps : ndarray, shape (n,)
    matrices : mapping of str to DistanceMatrix
        By measure, shape (n, n).
    values : mapping of str to ndarray, shape (n,)
    """
    first = int(bool(values))  # column of the first measure
    columns = first + len(matrices)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(0.6 + 2.5 * columns, 4.4), layout="constrained")
        panels = figure.subplots(2, columns, squeeze=False)
        if values:
            for name, column in values.items():
                known = np.isfinite(column)
                panels[0, 0].plot(steps[known], column[known], "o-", markersize=3, label=name)
            panels[0, 0].legend(fontsize=7, frameon=False)
            panels[0, 0].set_xlabel("step")
            panels[1, 0].axis("off")
        for above, below, (name, matrix) in zip(
            panels[0, first:], panels[1, first:], matrices.items(), strict=True
        ):
            above.plot(steps, matrix.values[0], "o-", color=DOTS, markersize=3)
            above.set_title(spoken(name), fontsize=9)
            above.set_xlabel("step")
            above.set_ylim(bottom=0)
            image = below.imshow(matrix.values, cmap=COLOURS, vmin=0)
            ticks = np.unique(np.linspace(0, len(steps) - 1, 6).astype(int))
            marks = [f"{steps[tick]:g}" for tick in ticks]
            below.set_xticks(ticks, marks)
            below.set_yticks(ticks, marks)
            figure.colorbar(image, ax=below, shrink=0.8)
        panels[0, first].set_ylabel("distance to step 0")
        panels[1, first].set_ylabel("distance between steps")
        return figure
