"""Topological fingerprints of neural networks, and how similar networks are by them.

>>> import topoprint as tp
>>> net = tp.Network.from_layers([(W1, b1), (W2, b2)])
>>> dgm = tp.persistence(tp.to_graph(net))
>>> tp.distance_matrix([dgm, other], metric="silhouette").values
"""

from importlib.metadata import version as _version
from pathlib import Path as _Path

from topoprint.comparison.matrix import AveragedMatrix, DistanceMatrix, load_average, load_distances
from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph, LayeredGraph, to_graph
from topoprint.homology.persistence import persistence
from topoprint.measures.measures import distance_matrix
from topoprint.networks import network as _network
from topoprint.networks.network import Network

__version__ = _version("topoprint")
__all__ = [
    "AveragedMatrix",
    "Diagram",
    "DistanceMatrix",
    "Graph",
    "InputError",
    "LayeredGraph",
    "Network",
    "distance_matrix",
    "load_average",
    "load_distances",
    "persistence",
    "to_graph",
]


def _read_checkpoint(path: _Path) -> _network.Tensors:
    # Imported on use: only a torch file needs torch.
    from topoprint.networks.checkpoints import read_state_dict

    return read_state_dict(path)


_network.TENSOR_READERS |= dict.fromkeys((".pt", ".pth"), _read_checkpoint)
