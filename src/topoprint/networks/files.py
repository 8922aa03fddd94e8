"""What a file of a network says of it: the metadata of the project's own files."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from topoprint.errors import InputError, check_path
from topoprint.identity import NetworkId
from topoprint.networks.readers.choice import split_path
from topoprint.networks.readers.kinds import check_file, files_of
from topoprint.networks.readers.safetensors_file import (
    CHAIN_VERSION,
    MAPS_VERSION,
    METADATA_KEY,
    is_safetensors,
    read_header,
)
from topoprint.storage import digest, name_of

FORMAT = "topoprint network"


def read_id(path: str | os.PathLike[str]) -> NetworkId:
    """Read what names the network of a file; its path, where the file does not say."""
    return NetworkId.from_json(known_of(path).get("identity", {"network": name_of(path)}))


def known_of(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the metadata of a file of the project; nothing of other files, or of a part of one."""
    check_path(path)
    file, chosen = split_path(path)
    if chosen or file.is_dir():
        return {}
    check_file(file)
    with open(file, "rb") as opened:
        is_own = is_safetensors(opened.read(9))
    return read_metadata(file) if is_own else {}


def digest_of(path: str | os.PathLike[str]) -> str:
    """SHA-256 of what a network is read from: its files, and what is chosen of them."""
    file, chosen = split_path(path)
    files = files_of(file)
    if [file] == files and not chosen:
        return digest(file)
    parts = [*map(digest, files), *chosen]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a safetensors file of the project says of its network, without the weights."""
    try:
        header = json.loads(read_header(Path(path)).get(METADATA_KEY, "{}"))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: its metadata {METADATA_KEY!r} are damaged ({error}); train it again"
        ) from error
    if header == {}:
        return {}
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"{path}: its metadata {METADATA_KEY!r} are not those of a {FORMAT}")
    version = header.get("format_version")
    if version not in (1, CHAIN_VERSION, MAPS_VERSION):
        raise InputError(
            f"{path}: format version {version} of a network is not known here (this release reads "
            f"1, {CHAIN_VERSION} and {MAPS_VERSION}); train it again with `topoprint train`"
        )
    try:
        if version == 1:
            header = _from_version_1(header)
        NetworkId.from_json(header.get("identity", {}))
        if not isinstance(header.get("layers", []), list):
            raise TypeError("layers are no list")
        if version == MAPS_VERSION and not isinstance(header.get("architecture"), dict):
            raise TypeError("architecture is no mapping")
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
