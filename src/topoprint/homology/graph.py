"""Weighted directed graphs, given by their edges (equation 1 of the paper)."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from safetensors import SafetensorError, safe_open

from topoprint.errors import InputError, check_path, check_whole
from topoprint.figures.html import facts
from topoprint.homology.edges import (
    IntArray,
    Numbers,
    check_edges,
    check_lengths,
    floats,
    renumbered,
    vertices,
    whole,
)
from topoprint.homology.filtration import check_zeta, edge_values
from topoprint.homology.triangles import is_triangle_free
from topoprint.networks.maps import FloatArray
from topoprint.networks.readers.kinds import read_arrays

GRAPH_TENSORS = {"sources", "targets", "weights"}


@dataclass(frozen=True, eq=False)
class Graph:
    """A weighted directed graph whose vertices enter the filtration at 0.

    Attributes
    ----------
    n_vertices : int
        Vertices are 0 … n_vertices − 1; some may have no edge.
    sources, targets : ndarray, int64, shape (n_edges,)
        Edge k goes from ``sources[k]`` to ``targets[k]``.
    values : ndarray, float32, shape (n_edges,)
        Filtration value of each edge, at least 0.
    """

    n_vertices: int
    sources: IntArray
    targets: IntArray
    values: FloatArray

    @classmethod
    def from_edges(
        cls, n_vertices: int, sources: ArrayLike, targets: ArrayLike, values: ArrayLike
    ) -> "Graph":
        """Make a graph of its edges and their filtration values.

        Raises
        ------
        InputError
            If the arrays differ in length, a vertex is out of range, an edge is a loop or stands
            twice in the same direction, or a value is negative or not finite.
        """
        check_whole(n_vertices, "n_vertices")
        from_, to = vertices(sources), vertices(targets)
        filtration = floats(values, "filtration values")
        check_lengths(from_, to, filtration, "values")
        if from_.size:
            check_edges(n_vertices, from_, to)
            if not np.isfinite(filtration).all() or filtration.min() < 0:
                raise InputError("a filtration value is negative, NaN or infinite")
        elif n_vertices < 1:
            raise InputError("a graph needs at least one vertex")
        return cls(int(n_vertices), from_, to, filtration)

    @classmethod
    def from_weights(
        cls,
        n_vertices: int,
        sources: ArrayLike,
        targets: ArrayLike,
        weights: ArrayLike,
        zeta: float = 1e-6,
    ) -> "Graph":
        """Make the graph of any network, such as one with skip connections, by equation 1.

        Parameters
        ----------
        n_vertices, sources, targets
            As in :meth:`from_edges`, in the direction in which the network computes.
        weights : array, shape (n_edges,)
            Trained weights. An edge of weight ≤ 0 is reversed; its filtration value is
            ``max(1 − |w| / max|W|, zeta)``.
        zeta : float
            Smoothing parameter ζ of equation 1, in (0, 1).

        Raises
        ------
        InputError
            As :meth:`from_edges`; if weights are not finite or all zero; or if two edges of
            opposite directions become one, because the sign of one of them reverses it.
        """
        check_whole(n_vertices, "n_vertices")
        return cls._of_weights(n_vertices, vertices(sources), vertices(targets), weights, zeta)

    @classmethod
    def load(cls, path: str | os.PathLike[str], zeta: float = 1e-6) -> "Graph":
        """Read the weighted edges of any network and make its graph by equation 1.

        Parameters
        ----------
        path : path
            A safetensors file with the tensors ``sources``, ``targets`` (integers) and
            ``weights``, each of shape (n_edges,), and optionally ``n_vertices``, one integer;
            without it the vertices are those that have edges, whatever their numbers, which are
            then replaced by 0, 1, … in the same order.
        zeta : float
            As in :meth:`from_weights`.

        Raises
        ------
        InputError
            As :meth:`from_weights`, or if the file holds no such tensors.
        """
        check_path(path)
        tensors = read_arrays(Path(path), (*GRAPH_TENSORS, "n_vertices"))
        if not tensors.keys() >= GRAPH_TENSORS:
            raise InputError(f"{path}: holds no graph: expected sources, targets and weights")
        sources, targets, weights = (tensors[name] for name in ("sources", "targets", "weights"))
        try:
            if "n_vertices" in tensors:
                n_vertices = whole(tensors["n_vertices"], "n_vertices").item()
                return cls.from_weights(n_vertices, sources, targets, weights, zeta)
            numbers, from_, to = renumbered(sources, targets)
            return cls._of_weights(len(numbers), from_, to, weights, zeta, numbers)
        except ValueError as error:
            raise InputError(f"{path}: {error}") from error

    def __repr__(self) -> str:
        return f"Graph({self.n_vertices} vertices, {self.n_edges} edges)"

    def _repr_html_(self) -> str:
        known = {"vertices": f"{self.n_vertices:,}", "edges": f"{self.n_edges:,}"}
        if len(self.values):
            known["filtration values"] = f"{self.values.min():.6g} … {self.values.max():.6g}"
        return facts("Graph", known)

    @property
    def n_edges(self) -> int:
        """Number of directed edges."""
        return len(self.values)

    def is_triangle_free(self) -> bool:
        """Whether no three vertices are joined pairwise, whatever the directions."""
        return is_triangle_free(self.sources, self.targets)

    @classmethod
    def _of_weights(
        cls,
        n_vertices: int,
        from_: IntArray,
        to: IntArray,
        weights: ArrayLike,
        zeta: float,
        numbers: Numbers | None = None,
    ) -> "Graph":
        """Make what :meth:`from_weights` says; ``numbers`` are what the user calls the vertices."""
        signed = floats(weights, "weights")
        if signed.size == 0 or not np.isfinite(signed).all() or not np.any(signed):
            raise InputError("the weights are none, not finite, or all zero")
        check_lengths(from_, to, signed, "weights")
        check_edges(n_vertices, from_, to, signed, numbers)
        magnitude = np.abs(signed)
        values = edge_values(magnitude, float(magnitude.max()), check_zeta(zeta))
        forward = signed > 0
        return cls(
            int(n_vertices), np.where(forward, from_, to), np.where(forward, to, from_), values
        )


def is_graph_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file holds the edges of a graph (see :meth:`Graph.load`), by its tensors' names."""
    if not Path(path).is_file():
        return False
    try:
        with safe_open(path, framework="numpy") as file:
            return set(file.keys()) >= GRAPH_TENSORS
    except (OSError, SafetensorError):
        return False
