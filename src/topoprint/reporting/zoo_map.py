"""Figure of thousands of networks: a map of them by each measure, in place of a table."""

import os

import h5py
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from topoprint.comparison.files import FORMAT, FORMAT_VERSION
from topoprint.errors import InputError
from topoprint.figures.scaling import classical
from topoprint.figures.style import DOTS, STYLE
from topoprint.figures.words import spoken
from topoprint.identity import Index
from topoprint.storage import open_h5, read_json

# The matrix of one measure is held in float32; of more networks, points are to be taken.
MOST = 20_000
# Beyond so many networks their dots are an image in vector figures.
DRAWN = 2000
SIDE = 4.2  # inches
COLOURED = 10  # groups


def draw_maps(path: str | os.PathLike[str]) -> Figure:
    """Draw a map a measure, of a file of distances that may be larger than memory.

    Maps are classical scaling (:func:`topoprint.figures.scaling.classical`); networks are
    coloured by their groups, where there are from 2 to 10.

    Parameters
    ----------
    path : path
        What ``topoprint zoo compare`` writes.

    Raises
    ------
    InputError
        If it holds fewer than three networks, or more than 20,000.
    """
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint zoo compare") as file:
        (names,) = read_json(file, "parameters")["measures"]
        index = Index.read(file["0"])
        if not 3 <= len(index) <= MOST:
            raise InputError(
                f"{path}: a map is drawn of 3 to {MOST:,} networks, not of {len(index):,}"
            )
        with mpl.rc_context(STYLE), threadpool_limits(1, "blas"):
            figure = Figure(figsize=(SIDE * len(names), SIDE), layout="constrained")
            for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names,
                                  strict=True):  # fmt: skip
                _map(axes, file[f"0/{name}/values"], name, index)
            return figure


def _map(axes: Axes, values: h5py.Dataset, name: str, index: Index) -> None:
    plane, share = classical(values.astype(np.float32)[()])
    known = [group for group in dict.fromkeys(index.groups) if group]
    coloured = 1 < len(known) <= COLOURED
    groups = np.array(index.groups)
    size = float(np.clip(200 / np.sqrt(len(index)), 1.5, 5))
    for number, group in enumerate(known if coloured else [""]):
        some = plane[groups == group] if coloured else plane
        axes.plot(
            *some.T, "o", color=f"C{number}" if coloured else DOTS, markersize=size, alpha=0.6,
            markeredgewidth=0, label=spoken(group), rasterized=len(index) > DRAWN,
        )  # fmt: skip
    axes.set_aspect("equal", adjustable="datalim")
    axes.tick_params(labelsize=7, length=2)
    axes.set_title(f"{spoken(name)}: {100 * share:.0f} % of the variance", fontsize=9)
    if coloured:
        axes.legend(fontsize=6.5, frameon=False)
