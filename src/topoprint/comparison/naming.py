"""What networks that are compared are called, and the table of them."""

import os
from collections.abc import Iterator, Sequence, ValuesView
from dataclasses import replace
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.figures.words import shared_length
from topoprint.homology.diagram import Diagram
from topoprint.identity import Index, NetworkId, Row
from topoprint.networks.network import Network
from topoprint.storage import name_of


def short_names(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Name files without the folders in which all of them lie, each by another name.

    A file that stands again is ``NAME (2)``.
    """
    parts = [name_of(path).split(os.sep) for path in paths]
    shared = shared_length([part[:-1] for part in parts])
    names: list[str] = []
    for part in parts:
        name, times = os.sep.join(part[shared:]), 1
        while name in names:
            times += 1
            name = f"{os.sep.join(part[shared:])} ({times})"
        names.append(name)
    return names


def names_of(given: Sequence[Any]) -> list[str]:
    """Name what is compared by its file, or its position where it is none."""
    is_file = [isinstance(one, str | os.PathLike) for one in given]
    short = iter(short_names([one for one, known in zip(given, is_file, strict=True) if known]))
    return [next(short) if known else str(place) for place, known in enumerate(is_file)]


def index_of(
    found: Sequence[Network | Diagram],
    labels: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> Index:
    """Make the table of networks that are compared.

    Parameters
    ----------
    found : sequence of Network or Diagram
    labels : sequence of str, optional
        Names that take the place of what the networks say of themselves.
    names : sequence of str, optional
        Names of those that say nothing of themselves, or the same as others; by default positions.

    Raises
    ------
    InputError
        If there are not as many labels as networks.
    """
    rows = [one.row if isinstance(one, Network) else Row(one.id) for one in found]
    if labels is not None:
        labels = check_labels(labels, found)
        return Index(
            replace(row, id=NetworkId(network=label))
            for row, label in zip(rows, labels, strict=True)
        )
    ids = [row.id for row in rows]
    names = names_of(found) if names is None else names
    return Index(
        row
        if row.id.network and ids.count(row.id) == 1
        else replace(row, id=replace(row.id, network=name))
        for row, name in zip(rows, names, strict=True)
    )


def check_labels(labels: Sequence[str], found: Sequence[Network | Diagram]) -> list[str]:
    """Refuse labels that are not one a network."""
    if isinstance(labels, str) or not isinstance(labels, Sequence | np.ndarray):
        raise InputError("labels are not a list of texts, one a network")
    if not all(isinstance(label, str) for label in labels):
        raise InputError("labels are not a list of texts, one a network")
    if len(labels) != len(found):
        what = "diagrams" if all(isinstance(one, Diagram) for one in found) else "networks"
        raise InputError(f"{len(labels)} labels for {len(found)} {what}")
    return list(labels)


def check_list(given: Any, what: str = "networks") -> list[Any]:
    """Take a list of what is compared; refuse what is none, such as a single one."""
    if isinstance(given, str | bytes) or not isinstance(given, Sequence | Iterator | ValuesView):
        raise InputError(f"a {type(given).__name__} is no list of {what}: give [one, other, …]")
    return list(given)
