"""The graph of a network, kept as the network: edges are laid out only on demand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topoprint.errors import InputError, check_type
from topoprint.figures.html import facts
from topoprint.homology.edges import IntArray, check_edges
from topoprint.homology.filtration import check_zeta, edge_values
from topoprint.homology.graph import Graph
from topoprint.networks.architecture import greatest_magnitude
from topoprint.networks.maps import FloatArray, LinearMap
from topoprint.networks.network import Network

# Edges of a network that are laid out, at most, to look for triangles among them.
MOST_LAID_OUT = 1 << 25


@dataclass(frozen=True, eq=False)
class NetworkGraph:
    """The graph of a network (paper, 3.1): units are vertices, weights and wires are edges.

    Every weight is an edge at each place where it is used, and every bias from a vertex of its own.

    Attributes
    ----------
    network : Network
    zeta : float
        Smoothing parameter ζ of equation 1.
    bias : bool
        Whether biases are edges; where they are not, their vertices are none.
    scale : float
        max|W| over all weights and biases that are edges.
    """

    network: Network
    zeta: float
    bias: bool
    scale: float

    @cached_property
    def maps(self) -> tuple[LinearMap, ...]:
        """The maps whose weights are edges."""
        return tuple(one for one in self.network.maps if self.bias or not one.is_bias)

    @property
    def biases(self) -> tuple[FloatArray | None, ...]:
        """The biases that are edges, of a network of chained dense layers."""
        biases = self.network.biases
        return biases if self.bias else (None,) * len(biases)

    @property
    def n_bias_vertices(self) -> int:
        """Number of units that are vertices of biases, whether or not these are edges."""
        return sum(one.inputs.size for one in self.network.maps if one.is_bias)

    @property
    def n_vertices(self) -> int:
        """Number of vertices: units, and biases where they are edges."""
        return self.network.n_units - (0 if self.bias else self.n_bias_vertices)

    def __repr__(self) -> str:
        return f"NetworkGraph({self.n_vertices} vertices, {self.n_edges} edges)"

    def _repr_html_(self) -> str:
        sizes = {"vertices": f"{self.n_vertices:,}", "edges": f"{self.n_edges:,}"}
        made = {"max|W|": f"{self.scale:.6g}", "ζ": self.zeta, "biases are edges": self.bias}
        return facts("Graph", sizes | made)

    @property
    def n_edges(self) -> int:
        """Number of edges: weights where they are used, biases and wires."""
        wires = sum(some.n_edges for some in self.network.wires)
        return wires + sum(one.n_edges for one in self.maps)

    def laid_out(self) -> Graph:
        """Return the same graph as explicit vertices and directed edges.

        Raises
        ------
        InputError
            If two edges join the same two units in the same direction.
        """
        parts = [one.laid_out() for one in self.maps]
        sources, targets, signed = (np.concatenate(column) for column in zip(*parts, strict=True))
        signed = signed.astype(np.float32)
        values = edge_values(signed, self.scale, self.zeta)
        forward = signed > 0
        ends = [(np.where(forward, sources, targets), np.where(forward, targets, sources))]
        ends += [some.laid_out() for some in self.network.wires]
        from_, to = (np.concatenate(column) for column in zip(*ends, strict=True))
        wires = np.full(len(from_) - len(values), self.zeta, dtype=np.float32)
        numbers = self._vertex_of_unit
        from_, to = numbers[from_], numbers[to]
        check_edges(self.n_vertices, from_, to)
        return Graph(self.n_vertices, from_, to, np.concatenate([values, wires]))

    @property
    def _vertex_of_unit(self) -> IntArray:
        is_vertex = np.ones(self.network.n_units, dtype=bool)
        if not self.bias:
            for one in self.network.maps:
                if one.is_bias:
                    is_vertex[one.inputs] = False
        numbers: IntArray = np.cumsum(is_vertex) - 1
        return numbers


def to_graph(network: Network, zeta: float = 1e-6, bias: bool = True) -> NetworkGraph:
    """Make the weighted directed graph of a network (paper, section 3.1, equation 1).

    Each weight w is an edge of filtration value ``max(1 − |w| / max|W|, ζ)``, reversed where w ≤ 0;
    a wire has the value ζ.

    Parameters
    ----------
    network : Network
    zeta : float
        Smoothing parameter ζ, in (0, 1).
    bias : bool
        Whether biases are edges, each from a vertex of its own; without them max|W| is taken
        over the weights alone.

    Raises
    ------
    InputError
        If zeta is outside (0, 1), or every weight that would be an edge is zero.
    """
    check_type(network, Network, "a network (of a file: tp.Network.load)")
    check_zeta(zeta)
    maps = [one for one in network.maps if bias or not one.is_bias]
    scale = max((greatest_magnitude(one) for one in maps), default=0.0)
    if scale == 0:
        raise InputError("all weights are zero: equation 1 has nothing to divide by")
    return NetworkGraph(network, float(zeta), bias, scale)
