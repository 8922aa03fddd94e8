"""What measures of correlated units have in common: activations, draws of units, their bars."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from topoprint.errors import TooFewUnitsError
from topoprint.homology.rips import rips
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.subject import Need, Subject
from topoprint.responses.activations import gaussian_probes
from topoprint.responses.responses import varying
from topoprint.validation import Count

Probes = Literal["gaussian", "data"]
Bars = tuple[tuple[Array, Array], ...]


@dataclass(frozen=True)
class ActivationsOf:
    """Outputs of the hidden layers to the network's own probes, one array (probes, units) a layer.

    Attributes
    ----------
    probes : {"gaussian", "data"}
        Normal noise from the network's own stream, or what the responses keep.
    samples : int
        How many probes are drawn; those of ``data`` are taken as they are.
    mean, deviation : float
        Of the noise.
    """

    probes: Probes
    samples: int
    mean: float
    deviation: float

    def of(self, subject: Subject) -> tuple[Array, ...]:
        """Compute or take them."""
        if self.probes == "data":
            return tuple(layer.astype(np.float64) for layer in subject.responses.own_activations())
        answering = subject.answering
        seed = subject.network.id.original.stream("probes")
        shape = answering.input_shape
        noise = gaussian_probes(self.samples, shape, self.mean, self.deviation, seed)
        return tuple(layer.astype(np.float64) for layer in answering.answer(noise).layers)


@dataclass(frozen=True)
class Correlations:
    """Correlations of units drawn evenly over the layers, shape (draws, units, units).

    Constant units are left out. Within a layer units are drawn from the order of their correlation
    with one fixed random vector, which neither their numbers nor their scales change; units of
    equal rank are correlated by 1, and may stand for one another.
    """

    source: ActivationsOf
    units: int
    draws: int

    def of(self, subject: Subject) -> Array:
        """Draw from the network's own stream; TooFewUnitsError if there are too few units."""
        layers = [_varying(layer) for layer in subject.feature(self.source)]
        shares = _even_shares([layer.shape[1] for layer in layers], self.units)
        if sum(shares) < self.units:
            raise TooFewUnitsError(
                subject.name,
                f"{sum(shares)} hidden units vary over the probes, fewer than the {self.units} "
                "that a measure draws; ask it for fewer units",
            )
        rng = np.random.default_rng(subject.network.id.original.stream("units"))
        found = []
        for _ in range(self.draws):
            drawn = [
                layer[:, np.sort(rng.choice(layer.shape[1], share, replace=False))]
                for layer, share in zip(layers, shares, strict=True)
            ]
            found.append(np.corrcoef(np.hstack(drawn).T))
        correlations: Array = np.clip(np.stack(found), -1, 1)
        return correlations


def _varying(layer: Array) -> Array:
    """Columns that vary, in the order of their correlation with a fixed random vector."""
    kept = layer[:, varying(layer)]
    centred = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    fixed = np.random.default_rng(0).standard_normal(len(layer))
    return kept[:, np.argsort(fixed @ centred, kind="stable")]


def _even_shares(sizes: list[int], total: int) -> list[int]:
    """Split a number over layers as evenly as their sizes allow, the first ones first."""
    shares = [0] * len(sizes)
    for _ in range(min(total, sum(sizes))):
        open_ = [n for n, size in enumerate(sizes) if shares[n] < size]
        shares[min(open_, key=shares.__getitem__)] += 1
    return shares


def dissimilarities(correlations: Array) -> Array:
    """1 − |correlation| of each draw: symmetric, zero on the diagonal, in [0, 1]."""
    values: Array = 1.0 - np.abs(correlations)
    values = (values + values.transpose(0, 2, 1)) / 2  # which differ by rounding alone
    for draw in values:
        np.fill_diagonal(draw, 0)
    return values


def bars(distances: Array) -> Bars:
    """Bars of each draw's Rips filtration (:func:`topoprint.homology.rips.rips`)."""
    return tuple(rips(draw) for draw in distances)


class OfUnits(Pairwise):
    """A measure of the correlations between hidden units.

    Attributes
    ----------
    units : int
        m, units of a draw; the same for all networks.
    draws : int
        Draws of m units, over which is averaged.
    probes : {"gaussian", "data"}
        What the network answers: normal noise, or inputs of its own that the responses keep.
    samples : int
        How many noise probes.
    mean, deviation : float
        Of the noise.
    """

    version: ClassVar[int] = 2
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons", "rescaling"})

    units: Annotated[int, Field(ge=4)] = Field(256, description="Units of a draw")
    draws: Count = Field(4, description="Draws of units")
    probes: Probes = Field("gaussian", description="Noise, or inputs of the network's own")
    samples: Annotated[int, Field(ge=2)] = Field(512, description="Noise probes")
    mean: Annotated[float, Field(allow_inf_nan=False)] = Field(0.0, description="Of the noise")
    deviation: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        1.0, description="Of the noise"
    )

    @property
    def needs(self) -> frozenset[Need]:  # type: ignore[override]
        """Name the weights, units enough, and responses where these are the probes."""
        own: frozenset[Need] = frozenset({"weights", "units"})
        return own | {"responses", "own inputs"} if self.probes == "data" else own

    @property
    def correlations(self) -> Correlations:
        """Correlations of the units that are drawn."""
        source = ActivationsOf(self.probes, self.samples, self.mean, self.deviation)
        return Correlations(source, self.units, self.draws)

    @property
    def dissimilarities(self) -> Computed:
        """Their 1 − |correlation|."""
        return Computed(dissimilarities, self.correlations)

    @property
    def bars(self) -> Computed:
        """Bars of their Rips filtration."""
        return Computed(bars, self.dissimilarities)
