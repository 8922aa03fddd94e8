"""Samples of a data set, prepared for training, and their HDF5 file."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.storage import create_h5, open_h5, read_json, read_strings, write_strings

FORMAT = "topoprint data"
FORMAT_VERSION = 1
PARTS = ("train", "test")

# Bytes of the pieces in which large arrays are converted, checked and kept.
PIECE = 2**22

Inputs = NDArray[np.float32] | NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Samples:
    """Training and test samples.

    A loader may leave bytes as bytes, which the file keeps as they are; :meth:`load` and
    :meth:`as_float` give the float32 inputs to train on.

    Attributes
    ----------
    name : str
        Name of the data set.
    x_train, x_test : ndarray, float32 or uint8, shape (n, features)
        Inputs, to be multiplied by ``scale``.
    y_train, y_test : ndarray, int64, shape (n,)
        Labels 0 … classes − 1.
    classes : tuple of str
        Names of the labels.
    shape : tuple of int
        Shape of one sample before it was flattened: features is its product.
    scale : float
        Factor of the inputs; 1 once they are float32 to train on.
    """

    name: str
    x_train: Inputs
    y_train: Labels
    x_test: Inputs
    y_test: Labels
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    scale: float = 1.0

    def save(self, path: str | os.PathLike[str], parameters: dict[str, Any]) -> None:
        """Write the samples as HDF5; ``parameters`` says how they were prepared."""
        identity = {"dataset": self.name}
        with create_h5(path, FORMAT, FORMAT_VERSION, identity, parameters) as file:
            file.attrs["shape"] = np.array(self.shape, np.int64)
            file.attrs["scale"] = float(self.scale)
            for part in PARTS:
                _write(file, f"x_{part}", getattr(self, f"x_{part}"))
                _write(file, f"y_{part}", getattr(self, f"y_{part}"))
            write_strings(file, "classes", self.classes)

    @classmethod
    def load(cls, path: str | os.PathLike[str], number_of_labels: int | None = None) -> "Samples":
        """Read the samples, of the first ``number_of_labels`` labels alone if given.

        Inputs become float32, multiplied by ``scale``, piece by piece: beside the result no
        second copy is held.

        Raises
        ------
        InputError
            If the file is no whole data file, or has fewer labels.
        """
        with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint prepare") as file:
            classes = read_strings(file, "classes")
            if number_of_labels is not None and number_of_labels > len(classes):
                raise InputError(
                    f"{path} has {len(classes)} labels; number_of_labels cannot be "
                    f"{number_of_labels}"
                )
            kept = classes[:number_of_labels]
            scale = float(file.attrs["scale"])
            arrays: dict[str, Any] = {}
            for part in PARTS:
                labels = np.asarray(file[f"y_{part}"][()])
                among = labels < len(kept)
                arrays[f"y_{part}"] = labels[among]
                arrays[f"x_{part}"] = _as_float(file[f"x_{part}"], among, scale)
            shape = tuple(int(length) for length in file.attrs["shape"])
            name = read_json(file, "identity")["dataset"]
        return cls(name, **arrays, classes=kept, shape=shape)

    def as_float(self) -> "Samples":
        """Give the samples as :meth:`load` would: float32 inputs, multiplied by ``scale``."""
        if self.scale == 1 and self.x_train.dtype == self.x_test.dtype == np.float32:
            return self
        inputs: dict[str, Any] = {
            f"x_{part}": _as_float(
                getattr(self, f"x_{part}"),
                np.ones(len(getattr(self, f"y_{part}")), bool),
                self.scale,
            )
            for part in PARTS
        }
        return replace(self, **inputs, scale=1.0)

    def validate(self) -> "Samples":
        """Check that a network can be trained and tested on the samples, and return them.

        Raises
        ------
        InputError
            If shapes or types do not fit together, an input is NaN or infinite, a label lies
            outside 0 … classes − 1, the training part lacks a label, or nothing is left to test on.
        """
        if len(self.classes) < 2:
            raise self._error(f"has {len(self.classes)} of the two labels that it needs at least")
        for part in PARTS:
            self._validate_part(part, getattr(self, f"x_{part}"), getattr(self, f"y_{part}"))
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise self._error(f"has the scale {self.scale}; expected a positive number")
        present = np.bincount(self.y_train, minlength=len(self.classes)) > 0
        if not present.all():
            missing = ", ".join(str(label) for label in np.flatnonzero(~present)[:10])
            raise self._error(
                f"has no training sample of label {missing}: labels must be 0 … "
                f"{len(self.classes) - 1}, each among the training samples"
            )
        return self

    def _validate_part(self, part: str, x: Inputs, y: Labels) -> None:
        if y.ndim != 1 or y.dtype != np.int64:
            raise self._error(f"y_{part} is {_kind(y)}; expected int64 of shape (samples,)")
        if x.ndim != 2 or x.dtype not in (np.float32, np.uint8):
            raise self._error(
                f"x_{part} is {_kind(x)}; expected float32 or uint8 of shape (samples, features)"
            )
        if len(x) != len(y):
            raise self._error(f"has {len(x)} inputs in x_{part} and {len(y)} labels in y_{part}")
        if len(y) == 0:
            raise self._error(f"has no {part} sample; give it more samples, or split it otherwise")
        if x.shape[1] != math.prod(self.shape) or x.shape[1] == 0:
            raise self._error(
                f"x_{part} has {x.shape[1]} features, one sample of shape {self.shape} has "
                f"{math.prod(self.shape)}; expected the same number, at least one"
            )
        outside = np.flatnonzero((y < 0) | (y >= len(self.classes)))
        if len(outside):
            raise self._error(
                f"y_{part} has the label {y[outside[0]]} in sample {outside[0]}; labels must be "
                f"0 … {len(self.classes) - 1}"
            )
        for piece in _pieces(x) if x.dtype == np.float32 else ():
            finite = np.isfinite(x[piece]).all(axis=1)
            if not finite.all():
                sample = piece.start + int(np.argmin(finite))
                raise self._error(
                    f"x_{part} has a NaN or infinite value in sample {sample}; remove or replace it"
                )

    def _error(self, what: str) -> InputError:
        return InputError(f"data set {self.name}: {what}")


def _kind(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape}"


def _rows(array: Any) -> int:
    """Rows of a piece of an array, at least one."""
    return max(1, PIECE // max(1, int(array.shape[1]) * int(array.dtype.itemsize)))


def _pieces(array: Any) -> Iterator[slice]:
    """Slices of rows that together are the array."""
    for start in range(0, len(array), _rows(array)):
        yield slice(start, min(start + _rows(array), len(array)))


def _as_float(source: Any, kept: NDArray[np.bool_], scale: float) -> NDArray[np.float32]:
    """Rows ``kept`` of an array or HDF5 data set of shape (n, features), as float32 × scale."""
    result = np.empty((np.count_nonzero(kept), source.shape[1]), np.float32)
    end = 0
    for piece in _pieces(source):
        rows = source[piece][kept[piece]]
        start, end = end, end + len(rows)
        np.multiply(rows, np.float32(scale), out=result[start:end])
    return result


def _write(file: h5py.File, name: str, array: NDArray[Any]) -> None:
    """Bytes are compressed; floats, which hardly shrink, are quick to read for every training."""
    chunks = (min(len(array), _rows(array)), array.shape[1]) if array.ndim == 2 else True
    filters = (
        {}
        if array.dtype == np.float32
        else {"shuffle": True, "compression": "gzip", "compression_opts": 1}
    )
    file.create_dataset(name, data=array, chunks=chunks, **filters)
