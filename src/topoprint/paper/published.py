"""The matrices that the authors of the paper published, with the names of their rows.

Their repository, asier-gutierrez/nn-similarity on GitHub, holds under ``output/`` of each data set
``basic_properties/{data set}/{measure}_distance_matrices.npy``, shape (5, 19, 19), and of the
control across data sets ``basic_properties_number_labels/{measure}_distance_matrices.npy``, shape
(5, 25, 25), with ``{norm}_autodistance_matrices.npy``, shape (5, 25), the networks' own norms. The
files hold numbers alone. What their rows are is told by the code that wrote them
(``basic_properties/conf/`` and ``basic_properties/input_order.py``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError

# Their folders, and ours of the same data set; the control's order differs from the paper's.
FOLDERS = {
    "MNIST": "mnist",
    "MNIST_FASHION": "fashion_mnist",
    "CIFAR": "cifar10",
    "LANGUAGE_IDENTIFICATION": "language_identification",
    "REUTERS": "reuters",
}
CONTROL_FOLDER, CONTROL = "basic_properties_number_labels", "control"
CONTROL_ORDER = ("mnist", "fashion_mnist", "cifar10", "reuters", "language_identification")

LABELS = {"language_identification": (2, 3, 4, 6, 7), "reuters": (2, 6, 12, 23, 46)}
NETWORKS = {
    "layer_size": (128, 256, 512, 1024),
    "number_of_layers": (2, 4, 6, 8, 10),
    "input_order": (1, 2, 3, 4, 5),
    "number_of_labels": (2, 4, 6, 8, 10),
}

# Names of their norms, and of ours.
NORMS = {"1": "one_norm", "frobenius": "frobenius_norm"}
DISTANCES, OWN_NORMS = "_distance_matrices.npy", "_autodistance_matrices.npy"

Array = NDArray[np.float64]
# A row: data set and network; of the control, the how-manieth network of its data set.
RowName = tuple[str, str | int]


@dataclass(frozen=True, eq=False)
class Published:
    """One of their files.

    Attributes
    ----------
    path : Path
    dataset : str
        By our name; ``control`` for the control across data sets.
    measure : str
        By our name.
    runs : ndarray, float64, shape (R, n, n); of own norms (R, n)
        NaN where a norm compares networks of different data sets, which their files leave 0.
    rows : tuple
        What each row is: data set and network name, of the control data set and place in it.
    """

    path: Path
    dataset: str
    measure: str
    runs: Array
    rows: tuple[RowName, ...]

    @property
    def is_own_norms(self) -> bool:
        """Whether it holds norms of the networks themselves."""
        return self.runs.ndim == 2


def parse_orders(asked: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Read ``DATA_SET:NAME,NAME,…``, what the rows of a data set's matrices are.

    Raises
    ------
    InputError
        If one is of another form, or a data set is named twice.
    """
    orders: dict[str, tuple[str, ...]] = {}
    for one in asked:
        dataset, _, rest = (part.strip() for part in one.partition(":"))
        names = tuple(name.strip() for name in rest.split(","))
        if not dataset or not all(names):
            raise InputError(f"--order {one}: expected DATA_SET:NAME,NAME,…")
        if dataset in orders:
            raise InputError(f"--order {one}: {dataset} is among the orders twice")
        if len(set(names)) < len(names):
            raise InputError(f"--order {one}: a name is among the rows twice")
        orders[dataset] = names
    return orders


def read_published(
    folder: Path, orders: Mapping[str, Sequence[str]] | None = None
) -> list[Published]:
    """Read all their files below a folder.

    Parameters
    ----------
    folder : path
        Their repository, a part of it, or folders of the same kind named as our data sets; files
        at any depth.
    orders : mapping, optional
        By data set the names of the networks in the order of the rows, and for ``control`` the
        names of the data sets; where the files are not in the authors' order.

    Raises
    ------
    InputError
        If there is no such file, two are of the same data set and measure, the order of its rows
        cannot be known, or a file is no stack of such matrices.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder")
    found: dict[tuple[str, str, bool], Published] = {}
    for path in sorted(folder.resolve().rglob("*.npy")):
        for suffix, dimensions in ((DISTANCES, 3), (OWN_NORMS, 2)):
            if not path.name.endswith(suffix):
                continue
            name = path.name.removesuffix(suffix)
            one = _read(path, NORMS.get(name, name), dimensions, orders or {})
            key = (one.dataset, one.measure, one.is_own_norms)
            if key in found:
                raise InputError(
                    f"{found[key].path} and {path} are both the {one.measure} of {one.dataset}; "
                    "name a folder that holds one of them"
                )
            found[key] = one
    if not found:
        raise InputError(
            f"{folder}: nothing to compare; expected files *{DISTANCES} in folders named "
            f"{', '.join(FOLDERS)} or {CONTROL_FOLDER}, or as our data sets"
        )
    if unused := sorted({*(orders or {})} - {dataset for dataset, _, _ in found}):
        raise InputError(f"--order: {folder} holds no matrices of {', '.join(unused)}")
    return list(found.values())


def _read(
    path: Path, measure: str, dimensions: int, orders: Mapping[str, Sequence[str]]
) -> Published:
    name = path.parent.name
    theirs = name in FOLDERS or name == CONTROL_FOLDER
    dataset = CONTROL if name in (CONTROL_FOLDER, CONTROL) else FOLDERS.get(name, name)
    runs = _load(path, dimensions)
    rows = _rows(path, dataset, runs.shape[-1], orders.get(dataset), theirs)
    if dimensions == 3 and dataset == CONTROL and measure in NORMS.values():
        across = np.array([[one[0] != other[0] for other in rows] for one in rows])
        if runs[:, across].any():
            raise InputError(
                f"{path}: compares networks of different data sets, which the authors' norms do "
                f"not: are its data sets in another order than {_order_of(rows)}? Name them with "
                f"--order {CONTROL}:DATA_SET,…"
            )
        runs[:, across] = np.nan
    return Published(path, dataset, measure, runs, rows)


def _rows(
    path: Path, dataset: str, count: int, order: Sequence[str] | None, theirs: bool
) -> tuple[RowName, ...]:
    """Name the rows of a file."""
    if dataset != CONTROL:
        names = tuple(order or authors_networks(dataset))
        if len(names) != count or len(set(names)) != count:
            raise InputError(
                f"{path}: has {count} networks, {'--order names' if order else 'the authors have'} "
                f"{len(set(names))}; name its rows with --order {dataset}:NETWORK,NETWORK,…"
            )
        return tuple((dataset, name) for name in names)
    if order is None and not theirs:
        raise InputError(
            f"{path}: the order of its data sets cannot be known, as its folder is not "
            f"{CONTROL_FOLDER}; name them with --order {CONTROL}:DATA_SET,DATA_SET,…"
        )
    datasets = tuple(order or CONTROL_ORDER)
    each, left = divmod(count, len(datasets))
    if left or not each or len(set(datasets)) != len(datasets):
        raise InputError(
            f"{path}: has {count} networks, which are not equally many of {len(datasets)} data "
            f"sets ({', '.join(datasets)}); name them with --order {CONTROL}:DATA_SET,DATA_SET,…"
        )
    return tuple((name, place) for name in datasets for place in range(each))


def authors_networks(dataset: str) -> Iterator[str]:
    """Names of the networks in the order of the authors' rows, as config.yaml names them."""
    for experiment, values in NETWORKS.items():
        chosen = LABELS.get(dataset, values) if experiment == "number_of_labels" else values
        yield from (f"{experiment}-{value}" for value in chosen)


def _order_of(rows: Sequence[RowName]) -> str:
    return ", ".join(dict.fromkeys(dataset for dataset, _ in rows))


def _load(path: Path, dimensions: int) -> Array:
    """Read a stack of symmetric matrices, or of norms, of at least one run and two networks."""
    try:
        runs: Any = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise InputError(f"{path}: is no readable .npy file of numbers ({error})") from error
    if not isinstance(runs, np.ndarray) or runs.dtype.kind not in "fiu" or runs.ndim != dimensions:
        shape = "(runs, networks, networks)" if dimensions == 3 else "(runs, networks)"
        raise InputError(f"{path}: expected numbers of shape {shape}")
    if not len(runs) or runs.shape[-1] < 2 or (dimensions == 3 and runs.shape[1] != runs.shape[2]):
        raise InputError(
            f"{path}: has the shape {runs.shape}; expected a run and two networks at least"
        )
    runs = runs.astype(np.float64)
    if not np.isfinite(runs).all():
        raise InputError(f"{path}: holds NaN or infinity")
    if dimensions == 3:
        if not np.allclose(runs, runs.transpose(0, 2, 1)):
            raise InputError(f"{path}: a matrix is not symmetric")
        runs = (runs + runs.transpose(0, 2, 1)) / 2
    found: Array = runs
    return found
