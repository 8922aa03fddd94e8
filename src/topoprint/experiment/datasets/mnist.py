"""MNIST and Fashion-MNIST: 60,000 + 10,000 images of 28 × 28 pixels, 10 classes.

Sources: LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; Xiao, Rasul and
Vollgraf, "Fashion-MNIST", arXiv 1708.07747, 2017 (MIT licence). Files lie where torchvision puts
them, ``MNIST/raw`` and ``FashionMNIST/raw``. Whether they were downloaded or put there, their
decompressed content is held to its SHA-256: who compressed them does not matter.
"""

import gzip
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import Images
from topoprint.experiment.datasets.download import check_content, fetch
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import take


@dataclass(frozen=True)
class Source:
    """Where the four files of a data set are found.

    Attributes
    ----------
    folder : str
        Below the root.
    mirrors : tuple of str
        Addresses that the names of the files are appended to.
    md5 : mapping of str to str
        Digest of each canonical ``.gz`` file, as in torchvision.
    sha256 : mapping of str to str
        Digest of the decompressed content of each.
    classes : tuple of str
        Names of the labels.
    """

    folder: str
    mirrors: tuple[str, ...]
    md5: Mapping[str, str]
    sha256: Mapping[str, str]
    classes: tuple[str, ...]


FILES = {
    ("x", "train"): "train-images-idx3-ubyte.gz",
    ("y", "train"): "train-labels-idx1-ubyte.gz",
    ("x", "test"): "t10k-images-idx3-ubyte.gz",
    ("y", "test"): "t10k-labels-idx1-ubyte.gz",
}


def _by_file(*digests: str) -> dict[str, str]:
    return dict(zip(FILES.values(), digests, strict=True))


MNIST = Source(
    folder="MNIST/raw",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    md5=_by_file(
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    sha256=_by_file(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    classes=tuple(str(label) for label in range(10)),
)

FASHION_MNIST = Source(
    folder="FashionMNIST/raw",
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    md5=_by_file(
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    sha256=_by_file(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)


class MnistConfig(Images):
    """Config of MNIST."""

    classes: ClassVar[int | None] = 10
    type: Literal["mnist"]


class FashionMnistConfig(Images):
    """Config of Fashion-MNIST."""

    classes: ClassVar[int | None] = 10
    type: Literal["fashion_mnist"]


def load_mnist(config: MnistConfig, root: Path) -> Samples:
    """Load MNIST from ``root``/MNIST/raw, downloaded if missing; bytes of scale 1/255."""
    return _load(config, root, MNIST)


def load_fashion_mnist(config: FashionMnistConfig, root: Path) -> Samples:
    """Load Fashion-MNIST from ``root``/FashionMNIST/raw, as :func:`load_mnist`."""
    return _load(config, root, FASHION_MNIST)


def _load(config: Images, root: Path, source: Source) -> Samples:
    arrays = {}
    for (axis, part), name in FILES.items():
        path = root / source.folder / name
        if not path.is_file():
            urls = [mirror + name for mirror in source.mirrors]
            fetch(urls, path, f"md5:{source.md5[name]}")
        arrays[f"{axis}_{part}"] = read_idx(path, source.sha256[name])
    images = arrays["x_train"].shape[1:]
    samples = Samples(
        config.name,
        arrays["x_train"].reshape(len(arrays["x_train"]), -1),
        arrays["y_train"].astype(np.int64),
        arrays["x_test"].reshape(len(arrays["x_test"]), -1),
        arrays["y_test"].astype(np.int64),
        source.classes,
        shape=(1, *images),
        scale=1 / 255,
    )
    return take(samples, config).validate()


def read_idx(path: Path, sha256: str) -> NDArray[np.uint8]:
    """Read a gzipped idx file of bytes whose decompressed content has that SHA-256.

    Raises
    ------
    InputError
        If the file cannot be read or decompressed, or has another content.
    """
    try:
        with gzip.open(path, "rb") as file:
            content = file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path}: not a whole gzip file ({error}); delete it, and the next run downloads it "
            "again"
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    check_content(content, f"sha256:{sha256}", path)
    dimensions = content[3] if len(content) > 4 and content[:3] == b"\0\0\x08" else 0
    start = 4 + 4 * dimensions
    shape = struct.unpack(f">{dimensions}I", content[4:start].ljust(start - 4, b"\0"))
    if not dimensions or len(content) - start != math.prod(shape):
        raise InputError(f"{path}: not an idx file of bytes")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
