"""Distance matrices, labelled by a table of networks; several of them: a comparison, an average."""

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.identity import Index

if TYPE_CHECKING:  # all of them are optional
    import pandas
    import xarray
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


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
        from topoprint.reporting.notebooks import matrix_html

        return matrix_html(self)

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
        from topoprint.reporting.drawing import draw

        return draw("comparisons", "draw_comparison", path, [self])

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
        from topoprint.reporting.notebooks import comparison_html

        return comparison_html(self)

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw the matrix of each measure, as :meth:`DistanceMatrix.plot`."""
        from topoprint.reporting.drawing import draw

        return draw("comparisons", "draw_comparison", path, list(self.values()))

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


@dataclass(frozen=True, eq=False, repr=False)
class AveragedMatrix:
    """The matrices of one measure over several seeds.

    Attributes
    ----------
    runs : ndarray, float64, shape (R, n, n)
        One matrix a seed, in the order of ``seeds``.
    index : Index, length n
        The networks, without a seed.
    seeds : tuple of int, length R
    measure : str
    parameters : dict
        All that the measure was computed with; of files of version 1 not known, and empty.
    own_norms : ndarray, float64, shape (R, n), or None
        Norms of the networks, where the measure is a norm of differences.
    """

    runs: Array
    index: Index
    seeds: tuple[int, ...]
    measure: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own_norms: Array | None = None

    def __repr__(self) -> str:
        runs = f"mean of {len(self.runs)} runs"
        return f"AveragedMatrix({self.measure} between {len(self.index)} networks, {runs})"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the networks."""
        return self.index.labels

    @property
    def groups(self) -> tuple[str, ...]:
        """Experiment of each network; its data set, where there are several."""
        return self.index.groups

    @property
    def mean(self) -> Array:
        """Mean over the runs, shape (n, n)."""
        mean: Array = self.runs.mean(axis=0)
        return mean

    @property
    def std(self) -> Array:
        """Standard deviation over the runs (ddof 0), shape (n, n)."""
        std: Array = self.runs.std(axis=0)
        return std

    @property
    def greatest(self) -> float:
        """Greatest mean distance, by which relative distances are divided; 1 if all are zero."""
        return float(np.nanmax(self.mean)) or 1.0


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


def average(
    comparisons: Mapping[str, Comparison], measures: Sequence[str] | None = None
) -> list[AveragedMatrix]:
    """Put the matrices of several seeds together.

    Parameters
    ----------
    comparisons : mapping of str to Comparison
        Of the same networks, a seed each, by the name of their file.
    measures : sequence of str, optional
        Those to take, by default all.

    Raises
    ------
    InputError
        If the comparisons differ in networks, measures or parameters, a seed stands twice, or a
        measure is not among them.
    """
    if not comparisons:
        raise InputError("no distance files to average")
    seeds: dict[int, str] = {}
    for file, comparison in comparisons.items():
        found = comparison.index.seeds
        if len(found) != 1 or found[0] is None:
            raise InputError(
                f"{file}: holds networks of several seeds; one seed a file is averaged"
            )
        if found[0] in seeds:
            raise InputError(f"{file}: seed {found[0]} is among the files twice")
        seeds[found[0]] = file
    check_alike(comparisons)
    first = next(iter(comparisons.values()))
    averaged = []
    for name in first.matrices if measures is None else measures:
        if name not in first.matrices:
            raise InputError(f"{next(iter(comparisons))}: holds no measure {name!r}")
        runs = [comparison.matrices[name] for comparison in comparisons.values()]
        norms = [run.own_norms for run in runs if run.own_norms is not None]
        averaged.append(
            AveragedMatrix(
                runs=np.stack([run.values for run in runs]),
                index=first.index.without_seeds(),
                seeds=tuple(seeds),
                measure=name,
                parameters=runs[0].parameters,
                own_norms=np.stack(norms) if norms else None,
            )
        )
    return averaged
