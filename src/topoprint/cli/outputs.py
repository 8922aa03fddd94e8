"""Options that name what is written, checked before anything is computed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.errors import InputError
from topoprint.identity import NetworkId
from topoprint.storage import stream_of, target_of

# What is written, by the suffix of its file, and other suffixes for the same.
FORMATS = {
    ".h5": "HDF5", ".safetensors": "safetensors", ".csv": "CSV", ".html": "HTML",
    ".svg": "SVG", ".pdf": "PDF", ".png": "PNG",
}  # fmt: skip
SAME = {".hdf5": ".h5", ".htm": ".html"}
# Suffixes that promise something else.
OTHERS = frozenset(
    {
        ".json", ".md", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth", ".tsv", ".txt", ".xlsx",
        ".yaml", ".yml",
    }
)  # fmt: skip


def file_option(suffix: str | Sequence[str], told: str, *names: str, panel: str = "") -> Any:
    """Make an option that names a file to write, checked before anything is computed.

    Parameters
    ----------
    suffix : str, or sequence of str
        What is written: a key of :data:`FORMATS`; or several, of which the file's suffix chooses.
        InputError refuses a path with the suffix of another format, a folder, and what lies in no
        folder that can be written in or made.
    told : str
        What ``--help`` says of it.
    names : str
        Names of the option; by default that of the parameter.
    panel : str
        Options among which ``--help`` lists it.
    """
    suffixes = (suffix,) if isinstance(suffix, str) else tuple(suffix)
    kinds, ends = (" or ".join(some) for some in ([FORMATS[one] for one in suffixes], suffixes))

    def check(path: Path | None) -> Path | None:
        if path is None or (len(suffixes) == 1 and stream_of(path) is not None):
            return path
        if str(path) == "-":
            raise InputError("-: is no file; name one, or /dev/stdout for standard output")
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name the file to write")
        found = path.suffix.lower()
        known = found in {*FORMATS, *SAME, *OTHERS} or len(suffixes) > 1
        if known and SAME.get(found, found) not in suffixes:
            raise InputError(
                f"{path}: {kinds} is written here, not {found or 'a file without a suffix'}; "
                f"end its name in {ends}"
            )
        _check_folder(path, target_of(path).parent)
        return path

    return typer.Option(*names, help=told, callback=check, rich_help_panel=panel or None)


def table_option(what: str, more: str = "") -> Any:
    """Make an option that names a table to write (:func:`file_option`)."""
    return file_option(".csv", f"CSV to write: {what}.{more}")


def network_option(which: str, more: str = "") -> Any:
    """Make an option that names a file to write a network to (:func:`file_option`)."""
    return file_option(".safetensors", f"File to write the {which} network to.{more}")


def folder_option(told: str, *names: str) -> Any:
    """Make an option that names a folder to write into, checked before anything is computed."""

    def check(path: Path | None) -> Path | None:
        if path is not None:
            _check_folder(path, path)
        return path

    return typer.Option(*names, help=told, callback=check)


def _check_folder(path: Path, folder: Path) -> None:
    """Refuse a folder that cannot be written in, or made where the nearest above it exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise InputError(f"{path}: cannot be written, as {folder} is no folder")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        raise InputError(f"{path}: cannot be written, as the folder {folder} is not writable")


# Of what is written of several networks, see filled().
FILLED = " {dataset}, {network} and {seed} in its name are those of each network."

Output = Annotated[Path, file_option(".h5", "HDF5 file to write.", "--output", "-o")]
OutputOfEach = Annotated[Path, file_option(".h5", f"HDF5 file to write.{FILLED}", "--output", "-o")]
NetworkOutput = Annotated[
    Path, file_option(".safetensors", f"Network to write.{FILLED}", "--output", "-o")
]
TableOutput = Annotated[Path, file_option(".csv", "CSV to write.", "--output", "-o")]
PageOutput = Annotated[Path, file_option(".html", "Page to write.", "--output", "-o")]
FolderOutput = Annotated[Path, folder_option("Folder to write into.", "--output", "-o")]


def make_parents(*paths: Path) -> None:
    """Make the folders that files are to be written in."""
    for path in paths:
        target_of(path).parent.mkdir(parents=True, exist_ok=True)


def filled(path: Path, own: NetworkId) -> Path:
    """Fill in what stands in braces in a path: the data set, name and seed of a network.

    Raises
    ------
    InputError
        If one of these is not known of the network, or is no name of a file.
    """
    told = str(path)
    for name in ("dataset", "network", "seed"):
        if (field := f"{{{name}}}") in told:
            value = getattr(own, name)
            text = "" if value is None else str(value)
            if text in ("", ".", "..") or os.sep in text:
                raise InputError(
                    f"{path}: {field} is {text!r} of network {own.network!r}, which names no file; "
                    "name the file without it"
                )
            told = told.replace(field, text)
    return Path(told)
