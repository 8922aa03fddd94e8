"""Diagrams as gudhi, ripser and persim, and giotto-tda write them, and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram

Array = NDArray[np.float64]


def to_gudhi(diagram: Diagram) -> list[tuple[int, tuple[float, float]]]:
    """List (dimension, (birth, death)) as ``SimplexTree.persistence`` of gudhi 3.12 does.

    Of the highest dimension first, there by length, the longest first; each bar as often as it
    counts, deaths of essential bars are ∞.
    """
    found: list[tuple[int, tuple[float, float]]] = []
    for dimension in range(diagram.max_dimension, -1, -1):
        bars = diagram.bars(dimension).astype(np.float64)
        order = np.argsort(bars[:, 0] - bars[:, 1], kind="stable")
        found += [(dimension, (birth, death)) for birth, death in bars[order].tolist()]
    return found


def from_gudhi(pairs: Iterable[Any], max_dimension: int | None = None) -> Diagram:
    """Make a diagram of pairs (dimension, (birth, death)); see :meth:`Diagram.from_gudhi`."""
    told = "gudhi's persistence is a list of (dimension, (birth, death))"
    try:
        rows = [(float(dimension), float(b), float(d)) for dimension, (b, d) in pairs]
    except (TypeError, ValueError) as error:
        raise InputError(f"{told}, which this is not ({error})") from error
    return _of_rows(np.array(rows, dtype=np.float64).reshape(-1, 3), max_dimension, told)


def to_ripser(diagram: Diagram) -> list[Array]:
    """Give an array a dimension, shape (n, 2), as ``ripser(…)["dgms"]``; persim takes the same."""
    return [diagram.bars(q).astype(np.float64) for q in range(diagram.max_dimension + 1)]


def from_ripser(found: Any) -> Diagram:
    """Make a diagram of what ripser gives; see :meth:`Diagram.from_ripser`."""
    bars = found.get("dgms") if isinstance(found, Mapping) else found
    if not isinstance(bars, list | tuple):
        raise InputError(
            "ripser gives a dict with 'dgms', or that list of arrays (n, 2), one a dimension; "
            f"this is a {type(found).__name__}"
        )
    return Diagram.from_bars(bars)


def to_giotto(
    diagrams: Sequence[Diagram], infinity: float = np.inf, reduced: bool = False
) -> Array:
    """Pad diagrams to one array, as the transformers of giotto-tda 0.6.2 give and take them.

    Parameters
    ----------
    diagrams : sequence of Diagram, length n
        All of one ``max_dimension``.
    infinity : float
        What stands for a death at ∞: most of giotto-tda's transformers take no ∞.
    reduced : bool
        Leave one essential bar of dimension 0 out of each, as ``FlagserPersistence`` does.

    Returns
    -------
    ndarray, float64, shape (n, bars, 3)
        Rows (birth, death, dimension). Where a diagram has fewer bars than others, trivial ones
        follow, which are born and die at the least birth of the collection in that dimension.

    Raises
    ------
    InputError
        If there are no diagrams, or they differ in ``max_dimension``.
    """
    if (
        not isinstance(diagrams, Sequence)
        or not diagrams
        or any(not isinstance(one, Diagram) for one in diagrams)
    ):
        raise InputError("to_giotto takes a list of diagrams, at least one")
    if len({diagram.max_dimension for diagram in diagrams}) > 1:
        raise InputError("the diagrams have different max_dimension; compute them alike")
    blocks = []
    for dimension in range(diagrams[0].max_dimension + 1):
        bars = [diagram.bars(dimension).astype(np.float64) for diagram in diagrams]
        if dimension == 0 and reduced:
            bars = [np.delete(b, np.argmax(b[:, 1]), axis=0) if len(b) else b for b in bars]
        length = max(1, *(len(b) for b in bars))
        least = min((float(b[:, 0].min()) for b in bars if len(b)), default=0.0)
        block = np.full((len(bars), length, 3), (least, least, float(dimension)))
        for row, of_network in zip(block, bars, strict=True):
            row[: len(of_network), :2] = of_network
        blocks.append(block)
    padded: Array = np.concatenate(blocks, axis=1)
    padded[np.isinf(padded)] = infinity
    return padded


def from_giotto(padded: ArrayLike) -> list[Diagram]:
    """Make diagrams of an array of giotto-tda, shape (n, bars, 3); trivial bars are left out.

    Raises
    ------
    InputError
        If it is no such array.
    """
    told = "giotto-tda's diagrams are an array (n, bars, 3) of (birth, death, dimension)"
    try:
        array = np.asarray(padded, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{told}, which this is not ({error})") from error
    if array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise InputError(f"{told}, not of shape {array.shape}")
    greatest = array[..., 2].max()
    return [_of_rows(rows[:, [2, 0, 1]], greatest, told) for rows in array]


def _of_rows(rows: Array, max_dimension: float | None, told: str) -> Diagram:
    """Make a diagram of rows (dimension, birth, death)."""
    dimensions = rows[:, 0]
    if not np.isfinite(dimensions).all() or (dimensions % 1 != 0).any() or (dimensions < 0).any():
        raise InputError(f"{told}; here a dimension is no whole number from 0")
    greatest = dimensions.max(initial=0) if max_dimension is None else max_dimension
    if dimensions.max(initial=0) > greatest:
        raise InputError(
            f"a bar has dimension {dimensions.max():g}, above max_dimension {max_dimension}"
        )
    return Diagram.from_bars(rows[dimensions == q, 1:] for q in range(int(greatest) + 1))
