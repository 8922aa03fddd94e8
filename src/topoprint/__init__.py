"""Topological fingerprints of neural networks, and how similar networks are by them.

>>> import topoprint as tp
>>> net = tp.Network.from_layers([(W1, b1), (W2, b2)])
>>> dgm = tp.persistence(tp.to_graph(net))
>>> tp.distance_matrix([dgm, other], metric="silhouette").values
"""

from importlib.metadata import version as _version

from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.compare import compare, distance_matrix
from topoprint.comparison.files import load_average, load_distances, save_distances
from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.errors import InputError
from topoprint.evaluation.pairs import verdict
from topoprint.homology.additions import merge_additions
from topoprint.homology.conversions import from_giotto, to_giotto
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph
from topoprint.homology.network_graph import NetworkGraph, to_graph
from topoprint.homology.persistence import persistence
from topoprint.identity import Index, NetworkId
from topoprint.measures.base import Measure
from topoprint.measures.registry import make_measure
from topoprint.networks.network import Network
from topoprint.recording.recorder import Recorder
from topoprint.recording.recording import Recording, load_recording

__version__ = _version("topoprint")
__all__ = [
    "AveragedMatrix",
    "Comparison",
    "Diagram",
    "DistanceMatrix",
    "Graph",
    "Index",
    "InputError",
    "Measure",
    "Network",
    "NetworkGraph",
    "NetworkId",
    "Recorder",
    "Recording",
    "compare",
    "distance_matrix",
    "from_giotto",
    "load_average",
    "load_distances",
    "load_recording",
    "make_measure",
    "merge_additions",
    "persistence",
    "save_distances",
    "to_giotto",
    "to_graph",
    "verdict",
]
