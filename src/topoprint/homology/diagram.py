"""A persistence diagram: bars of each dimension with their multiplicity, and its HDF5 file."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError
from topoprint.figures.drawing import draw
from topoprint.figures.html import bars_html
from topoprint.homology.columns import (
    frozen,
    frozen_counts,
    read_counts,
    read_values,
    write_values,
)
from topoprint.homology.counts import IntArray, ones, repeated, select, total
from topoprint.identity import UNKNOWN, NetworkId
from topoprint.networks.arrays import refuse_masked
from topoprint.networks.maps import FloatArray
from topoprint.storage import create_h5, open_h5, read_json

if TYPE_CHECKING:  # takes longer than a diagram
    from matplotlib.figure import Figure

FORMAT = "topoprint diagram"
FORMAT_VERSION = 3

# Bars beyond this number are not listed one by one.
LARGEST = 1 << 31


@dataclass(frozen=True, eq=False)
class Diagram:
    """The bars of each homology dimension, sorted by birth, then death; essential deaths are ∞.

    Equal bars stand several times, or once with a count: a weight that a network uses at many
    places is one bar with their number. What is computed of a diagram does not depend on which.

    Attributes
    ----------
    births, deaths : tuple of ndarray, float32
        One array a dimension, shape (n,), read-only. An array of one value throughout may
        be a broadcast scalar, which takes no memory.
    counts : tuple of ndarray, int64
        Multiplicity of each bar, at least 1, shape (n,), read-only; where all are 1 a broadcast
        scalar.
    id : NetworkId
        What it is the diagram of, as far as that is known.
    parameters : dict
        What made it (zeta, engine …), as far as known.
    """

    births: tuple[FloatArray, ...]
    deaths: tuple[FloatArray, ...]
    counts: tuple[IntArray, ...]
    id: NetworkId = UNKNOWN
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_bars(
        cls,
        bars: Iterable[ArrayLike],
        id: NetworkId | None = None,
        parameters: Mapping[str, Any] | None = None,
        counts: Iterable[ArrayLike] | None = None,
    ) -> "Diagram":
        """Make a diagram of arrays of (birth, death), one a dimension from 0 upwards.

        Bars of no length are dropped, as they are trivial classes; the rest is sorted.

        Parameters
        ----------
        bars : iterable of array, shape (n, 2)
        id : NetworkId, optional
        parameters : mapping, optional
        counts : iterable of array of int, shape (n,), optional
            Multiplicity of each bar, at least 1; by default 1.

        Raises
        ------
        InputError
            If an array is not of shape (n, 2) or masked in part, a bar has NaN, an infinite
            birth, or a death before its birth, or counts are not positive whole numbers, one a bar.
        """
        births, deaths, found = [], [], []
        if isinstance(bars, str | bytes) or not isinstance(bars, Iterable):
            raise InputError(
                f"a {type(bars).__name__} is no list of arrays (n, 2), one a dimension"
            )
        given_bars = list(bars)
        numbers = [None] * len(given_bars) if counts is None else list(counts)
        if len(numbers) != len(given_bars):
            raise InputError(f"bars of {len(given_bars)} dimensions have counts of {len(numbers)}")
        for dimension, (given, number) in enumerate(zip(given_bars, numbers, strict=True)):
            refuse_masked(given, f"bars of dimension {dimension}")
            try:
                array = np.asarray(given, dtype=np.float32)
            except (TypeError, ValueError) as error:
                raise InputError(f"bars of dimension {dimension} are no numbers") from error
            if array.size == 0:
                array = array.reshape(0, 2)
            if array.ndim != 2 or array.shape[1] != 2:
                raise InputError(
                    f"bars of dimension {dimension} have shape {array.shape}, not (n, 2)"
                )
            birth, death = array[:, 0], array[:, 1]
            if not np.isfinite(birth).all() or not np.all(death >= birth):
                raise InputError(
                    f"a bar of dimension {dimension} is not birth ≤ death with finite birth"
                )
            often = select(_checked_counts(number, len(array), dimension), death > birth)
            birth, death = birth[death > birth], death[death > birth]
            order = np.lexsort((death, birth))
            births.append(frozen(birth[order]))
            deaths.append(frozen(death[order]))
            found.append(frozen_counts(select(often, order)))
        made = tuple(births), tuple(deaths), tuple(found)
        return cls(*made, id or UNKNOWN, dict(parameters or {}))

    @property
    def max_dimension(self) -> int:
        """The largest homology dimension that was computed."""
        return len(self.births) - 1

    def bars(self, dimension: int) -> NDArray[np.float32]:
        """Return the bars of one dimension, each as often as it counts.

        Returns
        -------
        ndarray, float32, shape (n_bars, 2)
            (birth, death), sorted by birth, then death; death is ∞ where essential.
        """
        number = self.n_bars(dimension)
        if number > LARGEST:
            raise InputError(
                f"dimension {dimension} has {number:,} bars, too many to list one by one; take "
                "births, deaths and counts"
            )
        both = self.births[dimension], self.deaths[dimension]
        return np.column_stack([repeated(ends, self.counts[dimension]) for ends in both])

    def n_bars(self, dimension: int) -> int:
        """Return the number of bars of one dimension, each as often as it counts."""
        if not 0 <= dimension <= self.max_dimension:
            raise InputError(
                f"the diagram has dimensions 0 … {self.max_dimension}, not {dimension}"
            )
        return total(self.counts[dimension])

    def __repr__(self) -> str:
        counts = ", ".join(f"H{q}: {self.n_bars(q)}" for q in range(len(self.births)))
        return f"Diagram({counts} bars)"

    def _repr_html_(self) -> str:
        return bars_html(self.id.network, self.births, self.deaths, self.counts)

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw the diagram, and beside it the bars; both show how often a bar counts.

        Parameters
        ----------
        path : path, optional
            File to write, its kind by its suffix: .svg, .pdf or .png.

        Raises
        ------
        InputError
            If the suffix is another, the file cannot be written, or matplotlib is not installed.
        """
        bars = self.births, self.deaths, self.counts
        return draw("topoprint.figures.diagrams", "draw_diagram", path, *bars)

    def to_gudhi(self) -> list[tuple[int, tuple[float, float]]]:
        """List (dimension, (birth, death)), as gudhi's ``SimplexTree.persistence`` does."""
        from topoprint.homology.conversions import to_gudhi

        return to_gudhi(self)

    @staticmethod
    def from_gudhi(pairs: Iterable[Any], max_dimension: int | None = None) -> "Diagram":
        """Make a diagram of what gudhi's ``SimplexTree.persistence`` gives.

        Parameters
        ----------
        pairs : iterable of (dimension, (birth, death))
        max_dimension : int, optional
            Of the diagram; by default the highest that has a bar.

        Raises
        ------
        InputError
            If it is something else, or as :meth:`from_bars`.
        """
        from topoprint.homology.conversions import from_gudhi

        return from_gudhi(pairs, max_dimension)

    def to_ripser(self) -> list[NDArray[np.float64]]:
        """Give an array (n, 2) a dimension, as ripser does and persim takes."""
        from topoprint.homology.conversions import to_ripser

        return to_ripser(self)

    @staticmethod
    def from_ripser(found: Any) -> "Diagram":
        """Make a diagram of what ripser gives: its dict, or the list ``dgms`` in it.

        Raises
        ------
        InputError
            If it is something else, or as :meth:`from_bars`.
        """
        from topoprint.homology.conversions import from_ripser

        return from_ripser(found)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the diagram as HDF5 (docs/file-formats.md)."""
        with create_h5(path, FORMAT, FORMAT_VERSION, self.id.to_json(), self.parameters) as file:
            file.attrs["max_dimension"] = self.max_dimension
            for dimension in range(self.max_dimension + 1):
                group = file.create_group(f"dim{dimension}")
                write_values(group, "birth", self.births[dimension])
                write_values(group, "death", self.deaths[dimension])
                write_values(group, "count", self.counts[dimension])

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Diagram":
        """Read what :meth:`save` wrote; InputError if it is no whole diagram file."""
        with open_h5(path, FORMAT, 1, 2, FORMAT_VERSION, made_by="topoprint diagram") as file:
            groups = [file[f"dim{q}"] for q in range(int(file.attrs["max_dimension"]) + 1)]
            births = tuple(read_values(group["birth"]) for group in groups)
            deaths = tuple(read_values(group["death"]) for group in groups)
            if file.attrs["format_version"] < FORMAT_VERSION:
                counts = tuple(ones(len(birth)) for birth in births)
            else:
                counts = tuple(read_counts(group["count"]) for group in groups)
            if any(
                not birth.shape == death.shape == count.shape
                for birth, death, count in zip(births, deaths, counts, strict=True)
            ):
                raise InputError(
                    f"{path}: births, deaths and counts of a dimension differ in length"
                )
            identity, parameters = read_json(file, "identity"), read_json(file, "parameters")
            if file.attrs["format_version"] == 1:
                identity, parameters = _from_version_1(identity, parameters)
            return cls(births, deaths, counts, NetworkId.from_json(identity), parameters)

    @staticmethod
    def load_id(path: str | os.PathLike[str]) -> NetworkId:
        """Read what names the network of a diagram file, without its bars."""
        with open_h5(path, FORMAT, 1, 2, FORMAT_VERSION, made_by="topoprint diagram") as file:
            identity, parameters = read_json(file, "identity"), read_json(file, "parameters")
            if file.attrs["format_version"] == 1:
                identity, _ = _from_version_1(identity, parameters)
            return NetworkId.from_json(identity)

    @staticmethod
    def load_max_dimension(path: str | os.PathLike[str]) -> int:
        """Read the greatest homology dimension of a diagram file, without its bars."""
        with open_h5(path, FORMAT, 1, FORMAT_VERSION, made_by="topoprint diagram") as file:
            return int(file.attrs["max_dimension"])


def _from_version_1(
    identity: dict[str, Any], parameters: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what version 1 said of a diagram as it is said today."""
    seed, state = identity.get("seed"), parameters.pop("state", "")
    found = {**identity, "seed": int(seed)} if seed else {**identity}
    if state == "initial":
        found["step"] = 0.0
    elif state not in ("", "trained"):
        found["variant"] = state
    return found, parameters


def _checked_counts(given: ArrayLike | None, length: int, dimension: int) -> IntArray:
    if given is None:
        return ones(length)
    counts = np.asarray(given)
    whole = counts.dtype.kind in "iu" or not counts.size
    if counts.shape != (length,) or not whole or (counts < 1).any():
        raise InputError(
            f"counts of dimension {dimension} are not {length} whole numbers from 1, one a bar"
        )
    return counts.astype(np.int64)
