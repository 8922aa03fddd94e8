"""The first stage of a zoo: files of some of its networks → their diagrams, in one file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from threadpoolctl import threadpool_limits

from topoprint.comparison.compare import load
from topoprint.comparison.zoo.spec import ZooSpec, check_of_spec, is_current
from topoprint.errors import InputError
from topoprint.homology.columns import (
    frozen,
    frozen_counts,
    read_counts,
    read_values,
    write_values,
)
from topoprint.homology.diagram import Diagram
from topoprint.homology.files import DiagramSpec
from topoprint.identity import Index, NetworkId, Row
from topoprint.measures.features import DiagramOf
from topoprint.measures.subject import Subject
from topoprint.networks.files import digest_of, read_id
from topoprint.networks.network import Network
from topoprint.storage import create_h5, name_of, open_h5, read_strings, write_strings
from topoprint.summaries.extents import EXTENT, Extents

FORMAT = "topoprint zoo diagrams"
FORMAT_VERSION = 1
MADE_BY = "topoprint zoo diagrams"


@dataclass(frozen=True)
class Head:
    """What a part says of its networks.

    Attributes
    ----------
    index : Index
        The networks that could be read, in the order of their files.
    files, inputs : tuple of str
        Every file of the part, and its SHA-256, empty where it cannot be read at all.
    unreadable : dict of str to str
        Files that are not among the networks, and why.
    """

    index: Index
    files: tuple[str, ...]
    inputs: tuple[str, ...]
    unreadable: dict[str, str]

    @property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of the files of the networks."""
        both = zip(self.files, self.inputs, strict=True)
        return tuple(digest for file, digest in both if file not in self.unreadable)


def make_part(files: Sequence[str], spec: ZooSpec, output: Path) -> None:
    """Compute the diagrams of some networks, unless the output holds them already.

    What cannot be read is left out; the output says so (:class:`Head`).

    Parameters
    ----------
    files : sequence of path
        Networks, graphs or diagrams.
    spec : ZooSpec
    output : path
    """
    inputs = [_digest(file) for file in files]
    if is_current(output, FORMAT, inputs, spec.told) and load_head(output).files == tuple(files):
        return
    asked = list(dict.fromkeys(measure.diagram for measure in spec.summaries))
    diagrams: dict[DiagramOf, list[Diagram]] = {feature: [] for feature in asked}
    extents: dict[str, list[Extents]] = {measure.name: [] for measure in spec.summaries}
    rows: list[Row] = []
    unreadable: dict[str, str] = {}
    with threadpool_limits(1, "blas"):
        for file in files:
            try:
                row, found = _read(file, spec, asked)
                reach = {m.name: m.discretisation.extents([found[m.diagram]])
                         for m in spec.summaries}  # fmt: skip
            except InputError as error:
                unreadable[file] = str(error)
                continue
            rows.append(row)
            for feature in asked:
                diagrams[feature].append(found[feature])
            for name, own in reach.items():
                extents[name].append(own)
    output.parent.mkdir(parents=True, exist_ok=True)
    with create_h5(output, FORMAT, FORMAT_VERSION, {}, spec.told) as file:
        write_strings(file, "files", files)
        write_strings(file, "inputs", inputs)
        write_strings(file, "unreadable", list(unreadable))
        write_strings(file, "reasons", list(unreadable.values()))
        Index(rows).write(file)
        none = [np.empty((0, spec.max_dimension + 1), dtype=EXTENT)]
        for name, of_measure in extents.items():
            file.create_dataset(f"extents/{name}", data=np.concatenate(none + of_measure))
        for number, feature in enumerate(asked):
            _write_diagrams(file.create_group(f"diagrams/{number}"), diagrams[feature], spec)


def _digest(file: str) -> str:
    """SHA-256 of a file; empty where that cannot be told."""
    try:
        return digest_of(file)
    except (InputError, OSError):
        return ""


def _read(
    file: str, spec: ZooSpec, asked: Sequence[DiagramOf]
) -> tuple[Row, dict[DiagramOf, Diagram]]:
    """Read a network and compute its diagrams; InputError says why it cannot be compared."""
    first = asked[0]
    for_graphs = DiagramSpec(zeta=first.zeta, bias=first.bias, max_dimension=spec.max_dimension)
    known = load(file, spec.layers, for_graphs)
    if isinstance(known, Network):
        subject = Subject(file, lambda: known, max_dimension=spec.max_dimension)
        row = replace(known.row, id=read_id(file))
    else:
        subject = Subject(file, diagram=lambda: known)
        row = Row(NetworkId(network=name_of(file)))
    found = {feature: feature.of(subject) for feature in asked}
    for diagram in found.values():
        if diagram.max_dimension != spec.max_dimension:
            raise InputError(
                f"{file}: its diagram has dimensions 0 … {diagram.max_dimension}, asked are 0 … "
                f"{spec.max_dimension}; make all alike"
            )
    return row, found


def _write_diagrams(group: h5py.Group, diagrams: Sequence[Diagram], spec: ZooSpec) -> None:
    """Write the bars of diagrams one after another, and where each ends."""
    for dimension in range(spec.max_dimension + 1):
        part = group.create_group(f"dim{dimension}")
        lengths = [len(diagram.births[dimension]) for diagram in diagrams]
        part.create_dataset("ends", data=np.cumsum(lengths, dtype=np.int64))
        for name, which in (("birth", "births"), ("death", "deaths"), ("count", "counts")):
            own = [getattr(diagram, which)[dimension] for diagram in diagrams]
            dtype = np.int64 if name == "count" else np.float32
            write_values(part, name, np.concatenate([np.empty(0, dtype), *own]))


def load_head(path: str | os.PathLike[str], spec: ZooSpec | None = None) -> Head:
    """Read which networks a part is of, without their diagrams.

    Raises
    ------
    InputError
        If it is no such file, or was made by other parameters than those of ``spec``.
    """
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by=MADE_BY) as file:
        if spec is not None:
            check_of_spec(file, spec, path)
        reasons = read_strings(file, "reasons")
        return Head(
            Index.read(file),
            read_strings(file, "files"),
            read_strings(file, "inputs"),
            dict(zip(read_strings(file, "unreadable"), reasons, strict=True)),
        )


def load_extents(path: str | os.PathLike[str], measure: str) -> Extents:
    """Read how far the bars of a part's networks reach, as a measure prepares them."""
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by=MADE_BY) as file:
        found: Extents = file[f"extents/{measure}"][()]
        return found


def load_diagrams(path: str | os.PathLike[str], spec: ZooSpec, feature: DiagramOf) -> list[Diagram]:
    """Read the diagrams of a part's networks."""
    number = list(dict.fromkeys(measure.diagram for measure in spec.summaries)).index(feature)
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by=MADE_BY) as file:
        dimensions = [
            _columns(file[f"diagrams/{number}/dim{dimension}"])
            for dimension in range(spec.max_dimension + 1)
        ]
    found = []
    for own in zip(*dimensions, strict=True):
        births, deaths, counts = zip(*own, strict=True)
        found.append(Diagram(births, deaths, counts))
    return found


def _columns(part: h5py.Group) -> list[tuple[Any, Any, Any]]:
    """Give births, deaths and counts of each network in one dimension."""
    borders = np.concatenate([[0], part["ends"][()]])
    births, deaths = read_values(part["birth"]), read_values(part["death"])
    counts = read_counts(part["count"])
    return [
        (
            frozen(births[start:end]),
            frozen(deaths[start:end]),
            frozen_counts(counts[start:end]),
        )
        for start, end in pairwise(borders)
    ]
