"""Networks × measures → distance matrices; every feature of a network is computed once."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from topoprint.comparison.matrix import Array, Comparison, DistanceMatrix
from topoprint.comparison.naming import check_list, index_of, names_of
from topoprint.comparison.probed import answering, example_of, is_module, on_probes, probes_of
from topoprint.errors import InputError, NoChainError, TooFewUnitsError
from topoprint.homology.diagram import Diagram
from topoprint.homology.files import DiagramSpec, diagram_of_file
from topoprint.homology.graph import Graph, is_graph_file
from topoprint.homology.network_graph import NetworkGraph
from topoprint.homology.persistence import persistence
from topoprint.identity import Index
from topoprint.measures.base import Measure
from topoprint.measures.registry import make_measure, make_measures, with_settings
from topoprint.measures.subject import Subject, new_cache
from topoprint.networks.models import Model, load_with
from topoprint.networks.network import Network
from topoprint.storage import format_of

Comparable = Network | Graph | NetworkGraph | Diagram | Mapping[str, Any] | str | os.PathLike[str]
# Where what a measure needs comes from.
HINTS = {
    "responses": "; give probes (--probes FILE), or what `topoprint respond` makes",
    "own inputs": "; make them with `topoprint respond --own`",
}
MeasureLike = str | Mapping[str, Any] | Measure


def compare(
    networks: Sequence[Comparable],
    measures: Iterable[MeasureLike] | None = None,
    labels: Sequence[str] | None = None,
    probes: Any = None,
) -> Comparison:
    """Compare networks by several measures.

    Parameters
    ----------
    networks : sequence of Network, Graph, NetworkGraph, Diagram, mapping, module or path
        At least two. A path is that of the file of a network (:meth:`topoprint.Network.load`), a
        graph or a diagram; a mapping is a state dict; a module is one of torch, followed on the
        first of the probes (:meth:`topoprint.Network.from_torch`). Of graphs and diagrams, measures
        of the weights are not known.
    measures : iterable of str, mapping or Measure, optional
        Names (``"heat"``), kinds with parameters (``{"kind": "heat", "sigma": 0.5, "name":
        "wide"}``) or measures; by default those of the paper. ``topoprint measures`` lists them.
    labels : sequence of str, optional
        Names of the networks; by default what they say of themselves (data set, name, seed, step),
        or else the file without the folders that all lie in, or the position.
    probes : array, or sequence of arrays, optional
        Inputs that the networks answer, shape (n, …), n at least 2, for measures of what they
        answer. One array for all; or a list of one each, for measures that are not paired. Modules
        of torch answer as they are in inference; networks and files of chained dense layers as if
        ReLU stood between these. Measures of noise look at the probes instead, unless they
        describe the noise (``mean``, ``deviation``, ``samples``).

    Returns
    -------
    Comparison
        A mapping: the name of a measure → :class:`~topoprint.DistanceMatrix`, in the order asked
        for. It is drawn by ``.plot()`` and made a table by ``.to_pandas()``.

    Raises
    ------
    InputError
        If it is no list of two networks or more, a file cannot be read, a measure is not known,
        something that it needs is not known of a network, or probes do not fit.

    Examples
    --------
    >>> tp.compare([net, other], measures=["heat", "bottleneck"])["heat"].values
    >>> tp.compare([module, other], measures=["functional_h1", "cka"], probes=images)
    """
    networks = check_list(networks)
    if len(networks) < 2:
        raise InputError("comparing needs at least two networks")
    each = probes_of(probes, len(networks))
    loaded = [load(network, example=some) for network, some in zip(networks, each, strict=True)]
    index = index_of(loaded, labels, names_of(networks))
    subjects = subjects_of(networks, loaded, index.labels, each)
    asked = on_probes(make_measures(measures), each)
    return Comparison(index, distances_of(subjects, index, asked))


def distance_matrix(
    diagrams: Sequence[Diagram],
    metric: str = "silhouette",
    grid: str = "paper",
    bins: int = 200,
    engine: str = "exact",
    *,
    labels: Sequence[str] | None = None,
    **parameters: Any,
) -> DistanceMatrix:
    """Distances between all pairs of diagrams, by one measure.

    Parameters
    ----------
    diagrams : sequence of Diagram
        All of one ``max_dimension``. On the ``paper`` grid a distance depends on the whole
        collection, as in the authors' code: giotto-tda pads the filtered diagrams to one length
        with trivial bars at the collection's least birth, and those widen the grid of a pair.
    metric : {"landscape", "silhouette", "heat", "betti", "persistence_image"}
        Or another measure of summaries by its name.
    grid : {"paper", "shared"}
        Each pair of diagrams its own grid in each dimension, or one for all.
    bins : int
        Number of grid points.
    engine : {"exact", "giotto"}
        Ours, or giotto-tda's own code; both give the same numbers.
    labels : sequence of str, optional
        Names of the rows; by default the network of each diagram, or its position.
    **parameters
        Further parameters of the measure: ``min_persistence``, ``infinity``, ``dimensions``,
        ``layers`` (landscape), ``power`` (silhouette), ``sigma`` (heat and persistence_image),
        ``unit_mass`` (heat).

    Returns
    -------
    DistanceMatrix
        Distances in units of the summaries; exact zeros on the diagonal.

    Raises
    ------
    InputError
        If it is no list of diagrams, an argument is not known or out of range, or giotto-tda is
        needed and not installed.
    """
    given = {"grid": grid, "bins": bins, "engine": engine, **parameters}
    diagrams = check_list(diagrams, "diagrams")
    for one in diagrams:
        if not isinstance(one, Diagram):
            raise InputError(
                f"a {type(one).__name__} is no diagram: tp.persistence(tp.to_graph(network)) makes "
                "one, and tp.compare takes networks"
            )
    measure = with_settings(make_measure(metric, **given), _made_with(diagrams))
    if not diagrams:
        raise InputError("no diagrams to compare")
    index = index_of(diagrams, labels)
    subjects = subjects_of(diagrams, diagrams, index.labels)
    return distances_of(subjects, index, [measure])[measure.name]


def distances_of(
    subjects: Sequence[Subject],
    index: Index,
    measures: Iterable[Measure],
    gaps: bool = False,
) -> dict[str, DistanceMatrix]:
    """Compare subjects, which share a cache, by measures.

    A null model that came out without a weight has the distance NaN from all others, and so has
    one, by a measure that draws units, of which too few units vary.

    Parameters
    ----------
    subjects : sequence of Subject, length n
    index : Index, length n
    measures : iterable of Measure
    gaps : bool
        Networks that are no chains of dense layers are at the distance NaN from all others by
        measures that compare chains alone, rather than refused.

    Raises
    ------
    InputError
        If a subject lacks what a measure needs.
    """
    found = {}
    some = [number for number, subject in enumerate(subjects) if subject.is_usable()]
    for measure in measures:
        for subject in subjects:
            for need in sorted(measure.needs):
                if not subject.has(need):
                    raise InputError(
                        f"{subject.name}: measure {measure.name!r} needs its {need}, which are "
                        f"not given{HINTS.get(need, '')}"
                    )
        # Sums over several threads are added in another order.
        with threadpool_limits(1, "blas"):
            try:
                values, norms = _measured(measure, subjects, index, some)
            except NoChainError:
                if not gaps:
                    raise
                chains = [number for number in some if subjects[number].network.is_chain]
                values, norms = _measured(measure, subjects, index, chains)
        found[measure.name] = DistanceMatrix(values, index, measure.name, measure.parameters, norms)
    return found


def _measured(
    measure: Measure, subjects: Sequence[Subject], index: Index, some: Sequence[int]
) -> tuple[Array, Array | None]:
    """Distances and norms of some of the subjects; of the others NaN."""
    try:
        values = measure.distances([subjects[number] for number in some])
    except TooFewUnitsError as error:
        dead = {n for n in some if subjects[n].name == error.network and index[n].id.variant}
        if not dead:
            raise
        return _measured(measure, subjects, index, [n for n in some if n not in dead])
    norms = measure.own_norms([subjects[number] for number in some])
    if len(some) < len(subjects):
        values = _spread(values, some, len(subjects))
        if norms is not None:
            norms = np.array([dict(zip(some, norms, strict=True)).get(n, np.nan)
                              for n in range(len(subjects))])  # fmt: skip
    return values, norms


def _spread(values: Array, some: Sequence[int], count: int) -> Array:
    """Give distances of some of ``count`` networks the rows of all; NaN between the others."""
    whole = np.full((count, count), np.nan)
    np.fill_diagonal(whole, 0)
    whole[np.ix_(some, some)] = values
    return whole


def _made_with(diagrams: Sequence[Diagram]) -> dict[str, Any]:
    """How graphs were made whose diagrams are given; refuse diagrams made in different ways."""
    told: dict[str, Any] = {}
    for diagram in diagrams:
        for name in ("zeta", "bias"):
            value = diagram.parameters.get(name)
            if value is not None and told.setdefault(name, value) != value:
                raise InputError(
                    f"the diagrams were made with {name} {told[name]} and {value}; make all alike"
                )
    return told


def subjects_of(
    given: Sequence[Any],
    loaded: Sequence[Network | Diagram],
    labels: Sequence[str],
    probes: Sequence[NDArray[Any] | None] | None = None,
) -> list[Subject]:
    """Make what measures see of networks and diagrams in memory, which share a cache.

    Parameters
    ----------
    given : sequence
        What was loaded: a module of torch answers the probes itself.
    loaded, labels, probes : sequences of the same length
    """
    cache = new_cache()
    each = zip(given, loaded, labels, probes or [None] * len(loaded), strict=True)
    return [
        Subject(label, diagram=lambda known=known: known, cache=cache)  # type: ignore[misc]
        if isinstance(known, Diagram)
        else Subject(
            label,
            lambda known=known: known,  # type: ignore[misc]
            cache=cache,
            answering=answering(one, some),
            probes=some,
        )
        for one, known, label, some in each
    ]


def load(
    one: Comparable,
    layers: Sequence[str] | None = None,
    spec: DiagramSpec | None = None,
    example: NDArray[Any] | None = None,
    model: Model | None = None,
) -> Network | Diagram:
    """Load what is compared: a network, or the diagram of a graph.

    Parameters
    ----------
    one : Network, Graph, NetworkGraph, Diagram, module of torch, mapping or path
        A mapping is a state dict.
    layers : sequence of str, optional
        As of :meth:`topoprint.Network.load`.
    spec : DiagramSpec, optional
        How the diagrams of graphs' files are made.
    example : ndarray, shape (n, …), optional
        Probes, on the first of which a module is followed
        (:meth:`topoprint.Network.from_torch`); some need none.
    model : Model, optional
        Architecture of a file of weights (:func:`topoprint.networks.models.load_with`).

    Raises
    ------
    InputError
        If it is none of these, or cannot be read.
    """
    if isinstance(one, Network | Diagram):
        return one
    if isinstance(one, Graph | NetworkGraph):
        return persistence(one)
    if isinstance(one, Mapping):
        return Network.from_state_dict(one, layers)
    if is_module(one):
        return Network.from_torch(one, example_of(one, example))
    if not isinstance(one, str | os.PathLike):
        raise InputError(
            f"a {type(one).__name__} cannot be compared; give networks, graphs, diagrams or their "
            "files"
        )
    if format_of(one):
        return Diagram.load(one)
    if is_graph_file(one):
        return diagram_of_file(Path(one), spec)
    return load_with(one, model, layers)
