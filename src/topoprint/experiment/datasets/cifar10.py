"""CIFAR-10: 50,000 + 10,000 colour images of 32 × 32 pixels, 10 classes.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the binary
version of https://www.cs.toronto.edu/~kriz/cifar.html, which needs no unpickling. Each record is
a byte for the label and 3,072 for the image: red, green, blue, row by row.
"""

import shutil
import tarfile
import zlib
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import Images
from topoprint.experiment.datasets.download import check_content, check_file, fetch
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import take
from topoprint.storage import atomic_path

FOLDER = "cifar-10-batches-bin"
ARCHIVE = "cifar-10-binary.tar.gz"
URLS = ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",)
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
SHA1 = {
    "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
    "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
    "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
    "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
    "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
    "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
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
    type: Literal["cifar10"]


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
    if not all((folder / name).is_file() for name in SHA1):
        _download(root)
    records = {name: _read_batch(folder / name, sha1) for name, sha1 in SHA1.items()}
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
        check_file(archive, f"md5:{MD5}")
    else:
        fetch(URLS, archive, f"md5:{MD5}")
    (root / FOLDER).mkdir(exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for name in SHA1:
                batch = tar.extractfile(f"{FOLDER}/{name}")
                if batch is None:
                    raise KeyError(name)
                with atomic_path(root / FOLDER / name) as temporary, temporary.open("wb") as file:
                    shutil.copyfileobj(batch, file)
    except (tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        raise InputError(
            f"{archive}: not the archive of the batches ({error}); delete it, and the next run "
            "downloads it again"
        ) from error
    archive.unlink(missing_ok=True)


def _read_batch(path: Path, sha1: str) -> NDArray[np.uint8]:
    """Read the records of a batch, shape (n, 1 + 3072)."""
    content = path.read_bytes()
    check_content(content, f"sha1:{sha1}", path)
    return np.frombuffer(content, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
