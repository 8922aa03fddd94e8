"""The activation graph of an input: each weight times what enters it, and its components."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.homology.persistence import persistence
from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.features import Computed
from topoprint.measures.size import BINS, histograms_apart, weight_histogram
from topoprint.measures.subject import Need, Subject
from topoprint.networks.network import Network
from topoprint.responses.activations import activations, gaussian_probes
from topoprint.validation import Count

# Of the noise, so that networks of as many inputs see the same.
SEED = 0


def activation_graphs(network: Network, inputs: NDArray[Any]) -> Iterator[NetworkGraph | None]:
    """Make the graph of each input: an edge is as strong as |w · a|, a the activation it carries.

    Gebhart, Schrater and Hylton, ICMLA 2019. As in the paper's equation 1, edges enter by
    1 − |w · a| / max|W · A|, all of the input's, and vertices at 0. Biases are no edges.

    Parameters
    ----------
    network : Network
        Of chained dense layers with ReLU between them.
    inputs : ndarray, shape (n, features)

    Yields
    ------
    NetworkGraph or None
        None where nothing is active.
    """
    entering = (np.asarray(inputs, dtype=np.float64), *activations(network, inputs))
    for number in range(len(inputs)):
        layers = [
            weight * active[number]
            for weight, active in zip(network.weights, entering, strict=True)
        ]
        if any(layer.astype(np.float32).any() for layer in layers):
            yield to_graph(Network.from_layers([(layer, None) for layer in layers]))
        else:
            yield None


def activation_deaths(network: Network, inputs: NDArray[Any]) -> Array:
    """Sorted H0 deaths of the activation graph of each input, shape (n, units − 1), in [0, 1]."""
    found = []
    for graph in activation_graphs(network, inputs):
        if graph is None:
            found.append(np.ones(sum(network.layer_sizes) - 1))
        else:
            deaths = persistence(graph, 0).bars(0)[:, 1].astype(np.float64)
            found.append(np.sort(deaths[np.isfinite(deaths)]))
    return np.stack(found)


def _histogram(network: Network, inputs: NDArray[Any]) -> Array:
    graphs = activation_graphs(network, inputs)
    nothing = np.eye(1, BINS)[0]
    rows = [nothing if graph is None else weight_histogram(graph) for graph in graphs]
    found: Array = np.mean(rows, axis=0)
    return found


@dataclass(frozen=True)
class Activated:
    """A network, and inputs drawn from noise that is the same for networks of as many inputs."""

    samples: int
    mean: float
    deviation: float

    def of(self, subject: Subject) -> tuple[Network, Array]:
        """Draw the inputs."""
        network = subject.network
        width = network.layer_sizes[0]
        return network, gaussian_probes(self.samples, width, self.mean, self.deviation, SEED)


def _deaths_of(drawn: tuple[Network, Array]) -> Array:
    return activation_deaths(*drawn)


def _histogram_of(drawn: tuple[Network, Array]) -> Array:
    return _histogram(*drawn)


class _OfActivations(Pairwise):
    needs: ClassVar[frozenset[Need]] = frozenset({"dense layers", "weights"})
    paired: ClassVar[bool] = True
    greatest: ClassVar[float] = 1.0
    invariances: ClassVar[frozenset[Invariance]] = frozenset({"neurons"})

    samples: Count = Field(16, description="Inputs, of noise")
    mean: Annotated[float, Field(allow_inf_nan=False)] = Field(0.0, description="Of the noise")
    deviation: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        1.0, description="Of the noise"
    )

    @property
    def activated(self) -> Activated:
        """Network and inputs."""
        return Activated(self.samples, self.mean, self.deviation)


class ActivationGraph(_OfActivations):
    """1-Wasserstein distance of the H0 deaths of |w·a|, of common inputs (Gebhart et al. 2019)."""

    control: ClassVar[str] = "activation_histogram"

    kind: Literal["activation_graph"] = "activation_graph"

    @property
    def feature(self) -> Computed:
        """Sorted deaths of each input."""
        return Computed(_deaths_of, self.activated)

    def distance(self, one: Array, other: Array) -> float:
        """Mean over the inputs; each network's deaths have the mass 1."""
        if one.shape == other.shape:
            return float(np.abs(one - other).mean())
        from scipy.stats import wasserstein_distance  # a third of the time to load all measures

        pairs = zip(one, other, strict=True)
        return float(np.mean([wasserstein_distance(*both) for both in pairs]))


class ActivationHistogram(_OfActivations):
    """1-Wasserstein distance of the distributions of the same |w·a|: a control."""

    kind: Literal["activation_histogram"] = "activation_histogram"

    @property
    def feature(self) -> Computed:
        """Mean histogram."""
        return Computed(_histogram_of, self.activated)

    def distance(self, one: Array, other: Array) -> float:
        """Integral of the difference of the cumulative shares."""
        return histograms_apart(one, other)


MEASURES = (ActivationGraph(), ActivationHistogram())
