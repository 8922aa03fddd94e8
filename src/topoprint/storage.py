"""What every file of the project has in common: written whole or not at all, and labelled."""

import errno
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from topoprint.errors import InputError, check_path

# Errors of the system that the user can mend: names, permissions, what is in the way. All others,
# such as a full disk, are faults of the machine.
MENDABLE = frozenset(
    {
        errno.EACCES, errno.EBADF, errno.EBUSY, errno.EEXIST, errno.EISDIR, errno.ELOOP,
        errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.EPERM, errno.EPIPE,
        errno.EROFS, errno.ETXTBSY,
    }
)  # fmt: skip
# What HDF5 meets where another program writes a file, and where nobody can lock one.
LOCKED = frozenset({errno.EAGAIN, errno.EWOULDBLOCK})
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})

DESCRIPTORS = {"/dev/stdout": 1, "/dev/stderr": 2}


def file_error(error: OSError, path: str | os.PathLike[str], done: str) -> InputError | OSError:
    """Make what to raise where the system does not let a file be ``done`` (read, written).

    Returns
    -------
    InputError or OSError
        With the name of the file; InputError where the user can mend it (:data:`MENDABLE`).
    """
    told = os.strerror(error.errno) if error.errno else str(error)
    if done == "read" and error.errno in LOCKED:
        return InputError(
            f"{path}: another program has it open for writing ({told}); try again when that has "
            "ended, or set HDF5_USE_FILE_LOCKING=FALSE to read it all the same"
        )
    if done == "read" and error.errno in NO_LOCKS:
        return InputError(
            f"{path}: its file system cannot lock it ({told}); set HDF5_USE_FILE_LOCKING=FALSE in "
            "the environment"
        )
    if not error.errno or error.errno in MENDABLE:
        return InputError(f"{path}: cannot be {done} ({told})")
    return OSError(error.errno, told, str(path))


def stream_of(path: str | os.PathLike[str]) -> str | int | None:
    """Find what to open where a path names no file that could be replaced.

    Returns
    -------
    str, int or None
        The path of a device, pipe or socket; the number of an open descriptor, such as that of
        /dev/stdout; None for files, folders and what does not exist.
    """
    name = os.fspath(path)
    if descriptor := re.fullmatch(r"/(?:dev|proc/self)/fd/(\d+)", name):
        return int(descriptor[1])
    if name in DESCRIPTORS:
        return DESCRIPTORS[name]
    known = not Path(path).exists() or Path(path).is_file() or Path(path).is_dir()
    return None if known else name


def target_of(path: str | os.PathLike[str]) -> Path:
    """Follow links to the file to be written, which need not exist; OSError if they loop."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def name_of(path: str | os.PathLike[str]) -> str:
    """Write a path as text that every file can hold: what is no UTF-8 in it stands escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside ``path``, and rename it to ``path`` when the block succeeds.

    Links are followed: they stay, and what they point to is written. The temporary name is unique
    to the process, so that two processes that write the same file never share one. If the block
    fails, nothing is left behind. What is no regular file is never replaced (FileExistsError).
    """
    final = target_of(path)
    if final.exists() and not final.is_file():
        raise FileExistsError(errno.EEXIST, "is no regular file", str(path))
    temporary = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: str | os.PathLike[str], content: bytes | memoryview) -> None:
    """Write a file whole or not at all; a device, pipe or open descriptor is written into.

    Raises
    ------
    InputError
        If it cannot be written for a reason that the user can mend, such as a missing folder.
    OSError
        If the machine fails, such as by a full disk; it carries the name of the file.
    """
    try:
        if (stream := stream_of(path)) is not None:
            if sys.stdout:
                sys.stdout.flush()  # what was printed before stands before
            with open(stream, "wb", closefd=isinstance(stream, str)) as file:
                file.write(content)
            return
        if Path(path).is_dir():
            raise InputError(f"{path}: is a folder; name the file to write")
        folder = target_of(path).parent
        if not folder.is_dir():
            raise InputError(f"{path}: its folder does not exist; create {folder} first")
        with atomic_path(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise file_error(error, path, "written") from error


@contextmanager
def create_h5(
    path: str | os.PathLike[str],
    kind: str,
    version: int,
    identity: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Iterator[h5py.File]:
    """Create an HDF5 file of one ``kind`` and ``version``, whole or not at all.

    ``identity`` (what the file holds) and ``parameters`` (what made it) are stored as JSON
    attributes with sorted keys, so that equal contents give equal bytes. The file is made in
    memory, which takes as much more as it is large, as HDF5 does not survive a full disk.
    """
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _label(file, kind, version, identity, parameters)
        yield file
    write_bytes(path, content.getbuffer())


@contextmanager
def create_large_h5(
    path: str | os.PathLike[str],
    kind: str,
    version: int,
    identity: Mapping[str, Any],
    parameters: Mapping[str, Any],
    size: int,
) -> Iterator[h5py.File]:
    """Create an HDF5 file as :func:`create_h5` does, on the disk rather than in memory.

    Parameters
    ----------
    path, kind, version, identity, parameters
        As there; ``path`` is no device or pipe.
    size : int
        Bytes that it will take, which must be free: HDF5 does not survive a full disk.

    Raises
    ------
    OSError
        If the disk has no room for it, with the name of the file.
    """
    if shutil.disk_usage(target_of(path).parent).free < size:
        told = f"no space left on device for its {size / 1e9:.1f} GB"
        raise OSError(errno.ENOSPC, told, str(path))
    try:
        with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
            _label(file, kind, version, identity, parameters)
            yield file
            file.close()  # whole before it is renamed
    except OSError as error:
        raise file_error(error, path, "written") from error


def _label(
    file: h5py.File,
    kind: str,
    version: int,
    identity: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> None:
    file.attrs["format"] = kind
    file.attrs["format_version"] = version
    file.attrs["identity"] = json.dumps(dict(identity), sort_keys=True)
    file.attrs["parameters"] = json.dumps(dict(parameters), sort_keys=True)


def check_readable(path: str | os.PathLike[str]) -> None:
    """Refuse what is no file that can be opened, and say what stands in the way.

    Raises
    ------
    InputError
        If there is no such file, it is a folder or a device, or may not be read.
    OSError
        If the machine fails.
    """
    check_path(path)
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            raise InputError(f"{path}: is {what}; name the file to read")
        with open(path, "rb"):
            pass
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise file_error(error, path, "read") from error


@contextmanager
def open_h5(
    path: str | os.PathLike[str], kind: str, *versions: int, made_by: str
) -> Iterator[h5py.File]:
    """Open an HDF5 file of one ``kind`` and of some ``versions``; refuse any other, with its name.

    ``made_by`` is the command that makes such files.

    Raises
    ------
    InputError
        If the file is missing or may not be read, is being written by another program, is no
        complete HDF5 file, is of another kind or version, or if what is read of it within the
        block is missing or damaged.
    OSError
        If the machine fails.
    """
    check_readable(path)
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format")
            if found != kind:
                raise InputError(
                    f"{path}: expected a {kind} file, found {found or 'another'}; `{made_by}` "
                    "makes one"
                )
            found_version = int(file.attrs.get("format_version", -1))
            if found_version not in versions:
                raise InputError(
                    f"{path}: format version {found_version} is not read by this release, which "
                    f"reads {' and '.join(map(str, versions))}; make it again with `{made_by}`"
                )
            yield file
    except InputError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _unread(error, path) from error


def _unread(error: Exception, path: str | os.PathLike[str]) -> InputError | OSError:
    """Make what to raise for what reading an HDF5 file raised."""
    if isinstance(error, OSError) and error.errno:
        return file_error(error, path, "read")
    return InputError(
        f"{path}: not a complete HDF5 file of this project (truncated or damaged?); make it again"
    )


def format_of(path: str | os.PathLike[str]) -> str | None:
    """Read what an HDF5 file says that it is; "" if nothing, None if it is no such file."""
    if not Path(path).is_file() or not h5py.is_hdf5(path):
        return None
    try:
        with h5py.File(path, "r") as file:
            return str(file.attrs.get("format", ""))
    except (OSError, RuntimeError):
        return ""


def read_json(file: h5py.Group, attribute: str) -> Any:
    """Read one of the JSON attributes that :func:`create_h5` writes."""
    return json.loads(file.attrs[attribute])


def write_strings(group: h5py.Group, name: str, values: Sequence[str]) -> None:
    """Write a list of strings as a variable-length UTF-8 data set."""
    group.create_dataset(name, data=list(values), dtype=h5py.string_dtype())


def read_strings(group: h5py.Group, name: str) -> tuple[str, ...]:
    """Read what :func:`write_strings` wrote."""
    return tuple(str(value) for value in group[name].asstr()[()])


def digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
