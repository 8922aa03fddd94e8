"""A persistence diagram: unpadded bars of each dimension, and its HDF5 file."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError
from topoprint.identity import UNKNOWN, NetworkId
from topoprint.networks.arrays import refuse_masked
from topoprint.networks.maps import FloatArray
from topoprint.storage import create_h5, open_h5, read_json

FORMAT = "topoprint diagram"
FORMAT_VERSION = 2

CHUNK = 1 << 16


@dataclass(frozen=True, eq=False)
class Diagram:
    """The bars of each homology dimension, sorted by birth, then death; essential deaths are ∞.

    Attributes
    ----------
    births, deaths : tuple of ndarray, float32
        One array a dimension, shape (n_bars,), read-only. An array of one value throughout may
        be a broadcast scalar, which takes no memory.
    id : NetworkId
        What it is the diagram of, as far as that is known.
    parameters : dict
        What made it (zeta, engine …), as far as known.
    """

    births: tuple[FloatArray, ...]
    deaths: tuple[FloatArray, ...]
    id: NetworkId = UNKNOWN
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_bars(
        cls,
        bars: Iterable[ArrayLike],
        id: NetworkId | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> "Diagram":
        """Make a diagram of arrays of (birth, death), one a dimension from 0 upwards.

        Bars of no length are dropped, as they are trivial classes; the rest is sorted.

        Raises
        ------
        InputError
            If an array is not of shape (n, 2) or masked in part, or a bar has NaN, an infinite
            birth, or a death before its birth.
        """
        births, deaths = [], []
        for dimension, given in enumerate(bars):
            refuse_masked(given, f"bars of dimension {dimension}")
            array = np.asarray(given, dtype=np.float32)
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
            birth, death = birth[death > birth], death[death > birth]
            order = np.lexsort((death, birth))
            births.append(_frozen(birth[order]))
            deaths.append(_frozen(death[order]))
        return cls(tuple(births), tuple(deaths), id or UNKNOWN, dict(parameters or {}))

    @property
    def max_dimension(self) -> int:
        """The largest homology dimension that was computed."""
        return len(self.births) - 1

    def bars(self, dimension: int) -> NDArray[np.float32]:
        """Return the bars of one dimension.

        Returns
        -------
        ndarray, float32, shape (n_bars, 2)
            (birth, death), sorted by birth, then death; death is ∞ where essential.
        """
        if not 0 <= dimension <= self.max_dimension:
            raise InputError(
                f"the diagram has dimensions 0 … {self.max_dimension}, not {dimension}"
            )
        return np.column_stack([self.births[dimension], self.deaths[dimension]])

    def __repr__(self) -> str:
        counts = ", ".join(f"H{q}: {len(birth)}" for q, birth in enumerate(self.births))
        return f"Diagram({counts} bars)"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the diagram as HDF5 (docs/file-formats.md)."""
        with create_h5(path, FORMAT, FORMAT_VERSION, self.id.to_json(), self.parameters) as file:
            file.attrs["max_dimension"] = self.max_dimension
            for dimension, (birth, death) in enumerate(zip(self.births, self.deaths, strict=True)):
                group = file.create_group(f"dim{dimension}")
                _write_values(group, "birth", birth)
                _write_values(group, "death", death)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Diagram":
        """Read what :meth:`save` wrote; InputError if it is no whole diagram file."""
        with open_h5(path, FORMAT, 1, FORMAT_VERSION, made_by="topoprint diagram") as file:
            groups = [file[f"dim{q}"] for q in range(int(file.attrs["max_dimension"]) + 1)]
            births = tuple(_read_values(group["birth"]) for group in groups)
            deaths = tuple(_read_values(group["death"]) for group in groups)
            if any(len(birth) != len(death) for birth, death in zip(births, deaths, strict=True)):
                raise InputError(f"{path}: a dimension has more births than deaths, or fewer")
            identity, parameters = read_json(file, "identity"), read_json(file, "parameters")
            if file.attrs["format_version"] == 1:
                identity, parameters = _from_version_1(identity, parameters)
            return cls(births, deaths, NetworkId.from_json(identity), parameters)

    @staticmethod
    def load_id(path: str | os.PathLike[str]) -> NetworkId:
        """Read what names the network of a diagram file, without its bars."""
        with open_h5(path, FORMAT, 1, FORMAT_VERSION, made_by="topoprint diagram") as file:
            identity, parameters = read_json(file, "identity"), read_json(file, "parameters")
            if file.attrs["format_version"] == 1:
                identity, _ = _from_version_1(identity, parameters)
            return NetworkId.from_json(identity)


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


def constant(value: float, length: int) -> FloatArray:
    """Return an array of one value throughout, which takes the memory of one number."""
    return np.broadcast_to(np.float32(value), (length,))


def _frozen(array: FloatArray) -> FloatArray:
    if array.size and array.min() == array.max():
        return constant(array[0], len(array))
    array.flags.writeable = False
    return array


def _write_values(group: h5py.Group, name: str, values: FloatArray) -> None:
    if not values.size:
        group.create_dataset(name, data=values)
    elif values.min() == values.max():
        # A chunked data set of which no chunk is written reads as its fill value everywhere.
        group.create_dataset(
            name,
            shape=values.shape,
            dtype=np.float32,
            chunks=(min(CHUNK, len(values)),),
            fillvalue=values[0],
        )
    else:
        # Sorted numbers share their leading bytes, which shuffle brings together for deflate.
        group.create_dataset(
            name,
            data=values,
            chunks=(min(CHUNK, len(values)),),
            shuffle=True,
            compression="gzip",
            compression_opts=1,
        )


def _read_values(dataset: h5py.Dataset) -> FloatArray:
    if dataset.size and dataset.chunks and dataset.id.get_num_chunks() == 0:
        return constant(float(dataset.fillvalue), dataset.shape[0])
    return _frozen(np.asarray(dataset[()], dtype=np.float32))
