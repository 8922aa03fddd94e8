"""The tensors of a file: names, shapes and types, and how one of them is read."""

import errno
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.storage import file_error

Array = NDArray[Any]

# What a tensor is to the network: the weights of a linear map; a bias; a gain, one factor a unit;
# or none of these.
Role = Literal["weight", "bias", "gain", "none"]

# Types of floats that numpy does not know itself, by their names.
NARROW: dict[str, np.dtype[Any]] = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in (
        "bfloat16", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
        "float8_e8m0fnu",
    )
}  # fmt: skip
# Types of quantised weights.
QUANTISED = frozenset({"int8", "uint8", "int4", "uint4", "int2", "uint2"})


@dataclass(frozen=True)
class Tensor:
    """A tensor of a file, which is read when asked for.

    Attributes
    ----------
    shape : tuple of int
        As in the file.
    dtype : str
        Type of its numbers, as numpy, ml_dtypes or the file names it.
    read : callable
        Gives the numbers, in this shape and type; a view of the memory-mapped file where it has
        one. InputError if they cannot be read.
    role : {"weight", "bias", "gain", "none"}, optional
        What the file itself says that it is; else its name tells (:mod:`.roles`).
    partner : str
        Of a bias: the weight or gain whose outputs it feeds.
    axes : tuple of int, optional
        Order of the axes that makes weights (out, in, taps …); by default they are so.
    out_axes : int
        How many of the first axes, in this order, count outputs.
    groups : int
        Of a convolution's kernel, (out, in, taps …) in this order, the number of its groups of
        channels; 0 of other weights.
    told : str
        Why it is none of the network, where that is known.
    fault : str
        Why it cannot be read as numbers, in a sentence.
    """

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Array]
    role: Role | None = None
    partner: str = ""
    axes: tuple[int, ...] | None = None
    out_axes: int = 1
    groups: int = 0
    told: str = ""
    fault: str = ""

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return int(np.prod(self.shape, dtype=object))

    @property
    def is_float(self) -> bool:
        """Whether its numbers are floats."""
        return self.dtype in NARROW or self.dtype in ("float16", "float32", "float64")

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """Outputs, and inputs times taps."""
        ordered = [self.shape[axis] for axis in self.axes or range(len(self.shape))]
        return (
            int(np.prod(ordered[: self.out_axes], dtype=np.int64)),
            int(np.prod(ordered[self.out_axes :], dtype=np.int64)),
        )

    def matrix(self) -> Array:
        """Read the weights as (out, in × taps)."""
        array = self.read()
        ordered = array if self.axes is None else array.transpose(self.axes)
        return ordered.reshape(self.matrix_shape)


Group = Mapping[str, Tensor]


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Attributes
    ----------
    kind : str
        Of file, in a word or two.
    groups : dict of str to dict of Tensor
        Its dictionaries of tensors by their keys, ``outer::inner`` where one lies in another; a
        file of one dictionary has it under "".
    order : tuple of str, optional
        Weights in the order in which the file says that they are chained, one the input of the
        next.
    joined : bool
        Whether the file says that its layers are joined otherwise than one to the next.
    """

    kind: str
    groups: Mapping[str, Group]
    order: tuple[str, ...] | None = None
    joined: bool = False


def of_array(array: Array, **known: Any) -> Tensor:
    """Make a tensor of an array in memory."""
    return Tensor(array.shape, array.dtype.name, lambda: array, **known)


def unreadable(shape: tuple[int, ...], dtype: str, why: str) -> Tensor:
    """Make a tensor that is there, but cannot be read; whoever wants it is told why."""

    def refuse() -> Array:
        raise InputError(why)

    return Tensor(shape, dtype, refuse, role="none", told="cannot be read", fault=why)


def as_numbers(array: Array) -> Array:
    """Weights as a network keeps them: float32, or a narrower float as it is."""
    if array.dtype.name in NARROW or array.dtype == np.float16:
        return array
    with np.errstate(over="ignore"):  # an overflow is an infinity, which a network refuses
        return np.asarray(array, dtype=np.float32)


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a library raises for a damaged file into one sentence, and keep it quiet.

    Raises
    ------
    InputError
        With the library's own reason.
    OSError
        If the machine fails.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (InputError, MemoryError):
        raise
    except Exception as error:  # what libraries raise for bytes that somebody changed is no list
        # A damaged file sends readers to places that no file has.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise file_error(error, path, "read") from error
        raise InputError(
            f"{path}: not a complete {kind} file ({first_sentence(error)}); get or save it again"
        ) from error


def first_sentence(error: BaseException) -> str:
    """Say in at most a line what a library complains of."""
    text = " ".join(str(error).split())
    _, found, reason = text.partition("WeightsUnpickler error: ")
    text = reason if found else text
    text = text.split(". ")[0].rstrip(".")
    return (text if len(text) <= 200 else text[:199] + "…") or type(error).__name__
