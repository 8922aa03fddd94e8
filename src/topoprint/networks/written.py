"""Files that networks are written to: chains of dense layers, and units, maps and wires."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from topoprint.errors import InputError
from topoprint.networks.files import FORMAT
from topoprint.networks.maps import IntArray, LinearMap, Wires
from topoprint.networks.readers.safetensors_file import (
    CHAIN_VERSION,
    MAPS_VERSION,
    METADATA_KEY,
    tensors_of,
)
from topoprint.networks.readers.tensors import Tensor

if TYPE_CHECKING:
    from topoprint.networks.network import Network

Tensors = dict[str, NDArray[Any]]


def bytes_of(network: "Network") -> bytes:
    """Give the file of a network, safetensors (docs/file-formats.md)."""
    is_chain = network.is_chain and not network.sums.size
    tensors, told = _chain(network) if is_chain else _maps(network)
    header = {**network.metadata, "format": FORMAT, **told}
    return save(tensors, {METADATA_KEY: json.dumps(header, sort_keys=True)})


def has_maps(header: Mapping[str, Any]) -> bool:
    """Whether the metadata of a file are those of units, maps and wires."""
    return header.get("format_version") == MAPS_VERSION


def maps_of(
    path: Path, header: Mapping[str, Any]
) -> tuple[int, list[LinearMap], list[Wires], dict[str, Any], IntArray]:
    """Read what ``bytes_of`` wrote of a network that is no chain: the parts of one.

    Weights are views of the memory-mapped file.

    Raises
    ------
    InputError
        If something is missing.
    """
    told = header["architecture"]
    tensors = tensors_of(path)

    def numbers(name: str) -> IntArray:
        return tensors[name].read().astype(np.int64)

    try:
        maps = [_map(f"maps.{i}", about, tensors) for i, about in enumerate(told["maps"])]
        wires = [
            Wires(numbers(f"wires.{i}.sources"), numbers(f"wires.{i}.targets"))
            for i in range(told["wires"])
        ]
        parts = int(told["units"]), maps, wires, dict(header), numbers("sums")
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"{path}: lacks parts of a network ({error}); save it again") from error
    return parts


def _chain(network: "Network") -> tuple[Tensors, dict[str, Any]]:
    tensors: Tensors = {}
    for position, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        tensors[f"layers.{position}.weight"] = np.ascontiguousarray(weight)
        if bias is not None:
            tensors[f"layers.{position}.bias"] = np.ascontiguousarray(bias)
    names = [f"layers.{position}" for position in range(len(network.weights))]
    return tensors, {"format_version": CHAIN_VERSION, "layers": names}


def _maps(network: "Network") -> tuple[Tensors, dict[str, Any]]:
    wide = np.int32 if network.n_units < 2**31 else np.int64
    tensors: Tensors = {"sums": network.sums.astype(wide)}
    about = []
    for number, one in enumerate(network.maps):
        own = f"maps.{number}"
        tensors[f"{own}.weight"] = np.ascontiguousarray(one.weight, dtype=np.float32)
        tensors[f"{own}.inputs"] = np.ascontiguousarray(one.inputs, dtype=wide)
        tensors[f"{own}.outputs"] = np.ascontiguousarray(one.outputs, dtype=wide)
        tensors[f"{own}.pairs"] = np.concatenate(one.pairs).astype(wide)
        tensors[f"{own}.uses"] = np.array([len(used) for used in one.pairs], dtype=np.int64)
        about.append({"name": one.name, "is_bias": one.is_bias})
    for number, some in enumerate(network.wires):
        tensors[f"wires.{number}.sources"] = np.ascontiguousarray(some.sources, dtype=wide)
        tensors[f"wires.{number}.targets"] = np.ascontiguousarray(some.targets, dtype=wide)
    told = {"units": network.n_units, "maps": about, "wires": len(network.wires)}
    return tensors, {"format_version": MAPS_VERSION, "architecture": told}


def _map(own: str, about: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> LinearMap:
    weight, inputs, outputs, pairs, uses = (
        tensors[f"{own}.{part}"].read() for part in ("weight", "inputs", "outputs", "pairs", "uses")
    )
    return LinearMap(
        str(about["name"]),
        weight,
        inputs.astype(np.int64),
        outputs.astype(np.int64),
        tuple(np.split(pairs.astype(np.int64), np.cumsum(uses)[:-1])),
        bool(about["is_bias"]),
    )
