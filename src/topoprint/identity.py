"""What names a network, and the table that says which networks a file is of."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

import h5py
import numpy as np

from topoprint.errors import InputError

# The table's column of each field, in their order; None is kept as −1 or NaN.
_TEXT = h5py.string_dtype()
_COLUMNS = np.dtype(
    [
        ("dataset", _TEXT),
        ("network", _TEXT),
        ("seed", np.int64),
        ("step", np.float64),
        ("variant", _TEXT),
        ("repetition", np.int64),
        ("group", _TEXT),
        ("shape", _TEXT),
        ("edges", np.int64),
    ]
)


@dataclass(frozen=True)
class NetworkId:
    """What names a network of an experiment; of anybody's network, ``network`` alone.

    Attributes
    ----------
    dataset : str
        Data set that it was trained on; empty where that is not known.
    network : str
        Name of its configuration, or of the file that it was read from.
    seed : int or None
    step : float or None
        Epochs of its training, 0 before the first; None at the end of its training.
    variant : str
        Null model that it was made by; empty for the network itself.
    repetition : int
        Of the variant, from 0.
    """

    dataset: str = ""
    network: str = ""
    seed: int | None = None
    step: float | None = None
    variant: str = ""
    repetition: int = 0

    @property
    def original(self) -> "NetworkId":
        """The trained network that this one is a variant or an earlier step of."""
        return replace(self, step=None, variant="", repetition=0)

    @property
    def state(self) -> str:
        """What has been done to the original, in a word; empty for the original itself."""
        if self.variant or self.step is None:
            return self.variant
        return "initial" if self.step == 0 else f"step_{self.step:g}"

    def stream(self, *names: str | int) -> int:
        """Seed of the random stream that belongs to this network and some further names."""
        return stream(self.dataset, "" if self.seed is None else self.seed, self.network, *names)

    def to_json(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "NetworkId":
        """Read what :meth:`to_json` gave; ValueError if it is something else."""
        kinds: dict[str, type] = {"seed": int, "step": float, "repetition": int}
        known = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping):
            raise ValueError(f"{values!r} is no network's identity")
        for name, value in values.items():
            if name not in known or not isinstance(value, kinds.get(name, str)):
                raise ValueError(f"{name!r}: {value!r} is no part of a network's identity")
        return cls(**values)


# What is not told.
UNKNOWN = NetworkId()


@dataclass(frozen=True)
class Row:
    """A network of a table.

    Attributes
    ----------
    id : NetworkId
    group : str
        Experiment that it belongs to.
    shape : str
        Sizes of its layers, as ``64-512-10``.
    edges : int
        Edges of its graph, biases included.
    """

    id: NetworkId
    group: str = ""
    shape: str = ""
    edges: int = 0


class Index(tuple[Row, ...]):
    """The networks that the rows of a matrix are, in their order."""

    __slots__ = ()

    @classmethod
    def of_names(cls, names: Iterable[str]) -> "Index":
        """Networks of which nothing but a name is known."""
        return cls(Row(NetworkId(network=name)) for name in names)

    @property
    def ids(self) -> tuple[NetworkId, ...]:
        """Identity of each network."""
        return tuple(row.id for row in self)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each network, with data set, seed, step and variant where these differ.

        At the end of its training it has no step; what is not known of it is left out.
        """
        several = {
            part: len({getattr(row.id, part) for row in self}) > 1
            for part in ("dataset", "seed", "step", "variant")
        }
        return tuple(
            (f"{row.id.dataset}/" if several["dataset"] and row.id.dataset else "")
            + row.id.network
            + (f"/seed{row.id.seed}" if several["seed"] and row.id.seed is not None else "")
            + (f"/{row.id.variant}" if several["variant"] and row.id.variant else "")
            + (f"/step{row.id.step:g}" if several["step"] and row.id.step is not None else "")
            for row in self
        )

    @property
    def groups(self) -> tuple[str, ...]:
        """Group of each network: its experiment, or its data set where there are several."""
        datasets = {row.id.dataset for row in self}
        return tuple(row.id.dataset if len(datasets) > 1 else row.group for row in self)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Data sets of the networks, each once."""
        return tuple(dict.fromkeys(row.id.dataset for row in self))

    @property
    def seeds(self) -> tuple[int | None, ...]:
        """Seeds of the networks, each once."""
        return tuple(dict.fromkeys(row.id.seed for row in self))

    def without_seeds(self) -> "Index":
        """Leave the seeds out, to tell whether two tables are of the same networks."""
        return Index(replace(row, id=replace(row.id, seed=None)) for row in self)

    def check_distinct(self) -> None:
        """Refuse a table in which a network stands twice."""
        seen = set()
        for label, own in zip(self.labels, self.ids, strict=True):
            if own in seen:
                raise InputError(f"network {label!r} is among the networks twice")
            seen.add(own)

    def write(self, group: h5py.Group, name: str = "index") -> None:
        """Write the table as a data set of named columns."""
        table = []
        for row in self:
            seed = -1 if row.id.seed is None else row.id.seed
            step = np.nan if row.id.step is None else row.id.step
            own = astuple(replace(row.id, seed=seed, step=step))
            table.append((*own, row.group, row.shape, row.edges))
        group.create_dataset(name, data=np.array(table, dtype=_COLUMNS))

    @classmethod
    def read(cls, group: h5py.Group, name: str = "index") -> "Index":
        """Read what :meth:`write` wrote."""
        return cls(_rows(group[name][()]))


def _rows(table: "np.ndarray[Any, Any]") -> Iterator[Row]:
    for record in table[[*(_COLUMNS.names or ())]].tolist():
        values: list[Any] = [v.decode() if isinstance(v, bytes) else v for v in record]
        dataset, network, seed, step, variant, repetition, *others = values
        seed = None if seed < 0 else seed
        step = None if np.isnan(step) else step
        yield Row(NetworkId(dataset, network, seed, step, variant, repetition), *others)


def stream(*names: str | int) -> int:
    """Seed of the random stream that belongs to some names: 63 bits of their SHA-256.

    Streams of different names are independent, whatever else is made and in which order.
    """
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
