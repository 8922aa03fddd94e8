"""Transformers of scikit-learn: networks → diagrams → points, distances and kernels.

Each takes a list (of networks, of diagrams) where estimators of scikit-learn take a matrix.

>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.svm import SVC
>>> from topoprint.sklearn import DiagramVectors, NetworkToDiagram
>>> model = make_pipeline(NetworkToDiagram(), DiagramVectors("silhouette"), SVC())
>>> model.fit(networks, learned_the_same_task).predict(others)
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from topoprint.comparison.compare import Comparable, MeasureLike, load
from topoprint.comparison.naming import check_list
from topoprint.errors import InputError, check_type
from topoprint.homology.diagram import Diagram
from topoprint.homology.files import DiagramSpec, diagram_of_file
from topoprint.homology.graph import Graph
from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.homology.persistence import Engine, persistence
from topoprint.measures.base import Array, Pairwise
from topoprint.measures.of_diagrams import OfDiagrams, OfSummaries
from topoprint.measures.registry import make_measure
from topoprint.measures.subject import Subject
from topoprint.storage import format_of
from topoprint.summaries.bars import Grid
from topoprint.summaries.base import Embedded
from topoprint.summaries.distances import (
    Discretisation,
    check_dimensions,
    distances_of_points,
    some_dimensions,
)
from topoprint.summaries.extents import Extents

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise InputError("topoprint.sklearn needs scikit-learn: pip install scikit-learn") from error


class _Transformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What all have in common: X is a list, and nothing of it is looked at by scikit-learn."""

    def _more_tags(self) -> dict[str, Any]:  # until scikit-learn 1.5
        return {"X_types": ["list"], "no_validation": True}

    def __sklearn_tags__(self) -> Any:  # from 1.6
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        return tags


class NetworkToDiagram(_Transformer):
    """Persistence diagrams of networks.

    Parameters
    ----------
    zeta, bias
        As of :func:`topoprint.to_graph`.
    max_dimension, engine
        As of :func:`topoprint.persistence`.
    """

    def __init__(
        self,
        zeta: float = 1e-6,
        bias: bool = True,
        max_dimension: int = 3,
        engine: Engine = "auto",
    ) -> None:
        self.zeta = zeta
        self.bias = bias
        self.max_dimension = max_dimension
        self.engine = engine

    def fit(self, X: Sequence[Comparable], y: Any = None) -> Self:  # noqa: N803
        """Look at nothing: a diagram depends on its network alone."""
        check_list(X)
        self.fitted_ = True
        return self

    def transform(self, X: Sequence[Comparable]) -> list[Diagram]:  # noqa: N803
        """Compute the diagram of each network.

        Parameters
        ----------
        X : list of Network, Graph, NetworkGraph, module, state dict or path
            As of :func:`topoprint.compare`.

        Raises
        ------
        InputError
            As :func:`topoprint.to_graph` and :func:`topoprint.persistence`.
        """
        check_is_fitted(self)
        return [self._diagram(one) for one in check_list(X)]

    def _diagram(self, one: Comparable) -> Diagram:
        spec: dict[str, Any] = {"zeta": self.zeta, "bias": self.bias, "engine": self.engine}
        if isinstance(one, Graph | NetworkGraph):
            return persistence(one, self.max_dimension, self.engine)
        if isinstance(one, str | Path) and not format_of(one):
            asked = DiagramSpec(max_dimension=self.max_dimension, **spec)
            return diagram_of_file(Path(one), asked)
        network = load(one)
        if isinstance(network, Diagram):
            return network
        graph = to_graph(network, self.zeta, self.bias)
        found = persistence(graph, self.max_dimension, self.engine)
        return replace(found, id=network.id, parameters=spec)


class DiagramVectors(_Transformer):
    """Points of diagrams: their Euclidean distances are those of a summary on one grid.

    Parameters
    ----------
    measure : str, mapping or Measure
        Of summaries: ``betti``, ``heat``, ``landscape`` or ``silhouette``, or one of these with
        parameters (:func:`topoprint.make_measure`); on a shared grid whatever it says.
    limits : (float, float)
        Ends of the grid, which is the same in all dimensions. Filtration values of networks lie
        between 0 and 1, and so do those that stand for ∞.

    Attributes
    ----------
    dimensions_ : list of int
        Homology dimensions in which the fitted diagrams have bars, and those that are asked for.
    """

    def __init__(
        self, measure: MeasureLike = "landscape", limits: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        self.measure = measure
        self.limits = limits

    def fit(self, X: Sequence[Diagram], y: Any = None) -> Self:  # noqa: N803
        """See in which dimensions there are bars, and where all are born or die at one value.

        Raises
        ------
        InputError
            If the measure has no points, the limits are none, or bars reach beyond them.
        """
        measure = make_measure(self.measure)
        if not isinstance(measure, OfSummaries) or not isinstance(measure.summary, Embedded):
            raise InputError(
                f"measure {measure.name!r} gives no points; take betti, heat, landscape or "
                "silhouette"
            )
        low, high = self.limits
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InputError(f"limits are {self.limits}, not two rising numbers")
        self._summary: Any = measure.summary
        self._how = Discretisation(
            "shared", measure.bins, measure.min_persistence, measure.infinity
        )
        self._grid = Grid(float(low), float(high), measure.bins)
        self._of = measure.dimensions
        extents = self._extents(X)
        self.max_dimension_ = extents.shape[1] - 1
        self._asked = some_dimensions(self.max_dimension_, measure.dimensions)
        self.dimensions_ = [q for q in self._asked if extents["bars"][:, q].any()]
        self._common = {
            (q, end): _common(extents, q, end)
            for q in self.dimensions_
            for end in ("birth", "death")
        }
        return self

    def transform(self, X: Sequence[Diagram]) -> Array:  # noqa: N803
        """Give each diagram its point, shape (n, d).

        Raises
        ------
        InputError
            If bars reach beyond the limits, or diagrams have bars that no fitted one was like: in
            another dimension, or born (or dying) at other values where all of these shared one.
        """
        check_is_fitted(self)
        extents = self._extents(X)
        if extents.shape[1] - 1 != self.max_dimension_:
            raise InputError(
                f"the diagrams have max_dimension {extents.shape[1] - 1}, those of fit "
                f"{self.max_dimension_}; compute them alike"
            )
        for q in self._asked:
            if q not in self.dimensions_ and extents["bars"][:, q].any():
                raise InputError(f"there are bars in H{q}, where no diagram of fit has one")
        for (q, end), known in self._common.items():
            if known is not None and _ends(extents, q, end) not in (None, (known, known)):
                raise InputError(
                    f"bars of H{q} have other {end}s than {known:g}, which is that of all bars of "
                    "fit; fit on diagrams of all kinds"
                )
        parts = [np.empty((len(X), 0))]
        for q in self.dimensions_:
            common = (self._common[q, end] is not None for end in ("birth", "death"))
            place = self._summary.placing(self._grid, *common)
            bars = (self._how.prepared(diagram, q) for diagram in X)
            parts.append(np.stack([place(self._summary.sample(b, [self._grid])[0]) for b in bars]))
        return np.concatenate(parts, axis=1)

    def _extents(self, diagrams: Sequence[Diagram]) -> Extents:
        """How far the bars reach, all of them within the limits."""
        extents = self._how.extents(_checked(diagrams))
        for q in some_dimensions(extents.shape[1] - 1, self._of):
            first, last = _ends(extents, q, "birth"), _ends(extents, q, "death")
            if first and last and not self.limits[0] <= first[0] <= last[1] <= self.limits[1]:
                raise InputError(
                    f"bars of H{q} reach from {first[0]:g} to {last[1]:g}, beyond the limits "
                    f"{tuple(self.limits)}; give wider ones"
                )
        return extents


class DiagramDistance(_Transformer):
    """Distances of diagrams from those that were fitted.

    Parameters
    ----------
    measure : str, mapping or Measure
        Of summaries, as of :class:`DiagramVectors`, or ``bottleneck`` or ``wasserstein``.
    limits : (float, float)
        As of :class:`DiagramVectors`.
    """

    def __init__(
        self, measure: MeasureLike = "silhouette", limits: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        self.measure = measure
        self.limits = limits

    def fit(self, X: Sequence[Diagram], y: Any = None) -> Self:  # noqa: N803
        """Keep what is compared of each diagram."""
        measure = make_measure(self.measure)
        self._matching: Pairwise | None = None
        self._vectors: DiagramVectors | None = None
        if isinstance(measure, OfDiagrams) and isinstance(measure, Pairwise):
            self._matching = measure
        else:
            self._vectors = DiagramVectors(measure, self.limits).fit(X)
        self._fitted = self._features(X)
        self.n_fitted_ = len(X)
        return self

    def transform(self, X: Sequence[Diagram]) -> Array:  # noqa: N803
        """Distances, shape (n, fitted)."""
        check_is_fitted(self)
        found = self._features(X)
        if self._matching is None:
            return distances_of_points(found, self._fitted)
        rows = [[self._matching.distance(one, other) for other in self._fitted] for one in found]
        return np.array(rows, dtype=np.float64)

    def _features(self, diagrams: Sequence[Diagram]) -> Any:
        if self._matching is None:
            return self._vectors.transform(diagrams) if self._vectors else None
        subjects = [_subject(str(place), one) for place, one in enumerate(_checked(diagrams))]
        return [subject.feature(self._matching.feature) for subject in subjects]


class DiagramKernel(_Transformer):
    """Inner products of summaries of diagrams with those that were fitted: a Gram matrix.

    Of ``heat`` it is the persistence scale space kernel (Reininghaus et al. 2015, equation 10) on
    a grid: twice its integral over the half plane, with σ the width of the Gaussians.

    Parameters
    ----------
    measure, limits
        As of :class:`DiagramVectors`.
    """

    def __init__(
        self, measure: MeasureLike = "heat", limits: tuple[float, float] = (0.0, 1.0)
    ) -> None:
        self.measure = measure
        self.limits = limits

    def fit(self, X: Sequence[Diagram], y: Any = None) -> Self:  # noqa: N803
        """Keep the points of the diagrams."""
        self._vectors = DiagramVectors(self.measure, self.limits).fit(X)
        self._points = self._vectors.transform(X)
        self.n_fitted_ = len(X)
        return self

    def transform(self, X: Sequence[Diagram]) -> Array:  # noqa: N803
        """Inner products, shape (n, fitted); for ``SVC(kernel="precomputed")``."""
        check_is_fitted(self)
        found: Array = np.einsum("id,jd->ij", self._vectors.transform(X), self._points)
        return found


def _subject(name: str, diagram: Diagram) -> Subject:
    return Subject(name, diagram=lambda: diagram)


def _checked(diagrams: Sequence[Diagram]) -> list[Diagram]:
    found = check_list(diagrams, "diagrams")
    for one in found:
        check_type(one, Diagram, "a diagram (NetworkToDiagram makes them)")
    check_dimensions(found)
    return found


def _ends(extents: Extents, dimension: int, end: str) -> tuple[float, float] | None:
    """Least and greatest birth, or death, of the bars of a dimension; None without any."""
    own = extents[:, dimension]
    own = own[own["bars"] > 0]
    return (float(own[f"first_{end}"].min()), float(own[f"last_{end}"].max())) if len(own) else None


def _common(extents: Extents, dimension: int, end: str) -> float | None:
    """Tell the birth, or death, that all bars of a dimension share; None where they do not."""
    found = _ends(extents, dimension, end)
    return found[0] if found and found[0] == found[1] else None
