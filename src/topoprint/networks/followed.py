"""Networks whose computation is followed; torch is imported where one is."""

from collections.abc import Sequence
from typing import Any

from topoprint.errors import InputError
from topoprint.networks.maps import IntArray, LinearMap, Wires

# Number of units, maps, wires, metadata and sums of a network.
Parts = tuple[int, tuple[LinearMap, ...], tuple[Wires, ...], dict[str, Any], IntArray]


def follow_module(module: Any, example: Any) -> Parts:
    """Follow a torch module on an example."""
    try:
        from topoprint.networks.tracing.modules import trace
    except ImportError as error:
        raise InputError(
            "a torch module needs torch 2.6 or newer: pip install 'topoprint[train]'"
        ) from error
    found = trace(module, example)
    return found.n_units, found.maps, found.wires, found.metadata, found.sums


def follow_onnx(model: Any, layers: Sequence[str] | None, example: Any) -> Parts:
    """Follow the graph of an ONNX model on an example."""
    if layers is not None:
        raise InputError("the graph of an ONNX file is followed as a whole; leave out layers")
    try:
        from topoprint.networks.onnx_graph.follow import follow
    except ImportError as error:
        raise InputError(
            "following the graph of an ONNX file needs torch 2.6 or newer: "
            "pip install 'topoprint[onnx,train]'"
        ) from error
    found = follow(model, example)
    return found.n_units, found.maps, found.wires, found.metadata, found.sums
