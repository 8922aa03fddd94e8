"""An example of the inputs of a graph, by their declared shapes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.onnx_graph.graph import inputs_of


def example_of(graph: Any, given: Any = None) -> tuple[Any, ...]:
    """Return one example: what is given, and zeros of the declared shape for the rest.

    Parameters
    ----------
    graph : onnx.GraphProto
    given : array or tensor, or a sequence or a mapping of them, optional
        Of the inputs in their order, or by their names. What is left out is made up where all
        its dimensions are declared; the first may be free and is then 1.

    Raises
    ------
    InputError
        If an input that is left out has other free dimensions, or holds whole numbers; or what is
        given does not fit.
    """
    inputs = {one.name: one.type.tensor_type for one in inputs_of(graph)}
    named = _named(list(inputs), given)
    found = []
    for name, declared in inputs.items():
        dtype = _dtype(name, declared)
        if name not in named:
            found.append(np.zeros(_shape(name, declared, dtype), dtype))
            continue
        value = named[name]
        try:
            detached = value.detach().cpu().numpy() if hasattr(value, "detach") else value
            array = np.asarray(detached).astype(dtype)
        except (TypeError, ValueError) as error:
            raise InputError(f"the example of input {name!r} does not hold numbers") from error
        _check(name, declared, array.shape)
        # A number without dimensions, such as a rate, is what it is.
        found.append(array if array.ndim else array.item())
    return tuple(found)


def _named(names: list[str], given: Any) -> Mapping[str, Any]:
    told = ", ".join(map(repr, names)) or "none"
    if given is None:
        return {}
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise InputError(f"the graph has no input {unknown[0]!r}; its inputs are {told}")
        return given
    values = list(given) if isinstance(given, tuple | list) else [given]
    if len(values) > len(names):
        raise InputError(f"{len(values)} inputs are given, but those of the graph are {told}")
    return dict(zip(names, values, strict=False))


def _dtype(name: str, declared: Any) -> Any:
    from onnx import helper

    if not declared.elem_type:
        raise InputError(f"input {name!r} of the graph is no tensor, which cannot be followed")
    return helper.tensor_dtype_to_np_dtype(declared.elem_type)


def _sizes(declared: Any) -> list[int | str] | None:
    """Return the declared size of each dimension: its name, or "?", where it is free."""
    if not declared.HasField("shape"):
        return None
    return [
        int(one.dim_value) if one.HasField("dim_value") and one.dim_value > 0 else one.dim_param
        or "?"
        for one in declared.shape.dim
    ]  # fmt: skip


def _shape(name: str, declared: Any, dtype: Any) -> list[int]:
    sizes = _sizes(declared)
    advice = (
        f"give an example: example_input={{{name!r}: array}}, or --example with an npz that has "
        f"the array {name!r}"
    )
    if sizes is None:
        raise InputError(f"input {name!r} of the graph has no declared shape; {advice}")
    if sizes and isinstance(sizes[0], str):
        sizes[0] = 1  # the batch
    free = [size for size in sizes if isinstance(size, str)]
    if free:
        shape = " × ".join(map(str, sizes))
        raise InputError(f"input {name!r} of the graph has free dimensions ({shape}); {advice}")
    if np.dtype(dtype).kind not in "f":
        raise InputError(
            f"input {name!r} of the graph holds {np.dtype(dtype).name}, by which rows are picked "
            f"or masked; {advice}"
        )
    return [size for size in sizes if not isinstance(size, str)]


def _check(name: str, declared: Any, shape: tuple[int, ...]) -> None:
    sizes = _sizes(declared)
    if sizes is None:
        return
    fits = len(sizes) == len(shape) and all(
        isinstance(size, str) or size == own for size, own in zip(sizes, shape, strict=True)
    )
    if not fits:
        wanted, found = (" × ".join(map(str, one)) or "one number" for one in (sizes, shape))
        raise InputError(f"input {name!r} of the graph is {wanted}; the example is {found}")
