"""Whether the graph of an ONNX model is one of dense layers, each the input of the next."""

from collections.abc import Mapping
from typing import Any

from topoprint.networks.readers.tensors import Tensor

# Operations that keep the units of their first input.
KEEPING = frozenset(
    {"Identity", "Cast", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Gelu", "Celu", "Sigmoid",
     "HardSigmoid", "Tanh", "Softplus", "Softsign", "Softmax", "LogSoftmax", "Swish", "HardSwish",
     "Mish", "ThresholdedRelu", "Clip", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze",
     "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"}
)  # fmt: skip
DENSE = frozenset({"MatMul", "Gemm"})


def dense_order(
    tensors: Mapping[str, Tensor], made_by: Mapping[str, Any], takers: Mapping[str, Any]
) -> tuple[str, ...] | None:
    """Find the order of the weights of a chain of dense layers.

    Parameters
    ----------
    tensors : mapping of str to Tensor
    made_by : mapping of str to node
        Which operation makes a value.
    takers : mapping of str to list of (node, position)
        Which operations take a value.

    Returns
    -------
    tuple of str, or None
        None where an operation is anything but a dense layer, its bias or an activation, or where
        its output goes to several.
    """
    weights = [name for name, tensor in tensors.items() if tensor.role == "weight"]
    before: dict[str, str] = {}
    for name in weights:
        taken = takers.get(name, [])
        if len(taken) != 1 or taken[0][0].op_type not in DENSE or taken[0][1] != 1:
            return None
        found = _weights_before(taken[0][0].input[0], tensors, made_by)
        if found is None:
            return None
        before[name] = found
    after = {earlier: later for later, earlier in before.items()}
    order: list[str] = []
    while len(order) < len(weights):
        following = after.get(order[-1] if order else "")
        if following is None or following in order:
            return None
        order.append(following)
    return tuple(order)


def _weights_before(
    value: str, tensors: Mapping[str, Tensor], made_by: Mapping[str, Any]
) -> str | None:
    """Weights whose layer a value comes from; "" of an input, None where that is not plain."""
    while value in made_by:
        maker = made_by[value]
        if maker.op_type in DENSE:
            own = maker.input[1]
            return own if own in tensors and tensors[own].role == "weight" else None
        if maker.op_type == "Add":  # of a bias
            values = [one for one in maker.input if one not in tensors]
            if len(values) != 1:
                return None
            value = values[0]
        elif maker.op_type in KEEPING:
            value = maker.input[0]
        else:
            return None
    return ""
