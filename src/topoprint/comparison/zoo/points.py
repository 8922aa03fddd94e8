"""The second stage of a zoo: diagrams of a part → a point a network, on the grid of the whole zoo.

The Euclidean distances of the points are the distances of the networks.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from topoprint.comparison.zoo.parts import load_diagrams, load_extents, load_head
from topoprint.comparison.zoo.spec import ZooSpec, embedded, is_current
from topoprint.errors import InputError
from topoprint.identity import Index
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.storage import create_h5, digest, open_h5, write_strings
from topoprint.summaries.bars import Array
from topoprint.summaries.distances import some_dimensions, summary_points
from topoprint.summaries.extents import Grids

FORMAT = "topoprint zoo points"
FORMAT_VERSION = 1


def grids_of(parts: Sequence[Path], measure: OfSummaries) -> Grids:
    """Find the grids of a zoo from the extents in all its parts; InputError if it is empty."""
    extents = np.concatenate([load_extents(part, measure.name) for part in parts])
    if not len(extents):
        raise InputError(f"{parts[0]}: holds no network that could be read")
    return Grids(extents, measure.bins)


def make_points(part: Path, parts: Sequence[Path], spec: ZooSpec, output: Path) -> None:
    """Compute the points of the networks of a part, unless the output holds them already.

    Parameters
    ----------
    part : path
        One of ``parts``.
    parts : sequence of path
        All parts of the zoo, in their order: the grids follow from them.
    spec : ZooSpec
    output : path
        Measures by which networks are no points of their own are left out.
    """
    inputs = [digest(one) for one in (part, *parts)]
    if is_current(output, FORMAT, inputs, spec.told):
        return
    head = load_head(part, spec)
    found = {}
    with threadpool_limits(1, "blas"):
        for measure in filter(embedded, spec.summaries):
            diagrams = load_diagrams(part, spec, measure.diagram)
            found[measure.name] = summary_points(
                diagrams,
                measure.summary,
                measure.discretisation,
                grids_of(parts, measure),
                some_dimensions(spec.max_dimension, measure.dimensions),
            )
    output.parent.mkdir(parents=True, exist_ok=True)
    with create_h5(output, FORMAT, FORMAT_VERSION, {}, spec.told) as file:
        write_strings(file, "inputs", inputs)
        head.index.write(file)
        for name, points in found.items():
            file.create_dataset(f"points/{name}", data=points)


def load_points(path: str | os.PathLike[str], measure: str) -> tuple[Index, Array]:
    """Read the points of some networks, shape (n, d): their Euclidean distances are the measure's.

    Raises
    ------
    InputError
        If it is no file of points, or has none by that measure.
    """
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint zoo points") as file:
        if f"points/{measure}" not in file:
            raise InputError(
                f"{path}: holds no points by {measure!r}: it has {', '.join(file['points'])}"
                if "points" in file
                else f"{path}: holds no points; on the grid `shared` networks are points"
            )
        return Index.read(file), np.asarray(file[f"points/{measure}"][()], np.float64)
