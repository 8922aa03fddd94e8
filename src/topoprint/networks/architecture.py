"""What can be said of the maps and wires of a network as a whole."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from topoprint.errors import InputError, check_type
from topoprint.networks.arrays import as_float32
from topoprint.networks.maps import FloatArray, LinearMap, Wires

# Chained dense layers: (W of shape (out, in), b of shape (out,) or None).
Layers = tuple[tuple[FloatArray, FloatArray | None], ...]

# Weights narrower than float32 are widened this many at a time.
BLOCK = 1 << 20


def chained(
    weights: Sequence[FloatArray], biases: Sequence[FloatArray | None]
) -> tuple[int, tuple[LinearMap, ...]]:
    """Return number of units (neurons, then a vertex a bias) and maps of chained dense layers."""
    maps: list[LinearMap] = []
    below = np.arange(weights[0].shape[1])
    next_bias = weights[0].shape[1] + sum(len(weight) for weight in weights)
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        above = below[-1] + 1 + np.arange(len(weight))
        maps.append(LinearMap.dense(f"layers.{layer}", weight, below, above))
        if bias is not None:
            vertices = next_bias + np.arange(len(bias))
            maps.append(LinearMap.bias(f"layers.{layer}.bias", bias, vertices, above))
            next_bias += len(bias)
        below = above
    return next_bias, tuple(maps)


def layers_of(n_units: int, maps: Sequence[LinearMap]) -> Layers | None:
    """Return the layers of a network that is nothing but chained dense layers, else None.

    Every unit must be a neuron of one layer or the vertex of one bias.
    """
    matrices: list[LinearMap] = []
    biases: list[LinearMap | None] = []
    for one in maps:
        if one.is_dense and (
            not matrices or np.array_equal(one.inputs[0, :, 0], matrices[-1].outputs[0, :, 0])
        ):
            matrices.append(one)
            biases.append(None)
        elif (
            one.is_bias
            and matrices
            and biases[-1] is None
            and one.outputs.shape[1:] == (1, 1)
            and np.array_equal(one.outputs[:, 0, 0], matrices[-1].outputs[0, :, 0])
        ):
            biases[-1] = one
        else:
            return None
    found = [matrices[0].inputs, *(one.outputs for one in matrices)]
    found += [bias.inputs for bias in biases if bias is not None]
    units = np.concatenate([part.ravel() for part in found])
    if len(units) != n_units or len(np.unique(units)) != n_units:
        return None
    return tuple(
        (
            one.weight[0, :, :, 0].astype(np.float32, copy=False),
            None if bias is None else bias.weight[:, 0, 0, 0].astype(np.float32, copy=False),
        )
        for one, bias in zip(matrices, biases, strict=True)
    )


def describe(n_units: int, maps: Sequence[LinearMap], wires: Sequence[Wires]) -> str:
    """Say how large an architecture is, and mark it: equal where shapes, units and places are."""
    state = hashlib.sha256()
    for one in maps:
        state.update(repr((one.weight.shape, one.is_bias)).encode())
        for part in (one.inputs, one.outputs, *one.pairs):
            state.update(part.astype("<i8").tobytes())
    for wire in wires:
        state.update(repr((wire.sources.shape, wire.targets.shape)).encode())
        for part in (wire.sources, wire.targets):
            state.update(part.astype("<i8").tobytes())
    linear = sum(not one.is_bias for one in maps)
    return f"{linear} maps of {n_units} units ({state.hexdigest()[:8]})"


def checked_layers(
    layers: Iterable[tuple[ArrayLike, ArrayLike | None]],
) -> tuple[list[FloatArray], list[FloatArray | None]]:
    """Round the weights and biases of chained dense layers; InputError says what is wrong."""
    weights: list[FloatArray] = []
    biases: list[FloatArray | None] = []
    if isinstance(layers, str | bytes) or not isinstance(layers, Iterable):
        raise InputError(f"a {type(layers).__name__} is no list of layers: give [(W, b), …]")
    for position, layer in enumerate(layers):
        if not isinstance(layer, tuple | list) or len(layer) != 2:
            raise InputError(
                f"layer {position} is a {type(layer).__name__}, not (W, b) with b an array or None"
            )
        weight, bias = layer
        matrix = as_float32(weight, f"weights of layer {position}", 2)
        if weights and matrix.shape[1] != weights[-1].shape[0]:
            raise InputError(
                f"layer {position} takes {matrix.shape[1]} inputs but layer {position - 1} "
                f"gives {weights[-1].shape[0]} outputs; weights must have shape (out, in)"
            )
        vector = None if bias is None else as_float32(bias, f"biases of layer {position}", 1)
        if vector is not None and vector.shape[0] != matrix.shape[0]:
            raise InputError(
                f"layer {position} has {matrix.shape[0]} outputs but {vector.shape[0]} biases"
            )
        weights.append(matrix)
        biases.append(vector)
    if not weights:
        raise InputError("a network needs at least one layer")
    if not any(np.any(w) for w in weights) and not any(np.any(b) for b in biases if b is not None):
        raise InputError("all weights and biases are zero: equation 1 has nothing to divide by")
    return weights, biases


def check_maps(maps: Iterable[LinearMap]) -> list[LinearMap]:
    """Refuse what is no list of linear maps, at least one."""
    found = list(maps) if isinstance(maps, Iterable) else [maps]
    if not found:
        raise InputError("a network needs at least one linear map")
    for one in found:
        check_type(one, LinearMap, "a topoprint.networks.maps.LinearMap")
    return found


def check_biases(n_units: int, maps: Sequence[LinearMap], wires: Sequence[Wires]) -> None:
    """Refuse a bias vertex that has an edge beside its bias: it would be no bias."""
    biases = [one for one in maps if one.is_bias]
    if not biases:
        return
    is_bias = np.zeros(n_units, dtype=bool)
    number = 0
    for one in biases:
        is_bias[one.inputs.ravel()] = True
        number += one.inputs.size
        if one.weight.shape[1:] != (1, 1, 1) or one.inputs.shape != one.outputs.shape:
            raise InputError(f"map {one.name!r} is no bias: one weight and vertex an output unit")
    others = [part for one in maps if not one.is_bias for part in (one.inputs, one.outputs)]
    others += [one.outputs for one in biases]
    others += [part for wire in wires for part in (wire.sources, wire.targets)]
    if number != np.count_nonzero(is_bias) or any(is_bias[part].any() for part in others):
        raise InputError("the vertex of a bias has another edge; give each bias a unit of its own")


def greatest_magnitude(one: LinearMap) -> float:
    """Return max|w| of a map; NaN or infinite if one of its weights is."""
    weight = one.weight
    if weight.dtype == np.float32:
        return max(float(weight.max()), -float(weight.min()))
    flat = weight.reshape(-1)
    if weight.dtype.itemsize == 2:
        # Without its sign, the bits of a float are in the order of its magnitude, NaN last.
        bits = flat.view(np.uint16)
        blocks = range(0, len(bits), BLOCK)
        last = max(int((bits[start : start + BLOCK] & 0x7FFF).max()) for start in blocks)
        return float(np.array(last, dtype=np.uint16).view(weight.dtype))
    found = [
        float(np.abs(flat[start : start + BLOCK].astype(np.float32)).max())
        for start in range(0, len(flat), BLOCK)
    ]
    return float(np.max(found))
