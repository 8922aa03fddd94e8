"""A layered network: dense layers of weights and biases, and its safetensors file."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from topoprint.errors import InputError
from topoprint.identity import NetworkId, Row
from topoprint.networks.checkpoints import read_state_dict
from topoprint.storage import check_readable, file_error, write_bytes

FloatArray = NDArray[np.float32]
Tensors = Mapping[str, NDArray[Any]]

FORMAT = "topoprint network"
FORMAT_VERSION = 2
# safetensors keeps its metadata in no fixed order: one key alone makes the bytes reproducible.
METADATA_KEY = "topoprint"
# Orders of layers whose names carry no numbers are searched by shape; beyond this many the search
# could take for ever, and the user must name them.
MOST_UNNUMBERED_LAYERS = 12

# Files of torch, which are read with torch; all others are safetensors.
TORCH_SUFFIXES = (".pt", ".pth")


@dataclass(frozen=True, eq=False)
class Network:
    """A feed-forward network of dense layers.

    Attributes
    ----------
    weights : tuple of ndarray, float32
        One matrix a layer, shape (out, in); the ``in`` of each is the ``out`` of the one before.
    biases : tuple of (ndarray or None), float32
        One vector a layer, shape (out,), or None.
    metadata : dict
        What else is known of it, JSON values only; ``metadata["identity"]`` names it,
        ``metadata["group"]`` its experiment.
    """

    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray | None, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_layers(
        cls,
        layers: Iterable[tuple[ArrayLike, ArrayLike | None]],
        metadata: Mapping[str, Any] | None = None,
    ) -> "Network":
        """Make a network of pairs (W, b), in the order of the layers.

        Parameters
        ----------
        layers : iterable of (W, b)
            W of shape (out, in), b of shape (out,) or None; rounded to float32.
        metadata : mapping, optional
            JSON values to keep with it.

        Raises
        ------
        InputError
            If there is no layer, a shape does not fit, a number is not finite, or all are zero.
        """
        weights: list[FloatArray] = []
        biases: list[FloatArray | None] = []
        for position, (weight, bias) in enumerate(layers):
            matrix = _as_float32(weight, f"weights of layer {position}", 2)
            if weights and matrix.shape[1] != weights[-1].shape[0]:
                raise InputError(
                    f"layer {position} takes {matrix.shape[1]} inputs but layer {position - 1} "
                    f"gives {weights[-1].shape[0]} outputs; weights must have shape (out, in)"
                )
            vector = None if bias is None else _as_float32(bias, f"biases of layer {position}", 1)
            if vector is not None and vector.shape[0] != matrix.shape[0]:
                raise InputError(
                    f"layer {position} has {matrix.shape[0]} outputs but {vector.shape[0]} biases"
                )
            weights.append(matrix)
            biases.append(vector)
        if not weights:
            raise InputError("a network needs at least one layer")
        if not any(np.any(w) for w in weights) and not any(
            np.any(b) for b in biases if b is not None
        ):
            raise InputError("all weights and biases are zero: equation 1 has nothing to divide by")
        return cls(tuple(weights), tuple(biases), dict(metadata or {}))

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Number of neurons of each layer, the inputs first."""
        return (self.weights[0].shape[1], *(weight.shape[0] for weight in self.weights))

    @property
    def id(self) -> NetworkId:
        """What names the network, as far as it is known."""
        return NetworkId.from_json(self.metadata.get("identity", {}))

    @property
    def row(self) -> Row:
        """What a table of networks says of it."""
        biases = sum(len(bias) for bias in self.biases if bias is not None)
        return Row(
            self.id,
            self.metadata.get("group", ""),
            "-".join(map(str, self.layer_sizes)),
            sum(weight.size for weight in self.weights) + biases,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a safetensors file: ``layers.{i}.weight`` (out, in) and ``layers.{i}.bias``."""
        tensors: dict[str, NDArray[Any]] = {}
        for position, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            tensors[f"layers.{position}.weight"] = np.ascontiguousarray(weight)
            if bias is not None:
                tensors[f"layers.{position}.bias"] = np.ascontiguousarray(bias)
        header = {
            **self.metadata,
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "layers": [f"layers.{position}" for position in range(len(self.weights))],
        }
        write_bytes(path, save(tensors, {METADATA_KEY: json.dumps(header, sort_keys=True)}))

    @classmethod
    def load(cls, path: str | os.PathLike[str], layers: Sequence[str] | None = None) -> "Network":
        """Read a network from a safetensors file or a ``.pt`` / ``.pth`` state dict.

        Parameters
        ----------
        path : path
            The file; its dense layers are the tensors ``NAME.weight`` (out, in) with their
            ``NAME.bias`` (out,) beside them.
        layers : sequence of str, optional
            The NAMEs to take, first to last. Without it every tensor must belong to a dense
            layer, and the order must follow from numbers in the names or from the shapes alone.

        Raises
        ------
        InputError
            If the file cannot be read, holds a tensor that is no dense layer, or its layers do
            not chain in one way.
        """
        path = Path(path)
        tensors = read_tensors(path)
        metadata = {} if path.suffix in TORCH_SUFFIXES else read_metadata(path)
        try:
            names = list(layers) if layers is not None else metadata.get("layers")
            if names is None:
                names = _order_layers(tensors)
            return cls.from_layers([_layer(tensors, name) for name in names], metadata)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error


def read_id(path: str | os.PathLike[str]) -> NetworkId:
    """Read what names the network of a file; its path, where the file does not say."""
    known = {} if Path(path).suffix in TORCH_SUFFIXES else read_metadata(path)
    return NetworkId.from_json(known.get("identity", {"network": str(path)}))


def read_metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a safetensors file of the project says of its network, without the weights."""
    check_readable(path)
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))
    except OSError as error:
        raise file_error(error, path, "read") from error
    except (SafetensorError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: not a complete safetensors file ({error})") from error
    if header == {}:
        return {}
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"{path}: its metadata {METADATA_KEY!r} are not those of a {FORMAT}")
    version = header.get("format_version")
    if version not in (1, FORMAT_VERSION):
        raise InputError(
            f"{path}: format version {version} of a network is not known here (this release reads "
            f"1 and {FORMAT_VERSION}); train it again with `topoprint train`"
        )
    try:
        if version == 1:
            header = _from_version_1(header)
        NetworkId.from_json(header.get("identity", {}))
        if not isinstance(header.get("layers", []), list):
            raise TypeError("layers are no list")
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise InputError(
            f"{path}: its metadata {METADATA_KEY!r} are damaged ({error}); train it again"
        ) from error
    return dict(header)


def _from_version_1(header: dict[str, Any]) -> dict[str, Any]:
    """Metadata of version 1 as they are today: a state became a step or a variant."""
    found = dict(header.get("identity", {}))
    state = header.pop("state", "trained")
    if "seed" in found:
        found["seed"] = int(found["seed"])
    if state == "initial":
        found["step"] = 0.0
    elif state != "trained":
        found["variant"] = state
    # Networks of version 1 were named after their experiment and what it changes.
    group = found.get("network", "").rpartition("-")[0]
    return {**header, "identity": found, "group": group}


def read_tensors(path: Path) -> Tensors:
    """Read the arrays of a safetensors file or of a torch state dict."""
    check_readable(path)
    if path.suffix in TORCH_SUFFIXES:
        return read_state_dict(path)
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: numpy does not know a number type in it ({error}); save it as float32"
        ) from error
    except OSError as error:
        raise file_error(error, path, "read") from error
    except SafetensorError as error:
        known = ", ".join([".safetensors", *TORCH_SUFFIXES])
        raise InputError(
            f"{path}: not a complete safetensors file ({error}); networks are {known} files"
        ) from error


def refuse_masked(values: object, what: str) -> None:
    """Refuse masked numbers: numpy would quietly take what lies under the mask."""
    if isinstance(values, list | tuple):
        for part in values:
            refuse_masked(part, what)
    elif isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
        raise InputError(f"the {what} are masked in part; fill in numbers there, or leave them out")


def _as_float32(values: ArrayLike, what: str, dimensions: int) -> FloatArray:
    refuse_masked(values, what)
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiu":
            raise TypeError
        with np.errstate(over="ignore"):  # an overflow is an infinity, refused below
            array = np.asarray(array, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"the {what} are not real numbers") from error
    if array.ndim != dimensions or array.size == 0:
        wanted = "(out, in)" if dimensions == 2 else "(out,)"
        raise InputError(f"the {what} have shape {array.shape}; expected {wanted}, not empty")
    if not np.isfinite(array).all():
        raise InputError(f"the {what} hold NaN or infinity; train the network again")
    return array


def _layer(tensors: Tensors, name: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    weight = tensors.get(f"{name}.weight")
    if weight is None:
        known = ", ".join(key.removesuffix(".weight") for key in tensors if key.endswith(".weight"))
        raise InputError(f"no layer named {name!r}; the file has: {known or 'none'}")
    if weight.ndim != 2:
        raise InputError(f"{name}.weight has shape {weight.shape}: not a dense layer (out, in)")
    return weight, tensors.get(f"{name}.bias")


def _order_layers(tensors: Tensors) -> list[str]:
    """Names of the dense layers, first to last, or a refusal that says what stands in the way."""
    shapes: dict[str, tuple[int, int]] = {}
    for key, tensor in tensors.items():
        name, _, part = key.rpartition(".")
        if part == "weight" and tensor.ndim == 2:
            shapes[name] = (tensor.shape[0], tensor.shape[1])
        elif not (part == "bias" and tensor.ndim == 1 and _is_dense(tensors, name)):
            raise InputError(
                f"tensor {key!r} of shape {tuple(tensor.shape)} is no dense layer (a convolution, "
                "normalisation or other part?); name the dense layers with --layers NAME,NAME,…"
            )
    if not shapes:
        raise InputError("no dense layer: expected tensors NAME.weight of shape (out, in)")
    names = sorted(shapes, key=_natural_key)
    if len({re.sub(r"\d+", "#", name) for name in names}) == 1:  # only their numbers differ
        if _chains(names, shapes):
            return names
        listed = ", ".join(f"{name} {shapes[name]}" for name in names)
        raise InputError(
            f"the layers {listed} do not chain (out, in) to (out, in) in the order of their "
            "numbers; give their order with --layers NAME,NAME,…"
        )
    orders = _orders(shapes) if len(names) <= MOST_UNNUMBERED_LAYERS else []
    if len(orders) != 1:
        problem = "in more than one order" if orders else "in no order that their shapes tell"
        raise InputError(
            f"the layers {', '.join(names)} chain (out, in) to (out, in) {problem}; "
            "give their order with --layers NAME,NAME,…"
        )
    return orders[0]


def _is_dense(tensors: Tensors, name: str) -> bool:
    weight = tensors.get(f"{name}.weight")
    return weight is not None and weight.ndim == 2


def _natural_key(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _chains(names: Sequence[str], shapes: Mapping[str, tuple[int, int]]) -> bool:
    return all(shapes[after][1] == shapes[before][0] for before, after in pairwise(names))


def _orders(shapes: Mapping[str, tuple[int, int]]) -> list[list[str]]:
    """Up to two orders in which all layers chain: enough to know none, one, or several."""
    found: list[list[str]] = []

    def extend(order: list[str], rest: frozenset[str]) -> None:
        if not rest:
            found.append(order)
        tried = set()
        for name in sorted(rest, key=_natural_key):
            if len(found) > 1:
                return
            # Layers of one shape lead to the same ends: two of them are tried, as two orders.
            fits = not order or shapes[name][1] == shapes[order[-1]][0]
            if fits and (shapes[name], len(found)) not in tried:
                tried.add((shapes[name], len(found)))
                extend([*order, name], rest - {name})

    extend([], frozenset(shapes))
    return found
