"""An ONNX model → its units, linear maps and wires."""

import os
from pathlib import Path
from typing import Any

from topoprint.errors import InputError
from topoprint.networks.onnx_graph.example import example_of
from topoprint.networks.onnx_graph.graph import OnnxGraph
from topoprint.networks.readers.choice import split_path
from topoprint.networks.readers.onnx_file import contents_of, load_model
from topoprint.networks.tracing.modules import Traced, trace


def follow(model: Any, example: Any = None) -> Traced:
    """Follow the graph of a model on an example.

    Parameters
    ----------
    model : onnx.ModelProto or path
    example : array or tensor, or a sequence or a mapping of them, optional
        As of :func:`~topoprint.networks.onnx_graph.example.example_of`.

    Raises
    ------
    InputError
        If the file cannot be read, the example does not fit, or an operator cannot be followed.
    """
    if not isinstance(model, str | os.PathLike):
        return _follow(model, "", example)
    path, chosen = split_path(model)
    if chosen:
        raise InputError(f"{model}: a graph is followed as a whole; leave out '::{chosen[0]}'")
    try:
        return _follow(load_model(path), str(Path(path).parent), example)
    except InputError as error:
        told = str(error)
        raise InputError(told if told.startswith(str(path)) else f"{path}: {told}") from error


def _follow(model: Any, folder: str, example: Any) -> Traced:
    from onnx import inliner

    if not hasattr(model, "graph"):
        raise InputError(f"a {type(model).__name__} is no model of ONNX")
    if model.functions:
        model = inliner.inline_local_functions(model)
    tensors = contents_of(model, folder).groups[""]
    module = OnnxGraph(model, tensors, folder)
    return trace(module, example_of(model.graph, example), module.names)
