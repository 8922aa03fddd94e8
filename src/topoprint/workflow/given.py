"""What Snakemake is given: values on its command line, and paths, which it reads for wildcards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from topoprint.errors import InputError

WORDS = {"true": True, "false": False, "null": None}


def typed(value: Any) -> Any:
    """Give the value that ``--config`` means; in lists and mappings Snakemake leaves all as text.

    Numbers, ``true``, ``false`` and ``null`` are read as in a YAML file, and numbers such as 1e-7,
    without a point, as well.
    """
    if isinstance(value, Mapping):
        return {key: typed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [typed(part) for part in value]
    if not isinstance(value, str):
        return value
    for number in (int, float):
        if value[:1] in "+-.0123456789":  # not nan and inf, which may be names
            try:
                return number(value)
            except ValueError:
                continue
    return WORDS.get(value, value)


def refuse_wildcards(path: str | Path, what: str) -> None:
    """Refuse a path with braces, which Snakemake takes for wildcards and has no way to write.

    Raises
    ------
    InputError
        With ``what`` the path is of.
    """
    if set("{}") & set(str(path)):
        raise InputError(
            f"{what}: {path}: Snakemake takes braces for wildcards, in names of files and folders "
            "too; give it a name without"
        )
