"""Distances of networks and of their null models, by many measures: what a verdict is made of."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.topology.baselines import BASELINES, NORMS, baseline_matrices
from topoprint.topology.diagram import Diagram
from topoprint.topology.errors import InputError
from topoprint.topology.graph import LayeredGraph, to_graph
from topoprint.topology.homology import persistence
from topoprint.topology.measures import Discretisation, distance_matrix
from topoprint.topology.network import Network
from topoprint.topology.nulls import ranked
from topoprint.topology.storage import create_h5, open_h5, read_json, read_strings, write_strings

FORMAT = "topoprint study"
FORMAT_VERSION = 1

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Variant:
    """A topological measure: a metric, its parameters, dimensions and filtration.

    Attributes
    ----------
    metric : str
        ``landscape``, ``silhouette`` or ``heat``.
    parameters : mapping
        What differs from the metric's defaults.
    dimensions : tuple of int or None
        Homology dimensions; None: all.
    ranks : bool
        Whether the filtration takes ranks within a layer instead of |w| / max|W|.
    """

    metric: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    dimensions: tuple[int, ...] | None = None
    ranks: bool = False


VARIANTS = {
    "landscape": Variant("landscape"),
    "silhouette": Variant("silhouette"),
    "heat": Variant("heat"),
    "landscape_10_layers": Variant("landscape", {"layers": 10}),
    "heat_unit_mass": Variant("heat", {"unit_mass": True}),
    "silhouette_h0": Variant("silhouette", dimensions=(0,)),
    "silhouette_h1": Variant("silhouette", dimensions=(1,)),
    "heat_h0": Variant("heat", dimensions=(0,)),
    "heat_h1": Variant("heat", dimensions=(1,)),
    "silhouette_ranks": Variant("silhouette", ranks=True),
    "heat_ranks": Variant("heat", ranks=True),
}
# The norms of adjacency differences compare networks of one shape alone, too few for a verdict.
MEASURES = (*VARIANTS, *(name for name in BASELINES if name not in NORMS))


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
    real : dict of str to ndarray, float64, shape (n, n)
        Distances by measure; NaN between networks that a measure cannot compare.
    nulls : dict of str to dict of str to NullDistances
        By null, then by measure.
    """

    labels: tuple[str, ...]
    shapes: tuple[str, ...]
    real: dict[str, Array]
    nulls: dict[str, dict[str, NullDistances]]

    def save(self, path: str | os.PathLike[str], identity: Mapping[str, str]) -> None:
        """Write the study as HDF5."""
        order = {"measures": list(self.real), "nulls": list(self.nulls)}
        with create_h5(path, FORMAT, FORMAT_VERSION, identity, order) as file:
            write_strings(file, "labels", self.labels)
            write_strings(file, "shapes", self.shapes)
            for measure, values in self.real.items():
                file.create_dataset(f"real/{measure}", data=values)
            for null, measures in self.nulls.items():
                for measure, distances in measures.items():
                    file.create_dataset(f"nulls/{null}/{measure}/values", data=distances.values)
                    file.create_dataset(f"nulls/{null}/{measure}/own", data=distances.own)

    def z_scores(self) -> dict[str, list[dict[str, Any]]]:
        """Each pair's distance and its z-score by null, by measure.

        A z-score is the distance less the mean of the nulls' distances, in their standard
        deviations (ddof 1): 0 where both differ by nothing, NaN for a single null.
        """
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in self.real}
        for measure, values in self.real.items():
            for one, other in combinations(range(len(self.labels)), 2):
                distance = float(values[one, other])
                scores = {
                    null: _z_score(distance, measures[measure].values[:, one, other])
                    for null, measures in self.nulls.items()
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
                    for name in order["measures"]
                }
                for null in order["nulls"]
            }
            labels, shapes = read_strings(file, "labels"), read_strings(file, "shapes")
            return cls(labels, shapes, real, nulls), read_json(file, "identity")


def study(
    networks: Sequence[Network],
    labels: Sequence[str],
    nulls: Mapping[str, Iterable[Sequence[Network]]],
    measures: Sequence[str] = MEASURES,
    how: Discretisation | None = None,
    zeta: float = 1e-6,
    bias: bool = True,
) -> Study:
    """Compare networks, and the nulls of each, by many measures.

    Parameters
    ----------
    networks : sequence of Network
    labels : sequence of str
        Names of the networks.
    nulls : mapping of str to iterable of sequences of Network
        By name of the null model, for each repetition the nulls of all networks in their order;
        taken one repetition at a time.
    measures : sequence of str
        Of :data:`MEASURES`.
    how : Discretisation, optional
        How bars are laid on a grid; by default the paper's way.
    zeta, bias
        As in :func:`topoprint.to_graph`.

    Raises
    ------
    InputError
        If a measure is not known, or networks and labels differ in number.
    """
    if len(networks) != len(labels) or not networks:
        raise InputError(f"{len(labels)} labels for {len(networks)} networks")
    for name in measures:
        if name not in MEASURES:
            raise InputError(f"measure {name!r} is not known; choose {', '.join(MEASURES)}")
    how = how or Discretisation()

    def fingerprints(of: Sequence[Network]) -> list[_Fingerprint]:
        return [_Fingerprint.of(network, measures, zeta, bias) for network in of]

    real = fingerprints(networks)
    found: dict[str, dict[str, NullDistances]] = {}
    for null, repetitions in nulls.items():
        values: dict[str, list[Array]] = {name: [] for name in measures}
        own: dict[str, list[Array]] = {name: [] for name in measures}
        for repetition in repetitions:
            made = fingerprints(repetition)
            for name in measures:
                values[name].append(_distances(made, name, how))
                pairs = [
                    _distances([network, its_null], name, how)
                    for network, its_null in zip(real, made, strict=True)
                ]
                own[name].append(np.array([pair[0, 1] for pair in pairs]))
        found[null] = {
            name: NullDistances(np.stack(values[name]), np.stack(own[name])) for name in measures
        }
    shapes = tuple("-".join(map(str, network.layer_sizes)) for network in networks)
    distances = {name: _distances(real, name, how) for name in measures}
    return Study(tuple(labels), shapes, distances, found)


def _z_score(distance: float, nulls: Array) -> float:
    if len(nulls) < 2:
        return float("nan")
    difference, deviation = distance - float(nulls.mean()), float(nulls.std(ddof=1))
    if difference == 0 or deviation > 0:
        return difference / (deviation or 1.0)
    return float(np.copysign(np.inf, difference))


@dataclass(frozen=True, eq=False)
class _Fingerprint:
    """Graph of a network, and its diagrams by whether ranks were taken, as far as needed."""

    graph: LayeredGraph
    diagrams: dict[bool, Diagram]

    @classmethod
    def of(
        cls, network: Network, measures: Sequence[str], zeta: float, bias: bool
    ) -> "_Fingerprint":
        graph = to_graph(network, zeta, bias)
        filtrations = {VARIANTS[name].ranks for name in measures if name in VARIANTS}
        diagrams = {
            # A layered network has no bars above dimension 1.
            ranks: persistence(
                to_graph(ranked(network), zeta, bias) if ranks else graph, max_dimension=1
            )
            for ranks in filtrations
        }
        return cls(graph, diagrams)


def _distances(fingerprints: Sequence[_Fingerprint], measure: str, how: Discretisation) -> Array:
    """Distances between all pairs by one measure, shape (n, n)."""
    if measure in BASELINES:
        graphs = [fingerprint.graph for fingerprint in fingerprints]
        (baseline,) = baseline_matrices(graphs, [""] * len(graphs), [measure])
        return baseline.values
    variant = VARIANTS[measure]
    return distance_matrix(
        [fingerprint.diagrams[variant.ranks] for fingerprint in fingerprints],
        variant.metric,
        dimensions=variant.dimensions,
        **asdict(how),
        **variant.parameters,
    ).values
