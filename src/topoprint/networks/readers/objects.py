"""Networks that are in memory: state dicts, models of Keras and of scikit-learn."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.readers.keras_roles import JOINS, partnered, role_of
from topoprint.networks.readers.tensors import Array, Contents, Tensor, of_array
from topoprint.networks.readers.torch_file import groups_of


def contents_of_state(state: Mapping[str, Any]) -> Contents:
    """List the tensors of a state dict: tensors of torch, or arrays.

    Raises
    ------
    InputError
        If it is none.
    """
    if not isinstance(state, Mapping):
        raise InputError(f"a {type(state).__name__} is no state dict; give model.state_dict()")
    arrays = {
        str(name): of_array(np.asarray(value))
        for name, value in state.items()
        if isinstance(value, np.ndarray | list)
    }
    groups = {"": arrays} if arrays else {}
    if "torch" in sys.modules:  # without it, nothing can be one of its tensors
        for key, group in groups_of(state).items():
            groups[key] = {**groups.get(key, {}), **group}
    if not any(groups.values()):
        raise InputError("the state dict holds no tensors; give model.state_dict()")
    return Contents("state dict", groups)


def contents_of_module(module: Any) -> Contents:
    """List the tensors of a torch module, which knows groups and directions of its convolutions.

    Raises
    ------
    InputError
        If it is none.
    """
    torch: Any = sys.modules.get("torch")  # without it, nothing can be one of its modules
    if torch is None or not isinstance(module, torch.nn.Module):
        raise InputError(f"expected a torch module, not {type(module).__name__}")
    nn = torch.nn
    plain = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    transposed = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    state: dict[str, Any] = dict(module.state_dict())
    known: dict[str, dict[str, Any]] = {}
    for name, one in module.named_modules(remove_duplicate=False):
        if not isinstance(one, plain + transposed):
            continue
        own = f"{name}." if name else ""
        # Weights as they act stand for what they are computed of.
        state = {key: it for key, it in state.items() if not key.startswith(own)}
        state[f"{own}weight"] = one.weight
        if one.bias is not None:
            state[f"{own}bias"] = one.bias
        turned = (1, 0, *range(2, one.weight.ndim)) if isinstance(one, transposed) else None
        known[f"{own}weight"] = {"axes": turned, "groups": one.groups}
    contents = contents_of_state(state)
    group = {
        name: replace(tensor, role="weight", **known[name]) if name in known else tensor
        for name, tensor in contents.groups[""].items()
    }
    return replace(contents, groups={"": group})


def contents_of_keras(model: Any) -> Contents:
    """List the variables of a model of Keras.

    Raises
    ------
    InputError
        If it is none, or not built.
    """
    if not hasattr(model, "weights") or not hasattr(model, "layers"):
        raise InputError(f"a {type(model).__name__} is no model of Keras")
    tensors: dict[str, Tensor] = {}
    for variable in model.weights:
        path = getattr(variable, "path", None) or variable.name
        name = str(path).removesuffix(":0").replace("/", ".")
        shape = tuple(variable.shape)
        dtype = str(getattr(variable.dtype, "name", variable.dtype))
        read = partial(_numbers, variable)
        tensors[name] = role_of(name, Tensor(shape, dtype, read))
    if not tensors:
        raise InputError("the model of Keras has no weights; build it, or call it once")
    classes = [type(layer).__name__ for layer in model.layers]
    weights = tuple(name for name, tensor in tensors.items() if tensor.role == "weight")
    in_order = type(model).__name__ == "Sequential" and classes.count("Dense") == len(weights)
    return Contents(
        "Keras",
        {"": partnered(tensors)},
        order=weights if in_order else None,
        joined=any(kind in JOINS for kind in classes),
    )


def _numbers(variable: Any) -> Array:
    found: Array = np.asarray(variable.numpy())
    return found


def layers_of_sklearn(model: Any) -> list[tuple[Array, Array]]:
    """Take the layers of a multilayer perceptron of scikit-learn, (out, in) and (out,).

    Raises
    ------
    InputError
        If it is none, or not fitted.
    """
    name = type(model).__name__
    if hasattr(model, "steps"):  # a pipeline: its last step is the estimator
        return layers_of_sklearn(model.steps[-1][1])
    if not hasattr(model, "hidden_layer_sizes"):
        raise InputError(f"a {name} is no MLPClassifier or MLPRegressor of scikit-learn")
    if not hasattr(model, "coefs_"):
        raise InputError(f"the {name} is not fitted: call fit before")
    return [(weight.T, bias) for weight, bias in zip(model.coefs_, model.intercepts_, strict=True)]
