"""What a recorder has seen: distances between the steps of a training, and values beside them."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from topoprint.comparison.matrix import Array, DistanceMatrix
from topoprint.figures.drawing import draw
from topoprint.identity import Index
from topoprint.storage import create_h5, open_h5, read_json

if TYPE_CHECKING:  # takes longer than a record
    from matplotlib.figure import Figure

FORMAT = "topoprint recording"
FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)
class Recording:
    """A training as a recorder has seen it.

    Attributes
    ----------
    steps : ndarray, float64, shape (n,)
        Calls of the recorder before each record: 0 is the model that it was made with.
    matrices : dict of str to DistanceMatrix
        By measure, the distances between all steps, shape (n, n).
    values : dict of str to ndarray, float64, shape (n,)
        What was told of each step, such as a loss; NaN where nothing was.
    """

    steps: Array
    matrices: dict[str, DistanceMatrix]
    values: Mapping[str, Array]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to one HDF5 file (docs/file-formats.md)."""
        order = {"measures": list(self.matrices), "values": list(self.values)}
        with create_h5(path, FORMAT, FORMAT_VERSION, {}, order) as file:
            next(iter(self.matrices.values())).index.write(file)
            file.create_dataset("steps", data=self.steps)
            told = file.create_group("values")
            for number, column in enumerate(self.values.values()):
                told.create_dataset(str(number), data=column)
            for name, matrix in self.matrices.items():
                group = file.create_group(f"measures/{name}")
                group.attrs["parameters"] = json.dumps(dict(matrix.parameters), sort_keys=True)
                group.create_dataset("values", data=matrix.values)

    def plot(self, path: str | os.PathLike[str] | None = None) -> "Figure":
        """Draw what was told, the distances to the start, and those between all steps.

        Parameters
        ----------
        path : path, optional
            File to write, its kind by its suffix: .svg, .pdf or .png.

        Raises
        ------
        InputError
            If the suffix is another, the file cannot be written, or matplotlib is not installed.
        """
        what = self.steps, self.matrices, self.values
        return draw("topoprint.reporting.recordings", "draw_recording", path, *what)


def load_recording(path: str | os.PathLike[str]) -> Recording:
    """Read what :meth:`Recording.save` wrote.

    Raises
    ------
    InputError
        If it is no such file.
    """
    with open_h5(path, FORMAT, FORMAT_VERSION, made_by="topoprint.Recorder") as file:
        order: dict[str, Any] = read_json(file, "parameters")
        index = Index.read(file)
        matrices = {}
        for name in order["measures"]:
            group = file["measures"][name]
            values = np.asarray(group["values"][()], np.float64)
            matrices[name] = DistanceMatrix(values, index, name, read_json(group, "parameters"))
        told = {
            name: np.asarray(file["values"][str(number)][()], np.float64)
            for number, name in enumerate(order["values"])
        }
        return Recording(np.asarray(file["steps"][()], np.float64), matrices, told)
