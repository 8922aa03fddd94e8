"""Features that several measures compare: graph, diagram of a filtration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.homology.persistence import persistence
from topoprint.measures.subject import Feature, Subject
from topoprint.networks.ranks import ranked

Filtration = Literal["magnitude", "ranks"]


@dataclass(frozen=True)
class Computed:
    """A function of another feature, perhaps with further arguments."""

    function: Callable[..., Any]
    source: Feature
    arguments: tuple[float, ...] = ()

    def of(self, subject: Subject) -> Any:
        """Compute it."""
        return self.function(subject.feature(self.source), *self.arguments)


@dataclass(frozen=True)
class GraphOf:
    """Graph of the network (:func:`topoprint.to_graph`)."""

    zeta: float
    bias: bool

    def of(self, subject: Subject) -> NetworkGraph:
        """Make the graph."""
        return to_graph(subject.network, self.zeta, self.bias)


@dataclass(frozen=True)
class DiagramOf:
    """Persistence diagram of the network.

    Attributes
    ----------
    zeta, bias
        As in :func:`topoprint.to_graph`.
    filtration : {"magnitude", "ranks"}
        By equation 1, or with magnitudes replaced by ranks within a layer
        (:func:`topoprint.networks.ranks.ranked`).
    """

    zeta: float
    bias: bool
    filtration: Filtration

    def of(self, subject: Subject) -> Diagram:
        """Give the diagram that is known, or compute it."""
        if self.filtration == "magnitude" and subject.diagram is not None:
            return self._known(subject, subject.diagram())
        if self.filtration == "ranks":
            graph = to_graph(ranked(subject.network, self.bias), self.zeta, self.bias)
        else:
            graph = subject.feature(GraphOf(self.zeta, self.bias))
        return persistence(graph, subject.max_dimension)

    def _known(self, subject: Subject, diagram: Diagram) -> Diagram:
        for name, asked in (("zeta", self.zeta), ("bias", self.bias)):
            if diagram.parameters.get(name, asked) != asked:
                raise InputError(
                    f"{subject.name}: its diagram was made with {name} "
                    f"{diagram.parameters[name]}, the measure asks for {asked}; make both alike"
                )
        return diagram
