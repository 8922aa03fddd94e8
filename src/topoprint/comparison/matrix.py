"""Distance matrices, labelled by a table of networks; several of them: a comparison."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.figures.drawing import Distances, draw
from topoprint.figures.html import distances_html
from topoprint.identity import Index

if TYPE_CHECKING:  # all of them are optional
    import pandas
    import xarray
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
# What draws distances, and matrices that a notebook shows of several.
DRAWING = ("topoprint.figures.comparisons", "draw_comparison")
MOST_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class DistanceMatrix:
    """Distances between all pairs of some networks.

    It is an array for numpy (``np.asarray``), and has its distances by the names of the networks:
    ``matrix["a", "b"]`` is one, ``matrix["a"]`` those of a network to all, shape (n,).

    Attributes
    ----------
    values : ndarray, float64, shape (n, n)
        Symmetric, zero on the diagonal, not negative; NaN between networks that the measure
        cannot compare.
    index : Index, length n
        Which networks the rows and columns are.
    measure : str
        Name of the measure.
    parameters : dict
        All that the measure was computed with, its kind included.
    own_norms : ndarray, float64, shape (n,), or None
        Norm of each network itself, where the measure is a norm of differences.
    """

    values: Array
    index: Index
    measure: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own_norms: Array | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the networks."""
        return self.index.labels

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.values, dtype) if copy else np.asarray(self.values, dtype)

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, asked: Any) -> Any:
        """Distances by labels, positions or slices.

        Raises
        ------
        InputError
            If a label is not one of a single network.
        """
        if isinstance(asked, tuple):
            return self.values[tuple(map(self._place, asked))]
        return self.values[self._place(asked)]

    def _place(self, asked: Any) -> Any:
        if not isinstance(asked, str):
            return asked
        times = self.labels.count(asked)
        if times > 1:
            raise InputError(f"{times} networks are called {asked!r}; give a position")
        if not times:
            near = difflib.get_close_matches(asked, self.labels, n=1, cutoff=0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"no network is called {asked!r}{hint}")
        return self.labels.index(asked)

    def __repr__(self) -> str:
        return f"DistanceMatrix({self.measure} between {len(self)} networks)"

    def _repr_html_(self) -> str:
        return distances_html(self.measure, self.labels, self.values)

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw the distances in the order of a dendrogram, and a map of the networks.

        Parameters
        ----------
        path : path, optional
            File to write, its kind by its suffix: .svg, .pdf or .png.

        Raises
        ------
        InputError
            If networks cannot be compared, the suffix is another, or matplotlib or scikit-learn is
            not installed.
        """
        return draw(*DRAWING, path, [self._drawn])

    @property
    def _drawn(self) -> Distances:
        return Distances(self.measure, self.values, self.labels, self.index.groups)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the distances as a data frame, rows and columns labelled.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        from topoprint.comparison.frames import frame_of

        return frame_of(self)

    def to_xarray(self) -> "xarray.DataArray":
        """Return the distances as an array with the labels as coordinates.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        from topoprint.comparison.frames import array_of

        made: xarray.DataArray = array_of(self)
        return made

    def to_text(self) -> str:
        """Return the matrix as a table in plain text, rows and columns labelled."""
        numbers = [f"{value:.6g}" for value in self.values.ravel()]
        width = max(len(text) for text in [*numbers, *self.labels]) + 2
        margin = max(len(label) for label in self.labels)
        n = len(self.labels)
        lines = [" " * margin + "".join(label.rjust(width) for label in self.labels)]
        for row, label in enumerate(self.labels):
            cells = numbers[row * n : (row + 1) * n]
            lines.append(label.ljust(margin) + "".join(cell.rjust(width) for cell in cells))
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Mapping[str, DistanceMatrix]):
    """Some networks compared by several measures: a mapping, name of the measure → its matrix.

    Attributes
    ----------
    index : Index, length n
        The networks, all of one state: trained networks, or null models of them of one kind; or
        of one or several trainings at all their steps.
    matrices : dict of str to DistanceMatrix
        By measure, in the order in which they were asked for.
    own : dict of str to ndarray, float64, shape (n,)
        By measure, of null models: the distance of each from the network that it was made of.
    inputs : tuple of str
        SHA-256 of each network's file and, where they were given, of its diagram's and its
        responses; of null models also those of the networks that they were made of.
    """

    index: Index
    matrices: dict[str, DistanceMatrix]
    own: dict[str, Array] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()

    def __getitem__(self, measure: str) -> DistanceMatrix:
        return self.matrices[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.matrices)

    def __len__(self) -> int:
        return len(self.matrices)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the networks."""
        return self.index.labels

    def __repr__(self) -> str:
        return f"Comparison({len(self.index)} networks by {', '.join(self)})"

    def _repr_html_(self) -> str:
        shown = "".join(matrix._repr_html_() for matrix in islice(self.values(), MOST_SHOWN))
        more = len(self) - MOST_SHOWN
        return f"{shown}<p>and {more} measures more</p>" if more > 0 else shown

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw the matrix of each measure, as :meth:`DistanceMatrix.plot`."""
        return draw(*DRAWING, path, [matrix._drawn for matrix in self.values()])

    def to_pandas(self) -> "pandas.DataFrame":
        """Return a data frame with a row a pair of networks and a column a measure.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        from topoprint.comparison.frames import pairs_of

        return pairs_of(self)

    def to_xarray(self) -> "xarray.Dataset":
        """Return a data set with an array a measure, and the labels as coordinates.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        from topoprint.comparison.frames import dataset_of

        made: xarray.Dataset = dataset_of(self)
        return made


def check_alike(comparisons: Mapping[str, Comparison]) -> None:
    """Refuse comparisons, by file, that differ in networks, measures or parameters.

    Seeds may differ; everything else is asked to be the same.
    """
    (first_file, first), *others = comparisons.items()
    for file, other in others:
        if other.index.without_seeds() != first.index.without_seeds():
            raise InputError(
                f"{file} compares other networks than {first_file}; only distances of the same "
                "networks in the same order belong together"
            )
        for name in sorted(first.matrices.keys() | other.matrices.keys()):
            if name not in first.matrices or name not in other.matrices:
                raise InputError(f"{file} and {first_file} do not hold the same measures ({name})")
            if dict(first.matrices[name].parameters) != dict(other.matrices[name].parameters):
                raise InputError(
                    f"{file} was made with other parameters than {first_file} ({name}); "
                    "compute both with the same"
                )
