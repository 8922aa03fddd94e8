"""Distances and averaged matrices of format version 1, whose networks were labels alone.

A label was ``{experiment}-{value}``, or ``{dataset}/{network}`` in the control across data sets.
"""

from collections.abc import Sequence

import h5py
import numpy as np

from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.identity import Index, NetworkId, Row
from topoprint.storage import read_json, read_strings


def read_comparison(file: h5py.File) -> Comparison:
    """Read the matrices of one seed."""
    identity = read_json(file, "identity")
    matrices = {}
    index = Index()
    for name, used in read_json(file, "parameters")["measures"]:
        group = file[name]
        seed = int(identity["seed"]) if identity.get("seed") else None
        index = _index(read_strings(group, "labels"), identity.get("dataset", ""), seed)
        norms = np.asarray(group["own_norms"][()]) if "own_norms" in group else None
        values = np.asarray(group["values"][()], dtype=np.float64)
        if values.shape != (len(index), len(index)):
            raise ValueError(f"{name} is no square matrix")  # which is told as damage
        matrices[name] = DistanceMatrix(values, index, name, used, norms)
    return Comparison(index, matrices)


def read_average(file: h5py.File, name: str) -> AveragedMatrix:
    """Read the matrices of one measure."""
    group = file[name]
    dataset = read_json(file, "identity").get("dataset", "")
    return AveragedMatrix(
        runs=np.asarray(group["runs"][()], dtype=np.float64),
        index=_index(read_strings(group, "labels"), dataset, None),
        seeds=tuple(int(seed) for seed in read_strings(group, "seeds")),
        measure=name,
        own_norms=np.asarray(group["own_norms"][()]) if "own_norms" in group else None,
    )


def _index(labels: Sequence[str], dataset: str, seed: int | None) -> Index:
    rows = []
    for label in labels:
        own, _, network = label.rpartition("/")
        group = network.rpartition("-")[0] or network
        rows.append(Row(NetworkId(own or dataset, network, seed), group))
    return Index(rows)
