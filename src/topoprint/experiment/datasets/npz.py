"""Your own data: a ``.npz`` file with x_train, y_train, x_test and y_test."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DataSize, Images
from topoprint.experiment.datasets.samples import Inputs, Labels, Samples
from topoprint.experiment.datasets.sampling import take
from topoprint.validation import Positive

# Stands for a file that cannot be read, of images or not: the stage that reads it says why.
UNKNOWN = DataSize((1, 32, 32), 10, 10_000)

npy: Any = np.lib.format  # its functions have no types in numpy 1

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


class NpzConfig(Images):
    """Config of a data set of your own."""

    image: ClassVar[tuple[int, ...] | None] = None
    type: Literal["npz"]
    path: Annotated[str, Field(min_length=1)] = Field(
        description="The .npz file: absolute, or below the folder of the data sets"
    )
    scale: Positive | None = Field(
        None, description="Factor of the inputs; null: 1/255 for bytes (uint8), otherwise 1"
    )

    def whole_size(self, root: Path) -> DataSize:
        """Size of the data, from the headers of its arrays: the inputs are not read.

        A file that cannot be read, for whatever reason, is of unknown size: loading says what is
        wrong with it.
        """
        path = root / self.path
        try:
            with zipfile.ZipFile(path) as file:
                (n_train, *shape), (n_test, *_) = (
                    _shape(file, f"x_{part}.npy") for part in ("train", "test")
                )
            with np.load(path, allow_pickle=False) as arrays:
                classes = int(arrays["y_train"].max()) + 1
        except Exception:
            return UNKNOWN
        return DataSize(tuple(shape), classes, n_train + n_test)


def load_npz(config: NpzConfig, root: Path) -> Samples:
    """Load, check and flatten a data set of the user's.

    Training samples are put in a random order, stratified by label: the part that is kept for
    validation, their last, then holds every label however the file is sorted.

    Parameters
    ----------
    config : NpzConfig
        Its file holds x_train and x_test of shape (n, …), of any type of real numbers, and
        y_train and y_test of shape (n,), integers 0 … k − 1.
    root : Path
        Folder that a relative path starts from.

    Raises
    ------
    InputError
        If an array is missing, or of another shape or type, has NaN or infinite values, or
        labels are not 0 … k − 1, each among the training samples.
    """
    path = root / config.path
    arrays = _read(path)
    x_train, x_test = (_inputs(arrays[name], name, path) for name in ("x_train", "x_test"))
    y_train, y_test = (_labels(arrays[name], name, path) for name in ("y_train", "y_test"))
    shape = arrays["x_train"].shape[1:]
    if arrays["x_test"].shape[1:] != shape:
        raise InputError(
            f"{path}: one sample is {shape} in x_train but {arrays['x_test'].shape[1:]} in "
            "x_test; they must be the same"
        )
    if x_train.dtype != x_test.dtype:
        raise InputError(
            f"{path}: x_train is {arrays['x_train'].dtype} and x_test "
            f"{arrays['x_test'].dtype}; both or neither must be bytes (uint8)"
        )
    samples = Samples(
        config.name,
        x_train,
        y_train,
        x_test,
        y_test,
        _classes(y_train, path),
        shape=shape,
        scale=config.scale or (1 / 255 if x_train.dtype == np.uint8 else 1.0),
    )
    return take(samples.validate(), config, shuffle=True).validate()


def _shape(file: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    with file.open(name) as array:
        version = npy.read_magic(array)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape: tuple[int, ...] = read(array)[0]
    return shape


def _read(path: Path) -> dict[str, NDArray[Any]]:
    try:
        file = np.load(path, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise InputError(f"{path}: a single array; save all four with numpy.savez")
        with file:
            missing = [name for name in ARRAYS if name not in file]
            if missing:
                raise InputError(
                    f"{path}: has no {', '.join(missing)}; expected {', '.join(ARRAYS)}"
                )
            return {name: file[name] for name in ARRAYS}
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error})") from error
    except (
        ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise InputError(
            f"{path}: not a whole .npz file of plain arrays; save it again with numpy.savez, "
            "without objects"
        ) from error


def _inputs(array: NDArray[Any], name: str, path: Path) -> Inputs:
    """Flatten samples; bytes stay bytes, other real numbers become float32."""
    if array.dtype.kind not in "buif":
        raise InputError(f"{path}: {name} is of type {array.dtype}; expected real numbers")
    if array.ndim < 2:
        raise InputError(
            f"{path}: {name} is of shape {array.shape}; expected (samples, features), or more axes"
        )
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    if flat.dtype == np.uint8:
        return flat
    with np.errstate(over="ignore"):
        return flat.astype(np.float32, copy=False)


def _labels(array: NDArray[Any], name: str, path: Path) -> Labels:
    if array.dtype.kind not in "ui" or array.ndim != 1:
        raise InputError(
            f"{path}: {name} is {array.dtype} of shape {array.shape}; expected integers of shape "
            "(samples,)"
        )
    return array.astype(np.int64)


def _classes(labels: Labels, path: Path) -> tuple[str, ...]:
    present = np.unique(labels)
    if not np.array_equal(present, np.arange(len(present))):
        shown = ", ".join(str(label) for label in present[:10])
        raise InputError(
            f"{path}: y_train has the labels {shown}{' …' if len(present) > 10 else ''}; number "
            "them 0 … k − 1 without gaps"
        )
    return tuple(str(label) for label in present)
