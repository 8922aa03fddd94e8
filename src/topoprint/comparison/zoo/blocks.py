"""The third stage of a zoo: points or diagrams of two parts each → blocks of distances."""

import os
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from topoprint.comparison.zoo.parts import load_diagrams, load_head
from topoprint.comparison.zoo.points import grids_of, load_points
from topoprint.comparison.zoo.spec import ZooSpec, embedded, is_current
from topoprint.measures.of_diagrams import OfSummaries
from topoprint.storage import create_large_h5, digest, open_h5, write_strings
from topoprint.summaries.bars import Array
from topoprint.summaries.distances import (
    distances_of_pairs,
    distances_of_points,
    some_dimensions,
)

FORMAT = "topoprint zoo blocks"
FORMAT_VERSION = 1


def partners(number: int, count: int) -> list[int]:
    """List the parts that a part is compared with: itself, and those that follow in a circle.

    Each two parts meet once, and all parts have as much to do, but for one block where
    their number is even.
    """
    half = count // 2
    reach = half if count % 2 or number < half else half - 1
    return [(number + step) % count for step in range(reach + 1)]


def make_blocks(
    number: int, parts: Sequence[Path], points: Sequence[Path], spec: ZooSpec, output: Path
) -> None:
    """Compare the networks of a part with those of others, unless the output holds that already.

    Parameters
    ----------
    number : int
        Of the part, from 0: it is compared with its :func:`partners`.
    parts, points : sequences of path
        Of the whole zoo, in the order of the parts.
    spec : ZooSpec
    output : path
    """
    inputs = [digest(path) for path in (*parts, *points)]
    told = {**spec.told, "part": number}
    if is_current(output, FORMAT, inputs, told):
        return
    others = partners(number, len(parts))
    lengths = [len(load_head(part, spec).index) for part in parts]
    size = 8 * lengths[number] * sum(lengths[other] for other in others) * len(spec.summaries)
    output.parent.mkdir(parents=True, exist_ok=True)
    with create_large_h5(output, FORMAT, FORMAT_VERSION, {}, told, size) as file:
        write_strings(file, "inputs", inputs)
        for measure in spec.summaries:
            group = file.create_group(measure.name)
            if embedded(measure):
                _, own = load_points(points[number], measure.name)
                for other in others:
                    found = load_points(points[other], measure.name)[1]
                    group.create_dataset(str(other), data=distances_of_points(own, found))
            else:
                _by_diagrams(group, number, others, parts, spec, measure)


def _by_diagrams(
    group: h5py.Group,
    number: int,
    others: Sequence[int],
    parts: Sequence[Path],
    spec: ZooSpec,
    measure: OfSummaries,
) -> None:
    """Write blocks by a measure whose summaries depend on the pair."""
    grids = grids_of(parts, measure)
    lengths = [len(load_head(part).index) for part in parts]
    starts = [sum(lengths[:place]) for place in range(len(parts))]
    numbers = [range(start, start + n) for start, n in zip(starts, lengths, strict=True)]
    own = dict(
        zip(numbers[number], load_diagrams(parts[number], spec, measure.diagram), strict=True)
    )
    for other in others:
        known = dict(own)
        if other != number:
            found = load_diagrams(parts[other], spec, measure.diagram)
            known |= zip(numbers[other], found, strict=True)
        values = distances_of_pairs(
            known,
            numbers[number],
            numbers[other],
            measure.summary,
            measure.discretisation,
            grids,
            some_dimensions(spec.max_dimension, measure.dimensions),
        )
        group.create_dataset(str(other), data=values)


def load_block(path: str | os.PathLike[str], measure: str, other: int) -> Array:
    """Read the distances of the networks of a part from those of another."""
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint zoo blocks") as file:
        return np.asarray(file[measure][str(other)][()], np.float64)
