"""Reuters newswires: 8,982 + 2,246 texts as sets of words, 46 topics.

Source: Keras' ``reuters.npz``, after the Reuters-21578 collection of Lewis; each text is a list of
words, each word its rank by frequency. The file holds pickled lists. It is unpickled only if it is
Keras' file to the bit, and then by an unpickler that knows numpy arrays and plain values alone.
"""

import pickle
import zipfile
import zlib
from pathlib import Path
from typing import IO, Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DataSize, Sampled
from topoprint.experiment.datasets.download import check_file, fetch
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import take

FILE = "reuters/reuters.npz"
URLS = ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/reuters.npz",)
SHA256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"

# Defaults of keras.datasets.reuters.load_data.
SPLIT_SEED = 113
TEST_SPLIT = 0.2
START, UNKNOWN, INDEX_FROM = 1, 2, 3

# keras.datasets.reuters.get_label_names
# fmt: off
TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi",
    "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin", "strategic-metal",
    "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei", "bop", "zinc",
    "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)
# fmt: on

# All that a pickle of a numpy array calls, under its names in numpy 1 and 2.
_reconstruct: Any = np.empty(0).__reduce__()[0]
ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}

# What reading a damaged file raises.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
)

npy: Any = np.lib.format  # its functions have no types in numpy 1


class ReutersConfig(Sampled):
    """Config of the Reuters newswires."""

    classes: ClassVar[int | None] = 46
    type: Literal["reuters"]
    words: Annotated[int, Field(gt=INDEX_FROM)] = Field(
        10_000,
        description="Inputs: the most frequent words, with Keras' three marks as the first of them",
    )

    def whole_size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        return DataSize((self.words,), 46, 8982 + 2246)


def load_reuters(config: ReutersConfig, root: Path) -> Samples:
    """Load the newswires from ``root``/reuters/reuters.npz, downloaded if missing.

    Returns
    -------
    Samples
        Presence vectors as bytes: input w is 1 if word w of Keras' numbering stands in the text.

    Raises
    ------
    InputError
        If the file is not Keras' or cannot be downloaded.
    """
    path = root / FILE
    if not path.is_file():
        fetch(URLS, path, f"sha256:{SHA256}")
    check_file(path, f"sha256:{SHA256}")
    texts, labels = read_texts(path)
    order = np.arange(len(texts))
    np.random.RandomState(SPLIT_SEED).shuffle(order)
    split = int(len(texts) * (1 - TEST_SPLIT))
    train, test = order[:split], order[split:]
    samples = Samples(
        config.name,
        presence([texts[i] for i in train], config.words),
        labels[train],
        presence([texts[i] for i in test], config.words),
        labels[test],
        TOPICS,
        shape=(config.words,),
    )
    return take(samples, config).validate()


def presence(texts: list[list[int]], words: int) -> NDArray[np.uint8]:
    """Tell which words stand in each text.

    As in Keras: ranks are moved up by three, a text starts with mark 1, and words beyond the most
    frequent become mark 2.

    Parameters
    ----------
    texts : list of lists of int
        Ranks, from 1.
    words : int
        Number of words and marks that are told apart.

    Returns
    -------
    ndarray, uint8, shape (len(texts), words)
        0 or 1.
    """
    present = np.zeros((len(texts), words), np.uint8)
    for row, ranks in zip(present, texts, strict=True):
        numbers = np.array(ranks, np.int64) + INDEX_FROM
        row[START] = 1
        row[np.where(numbers < words, numbers, UNKNOWN)] = 1
    return present


def read_texts(path: Path) -> tuple[list[list[int]], NDArray[np.int64]]:
    """Read texts and labels of a ``.npz`` file as Keras', refusing all that is no number.

    Raises
    ------
    InputError
        If the file is no such ``.npz``, or a pickle in it asks for anything but numpy arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            with archive.open("x.npy") as file:
                texts = _read_lists(file)
            with archive.open("y.npy") as file:
                labels = npy.read_array(file, allow_pickle=False)
    except DAMAGE as error:
        raise InputError(
            f"{path}: not Keras' reuters.npz ({error}); move it away, and the next run "
            "downloads it again"
        ) from error
    if labels.shape != (len(texts),) or labels.dtype != np.int64:
        raise InputError(f"{path}: not Keras' reuters.npz: one int64 label a text expected")
    return texts, labels


def _read_lists(file: IO[bytes]) -> list[list[int]]:
    """Read a pickled array of lists of numbers from a ``.npy`` stream."""
    if npy.read_magic(file) != (1, 0):
        raise ValueError("x is of another .npy version than 1.0")
    shape, _, dtype = npy.read_array_header_1_0(file)
    if len(shape) != 1 or dtype != np.dtype(object):
        raise ValueError("x is no list of texts")
    texts = _ArrayUnpickler(file).load()
    if not (isinstance(texts, np.ndarray) and texts.shape == shape):
        raise ValueError("x is no list of texts")
    for text in texts:
        if type(text) is not list or any(type(word) is not int or word < 0 for word in text):
            raise ValueError("a text in x is no list of words")
    return list(texts)


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickles numpy arrays of plain values and refuses whatever else is named in the file."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None
