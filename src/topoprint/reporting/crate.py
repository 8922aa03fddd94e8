"""A run as an RO-Crate: what was made, of what, with which versions and settings."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from topoprint.errors import InputError
from topoprint.reporting.provenance import PAPER, commit, versions
from topoprint.storage import digest

NAME = "ro-crate-metadata.json"
# What is no result: it differs from one run to the next.
LEFT_OUT = ("logs", "benchmarks")
KINDS = {
    ".h5": "application/x-hdf5", ".csv": "text/csv", ".svg": "image/svg+xml", ".png": "image/png",
    ".pdf": "application/pdf", ".html": "text/html", ".md": "text/markdown",
}  # fmt: skip


def crate(folder: Path, config: Mapping[str, Any], author: str, license: str) -> bytes:
    """Describe the results in a folder as an RO-Crate 1.1, its metadata file.

    The root names author, licence and the day of the newest file. An action has the prepared data
    and the config as its objects, topoprint with its commit and the packages that it needs as
    its instrument, and all other files as its results; each file has its size and SHA-256. Logs
    and benchmarks are left out.

    Parameters
    ----------
    folder : Path
        Of one run, such as ``results``.
    config : mapping
        Its config, as JSON values.
    author : str
        Name of the person who ran it.
    license : str
        SPDX name, such as ``CC-BY-4.0``, or the address of a licence of the results.

    Returns
    -------
    bytes
        JSON-LD; the same for the same files.

    Raises
    ------
    InputError
        If the folder holds no results, or a file whose name is no UTF-8.
    """
    files = _files(folder)
    if not any(path.match("*/matrices.h5") and path.parent.parent == folder for path in files):
        raise InputError(f"{folder}: holds no matrices.h5 of a run; run the experiment first")
    made = ROCrate(gen_preview=False, version="1.1")
    made.name = "A run of topoprint"
    made.description = (
        "Topological fingerprints of neural networks, and how similar networks are by them: "
        f"results of the experiment of {PAPER}."
    )
    newest = max(path.stat().st_mtime for path in files)
    made.datePublished = datetime.fromtimestamp(int(newest), UTC).date()
    made.license = license if ":" in license else f"https://spdx.org/licenses/{license}"
    made.root_dataset["author"] = made.add(Person(made, "#author", {"name": author}))
    entities = {path: _entity(made, folder, path) for path in files}
    data = [entity for path, entity in entities.items() if path.name == "data.h5"]
    told = {"@type": "PropertyValue", "name": "config", "value": json.dumps(config)}
    settings = made.add(ContextEntity(made, "#config", told))
    action = {"@type": "CreateAction", "name": "The run", "object": [*data, settings]}
    action["result"] = [entity for entity in entities.values() if entity not in data]
    action["instrument"] = _software(made)
    made.root_dataset["mentions"] = made.add(ContextEntity(made, "#run", action))
    content = json.dumps(made.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False)
    return content.encode() + b"\n"


def _files(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and parts[0] not in (*LEFT_OUT, NAME):
            found.append(path)
    return found


def _entity(made: ROCrate, folder: Path, path: Path) -> Any:
    if not str(path).isprintable():
        raise InputError(f"{path!r}: has a name that cannot be printed; take it out of the folder")
    told: dict[str, Any] = {
        "contentSize": str(path.stat().st_size),
        "sha256": digest(path),
        "encodingFormat": KINDS.get(path.suffix, "application/octet-stream"),
    }
    return made.add_file(path, path.relative_to(folder).as_posix(), properties=told)


def _software(made: ROCrate) -> Any:
    known = versions()
    packages = [
        made.add(ContextEntity(made, f"#{name}-{version}", _package(name, version)))
        for name, version in known.items()
        if name != "topoprint"
    ]
    told: dict[str, Any] = _package("topoprint", known.get("topoprint", "unknown"))
    told |= {"license": "https://spdx.org/licenses/MIT", "softwareRequirements": packages}
    if (found := commit()) is not None:
        told["identifier"] = f"git commit {found}"
    return made.add(ContextEntity(made, "#topoprint", told))


def _package(name: str, version: str) -> dict[str, Any]:
    return {"@type": "SoftwareApplication", "name": name, "softwareVersion": version}
