"""What a stage makes many of: kept where the stage ends early, put in place together."""

import glob
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from topoprint.errors import InputError
from topoprint.storage import target_of

Thing = TypeVar("Thing")
KEPT = ".kept"


@dataclass(frozen=True)
class Part:
    """One of the things that a stage makes.

    Attributes
    ----------
    files : tuple of Path
        Where its files are to stand.
    made_of : callable
        Gives all that determines their content, as JSON values; not asked of a part alone.
    make : callable
        Writes the files, each whole or not at all, to as many paths.
    """

    files: tuple[Path, ...]
    made_of: Callable[[], Any]
    make: Callable[[Sequence[Path]], None]


def make_all(things: Sequence[Thing], plan: Callable[[Thing], Part]) -> None:
    """Make a part of each thing, and put the files of all in their places in the end.

    Until then finished files wait beside their places, under hidden names that bear a digest of
    what made them. Where the stage is interrupted or a part fails they stay: the same call takes
    them over and makes the others. One part alone is written to its place at once.

    Parameters
    ----------
    things : sequence
        At least one.
    plan : callable
        Says what part is made of a thing.

    Raises
    ------
    InputError
        If parts cannot be made: a sentence for each, after all others were made and kept. Or if
        two are to be written to one file.
    """
    if len(things) == 1:
        part = plan(things[0])
        part.make(part.files)
        return
    made: dict[Path, Path] = {}
    failures: list[str] = []
    finished = 0
    for thing in things:
        try:
            part = plan(thing)
            _refuse_repeats(part.files, made)
            waiting = _waiting(part)
            if not all(path.is_file() for path in waiting):
                part.make(waiting)
        except InputError as error:
            failures.append(str(error))
            continue
        made.update(zip(part.files, waiting, strict=True))
        finished += 1
    if failures:
        kept = f"; the other {finished} are kept for the next time" if finished else ""
        raise InputError("; ".join(dict.fromkeys(failures)) + kept)
    for place, path in made.items():
        _put_in_place(path, place)


def _refuse_repeats(files: Sequence[Path], made: dict[Path, Path]) -> None:
    for path in files:
        if path in made:
            raise InputError(
                f"{path}: would be written twice; put what differs, {{network}} or {{seed}}, into "
                "its name"
            )


def _waiting(part: Part) -> list[Path]:
    """Hidden names of the files of a part, beside their places."""
    made_of = part.made_of()
    return [kept_beside(place, made_of) for place in part.files]


def kept_beside(place: Path, made_of: Any) -> Path:
    """Name a hidden file, which is kept until the file beside it is made.

    Parameters
    ----------
    place : Path
        Where that is to stand.
    made_of : JSON values
        All that determines its content.
    """
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]
    place = target_of(place)
    return place.with_name(f".{place.name}.{key}{KEPT}")


def remove_kept(place: Path) -> None:
    """Remove what was kept until a file was made, of earlier settings too."""
    place = target_of(place)
    for left in place.parent.glob(f".{glob.escape(place.name)}.*{KEPT}"):
        left.unlink(missing_ok=True)


def _put_in_place(path: Path, place: Path) -> None:
    """Rename a finished file, as new as its neighbours."""
    os.utime(path)
    os.replace(path, target_of(place))
    remove_kept(place)
