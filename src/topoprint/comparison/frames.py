"""Distances as tables of pandas and arrays of xarray."""

from importlib import import_module
from itertools import combinations
from typing import Any

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.errors import InputError

# Dimensions of arrays, and levels of rows that are pairs.
NAMES = ("network", "other_network")


def frame_of(matrix: DistanceMatrix) -> Any:
    """Make a labelled data frame, shape (n, n)."""
    pandas = _imported("pandas")
    rows, columns = (pandas.Index(matrix.labels, name=name) for name in NAMES)
    return pandas.DataFrame(matrix.values.copy(), rows, columns)


def pairs_of(comparison: Comparison) -> Any:
    """Make a data frame of a row a pair of networks and a column a measure."""
    pandas = _imported("pandas")
    pairs = list(combinations(range(len(comparison.index)), 2))
    labels = comparison.labels
    rows = pandas.MultiIndex.from_tuples([(labels[i], labels[j]) for i, j in pairs], names=NAMES)
    distances = {
        name: [matrix.values[pair] for pair in pairs] for name, matrix in comparison.items()
    }
    return pandas.DataFrame(distances, rows)


def array_of(matrix: DistanceMatrix) -> Any:
    """Make a labelled array of xarray, shape (n, n), with what made it as attributes."""
    coordinates = {name: list(matrix.labels) for name in NAMES}
    return _imported("xarray").DataArray(
        matrix.values.copy(), coordinates, NAMES, matrix.measure, dict(matrix.parameters)
    )


def dataset_of(comparison: Comparison) -> Any:
    """Make a data set of xarray with an array a measure."""
    xarray = _imported("xarray")
    return xarray.Dataset({name: array_of(matrix) for name, matrix in comparison.items()})


def _imported(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise InputError(f"{package} is not installed: pip install {package}") from error
