"""MNIST and Fashion-MNIST: 60,000 + 10,000 images of 28 × 28 pixels, 10 classes.

Sources: LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; Xiao, Rasul and
Vollgraf, "Fashion-MNIST", arXiv 1708.07747, 2017 (MIT licence). torchvision knows where they are
and reads them; files lie where it puts them, ``MNIST/raw`` and ``FashionMNIST/raw``, as they are or
as ``.gz``. Whether they were downloaded or put there, their decompressed content is held to its
SHA-256: who compressed them does not matter.
"""

import gzip
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Literal

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DataSize, Images
from topoprint.experiment.datasets.download import (
    check_file,
    fetch_with_torchvision,
    torchvision_datasets,
)
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import take

SHAPE = (1, 28, 28)

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def _by_file(*digests: str) -> dict[str, str]:
    return dict(zip(FILES, digests, strict=True))


# By the names of torchvision's classes.
SHA256 = {
    "MNIST": _by_file(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    "FashionMNIST": _by_file(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}


class MnistConfig(Images):
    """Config of MNIST."""

    classes: ClassVar[int | None] = 10
    image: ClassVar[tuple[int, ...] | None] = SHAPE
    type: Literal["mnist"]

    def whole_size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        return DataSize(SHAPE, 10, 70_000)


class FashionMnistConfig(Images):
    """Config of Fashion-MNIST."""

    classes: ClassVar[int | None] = 10
    image: ClassVar[tuple[int, ...] | None] = SHAPE
    type: Literal["fashion_mnist"]

    def whole_size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        return DataSize(SHAPE, 10, 70_000)


def load_mnist(config: MnistConfig, root: Path) -> Samples:
    """Load MNIST from ``root``/MNIST/raw, downloaded if missing; bytes of scale 1/255."""
    return _load(config, root, "MNIST")


def load_fashion_mnist(config: FashionMnistConfig, root: Path) -> Samples:
    """Load Fashion-MNIST from ``root``/FashionMNIST/raw, as :func:`load_mnist`."""
    return _load(config, root, "FashionMNIST")


def _load(config: Images, root: Path, name: str) -> Samples:
    """Load the data set of torchvision's class ``name``.

    torchvision reads a folder of whole, decompressed files alone: it gets a temporary one, so that
    nothing is written beside the user's files, which may be read-only, but what is downloaded.
    """
    kind = getattr(torchvision_datasets(), name)
    with TemporaryDirectory(prefix="topoprint-") as staging:
        raw = Path(staging, name, "raw")
        raw.mkdir(parents=True)
        for file, md5 in kind.resources:
            archive = root / name / "raw" / file
            if not (archive.is_file() or archive.with_suffix("").is_file()):
                fetch_with_torchvision([mirror + file for mirror in kind.mirrors], archive, md5)
            _lay(archive, raw, SHA256[name][archive.stem])
        train, test = (kind(staging, train=part) for part in (True, False))
    samples = Samples(
        config.name,
        train.data.flatten(1).numpy(),
        train.targets.numpy(),
        test.data.flatten(1).numpy(),
        test.targets.numpy(),
        tuple(kind.classes),
        shape=SHAPE,
        scale=1 / 255,
    )
    return take(samples, config).validate()


def _lay(archive: Path, folder: Path, sha256: str) -> None:
    """Lay the content of a ``.gz`` file, or the decompressed file beside it, into a folder.

    Raises
    ------
    InputError
        If it cannot be read or decompressed, or has another SHA-256.
    """
    plain, laid = archive.with_suffix(""), folder / archive.stem
    if plain.is_file():
        check_file(plain, f"sha256:{sha256}")
        laid.symlink_to(plain.absolute())
        return
    try:
        torchvision_datasets().utils.extract_archive(archive, folder)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{archive}: not a whole gzip file ({error}); move it away, and the next run "
            "downloads it again"
        ) from error
    except OSError as error:
        raise InputError(f"{archive} cannot be read or decompressed ({error.strerror})") from error
    check_file(laid, f"sha256:{sha256}", source=archive)
