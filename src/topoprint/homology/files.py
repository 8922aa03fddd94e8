"""The stage ``diagram``: file of a network or of a graph → persistence diagram."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from topoprint.costs import Cost
from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph, is_graph_file
from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.homology.persistence import Engine, persistence
from topoprint.identity import NetworkId
from topoprint.networks.files import known_of
from topoprint.networks.models import Model, load_with
from topoprint.networks.readers.choice import split_path
from topoprint.storage import name_of
from topoprint.validation import Strict

# Of each edge.
_FOREST = Cost(mb=90, minutes=2, bytes_each=13, seconds_each=2e-7)
# Of each weight of a network that was followed on an example: its units and places, which depend on
# the example, are most of it.
UNROLLED = Cost(mb=700, minutes=2, bytes_each=13, seconds_each=4e-7)
COSTS: dict[Engine, Cost] = {
    "auto": _FOREST,
    "forest": _FOREST,
    "flagser": Cost(mb=90, minutes=2, bytes_each=425, seconds_each=3e-5),
    "gudhi": Cost(mb=90, minutes=2, bytes_each=425, seconds_each=3e-5),
}


class DiagramSpec(Strict):
    """How a diagram is made; as in :func:`topoprint.to_graph` and :func:`topoprint.persistence`."""

    zeta: float = 1e-6
    bias: bool = True
    engine: Engine = "auto"
    max_dimension: int = 3


def id_of_file(path: Path) -> NetworkId:
    """Read what names the network or graph of a file; the file's name, where it does not say."""
    known = {} if is_graph_file(path) else known_of(path)
    found = NetworkId.from_json(known.get("identity", {}))
    return found if found.network else _id_by_name(path)


def diagram_of_file(
    path: Path,
    spec: DiagramSpec | None = None,
    layers: Sequence[str] | None = None,
    model: Model | None = None,
) -> Diagram:
    """Compute the diagram of a file's network, which says what made it.

    Parameters
    ----------
    path : path
        A network (:meth:`topoprint.Network.load`) or a graph (:meth:`topoprint.Graph.load`).
    spec : DiagramSpec, optional
    layers : sequence of str, optional
        As in :meth:`topoprint.Network.load`.
    model : Model, optional
        Architecture of a file of weights (:func:`topoprint.networks.models.load_with`).

    Raises
    ------
    InputError
        If the file cannot be read or a parameter is out of range, with the file's name.
    """
    spec = spec or DiagramSpec()
    own = _id_by_name(path)
    try:
        graph: Graph | NetworkGraph
        if is_graph_file(path):
            graph = Graph.load(path, spec.zeta)
        else:
            network = load_with(path, model, layers)
            own = network.id if network.id.network else own
            graph = to_graph(network, spec.zeta, spec.bias)
        found = persistence(graph, spec.max_dimension, spec.engine)
    except InputError as error:
        named = str(error) if str(error).startswith(str(path)) else f"{path}: {error}"
        raise InputError(named) from error
    return replace(found, id=own, parameters=spec.model_dump(exclude={"max_dimension"}))


def _id_by_name(path: Path) -> NetworkId:
    file, chosen = split_path(path)
    return NetworkId(network=name_of("::".join([file.stem, *chosen])))
