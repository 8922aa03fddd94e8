"""Distances of networks and of their null models, by many measures: what a verdict is made of."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from topoprint.errors import InputError
from topoprint.measures.measures import Discretisation
from topoprint.measures.registry import MEASURES, Subject
from topoprint.storage import create_h5, open_h5, read_json, read_strings, write_strings

FORMAT = "topoprint study"
FORMAT_VERSION = 1

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NullDistances:
    """Distances of the nulls of some networks.

    Attributes
    ----------
    values : ndarray, float64, shape (R, n, n)
        Between the nulls of each repetition.
    own : ndarray, float64, shape (R, n)
        Between each network and its null.
    """

    values: Array
    own: Array


@dataclass(frozen=True, eq=False)
class Study:
    """Networks of one seed of a data set, compared by many measures, and so their nulls.

    Attributes
    ----------
    labels : tuple of str, length n
    shapes : tuple of str, length n
        Sizes of the layers of each network, as ``64-512-512-10``.
    edges : tuple of int, length n
        Edges of each network's graph.
    real : dict of str to ndarray, float64, shape (n, n)
        Distances by measure; NaN between networks that a measure cannot compare.
    nulls : dict of str to dict of str to NullDistances
        By null, then by measure.
    """

    labels: tuple[str, ...]
    shapes: tuple[str, ...]
    edges: tuple[int, ...]
    real: dict[str, Array]
    nulls: dict[str, dict[str, NullDistances]]

    def save(self, path: str | os.PathLike[str], identity: Mapping[str, str]) -> None:
        """Write the study as HDF5."""
        nulls = {null: list(measures) for null, measures in self.nulls.items()}
        order = {"measures": list(self.real), "nulls": list(nulls.items())}
        with create_h5(path, FORMAT, FORMAT_VERSION, identity, order) as file:
            write_strings(file, "labels", self.labels)
            write_strings(file, "shapes", self.shapes)
            file.create_dataset("edges", data=np.array(self.edges, np.int64))
            for measure, values in self.real.items():
                file.create_dataset(f"real/{measure}", data=values)
            for null, measures in self.nulls.items():
                for measure, distances in measures.items():
                    file.create_dataset(f"nulls/{null}/{measure}/values", data=distances.values)
                    file.create_dataset(f"nulls/{null}/{measure}/own", data=distances.own)

    def z_scores(self) -> dict[str, list[dict[str, Any]]]:
        """Each pair's distance and its z-score by null, by measure.

        A z-score is the distance less the mean of the R nulls' distances, divided by what it
        would deviate if it were one of them: their standard deviation (ddof 1) times
        √(1 + 1/R). It is 0 where both differ by nothing, NaN for a single null and between
        networks that the measure cannot compare.
        """
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in self.real}
        for measure, values in self.real.items():
            for one, other in combinations(range(len(self.labels)), 2):
                distance = float(values[one, other])
                scores = {
                    null: _z_score(distance, measures[measure].values[:, one, other])
                    for null, measures in self.nulls.items()
                    if measure in measures
                }
                pair = {"one": self.labels[one], "other": self.labels[other]}
                found[measure].append({**pair, "distance": distance, "z": scores})
        return found

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> tuple["Study", dict[str, str]]:
        """Read what :meth:`save` wrote, and the identity of what it holds."""
        with open_h5(path, FORMAT, FORMAT_VERSION) as file:
            order = read_json(file, "parameters")
            real = {name: np.asarray(file[f"real/{name}"][()]) for name in order["measures"]}
            nulls = {
                null: {
                    name: NullDistances(
                        np.asarray(file[f"nulls/{null}/{name}/values"][()]),
                        np.asarray(file[f"nulls/{null}/{name}/own"][()]),
                    )
                    for name in measures
                }
                for null, measures in order["nulls"]
            }
            labels, shapes = read_strings(file, "labels"), read_strings(file, "shapes")
            edges = tuple(int(count) for count in file["edges"][()])
            return cls(labels, shapes, edges, real, nulls), read_json(file, "identity")


def study(
    subjects: Sequence[Subject],
    labels: Sequence[str],
    nulls: Mapping[str, Iterable[Sequence[Subject]]] | None = None,
    measures: Sequence[str] | None = None,
    how: Discretisation | None = None,
) -> Study:
    """Compare networks, and the nulls of each, by many measures.

    Parameters
    ----------
    subjects : sequence of Subject
        The networks.
    labels : sequence of str
        Names of the networks.
    nulls : mapping of str to iterable of sequences of Subject, optional
        By name of the null model, for each repetition the nulls of all networks in their order;
        taken one repetition at a time.
    measures : sequence of str, optional
        Of :data:`topoprint.measures.registry.MEASURES`; by default all that have what they need.
        Nulls without activations are not compared by the measures that need them.
    how : Discretisation, optional
        How bars are laid on a grid; by default the paper's way.

    Raises
    ------
    InputError
        If a measure is not known or lacks what it needs, or networks and labels differ in number.
    """
    if len(subjects) != len(labels) or not subjects:
        raise InputError(f"{len(labels)} labels for {len(subjects)} networks")
    asked = list(MEASURES if measures is None else measures)
    for name in asked:
        if name not in MEASURES:
            raise InputError(f"measure {name!r} is not known; choose {', '.join(MEASURES)}")
    chosen = _with_what_they_need(asked, subjects)
    if measures is not None and len(chosen) < len(asked):
        raise InputError(f"measure {next(n for n in asked if n not in chosen)!r} needs activations")
    how = how or Discretisation()
    # Sums over several threads are added in another order.
    with threadpool_limits(1, "blas"):
        real = {name: MEASURES[name].distances(subjects, how) for name in chosen}
        found = {
            null: _null_distances(subjects, repetitions, chosen, how)
            for null, repetitions in (nulls or {}).items()
        }
    shapes = tuple("-".join(map(str, subject.network.layer_sizes)) for subject in subjects)
    edges = tuple(subject.graph.n_edges for subject in subjects)
    return Study(tuple(labels), shapes, edges, real, found)


def _with_what_they_need(names: Sequence[str], subjects: Sequence[Subject]) -> list[str]:
    """Leave out measures that need activations, unless all networks have some."""
    answered = all(subject.answers is not None for subject in subjects)
    return [name for name in names if answered or "activations" not in MEASURES[name].needs]


def _null_distances(
    subjects: Sequence[Subject],
    repetitions: Iterable[Sequence[Subject]],
    measures: Sequence[str],
    how: Discretisation,
) -> dict[str, NullDistances]:
    values: dict[str, list[Array]] = {}
    own: dict[str, list[Array]] = {}
    for nulls in repetitions:
        for name in _with_what_they_need(measures, nulls):
            distances = MEASURES[name].distances
            values.setdefault(name, []).append(distances(nulls, how))
            pairs = [distances(pair, how) for pair in zip(subjects, nulls, strict=True)]
            own.setdefault(name, []).append(np.array([pair[0, 1] for pair in pairs]))
    return {name: NullDistances(np.stack(values[name]), np.stack(own[name])) for name in values}


def _z_score(distance: float, nulls: Array) -> float:
    if len(nulls) < 2:
        return float("nan")
    alike = bool((nulls == nulls[0]).all())  # the mean of equal numbers may be another, by rounding
    difference = distance - float(nulls[0] if alike else nulls.mean())
    if alike and difference:
        return difference if np.isnan(difference) else float(np.copysign(np.inf, difference))
    return difference / (float(nulls.std(ddof=1)) * float(np.sqrt(1 + 1 / len(nulls))) or 1.0)
