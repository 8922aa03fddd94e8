"""Tensors and metadata of the files of networks."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from topoprint.errors import InputError
from topoprint.identity import NetworkId
from topoprint.networks.checkpoints import read_state_dict
from topoprint.storage import check_readable, file_error

Tensors = Mapping[str, NDArray[Any]]

FORMAT = "topoprint network"
FORMAT_VERSION = 2
# safetensors keeps its metadata in no fixed order: one key alone makes the bytes reproducible.
METADATA_KEY = "topoprint"

# Files of torch, which are read with torch; all others are safetensors.
TORCH_SUFFIXES = (".pt", ".pth")


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
