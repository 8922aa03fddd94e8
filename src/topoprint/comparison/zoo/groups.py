"""The table that says which group each network of a zoo or collection belongs to."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from topoprint.errors import InputError
from topoprint.storage import check_readable

COLUMNS = ("file", "group")
# How many of a long list of files a message names.
NAMED = 3


@dataclass(frozen=True)
class Said:
    """What a table says of a network.

    Attributes
    ----------
    group : str
    network : str or None
        Name of its configuration, where the table has the column.
    seed : str or None
        Which of the networks of that name it is, where the table has the column.
    """

    group: str
    network: str | None = None
    seed: str | None = None


def load_groups(path: Path, files: Sequence[str]) -> dict[str, str]:
    """Read the group of each of some files, as :func:`load_table`."""
    return {file: said.group for file, said in load_table(path, files).items()}


def load_table(path: Path, files: Sequence[str]) -> dict[str, Said]:
    """Read what a table says of each of some files.

    Parameters
    ----------
    path : path
        CSV with the columns ``file`` and ``group``, perhaps ``network`` and ``seed``, among others;
        a file is named as the networks are, or from the folder of the table.
    files : sequence of path
        Of the networks.

    Returns
    -------
    dict of str to Said
        In the order of the table.

    Raises
    ------
    InputError
        If the table cannot be read, names what is none of the files or one twice, or not all.
    """
    check_readable(path)
    known = {Path(file).resolve(): file for file in files}
    found: dict[str, Said] = {}
    strangers = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as table:
            reader = csv.DictReader(table)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise InputError(
                    f"{path}: a table of groups has the columns file and group, this one "
                    f"{', '.join(reader.fieldnames or ()) or 'none'}"
                )
            for row in reader:
                named = row["file"] or ""
                file = known.get((path.parent / named).resolve()) or known.get(
                    Path(named).resolve()
                )
                if file is None:
                    strangers.append(named)
                elif file in found:
                    raise InputError(f"{path}: {named} stands twice")
                elif not row["group"]:
                    raise InputError(f"{path}: {named} has no group")
                else:
                    found[file] = Said(
                        row["group"], row.get("network") or None, row.get("seed") or None
                    )
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: is no CSV in UTF-8 ({error})") from error
    if strangers:
        raise InputError(f"{path}: names {_some(strangers)} that are none of the networks given")
    missing = [file for file in files if file not in found]
    if missing:
        raise InputError(f"{path}: says nothing of {_some(missing)} among the networks given")
    return found


def _some(names: Sequence[str]) -> str:
    """Count files, and name the first few."""
    more = ", …" if len(names) > NAMED else ""
    return f"{len(names)} files ({', '.join(names[:NAMED])}{more})"
