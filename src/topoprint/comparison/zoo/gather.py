"""The last stage of a zoo: blocks → one file of distances, as `topoprint distances` writes them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from topoprint.comparison.files import FORMAT, FORMAT_VERSION
from topoprint.comparison.zoo.blocks import FORMAT as BLOCKS
from topoprint.comparison.zoo.blocks import FORMAT_VERSION as BLOCKS_VERSION
from topoprint.comparison.zoo.blocks import load_block, partners
from topoprint.comparison.zoo.groups import NAMED
from topoprint.comparison.zoo.parts import Head, load_head
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.errors import InputError
from topoprint.identity import Index, Row
from topoprint.storage import (
    create_large_h5,
    digest,
    open_h5,
    read_json,
    read_strings,
    write_strings,
)


@dataclass(frozen=True)
class Zoo:
    """The networks of a zoo, and the files that are none.

    Attributes
    ----------
    index : Index, length n
    inputs : tuple of str, length n
        SHA-256 of the files of the networks.
    unreadable : dict of str to str
        Files that were left out, and why.
    """

    index: Index
    inputs: tuple[str, ...]
    unreadable: dict[str, str]


def check_parts(
    heads: Sequence[Head],
    skip_unreadable: bool = False,
    groups: Mapping[str, str] | None = None,
) -> Zoo:
    """Put the networks of all parts together.

    Parameters
    ----------
    heads : sequence of Head
        Of all parts.
    skip_unreadable : bool
        Leave files out that cannot be read.
    groups : mapping of str to str, optional
        Group of each file.

    Raises
    ------
    InputError
        If a file cannot be read and that is not asked for, a network stands twice, or fewer than
        two are left.
    """
    unreadable = {file: why for head in heads for file, why in head.unreadable.items()}
    if not skip_unreadable:
        refuse_unreadable(heads)
    rows: list[Row] = []
    inputs: list[str] = []
    for head in heads:
        named = (file for file in head.files if file not in head.unreadable)
        for file, row in zip(named, head.index, strict=True):
            rows.append(replace(row, group=groups[file]) if groups else row)
        inputs += head.digests
    if len(rows) < 2:
        total = sum(len(head.files) for head in heads)
        raise InputError(f"of {total} files {len(rows)} can be compared; give at least two")
    index = Index(rows)
    index.check_distinct()
    return Zoo(index, tuple(inputs), unreadable)


def refuse_unreadable(heads: Sequence[Head]) -> None:
    """Refuse parts of which some files could not be read; the message counts and names them."""
    told = [why for head in heads for why in head.unreadable.values()]
    if told:
        total = sum(len(head.files) for head in heads)
        raise InputError(
            f"{len(told)} of {total} files cannot be compared: {'; '.join(told[:NAMED])}"
            f"{'; …' if len(told) > NAMED else ''}. Leave them out with --skip-unreadable"
        )


def copies(zoo: Zoo) -> list[list[str]]:
    """Find networks whose files have one content, by name."""
    found = defaultdict(list)
    for name, content in zip(zoo.index.labels, zoo.inputs, strict=True):
        found[content].append(name)
    return [names for names in found.values() if len(names) > 1]


def gather(
    parts: Sequence[Path],
    blocks: Sequence[Path],
    spec: ZooSpec,
    output: Path,
    skip_unreadable: bool = False,
    groups: Mapping[str, str] | None = None,
) -> Zoo:
    """Put blocks together to whole matrices, a band of rows at a time.

    The bytes are the same whatever the parts.

    Parameters
    ----------
    parts, blocks : sequences of path
        Of the whole zoo, in the order of the parts.
    spec, skip_unreadable, groups
        As of :func:`check_parts`.
    output : path

    Raises
    ------
    InputError
        As :func:`check_parts`; or if the blocks are not those of the parts.
    """
    heads = [load_head(part, spec) for part in parts]
    zoo = check_parts(heads, skip_unreadable, groups)
    made_of = [digest(part) for part in parts]
    for number, path in enumerate(blocks):
        _check_blocks(path, made_of, {**spec.told, "part": number})
    lengths = [len(head.index) for head in heads]
    starts = [sum(lengths[:place]) for place in range(len(parts))]
    count = len(zoo.index)
    order = {"measures": [[measure.name for measure in spec.summaries]]}
    size = 8 * count * count * len(spec.summaries)
    with create_large_h5(output, FORMAT, FORMAT_VERSION, {}, order, size) as file:
        group = file.create_group("0")
        write_strings(group, "inputs", zoo.inputs)
        write_strings(group, "unreadable", list(zoo.unreadable))
        write_strings(group, "reasons", list(zoo.unreadable.values()))
        zoo.index.write(group)
        for measure in spec.summaries:
            own = group.create_group(measure.name)
            own.attrs["parameters"] = json.dumps(measure.parameters, sort_keys=True)
            values = own.create_dataset("values", shape=(count, count), dtype=np.float64)
            for number, start in enumerate(starts):
                band = np.empty((lengths[number], count))
                for other, left in enumerate(starts):
                    if other in partners(number, len(parts)):
                        block = load_block(blocks[number], measure.name, other)
                    else:
                        block = load_block(blocks[other], measure.name, number).T
                    band[:, left : left + lengths[other]] = block
                values[start : start + lengths[number]] = band
    return zoo


def _check_blocks(path: Path, made_of: Sequence[str], told: dict[str, object]) -> None:
    with open_h5(path, BLOCKS, BLOCKS_VERSION, made_by="topoprint zoo blocks") as file:
        own = read_strings(file, "inputs")[: len(made_of)]
        if read_json(file, "parameters") != told or own != tuple(made_of):
            raise InputError(
                f"{path}: holds blocks of other parts or measures, or those of another part's "
                "number; give all blocks in the order of the parts"
            )
