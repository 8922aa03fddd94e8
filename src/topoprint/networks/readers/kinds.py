"""What a file is, by its content: what lists its tensors, or why it is not read."""

import os
import re
import stat
import zipfile
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

from topoprint.errors import InputError
from topoprint.networks.readers.hdf5_file import MEMBER, open_hdf5, open_keras
from topoprint.networks.readers.npz_file import open_npz
from topoprint.networks.readers.onnx_file import open_onnx
from topoprint.networks.readers.safetensors_file import is_safetensors, open_safetensors
from topoprint.networks.readers.shards import file_of_folder, index_of_shard, read_index
from topoprint.networks.readers.tensors import Array, Contents, Tensor, reading
from topoprint.networks.readers.torch_file import LEGACY, open_torch
from topoprint.networks.readers.torchscript_file import open_torchscript
from topoprint.storage import check_readable

KNOWN = "safetensors, a torch state dict, npz, ONNX, TorchScript, or Keras .h5 or .keras"
PICKLED = (
    "is a pickle, which is never opened, as that can run any code; where you trust it, load it in "
    "Python and give the model: topoprint.Network.from_sklearn(model) for scikit-learn, "
    "topoprint.Network.from_layers([(W, b), …]) with arrays W (out, in) for others"
)
# What files that are no weights begin with, and what to do about them.
REFUSED: tuple[tuple[bytes, str], ...] = (
    (
        b"version https://git-lfs",
        "is a pointer of Git LFS, not the file itself; fetch that with `git lfs pull`",
    ),
    (b"GGUF", "is GGUF, which is not read; give the safetensors that it was made from"),
    (b"\x93NUMPY", "is a single array; save it with its name by numpy.savez, or give it in Python: "
     "topoprint.Network.from_layers([(numpy.load(path), None)])"),
    (b"\x1f\x8b", "is compressed by gzip; unpack it first"),
    (b"BZh", "is compressed by bzip2; unpack it first"),
    (b"\xfd7zXZ", "is compressed by xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed by zstandard; unpack it first"),
    (b"\x04\x22\x4d\x18", "is compressed by lz4; unpack it first"),
    (b"Rar!", "is an archive; unpack it first"),
    (b"7z\xbc\xaf", "is an archive; unpack it first"),
    (b"%PDF", "is a PDF; name the file of the weights"),
    (b"\x89PNG", "is a picture; name the file of the weights"),
)  # fmt: skip
PAGE = re.compile(rb"\s*(<!doctype|<html|<head|<\?xml|<!--)", re.IGNORECASE)
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
JOBLIB = (b"x\x9c", b"x\x01", b"x^", b"x\xda")  # zlib, of which joblib makes its compressed files


def open_file(path: Path) -> Contents:
    """List the tensors of a file or folder, whatever its name ends in.

    Raises
    ------
    InputError
        If it is nothing that is read: what it is, and what to do.
    OSError
        If the machine fails.
    """
    path = _named(path)
    index = _index_of(path)
    return _open_one(path) if index is None else _sharded(index)


def files_of(path: Path) -> list[Path]:
    """Find the files that a network is read from: several, where a folder or index names them."""
    path = _named(path)
    index = _index_of(path)
    return [path] if index is None else [index, *sorted(set(read_index(index).values()))]


def read_arrays(path: Path, names: Collection[str]) -> dict[str, Array]:
    """Read those of some tensors that a file has."""
    found: dict[str, Array] = {}
    for group in open_file(path).groups.values():
        found.update({name: group[name].read() for name in names if name in group})
    return found


def _named(path: Path) -> Path:
    """File that a path names: itself, or the one of a folder."""
    path = file_of_folder(path) if path.is_dir() else path
    check_file(path)
    return path


def _index_of(path: Path) -> Path | None:
    """Index of the several files that a model lies in; None for one that is whole."""
    if path.name.endswith(".json"):
        return path
    return index_of_shard(path)


def _open_one(path: Path) -> Contents:
    with open(path, "rb") as file:
        kind, opened = _kind(path, file.read(4096))
    with reading(path, kind):
        found = opened(path)
    return _guarded(path, found)


def check_file(path: Path) -> None:
    """Refuse what is no file; of standard input and pipes, say what to do instead."""
    name = os.fspath(path)
    pipe = name == "-" or (path.exists() and not stat.S_ISREG(path.stat().st_mode))
    if pipe:
        what = "standard input" if name in ("-", "/dev/stdin") else "no regular file (a pipe?)"
        raise InputError(
            f"{path}: is {what}; a network is read from a file, of which only parts are read: "
            "write it to one and name that"
        )
    check_readable(path)


def _kind(path: Path, head: bytes) -> tuple[str, Callable[[Path], Contents]]:
    """Tell the kind of a file, and what lists its tensors."""
    if not head:
        raise InputError(f"{path}: is empty (a download that broke off?); get it again")
    if head.startswith(ZIPS):
        return _kind_of_zip(path)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "HDF5", open_hdf5
    if head.startswith(LEGACY):
        return "torch", open_torch
    for start, told in REFUSED:
        if head.startswith(start):
            raise InputError(f"{path}: {told}")
    if is_safetensors(head):
        return "safetensors", open_safetensors
    if PAGE.match(head):
        raise InputError(
            f"{path}: is a web page, not the file itself (a download that asked for a login, or "
            "the page that shows it?); get the raw file"
        )
    if _is_pickle(head) or head.startswith(JOBLIB):
        raise InputError(f"{path}: {PICKLED}")
    if head[257:262] == b"ustar":
        raise InputError(f"{path}: is a tar archive; unpack it, or save the weights as safetensors")
    if head[4:8] == b"TFL3":
        raise InputError(f"{path}: is TensorFlow Lite, which is not read; give ONNX or Keras .h5")
    if _is_text(head):
        what = "JSON" if head.lstrip()[:1] in (b"{", b"[") else "text"
        raise InputError(f"{path}: is {what}, not weights; networks are {KNOWN}")
    if head[:1] in (b"\x08", b"\x0a", b"\x12", b"\x3a", b"\x42"):  # fields of a model of ONNX
        return "ONNX", open_onnx
    raise InputError(
        f"{path}: is of no kind that is known (raw numbers without names?); networks are {KNOWN}"
    )


def _kind_of_zip(path: Path) -> tuple[str, Callable[[Path], Contents]]:
    with reading(path, "zip"), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    inner = [name.partition("/")[2] for name in names]
    if "data.pkl" in inner or "data.pkl" in names:
        code = "constants.pkl" in inner or any(part.startswith("code/") for part in inner)
        return ("TorchScript", open_torchscript) if code else ("torch", open_torch)
    if MEMBER in names:
        return "Keras", open_keras
    if names and all(name.endswith(".npy") for name in names):
        return "npz", open_npz
    if any(part.startswith(("data/weights", "models/")) for part in inner):
        raise InputError(
            f"{path}: is a program of torch.export; save its module.state_dict() by torch.save"
        )
    raise InputError(
        f"{path}: is a zip archive of something else"
        + (f" ({names[0]}, …)" if names else " (empty)")
        + "; unpack it and name the file of the weights"
    )


def _is_pickle(head: bytes) -> bool:
    """Whether it begins as a pickle of protocols 2 to 5, or of 0 as Python writes objects."""
    return (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05") or (
        head[:1] == b"c" and (re.match(rb"c[\w.]+\n\w+\n", head) is not None)
    )


def _is_text(head: bytes) -> bool:
    """Whether it is text: UTF-8 without control characters, a letter cut at the end aside."""
    try:
        text = head[: len(head) - 3].decode() if len(head) > 64 else head.decode()
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x08\x0e-\x1f]", text)


def _sharded(index: Path) -> Contents:
    """List the tensors of a model of several files, each from its own."""
    where = read_index(index)
    opened = {path: _open_one(path) for path in sorted(set(where.values()))}
    tensors: dict[str, Tensor] = {}
    for name, path in where.items():
        group = next(iter(opened[path].groups.values()))
        if name not in group:
            raise InputError(f"{path}: lacks the tensor {name!r} that {index.name} says is in it")
        tensors[name] = group[name]
    return Contents(next(iter(opened.values())).kind, {"": tensors})


def _guarded(path: Path, found: Contents) -> Contents:
    """Let every tensor be read with the file's name in whatever goes wrong."""
    if not all(isinstance(name, str) for group in found.groups.values() for name in group):
        raise InputError(
            f"{path}: not a complete {found.kind} file (a name is no text); get it again"
        )
    groups = {
        key: {
            name: replace(tensor, read=partial(_read, path, found.kind, tensor.read))
            for name, tensor in group.items()
        }
        for key, group in found.groups.items()
    }
    return replace(found, groups=groups)


def _read(path: Path, kind: str, read: Callable[[], Array]) -> Array:
    with reading(path, kind):
        return read()
