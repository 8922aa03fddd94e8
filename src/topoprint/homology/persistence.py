"""Graph → persistence diagram, by an engine. The only importer of pyflagser."""

from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topoprint.errors import InputError, check_type, check_whole
from topoprint.homology.cliques import MAX_MEMORY, check_size
from topoprint.homology.columns import constant
from topoprint.homology.counts import all_one, ones
from topoprint.homology.diagram import Diagram
from topoprint.homology.forest import spanning_forest
from topoprint.homology.graph import Graph
from topoprint.homology.multiset import Multiset
from topoprint.homology.network_bars import network_bars
from topoprint.homology.network_graph import MOST_LAID_OUT, NetworkGraph
from topoprint.homology.simplex_tree import has_reverse, simplex_tree_bars
from topoprint.homology.unit_classes import has_no_triangle_of_classes

Engine = Literal["auto", "forest", "flagser", "gudhi"]
ENGINES: tuple[Engine, ...] = ("auto", "forest", "flagser", "gudhi")


def persistence(
    graph: Graph | NetworkGraph,
    max_dimension: int = 3,
    engine: Engine = "auto",
    max_memory: float = MAX_MEMORY,
) -> Diagram:
    """Compute persistent homology over Z2 of the directed flag complex of a graph.

    Parameters
    ----------
    graph : Graph or NetworkGraph
        Vertices enter at 0, each edge at its value, each larger simplex with its last edge.
    max_dimension : int
        Homology is computed in dimensions 0 … max_dimension.
    engine : {"auto", "forest", "flagser", "gudhi"}
        ``forest`` is exact on graphs without triangles: H0 from a minimum spanning forest, H1
        from all other edges, nothing above (docs/method.md). ``flagser`` (pyflagser 0.4.7) takes
        any graph, ``gudhi`` (its SimplexTree) those in which no two vertices are joined in both
        directions. ``auto`` takes the forest where it has shown that there is no triangle, else
        flagser, and gudhi where pyflagser is not installed.
    max_memory : float
        GB that flagser or gudhi may take, by an estimate that is made before it starts: about 60
        and 110 bytes a simplex up to dimension max_dimension + 1, and for flagser 0.8 times the
        square of the vertices.

    Returns
    -------
    Diagram
        Values in float32, bit for bit the same from all engines; essential bars die at ∞.

    Raises
    ------
    InputError
        If the engine is not known, ``forest`` is asked of a graph with a triangle, ``gudhi`` of
        one with an edge and its reverse, or what is needed is not installed or would take more
        than ``max_memory``.
    """
    check_type(
        graph,
        (Graph, NetworkGraph),
        "a graph (of a network: tp.to_graph(network), of edges: tp.Graph)",
    )
    check_type(engine, str, "the name of an engine")
    if engine not in ENGINES:
        raise InputError(f"engine {engine!r} is not known; choose {', '.join(ENGINES)}")
    check_whole(max_dimension, "max_dimension")
    if max_dimension < 0:
        raise InputError(f"max_dimension must be a whole number from 0, not {max_dimension}")
    if engine in ("flagser", "gudhi"):
        return _by_cliques(graph, max_dimension, max_memory, engine)
    if isinstance(graph, NetworkGraph):
        if has_no_triangle_of_classes(graph.network):
            return _forest_diagram(*network_bars(graph), max_dimension)
        graph = _laid_out(graph)
    if graph.is_triangle_free():
        births, tree, components = spanning_forest(graph)
        split = (births, ones(len(births))), (tree, ones(len(tree)))
        return _forest_diagram(*split, components, max_dimension)
    if engine == "forest":
        raise InputError(
            "engine 'forest' is exact only without triangles, and this graph has one; "
            "use engine 'flagser', 'gudhi' or 'auto'"
        )
    return _by_cliques(graph, max_dimension, max_memory, _installed(graph))


def _laid_out(graph: NetworkGraph) -> Graph:
    if graph.n_edges > MOST_LAID_OUT:
        raise InputError(
            f"the network may have triangles, and its {graph.n_edges:,} edges are too many to be "
            f"laid out (at most {MOST_LAID_OUT:,}); give every sum of two connections a unit of "
            "its own, as docs/method.md says"
        )
    return graph.laid_out()


def _forest_diagram(
    others: Multiset, forest: Multiset, components: int, max_dimension: int
) -> Diagram:
    """Diagram of a one-dimensional complex from its sorted H1 births and H0 deaths."""
    births, birth_counts = others
    tree, tree_counts = forest
    longer = tree > 0
    if all_one(tree_counts):
        last = np.full(components, np.inf, dtype=np.float32)
        deaths = np.concatenate([tree[longer], last])
        death_counts = ones(len(deaths))
    else:
        deaths = np.append(tree[longer], np.float32(np.inf))
        death_counts = np.append(tree_counts[longer], components)
    empty = np.empty(0, dtype=np.float32)
    for array in (births, deaths, birth_counts, death_counts):
        array.flags.writeable = False
    all_births = [constant(0.0, len(deaths)), births, *[empty] * max_dimension]
    all_deaths = [deaths, constant(np.inf, len(births)), *[empty] * max_dimension]
    all_counts = [death_counts, birth_counts, *[ones(0)] * max_dimension]
    kept = slice(max_dimension + 1)
    return Diagram(tuple(all_births[kept]), tuple(all_deaths[kept]), tuple(all_counts[kept]))


def _installed(graph: Graph) -> Literal["flagser", "gudhi"]:
    """Choose what computes bars of a graph with triangles."""
    if find_spec("pyflagser") or not find_spec("gudhi") or has_reverse(graph):
        return "flagser"
    return "gudhi"


def _by_cliques(
    graph: Graph | NetworkGraph,
    max_dimension: int,
    max_memory: float,
    engine: Literal["flagser", "gudhi"],
) -> Diagram:
    laid_out = graph.laid_out() if isinstance(graph, NetworkGraph) else graph
    bars = _flagser_bars if engine == "flagser" else simplex_tree_bars
    return Diagram.from_bars(bars(laid_out, max_dimension, max_memory))


def _flagser_bars(graph: Graph, max_dimension: int, max_memory: float) -> list[NDArray[Any]]:
    try:
        from pyflagser import flagser_weighted
    except ImportError as error:
        raise InputError(
            "engine 'flagser' needs pyflagser: pip install 'topoprint[flagser]' (Python 3.11 or "
            "3.12); graphs in which no edge has its reverse are also taken by engine 'gudhi'"
        ) from error
    if graph.n_edges == 0:  # pyflagser 0.4.7 does not take a graph without edges
        essential = np.full((graph.n_vertices, 2), (0.0, np.inf))
        return [essential, *[np.empty((0, 2))] * max_dimension]
    check_size(graph, max_dimension, max_memory)
    matrix = sparse.coo_matrix(
        (graph.values, (graph.sources, graph.targets)),
        shape=(graph.n_vertices, graph.n_vertices),
    )
    found = flagser_weighted(matrix, max_dimension=max_dimension, directed=True, coeff=2)["dgms"]
    return [*found, *[np.empty((0, 2))] * (max_dimension + 1 - len(found))]
