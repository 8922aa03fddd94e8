"""ONNX: what its initialisers are is told by the operations that take them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.onnx_order import dense_order
from topoprint.networks.readers.tensors import QUANTISED, Array, Contents, Tensor

# Operations through which weights pass as they are, or dequantised.
PASSING = frozenset(
    {"Identity", "Cast", "DequantizeLinear", "Transpose", "Reshape", "Squeeze", "Unsqueeze",
     "Flatten", "Slice", "Split", "Concat"}
)  # fmt: skip
# The inputs that are gains and biases, by operation.
GAINS = {
    name: {1: "gain", 2: "bias"}
    for name in (
        "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization",
        "SimplifiedLayerNormalization", "RMSNormalization",
    )
}  # fmt: skip
GAINS["SkipLayerNormalization"] = {2: "gain", 3: "bias", 4: "bias"}
GAINS["EmbedLayerNormalization"] = {5: "gain", 6: "bias"}
SUMS = frozenset({"Add", "Sub", "Mul", "Div"})
BIASES = {"Conv": (2,), "ConvTranspose": (2,), "Gemm": (2,), "QLinearConv": (8,)}
RECURRENT = frozenset({"LSTM", "GRU", "RNN"})
# Operations that multiply by a matrix: position of its input, and of its scale and zero point.
PRODUCTS = {"MatMul": None, "MatMulInteger": (None, 3), "QLinearMatMul": (4, 5)}
CONVOLUTIONS = {"Conv": None, "ConvInteger": (None, 3), "QLinearConv": (4, 5)}


@dataclass
class Values:
    """What is known of the values of all graphs of a model, by name."""

    folder: str
    protos: dict[str, Any] = field(default_factory=dict)
    made_by: dict[str, Any] = field(default_factory=dict)
    takers: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)


def open_onnx(path: Path) -> Contents:
    """List the initialisers and constants of a model, with their roles in it."""
    return contents_of(load_model(path), str(path.parent))


def load_model(path: Path) -> Any:
    """Read a model without its external data.

    Raises
    ------
    InputError
        If the file is none, or onnx is not installed.
    """
    onnx = import_onnx(path)
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:
        raise InputError(
            f"{path}: is no complete ONNX file, nor of another kind that is known (protobuf of "
            "TensorFlow or Core ML?); get it again, or save the weights as safetensors"
        ) from error
    if not model.graph.node and not model.graph.initializer:
        raise InputError(
            f"{path}: is of no kind that is known (protobuf of TensorFlow or Core ML?); give "
            "safetensors, a torch state dict, npz, ONNX, or Keras .h5 or .keras"
        )
    return model


def import_onnx(path: object) -> Any:
    """Import onnx; InputError where it is not installed."""
    try:
        import onnx
    except ImportError as error:
        raise InputError(
            f"{path}: reading ONNX needs onnx (pip install 'topoprint[onnx]')"
        ) from error
    return onnx


def contents_of(model: Any, folder: str = "") -> Contents:
    """List the tensors of a model in memory; external data are read from a folder."""
    if not hasattr(model, "graph"):
        raise InputError(f"a {type(model).__name__} is no model of ONNX (onnx.ModelProto)")
    values = Values(folder)
    _collect(model.graph, values)
    tensors: dict[str, Tensor] = {}
    for name, proto in values.protos.items():
        tensors.update(_tensors(name, proto, values))
    tensors = _partnered(tensors, values)
    order = dense_order(tensors, values.made_by, values.takers)
    return Contents("ONNX", {"": tensors}, order, joined=order is None)


def _collect(graph: Any, values: Values) -> None:
    """Walk a graph and those in its branches; initialisers and constants are values alike."""
    for proto in graph.initializer:
        values.protos.setdefault(proto.name, proto)
    for node in graph.node:
        for output in node.output:
            values.made_by.setdefault(output, node)
        for position, name in enumerate(node.input):
            values.takers.setdefault(name, []).append((node, position))
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.HasField("t"):
                values.protos.setdefault(node.output[0], attribute.t)
            if attribute.HasField("g"):
                _collect(attribute.g, values)


def _tensors(name: str, proto: Any, values: Values) -> Iterator[tuple[str, Tensor]]:
    import onnx

    dtype = onnx.TensorProto.DataType.Name(proto.data_type).lower()
    dtype = {"float": "float32", "double": "float64"}.get(dtype, dtype)
    found = Tensor(tuple(proto.dims), dtype, partial(_read, proto, values.folder))
    taken = _taker(name, values, set())
    if taken is None:
        wide = [axis for axis, size in enumerate(found.shape) if size > 1]
        if len(wide) > 1 and (found.is_float or dtype in QUANTISED):
            yield name, _summed(found, "gain")  # of an operation that is not known: a table
        else:
            yield name, replace(found, role="none", told="no weights of an operation")
        return
    node, position, turned, scale = taken
    if scale is not None:
        found = _dequantised(name, found, scale, values)
    operation = node.op_type
    if operation in RECURRENT and len(found.shape) == (3 if position < 3 else 2):
        yield from _recurrent(name, found, position)
    elif operation in SUMS:
        yield name, _summed(found, "bias" if operation in ("Add", "Sub") else "gain")
    elif operation in GAINS:
        role: Any = GAINS[operation].get(position, "none")
        yield name, replace(found, role=role, told="" if role != "none" else "running statistics")
    elif position in ((3,) if operation in RECURRENT else BIASES.get(operation, ())):
        yield name, replace(found, role="bias")
    else:
        yield name, replace(found, role="weight", **_order(node, position, found, turned))


def _summed(found: Tensor, role: Any) -> Tensor:
    """Tell what is added or multiplied: a number a unit, or a table, such as of positions."""
    wide = [axis for axis, size in enumerate(found.shape) if size > 1]
    if len(wide) < 2:
        return replace(found, role=role)
    first = tuple(axis for axis in range(len(found.shape)) if axis not in wide)
    return replace(found, role="weight", axes=(*first, *wide), out_axes=len(first) + 1)


def _taker(name: str, values: Values, seen: set[str]) -> tuple[Any, int, bool, Any] | None:
    """Find the operation whose weights a value is: itself, its input, whether transposed before.

    The last is what dequantises it, (scale, zero point, axis), or None.
    """
    if name in seen:
        return None
    seen.add(name)
    for node, position in values.takers.get(name, ()):
        kind = node.op_type
        if (kind in PASSING and position == 0) or kind == "Concat":
            found = _taker(node.output[0], values, seen)
            if found is None:
                continue
            after, at, turned, scale = found
            if kind == "DequantizeLinear":
                of_scale, zero = (*node.input[1:], "")[:2]  # the zero point may be left out
                scale = (of_scale, zero, _attribute(node, "axis", 1))
            return after, at, turned ^ (kind == "Transpose"), scale
        if _is_weight(node, position):
            return node, position, False, _scale_of(node)
        if kind in SUMS and values.made_by.get(node.input[1 - position]) is not None:
            return node, position, False, None
    return None


def _is_weight(node: Any, position: int) -> bool:
    kind = node.op_type
    return (
        (kind in ("MatMul", "MatMulInteger") and position in (0, 1))
        or (kind == "QLinearMatMul" and position == 3)
        or (kind in ("Conv", "ConvTranspose", "Gemm") and position in (1, 2))
        or (kind == "Gemm" and position == 0)
        or (kind == "ConvInteger" and position == 1)
        or (kind == "QLinearConv" and position in (3, 8))
        or (kind in RECURRENT and position in (1, 2, 3))
        or (kind in GAINS and position > 0 and kind != "EmbedLayerNormalization")
        or (kind == "EmbedLayerNormalization" and position in (5, 6))
        or (kind == "Gather" and position == 0)
    )


def _scale_of(node: Any) -> tuple[str, str, int] | None:
    """Names of the scale and the zero point of a quantised operation's weights."""
    known = {**PRODUCTS, **CONVOLUTIONS}.get(node.op_type)
    if known is None:
        return None
    names = [node.input[at] if at is not None and at < len(node.input) else "" for at in known]
    return names[0], names[1], 0 if "Conv" in node.op_type else 1


def _order(node: Any, position: int, found: Tensor, turned: bool) -> dict[str, Any]:
    """Order of axes that makes weights (out, in, taps)."""
    axes = tuple(range(len(found.shape)))
    kind = node.op_type
    if kind in PRODUCTS and len(axes) > 1:
        # A product x W has W of (in, out); W x has it of (out, in).
        out_last = (position != 0) ^ turned
        return {"axes": (axes[-1], *axes[:-1])} if out_last else {"axes": None}
    if kind == "Gemm" and len(axes) == 2:
        out_last = ((position == 1) ^ bool(_attribute(node, "transB", 0))) ^ turned
        return {"axes": (1, 0)} if out_last else {}
    groups = {"groups": _attribute(node, "group", 1)} if "Conv" in kind else {}
    if kind == "ConvTranspose" or kind == "Gather":
        return {"axes": (1, 0, *axes[2:]), **groups} if len(axes) > 1 else {}
    return groups


def _recurrent(name: str, found: Tensor, position: int) -> Iterator[tuple[str, Tensor]]:
    """Split what a recurrent operation keeps together: directions, and its two biases."""
    directions = found.shape[0] if found.shape else 1
    for number in range(directions):
        own = name if directions == 1 else f"{name}.{('forward', 'reverse')[number % 2]}"
        if position < 3:
            part = replace(found, shape=found.shape[1:], read=partial(_part, found, number, None))
            yield own, replace(part, role="weight")
        else:
            half = found.shape[-1] // 2
            for place, kind in enumerate(("input", "recurrent")):
                part = replace(
                    found, shape=(half,), read=partial(_part, found, number, (place, half))
                )
                yield f"{own}.{kind}", replace(part, role="bias")


def _part(found: Tensor, number: int, half: tuple[int, int] | None) -> Array:
    array: Array = found.read()[number]
    return array if half is None else array[half[0] * half[1] :][: half[1]]


def _partnered(tensors: dict[str, Tensor], values: Values) -> dict[str, Tensor]:
    """Say of each bias which weights it belongs to: those of its own operation, or just before."""
    found = dict(tensors)
    for node in {id(n): n for takers in values.takers.values() for n, _ in takers}.values():
        for bias, weight in _pairs(node, found, values):
            fits = weight in found and found[weight].matrix_shape[0] == found[bias].size
            fits = fits or (weight in found and found[weight].size == found[bias].size)
            if fits and not found[bias].partner:
                found[bias] = replace(found[bias], partner=weight)
    for name, tensor in found.items():
        if tensor.role in ("bias", "gain") and tensor.size == 1 and not tensor.partner:
            found[name] = replace(tensor, role="none", told="a single number")
    return found


def _pairs(node: Any, found: dict[str, Tensor], values: Values) -> Iterator[tuple[str, str]]:
    """Biases and the weights that they may belong to, by one operation."""
    names = [_origin(name, values) for name in node.input]
    if node.op_type in RECURRENT and len(names) > 3:
        for weight, kind in ((names[1], "input"), (names[2], "recurrent")):
            for end in ("", ".forward", ".reverse"):
                if f"{names[3]}{end}.{kind}" in found:
                    yield f"{names[3]}{end}.{kind}", f"{weight}{end}"
        return
    biases = [name for name in names if name in found and found[name].role == "bias"]
    if node.op_type in ("Add", "Sub"):
        before = [_weights_behind(name, found, values) for name in node.input]
    else:
        before = [name for name in names if name in found and found[name].role != "bias"]
    for bias in biases:
        for weight in before:
            yield bias, weight


def _origin(name: str, values: Values) -> str:
    """Follow a value back through what passes it on."""
    for _ in range(12):
        maker = values.made_by.get(name)
        if name in values.protos or maker is None or maker.op_type not in PASSING:
            return name
        name = maker.input[0]
    return name


def _weights_behind(name: str, found: dict[str, Tensor], values: Values) -> str:
    """Weights or gain of the operation that made a value."""
    maker = values.made_by.get(_origin(name, values))
    for given in maker.input if maker is not None else ():
        origin = _origin(given, values)
        if origin in found and found[origin].role in ("weight", "gain"):
            return origin
    return ""


def _dequantised(name: str, found: Tensor, told: tuple[str, str, int], values: Values) -> Tensor:
    """Numbers that quantised ones stand for: (q − zero point) × scale, along an axis."""
    scale, zero, axis = told
    # Where an operation has no input for the scale, onnxruntime names it after the weights.
    scale = scale or f"{name.removesuffix('_quantized')}_scale"
    parts = [values.protos.get(_origin(one, values)) if one else None for one in (scale, zero)]
    if found.is_float or parts[0] is None:
        return found  # without a scale they stay whole numbers, which are refused

    def read() -> Array:
        array = found.read().astype(np.float32)
        for part, minus in ((parts[1], True), (parts[0], False)):
            if part is None:
                continue
            own = _read(part, values.folder).astype(np.float32)
            if own.ndim == 1 and own.size > 1 and array.ndim > 1:
                own = own.reshape(
                    [-1 if at == axis % array.ndim else 1 for at in range(array.ndim)]
                )
            array = array - own if minus else array * own
        return array

    return replace(found, dtype="float32", read=read)


def _read(proto: Any, folder: str) -> Array:
    from onnx import numpy_helper

    found: Array = numpy_helper.to_array(proto, folder)
    return found


def _attribute(node: Any, name: str, otherwise: int) -> int:
    return next((int(one.i) for one in node.attribute if one.name == name), otherwise)
