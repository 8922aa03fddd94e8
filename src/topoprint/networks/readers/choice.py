"""Which tensors of a file are wanted: ``FILE::key``, ``FILE::glob``, and names of layers."""

import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from topoprint.errors import InputError
from topoprint.networks.readers.parameters import names_of
from topoprint.networks.readers.tensors import Contents, Group, Tensor

SEPARATOR = "::"


def split_path(path: str | os.PathLike[str]) -> tuple[Path, tuple[str, ...]]:
    """Split what a user names into a file and the choice behind it, which may be none.

    A file whose own name holds ``::`` is taken as it is.
    """
    text = os.fspath(path)
    if SEPARATOR not in text or Path(text).exists():
        return Path(text), ()
    name, *chosen = text.split(SEPARATOR)
    return Path(name), tuple(part.strip() for part in chosen if part.strip())


def split_names(text: str | None) -> list[str] | None:
    """Split names at commas; spaces around them are forgiven. None of an empty text."""
    names = [part.strip() for part in (text or "").split(",")]
    return [name for name in names if name] or None


def choose_group(contents: Contents, chosen: Sequence[str]) -> tuple[Group, list[str] | None]:
    """Find the dictionary of tensors that is wanted, and what is wanted of it.

    Parameters
    ----------
    contents : Contents
    chosen : sequence of str
        What stands behind the file, part by part: keys of dictionaries, and last, names or globs
        of tensors, separated by commas.

    Raises
    ------
    InputError
        If it holds several dictionaries and no choice says which.
    """
    groups = contents.groups
    for length in range(len(chosen), 0, -1):
        key = SEPARATOR.join(chosen[:length])
        inner = {own: group for own, group in groups.items() if _lies_in(own, key)}
        if inner:
            return _only(inner, key), split_names(",".join(chosen[length:]))
    if len(chosen) > 1:
        raise InputError(
            f"no dictionary {SEPARATOR.join(chosen[:-1])!r}; the file has: {_told(groups)}"
        )
    return _only(groups, ""), split_names(",".join(chosen))


def _lies_in(own: str, key: str) -> bool:
    """Whether a dictionary is that of a key, or lies in it; what is above may be left out."""
    parts, wanted = own.split(SEPARATOR), key.split(SEPARATOR)
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts)))


def _only(groups: Mapping[str, Group], key: str) -> Group:
    if len(groups) > 1:
        shallowest = min(own.count(SEPARATOR) for own in groups)
        exact = [own for own in groups if key and own.endswith(key)]
        if len(exact) == 1 and exact[0].count(SEPARATOR) == shallowest:
            return groups[exact[0]]
        raise InputError(
            f"holds several dictionaries of tensors ({_told(groups)}); say which, as in "
            f"FILE{SEPARATOR}{next(own for own in groups if own)}"
        )
    return next(iter(groups.values()))


def _told(groups: Mapping[str, Group]) -> str:
    names = [own or "the outermost" for own in groups]
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def choose_tensors(tensors: Mapping[str, Tensor], names: Sequence[str]) -> list[str]:
    """Find the tensors that names, prefixes or globs stand for, in the order asked for.

    A name is that of a tensor, or of a module: all tensors whose names begin with it and a dot.
    Within a prefix or glob, tensors stand in the order of the file.

    Raises
    ------
    InputError
        If one stands for nothing, or a tensor is asked for twice by name.
    """
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise InputError(f"layer {repeated[0]!r} is named twice")
    found: dict[str, None] = {}
    for name in names:
        own = [key for key in tensors if stands_for(name, key)]
        if not own:
            modules = names_of(dict.fromkeys(map(module_of, tensors)))
            raise InputError(f"no layer named {name!r}; the file has: {modules or 'none'}")
        found.update(dict.fromkeys(own))
    return list(found)


def stands_for(name: str, key: str) -> bool:
    """Whether a name, prefix or glob stands for a tensor."""
    if name == key or re.match(re.escape(name.rstrip("./")) + r"[./]", key):
        return True
    return bool(set("*?[") & set(name)) and (
        fnmatchcase(key, name) or fnmatchcase(module_of(key), name)
    )


def module_of(key: str) -> str:
    """Name of the module that a tensor belongs to: its own without the last part."""
    head, _, last = key.rpartition(".")
    return head if last in ("weight", "bias", "kernel") else key
