"""CIFAR-10: 50,000 + 10,000 colour images of 32 × 32 pixels, 10 classes.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the binary
version of https://www.cs.toronto.edu/~kriz/cifar.html, which needs no unpickling. Each record is
a byte for the label and 3,072 for the image: red, green, blue, row by row. torchvision checks the
files; its own reader, of the version that is pickled, is not used.
"""

import gzip
import math
import tarfile
import zlib
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DataSize, Images
from topoprint.experiment.datasets.download import (
    fetch_with_torchvision,
    not_canonical,
    torchvision_datasets,
)
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import take
from topoprint.storage import write_bytes

FOLDER = "cifar-10-batches-bin"
ARCHIVE = "cifar-10-binary.tar.gz"
URLS = ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",)
ARCHIVE_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
MD5 = {
    "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
    "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
    "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
    "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
    "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
    "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
}
SHAPE = (3, 32, 32)
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


class Cifar10Config(Images):
    """Config of CIFAR-10."""

    classes: ClassVar[int | None] = 10
    image: ClassVar[tuple[int, ...] | None] = SHAPE
    type: Literal["cifar10"]

    def whole_size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        return DataSize(SHAPE, 10, 60_000)


def load_cifar10(config: Cifar10Config, root: Path) -> Samples:
    """Load CIFAR-10 from ``root``/cifar-10-batches-bin, downloaded if missing.

    Returns
    -------
    Samples
        Bytes of scale 1/255; one sample is (3, 32, 32).

    Raises
    ------
    InputError
        If a batch is not the canonical one, or the archive cannot be downloaded.
    """
    folder = root / FOLDER
    if not all((folder / name).is_file() for name in MD5):
        _download(root)
    records = {name: _read_batch(folder / name, md5) for name, md5 in MD5.items()}
    test = records.pop("test_batch.bin")
    train = np.concatenate(list(records.values()))
    samples = Samples(
        config.name,
        train[:, 1:],
        train[:, 0].astype(np.int64),
        test[:, 1:],
        test[:, 0].astype(np.int64),
        CLASSES,
        shape=SHAPE,
        scale=1 / 255,
    )
    return take(samples, config).validate()


def _download(root: Path) -> None:
    """Fetch the archive and unpack the batches alone, each written whole or not at all."""
    archive = root / ARCHIVE
    if archive.is_file():
        _check(archive, ARCHIVE_MD5)
    else:
        fetch_with_torchvision(URLS, archive, ARCHIVE_MD5)
    try:
        (root / FOLDER).mkdir(exist_ok=True)
        with tarfile.open(archive, "r:gz") as tar:
            for name in MD5:
                batch = tar.extractfile(f"{FOLDER}/{name}")
                if batch is None:
                    raise KeyError(name)
                write_bytes(root / FOLDER / name, batch.read())
        archive.unlink(missing_ok=True)
    except (tarfile.TarError, gzip.BadGzipFile, KeyError, EOFError, zlib.error) as error:
        raise InputError(
            f"{archive}: not the archive of the batches ({error}); move it away, and the next run "
            "downloads it again"
        ) from error
    except OSError as error:
        raise InputError(
            f"{archive} cannot be unpacked into {root / FOLDER} ({error.strerror})"
        ) from error


def _read_batch(path: Path, md5: str) -> NDArray[np.uint8]:
    """Read the records of a batch, shape (n, 1 + 3072)."""
    _check(path, md5)
    return np.fromfile(path, np.uint8).reshape(-1, 1 + math.prod(SHAPE))


def _check(path: Path, md5: str) -> None:
    """Refuse a file that cannot be read or has another MD5."""
    utils = torchvision_datasets().utils
    try:
        if not utils.check_integrity(path, md5):
            raise not_canonical(path, "md5", md5, utils.calculate_md5(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
