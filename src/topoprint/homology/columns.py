"""Births, deaths and counts of bars, in memory and in HDF5 files; equal values take no room."""

from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from topoprint.homology.counts import IntArray, all_one, ones
from topoprint.networks.maps import FloatArray

CHUNK = 1 << 16


def constant(value: float, length: int) -> FloatArray:
    """Return an array of one value throughout, which takes the memory of one number."""
    return np.broadcast_to(np.float32(value), (length,))


def frozen(array: FloatArray) -> FloatArray:
    """Make an array read-only; one value throughout becomes a broadcast scalar."""
    if array.size and array.min() == array.max():
        return constant(array[0], len(array))
    array.flags.writeable = False
    return array


def frozen_counts(counts: IntArray) -> IntArray:
    """Make counts read-only; where all are 1 they become a broadcast scalar."""
    if all_one(counts) or counts.min() == counts.max() == 1:
        return ones(len(counts))
    counts.flags.writeable = False
    return counts


def write_values(group: h5py.Group, name: str, values: NDArray[Any]) -> None:
    """Write births, deaths or counts; one value throughout takes no room."""
    if not values.size:
        group.create_dataset(name, data=values)
    elif values.min() == values.max():
        # A chunked data set of which no chunk is written reads as its fill value everywhere.
        group.create_dataset(
            name,
            shape=values.shape,
            dtype=values.dtype,
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


def read_values(dataset: h5py.Dataset) -> FloatArray:
    """Read births or deaths."""
    if dataset.size and dataset.chunks and dataset.id.get_num_chunks() == 0:
        return constant(float(dataset.fillvalue), dataset.shape[0])
    return frozen(np.asarray(dataset[()], dtype=np.float32))


def read_counts(dataset: h5py.Dataset) -> IntArray:
    """Read counts; ValueError if one is no multiplicity."""
    if dataset.size and dataset.chunks and dataset.id.get_num_chunks() == 0:
        counts: IntArray = np.broadcast_to(np.int64(dataset.fillvalue), (dataset.shape[0],))
    else:
        counts = frozen_counts(np.asarray(dataset[()], dtype=np.int64))
    if counts.size and counts.min() < 1:
        raise ValueError("a bar counts less than once")
    return counts
