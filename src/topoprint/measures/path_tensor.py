"""Homology of the paths through a network: which units lie on alike paths, of weights alone."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from topoprint.errors import InputError
from topoprint.homology.rips import rips
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.functional_h0 import deaths
from topoprint.measures.functional_h1 import mean_betti_curve
from topoprint.measures.size import BINS, histograms_apart
from topoprint.measures.subject import Need, Subject
from topoprint.products import product
from topoprint.summaries.steps import Steps, apart_of_totals
from topoprint.validation import Count, Name


@dataclass(frozen=True)
class PathDistances:
    """Distances of units that are drawn from each hidden layer, shape (layers × draws, m, m).

    R_i is row i of W_l ⋯ W_1, Q_i column i of W_L ⋯ W_{l+1}: the tensor Q_i ⊗ R_i sums all paths
    through unit i of layer l. d_ij = arccos(cos(R_i, R_j) cos(Q_i, Q_j)) / π, in [0, 1], is the
    angle between two such tensors. Units are drawn without replacement, with chances in proportion
    to |R_i| |Q_i|, from their order by that number; those where it is 0 are left out.
    """

    units: int
    draws: int

    def of(self, subject: Subject) -> "Paths":
        """Draw from the network's own stream; InputError if a layer has too few units."""
        weights = [weight.astype(np.float64) for weight in subject.network.weights]
        rng = np.random.default_rng(subject.network.id.original.stream("paths"))
        found = []
        for layer, (into, out_of) in enumerate(zip(*_products(weights), strict=True), start=1):
            sizes = np.linalg.norm(into, axis=1) * np.linalg.norm(out_of, axis=0)
            order = np.argsort(sizes, kind="stable")[np.count_nonzero(sizes == 0) :]
            if len(order) < self.units:
                raise InputError(
                    f"{subject.name}: {len(order)} units of hidden layer {layer} lie on paths, "
                    f"fewer than the {self.units} that a measure draws; ask it for fewer units"
                )
            chances = sizes[order] / sizes[order].sum()
            for _ in range(self.draws):
                drawn = order[np.sort(rng.choice(len(order), self.units, False, chances))]
                found.append(_angles(into[drawn], out_of[:, drawn].T))
        if not found:
            raise InputError(f"{subject.name}: has no hidden layer, whose units lie on paths")
        return Paths(np.stack(found), len(subject.network.weights[-1]))


@dataclass(frozen=True)
class Paths:
    """Distances of units, and how many outputs the network has: more of them lie farther apart."""

    distances: Array
    outputs: int


def _products(weights: list[Array]) -> tuple[list[Array], list[Array]]:
    """W_l ⋯ W_1 and W_L ⋯ W_{l+1} of each hidden layer l, of norm 1, which angles do not see."""
    into, out_of = [_of_norm_1(weights[0])], [_of_norm_1(weights[-1])]
    for weight in weights[1:-1]:
        into.append(_of_norm_1(product(weight, into[-1])))
    for weight in weights[-2:0:-1]:
        out_of.insert(0, _of_norm_1(product(out_of[0], weight)))
    return (into, out_of) if len(weights) > 1 else ([], [])


def _of_norm_1(matrix: Array) -> Array:
    return matrix / (float(np.linalg.norm(matrix)) or 1.0)


def _angles(into: Array, out_of: Array) -> Array:
    both = np.ones((len(into), len(into)))
    for vectors in (into, out_of):
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        both *= unit @ unit.T
    angles: Array = np.arccos(np.clip((both + both.T) / 2, -1, 1)) / np.pi
    np.fill_diagonal(angles, 0)
    return angles


def _bars(paths: Paths) -> tuple[Array, Steps, int]:
    found = tuple(rips(draw) for draw in paths.distances)
    return deaths(found), mean_betti_curve(found), paths.outputs


def _histogram(paths: Paths) -> tuple[Array, int]:
    between = paths.distances[:, *np.triu_indices(paths.distances.shape[1], k=1)].ravel()
    bins = np.minimum((between * BINS).astype(np.int64), BINS - 1)
    return np.bincount(bins, minlength=BINS) / len(between), paths.outputs


class _OfPaths(Pairwise):
    needs: ClassVar[frozenset[Need]] = frozenset(
        {"dense layers", "weights", "units", "equal outputs"}
    )
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "scale", "signs", "rescaling"}
    )

    units: Annotated[int, Field(ge=4)] = Field(64, description="Units of a draw, of each layer")
    draws: Count = Field(4, description="Draws of units, of each layer")

    @property
    def paths(self) -> PathDistances:
        """Distances of the units that are drawn."""
        return PathDistances(self.units, self.draws)


class PathTensor(_OfPaths):
    """Rips H0 and H1 of hidden units by the angle between their paths, both distances added."""

    control: ClassVar[str] = "path_histogram"

    kind: Literal["path_tensor"] = "path_tensor"
    name: Name = "path_tensor"

    @property
    def feature(self) -> Computed:
        """Quantiles of the H0 deaths and mean Betti curve, over layers and draws."""
        return Computed(_bars, self.paths)

    def distance(self, one: tuple[Array, Steps, int], other: tuple[Array, Steps, int]) -> float:
        """1-Wasserstein distance of the deaths, and ∫ |Δβ₁(t)| / m dt; NaN of other outputs."""
        if one[2] != other[2]:
            return float("nan")
        return _deaths_apart(one[0], other[0]) + apart_of_totals(one[1], other[1])


class PathHistogram(_OfPaths):
    """1-Wasserstein distance of the distributions of the angles between paths: a control."""

    greatest: ClassVar[float] = 1.0

    kind: Literal["path_histogram"] = "path_histogram"
    name: Name = "path_histogram"

    @property
    def feature(self) -> Computed:
        """Histogram of the distances that the homologies see."""
        return Computed(_histogram, self.paths)

    def distance(self, one: tuple[Array, int], other: tuple[Array, int]) -> float:
        """Integral of the difference of the cumulative shares; NaN of other outputs."""
        return histograms_apart(one[0], other[0]) if one[1] == other[1] else float("nan")


def _deaths_apart(one: Array, other: Array) -> float:
    """1-Wasserstein distance of sorted numbers: networks of more layers have more of them."""
    count = np.lcm(len(one), len(other))
    pairs = (np.repeat(values, count // len(values)) for values in (one, other))
    return float(np.abs(np.subtract(*pairs)).mean())


MEASURES = (PathTensor(), PathHistogram())
