"""The registry of measures: what each needs, its range, what it does not change under.

All are distances: 0 between a network and itself, larger where networks are less alike.
Similarities are turned round (the arccos of CKA, 1 − agreement).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import LayeredGraph, to_graph
from topoprint.homology.persistence import persistence
from topoprint.measures.alignment import aligned_distance
from topoprint.measures.baselines import (
    directed_values,
    frobenius_norm,
    histograms_apart,
    one_norm,
    shape_of,
    weight_histogram,
)
from topoprint.measures.measures import Discretisation, distance_matrix
from topoprint.measures.neural_persistence import neural_persistence
from topoprint.networks.network import FloatArray, Network
from topoprint.networks.nulls import ranked
from topoprint.responses import responses as answers
from topoprint.responses.responses import Activations
from topoprint.summaries.bars import Bars
from topoprint.summaries.matching import bottleneck, length_histogram, wasserstein

Array = NDArray[np.float64]
Need = Literal["weights", "activations", "equal shapes"]
# What may be done to a network without a change of its distances to others.
Invariance = Literal["neurons", "inputs", "scale", "signs", "wiring"]

# Dimensions of a layered network's bars; it has none above.
DIMENSIONS = (0, 1)


@dataclass(frozen=True, eq=False)
class Subject:
    """A network as measures see it; what they need of it is made when first asked for.

    Attributes
    ----------
    network : Network
    zeta, bias
        As in :func:`topoprint.to_graph`.
    answers : Activations or None
        What it answers to the inputs that all networks are given, if that is known.
    """

    network: Network
    zeta: float = 1e-6
    bias: bool = True
    answers: Activations | None = None

    @cached_property
    def graph(self) -> LayeredGraph:
        """Graph of the network."""
        return to_graph(self.network, self.zeta, self.bias)

    @cached_property
    def diagram(self) -> Diagram:
        """Persistence diagram of the network."""
        return persistence(self.graph, max_dimension=DIMENSIONS[-1])

    @property
    def edges(self) -> Network:
        """The weights and biases that are edges of the graph."""
        return Network(self.network.weights, self.graph.biases)

    @cached_property
    def ranked_diagram(self) -> Diagram:
        """Persistence diagram by ranks within a layer (:func:`topoprint.networks.nulls.ranked`)."""
        graph = to_graph(ranked(self.edges), self.zeta, self.bias)
        return persistence(graph, max_dimension=DIMENSIONS[-1])

    @property
    def directed_values(self) -> list[FloatArray]:
        """Entries of the adjacency matrix; not kept, as they take as much memory as the network."""
        return directed_values(self.graph)

    @cached_property
    def neural_persistence(self) -> float:
        """Neural persistence, mean over the layers."""
        return float(neural_persistence(self.graph).mean())

    @cached_property
    def histogram(self) -> Array:
        """Histogram of the weights' magnitudes."""
        return weight_histogram(self.graph)

    def lengths(self, dimension: int, how: Discretisation) -> Array | NDArray[np.float32]:
        """Lengths of the bars of one dimension in descending order; all share an end."""
        bars = Bars.of(self.diagram, dimension, how.min_persistence, how.infinity)
        if dimension == 0:
            return np.sort(bars.deaths)[::-1]
        return np.float32(how.infinity) - bars.births


@dataclass(frozen=True)
class Measure:
    """A distance of networks, and what it declares; the tests hold it to that.

    Attributes
    ----------
    distances : callable
        (subjects, discretisation) → ndarray, float64, shape (n, n): symmetric, zero diagonal,
        NaN between networks that it cannot compare.
    needs : set of {"weights", "activations", "equal shapes"}
        What networks must have to be compared.
    greatest : float
        Least upper bound of the distances, or ∞; the lower bound is 0.
    metric : bool
        Whether the triangle inequality holds (distances of 0 between different networks are
        possible in any case). For summaries on a grid: if the grid is shared.
    invariances : set
        What may be done to one of two networks without a change of their distance: ``neurons``,
        reordering hidden neurons; ``inputs``, reordering inputs; ``scale``, multiplying all
        weights and biases by a positive number; ``signs``, by −1; ``wiring``, reordering the
        weights within each layer.
    """

    distances: Callable[[Sequence[Subject], Discretisation], Array]
    needs: frozenset[Need] = frozenset({"weights"})
    greatest: float = np.inf
    metric: bool = True
    invariances: frozenset[Invariance] = frozenset({"neurons", "inputs", "scale", "signs"})


def _pairwise(
    keep: Callable[[Subject, Discretisation], Any], distance: Callable[[Any, Any], float]
) -> Callable[[Sequence[Subject], Discretisation], Array]:
    """Distances from what is kept of each network alone."""

    def distances(subjects: Sequence[Subject], how: Discretisation) -> Array:
        kept = [keep(subject, how) for subject in subjects]
        values = np.zeros((len(kept), len(kept)))
        for one, other in combinations(range(len(kept)), 2):
            values[one, other] = values[other, one] = distance(kept[one], kept[other])
        return values

    return distances


def _topological(
    metric: str,
    parameters: Mapping[str, Any] | None = None,
    dimensions: tuple[int, ...] = DIMENSIONS,
    ranks: bool = False,
) -> Measure:
    """Distance of summaries of diagrams; with ``ranks``, of the filtration by ranks."""

    def distances(subjects: Sequence[Subject], how: Discretisation) -> Array:
        return distance_matrix(
            [subject.ranked_diagram if ranks else subject.diagram for subject in subjects],
            metric,
            dimensions=dimensions,
            **asdict(how),
            **(parameters or {}),
        ).values

    return Measure(distances)


def _of_equal_shapes(
    keep: Callable[[Subject], Any], distance: Callable[[Any, Any], float]
) -> Measure:
    """Distance that only networks of one shape have."""

    def kept(subject: Subject, how: Discretisation) -> tuple[tuple[int, ...], Any]:
        return shape_of(subject.graph), keep(subject)

    def compare(one: tuple[tuple[int, ...], Any], other: tuple[tuple[int, ...], Any]) -> float:
        return distance(one[1], other[1]) if one[0] == other[0] else np.nan

    return Measure(
        _pairwise(kept, compare),
        needs=frozenset({"weights", "equal shapes"}),
        invariances=frozenset({"scale"}),
    )


def _kept_lengths(subject: Subject, how: Discretisation) -> list[Any]:
    return [subject.lengths(dimension, how) for dimension in DIMENSIONS]


def _bottleneck(one: list[Any], other: list[Any]) -> float:
    return max(bottleneck(*both) for both in zip(one, other, strict=True))


def _kept_histograms(subject: Subject, how: Discretisation) -> tuple[list[Any], float]:
    longest = max(1.0, how.infinity)
    lengths = _kept_lengths(subject, how)
    return [length_histogram(of_dimension, longest) for of_dimension in lengths], longest


def _wasserstein(one: tuple[list[Any], float], other: tuple[list[Any], float]) -> float:
    return sum(wasserstein(*both, one[1]) for both in zip(one[0], other[0], strict=True))


def _answers(subject: Subject) -> Activations:
    if subject.answers is None:
        raise InputError("a measure needs activations, which this network comes without")
    return subject.answers


_ACTIVATIONS: frozenset[Need] = frozenset({"activations"})
# What is done to the weights alone is not seen where a function is compared, if it stays the same.
_OF_FUNCTION: frozenset[Invariance] = frozenset({"neurons", "inputs"})

MEASURES: dict[str, Measure] = {
    "landscape": _topological("landscape"),
    "silhouette": _topological("silhouette"),
    "heat": _topological("heat"),
    "landscape_10_layers": _topological("landscape", {"layers": 10}),
    "heat_unit_mass": _topological("heat", {"unit_mass": True}),
    "silhouette_h0": _topological("silhouette", dimensions=(0,)),
    "silhouette_h1": _topological("silhouette", dimensions=(1,)),
    "heat_h0": _topological("heat", dimensions=(0,)),
    "heat_h1": _topological("heat", dimensions=(1,)),
    "silhouette_ranks": _topological("silhouette", ranks=True),
    "heat_ranks": _topological("heat", ranks=True),
    "betti": _topological("betti"),
    "persistence_image": _topological("persistence_image"),
    "bottleneck": Measure(_pairwise(_kept_lengths, _bottleneck), greatest=1.0),
    "wasserstein": Measure(_pairwise(_kept_histograms, _wasserstein)),
    "neural_persistence": Measure(
        _pairwise(
            lambda subject, how: subject.neural_persistence,
            lambda one, other: abs(one - other),
        ),
        greatest=1.0,
    ),
    "number_of_edges": Measure(
        _pairwise(lambda subject, how: subject.graph.n_edges, lambda one, other: abs(one - other)),
        invariances=frozenset({"neurons", "inputs", "scale", "signs", "wiring"}),
    ),
    "weight_histogram": Measure(
        _pairwise(lambda subject, how: subject.histogram, histograms_apart),
        greatest=1.0,
        invariances=frozenset({"neurons", "inputs", "scale", "signs", "wiring"}),
    ),
    "one_norm": _of_equal_shapes(lambda subject: subject.directed_values, one_norm),
    "frobenius_norm": _of_equal_shapes(lambda subject: subject.directed_values, frobenius_norm),
    "frobenius_aligned": replace(
        _of_equal_shapes(lambda subject: subject.edges, aligned_distance),
        metric=False,
        invariances=frozenset({"neurons", "scale"}),
    ),
    "cka": Measure(
        _pairwise(lambda subject, how: answers.centred_gram(_answers(subject)), answers.cka_angle),
        needs=_ACTIVATIONS,
        greatest=np.pi / 2,
        invariances=_OF_FUNCTION,
    ),
    "procrustes": Measure(
        _pairwise(
            lambda subject, how: answers.principal_parts(_answers(subject)),
            answers.procrustes_angle,
        ),
        needs=_ACTIVATIONS,
        greatest=np.pi / 2,
        invariances=_OF_FUNCTION,
    ),
    "predictions": Measure(
        _pairwise(lambda subject, how: _answers(subject), answers.disagreement),
        needs=_ACTIVATIONS,
        greatest=1.0,
        invariances=_OF_FUNCTION,
    ),
}
