"""Samples of a data set, prepared for training, and their HDF5 file."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.topology.errors import InputError
from topoprint.topology.storage import create_h5, open_h5, read_json, write_strings

FORMAT = "topoprint data"
FORMAT_VERSION = 1
ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, eq=False)
class Samples:
    """Training and test samples.

    Attributes
    ----------
    name : str
        Name of the data set.
    x_train, x_test : ndarray, float32, shape (n, features)
    y_train, y_test : ndarray, int64, shape (n,)
        Labels 0 … classes − 1.
    classes : tuple of str
        Names of the labels.
    """

    name: str
    x_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]
    classes: tuple[str, ...]

    def save(self, path: str | os.PathLike[str], parameters: dict[str, Any]) -> None:
        """Write the samples as HDF5; ``parameters`` says how they were prepared."""
        identity = {"dataset": self.name}
        with create_h5(path, FORMAT, FORMAT_VERSION, identity, parameters) as file:
            for name in ARRAYS:
                file.create_dataset(
                    name,
                    data=getattr(self, name),
                    shuffle=True,
                    compression="gzip",
                    compression_opts=1,
                )
            write_strings(file, "classes", self.classes)

    @classmethod
    def load(cls, path: str | os.PathLike[str], number_of_labels: int | None = None) -> "Samples":
        """Read the samples, of the first ``number_of_labels`` labels alone if given.

        Raises
        ------
        InputError
            If the file is no whole data file, or has fewer labels.
        """
        with open_h5(path, FORMAT, FORMAT_VERSION) as file:
            classes = tuple(str(name) for name in file["classes"].asstr()[()])
            if number_of_labels is not None and number_of_labels > len(classes):
                raise InputError(
                    f"{path} has {len(classes)} labels; number_of_labels cannot be "
                    f"{number_of_labels}"
                )
            kept = classes[:number_of_labels]
            arrays = {name: np.asarray(file[name][()]) for name in ARRAYS}
            identity = read_json(file, "identity")
        for part in ("train", "test"):
            among = arrays[f"y_{part}"] < len(kept)
            arrays |= {f"{axis}_{part}": arrays[f"{axis}_{part}"][among] for axis in "xy"}
        return cls(identity["dataset"], **arrays, classes=kept)
