"""Networks that were trained elsewhere: which files they are, and what names them."""

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from pydantic import Field, field_validator, model_validator

from topoprint.comparison.zoo.groups import Said, load_table
from topoprint.errors import InputError
from topoprint.identity import NetworkId
from topoprint.networks.models import Model, ModelName, Shape
from topoprint.networks.readers.choice import SEPARATOR, split_path
from topoprint.networks.readers.kinds import files_of
from topoprint.networks.readers.shards import index_of_shard
from topoprint.storage import check_readable, digest
from topoprint.validation import Name, Strict

# Bytes at the end of a file, by which files of one size are told apart before they are read whole.
END = 1 << 16


class CollectionConfig(Strict):
    """Networks that were trained elsewhere, which are compared as those of a data set are."""

    name: Name
    files: str | list[str] = Field(
        description="Files of networks, as globs; ** stands for folders below one another, "
        "FILE::KEY for a dictionary of each file"
    )
    model: ModelName | None = Field(
        None,
        description="torchvision:NAME: the architecture that the files' weights fill; by default "
        "a file is read by its content",
    )
    input_shape: Shape | None = Field(
        None,
        description="Channels, height and width of the example that the architecture is followed "
        "on; by default those of torchvision's own weights",
    )
    groups: str | None = Field(
        None, description="CSV with the columns file and group, perhaps network and seed"
    )
    probes: str | None = Field(
        None,
        description="Inputs that the networks answer, all of them chains of dense layers: npy, "
        "npz, safetensors or CSV, a row an input",
    )

    @field_validator("files")
    @classmethod
    def _some_files(cls, files: str | list[str]) -> str | list[str]:
        if not all(files) or not files:
            raise ValueError('name files of networks, as in files: "zoo/**/*.safetensors"')
        return files

    @model_validator(mode="after")
    def _fits_the_model(self) -> "CollectionConfig":
        if self.probes and self.model:
            raise ValueError(
                "probes are answered by chains of dense layers alone, with ReLU between them: "
                "leave probes or model out"
            )
        if self.input_shape and not self.model:
            raise ValueError(
                "input_shape is that of a model's example: write model: torchvision:NAME, or leave "
                "input_shape out"
            )
        return self

    @property
    def globs(self) -> list[str]:
        """Globs of the files; ``~`` is the user's own folder."""
        given = [self.files] if isinstance(self.files, str) else self.files
        return [os.path.expanduser(one) for one in given]

    @property
    def architecture(self) -> Model | None:
        """The architecture of all networks, where one is given."""
        return Model(model=self.model, input_shape=self.input_shape) if self.model else None


@dataclass(frozen=True)
class Given:
    """A network of a collection.

    Attributes
    ----------
    path : str
        What is read: the file, and behind it what is chosen of its dictionaries.
    id : NetworkId
    group : str
        That of the table of groups; without one, the collection.
    """

    path: str
    id: NetworkId
    group: str

    @property
    def files(self) -> list[str]:
        """Files that it is read from: several, where an index names them."""
        own, _ = split_path(self.path)
        several = own.name.endswith(".json") and own.is_file()
        return [str(path) for path in files_of(own)] if several else [str(own)]


def find(config: CollectionConfig) -> list[Given]:
    """Find the networks of a collection, a group after another, in the order of their files.

    Raises
    ------
    InputError
        If a glob names no file, there are fewer than two networks, two files have one content, the
        table of groups does not fit, or networks come to have the same name.
    """
    what = f"collection {config.name!r}"
    if config.probes:
        check_readable(split_path(config.probes)[0])
    choices = _paths(config, what)
    paths = list(choices)
    names = dict(zip(paths, _names(config, paths), strict=True))
    said = {path: Said(config.name) for path in paths}
    if config.groups:
        said = load_table(Path(config.groups), paths)
    order = list(dict.fromkeys(one.group for one in said.values()))
    found = [
        Given(path + choices[path], _id(config, names[path], said[path]), said[path].group)
        for group in order
        for path in paths
        if said[path].group == group
    ]
    _refuse_repeats(found, what)
    _refuse_missing_seeds(found, what)
    _refuse_copies(paths, what)
    return found


def names_in(given: Iterable[Given]) -> list[str]:
    """Names of networks, each once, in their order."""
    return list(dict.fromkeys(one.id.network for one in given))


def seeds_in(given: Iterable[Given]) -> list[int]:
    """Seeds of networks, each once, in rising order."""
    return sorted({one.id.seed or 0 for one in given})


def _paths(config: CollectionConfig, what: str) -> dict[str, str]:
    """Files of a collection, in order, and what is chosen of the dictionaries of each."""
    found: dict[str, str] = {}
    for one in config.globs:
        pattern, separator, choice = one.partition(SEPARATOR)
        some = [path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path)]
        if not some:
            raise InputError(f"{what}: files: {pattern} names no file")
        for path in map(os.path.normpath, some):
            if found.setdefault(path, separator + choice) != separator + choice:
                raise InputError(f"{what}: files: {path} is named with several choices of its keys")
            if (index := index_of_shard(Path(path))) is not None:
                raise InputError(
                    f"{what}: {path} is one of several parts of a network; name their index, "
                    f"{index}"
                )
    if len(found) < 2:
        raise InputError(f"{what}: files: names one file ({', '.join(found)}); give two at least")
    return dict(sorted(found.items()))


def _names(config: CollectionConfig, paths: Sequence[str]) -> list[str]:
    """Name networks by what the globs leave open of their files' paths.

    Folders above and below, and the ending, that all globs share are no part of it: names stay
    what they are when files are added.
    """
    globs = [os.path.normpath(one.partition(SEPARATOR)[0]) for one in config.globs]
    parts = [PurePath(one).parts for one in globs]
    above = _shared(part[:-1] for part in parts)
    below = _shared(part[::-1] for part in parts)
    endings = {PurePath(one).suffix for one in globs}
    ending = endings.pop() if len(endings) == 1 else ""
    names = []
    for path in paths:
        own = PurePath(path).parts[above:]
        own = own[: len(own) - below] or own[-1:]
        names.append(_safe("-".join(own).removesuffix("" if glob.has_magic(ending) else ending)))
    return names


def _shared(parts: Iterable[Sequence[str]]) -> int:
    """How many first parts all globs share and leave nothing open in."""
    count = 0
    for own in zip(*parts, strict=False):
        if len({*own}) > 1 or glob.has_magic(own[0]):
            break
        count += 1
    return count


def _safe(name: str) -> str:
    """Make a name of a folder: letters, digits, points, hyphens and underscores alone."""
    return re.sub(r"[^\w.-]+", "_", name).strip(".") or "_"


def _id(config: CollectionConfig, name: str, said: Said) -> NetworkId:
    seed = said.seed or "1"
    if not (seed.isascii() and seed.isdigit()):
        raise InputError(f"{config.groups}: seed {seed!r} of {name} is no whole number")
    return NetworkId(config.name, _safe(said.network) if said.network else name, int(seed))


def _refuse_repeats(found: Sequence[Given], what: str) -> None:
    files: dict[NetworkId, Given] = {}
    for one in found:
        if one.id in files:
            both = f"{files[one.id].path} and {one.path}"
            raise InputError(
                f"{what}: {both} are both network {one.id.network!r}, seed {one.id.seed}; tell "
                "them apart by the columns network and seed of the table of groups"
            )
        files[one.id] = one
    groups: dict[str, str] = {}
    for one in found:
        if groups.setdefault(one.id.network, one.group) != one.group:
            raise InputError(
                f"{what}: network {one.id.network!r} stands in the groups "
                f"{groups[one.id.network]!r} and {one.group!r}"
            )


def _refuse_missing_seeds(found: Sequence[Given], what: str) -> None:
    """Refuse networks that lack a seed of others: distances are averaged over the seeds."""
    seeds = seeds_in(found)
    for name in names_in(found):
        own = seeds_in(one for one in found if one.id.network == name)
        if own != seeds:
            raise InputError(
                f"{what}: network {name!r} has the seeds {', '.join(map(str, own))}, others have "
                f"{', '.join(map(str, seeds))}; give each network all of them, or leave the column "
                "seed out"
            )


def _refuse_copies(paths: Sequence[str], what: str) -> None:
    """Refuse two files of one content; only those of one size and end are read whole."""
    for some in _alike(paths, lambda path: (os.path.getsize(path), _end(path))):
        for copies in _alike(some, digest):
            raise InputError(
                f"{what}: {copies[0]} and {copies[1]} have the same content; leave one of them out "
                "of files"
            )


def _alike(paths: Sequence[str], key: Callable[[str], object]) -> Iterator[list[str]]:
    by_key: dict[object, list[str]] = {}
    for path in paths:
        by_key.setdefault(key(path), []).append(path)
    return (some for some in by_key.values() if len(some) > 1)


def _end(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - END))
            return file.read()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
