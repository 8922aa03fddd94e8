"""Language identification: which of seven languages a short text is in, by the letters in it.

As in the paper's code: the text of each language is cut into windows of 140 characters, and a
sample is how often each letter of one alphabet stands in a window, standardised. The text is a
folder of ``{language}.txt``, one sentence a line, in UTF-8; whoever has their own puts it there.

The paper's FloydHub files are gone. What is missing is downloaded from the Leipzig Corpora
Collection (Goldhahn, Eckart and Quasthoff, LREC 2012; CC BY 4.0), 100,000 sentences of Wikipedia a
language. It was chosen over WiLI-2018 because it is what the data set is made of, single sentences
in random order; because all languages were cleaned by one process; and because there is enough:
60,000 to 90,000 windows a language, against a few thousand in the 1,000 paragraphs of WiLI-2018.
Leipzig publishes no checksums: a download counts as whole if the archive's own checksum holds and
the sentences are numbered from 1 to 100,000.
"""

import gzip
import tarfile
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Annotated, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DatasetBase, DataSize, Seed
from topoprint.experiment.datasets.download import fetch
from topoprint.experiment.datasets.samples import Samples
from topoprint.storage import write_bytes
from topoprint.validation import Count, Fraction, refuse_repeats

FOLDER = "langid"
LEIPZIG = "https://downloads.wortschatz-leipzig.de/corpora/"
SENTENCES = 100_000
Language = Literal["en", "fr", "es", "it", "de", "sk", "cs"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
CORPORA: dict[str, str] = {
    "en": "eng_wikipedia_2016_100K",
    "fr": "fra_wikipedia_2021_100K",
    "es": "spa_wikipedia_2021_100K",
    "it": "ita_wikipedia_2021_100K",
    "de": "deu_wikipedia_2021_100K",
    "sk": "slk_wikipedia_2021_100K",
    "cs": "ces_wikipedia_2021_100K",
}

# Letters that the orthographies of the languages add to a … z.
LETTERS = {
    "en": "",
    "fr": "àâæçèéêëîïôùûüÿœ",
    "es": "áéíñóúü",
    "it": "àèéìíîòóùú",
    "de": "ßäöü",
    "sk": "áäéíóôúýčďĺľňŕšťž",
    "cs": "áéíóúýčďěňřšťůž",
}
_SMALL = ascii_lowercase + "".join(sorted(set("".join(LETTERS.values()))))

# The inputs: 64 small letters, ß, and the 64 capitals, the same whatever languages are chosen.
ALPHABET = _SMALL + "".join(letter.upper() for letter in _SMALL if letter != "ß")

# Lines that come to the same side of the split: neighbours may be of one document.
BLOCK = 50


class LanguageIdentificationConfig(DatasetBase):
    """Config of language identification."""

    type: Literal["language_identification"]
    languages: list[Language] = Field(
        list(LANGUAGES), min_length=2, description="Labels, in this order"
    )
    windows_per_language: Annotated[int, Field(ge=2)] = Field(
        6000, description="Samples of each language, training and test together"
    )
    window: Count = Field(140, description="Characters of a sample at most, in whole words")
    test_fraction: Fraction = Field(
        0.2, description="Share of the windows held out for the test, in other blocks of text"
    )
    split_seed: Seed = Field(0, description="Seed of that split")

    @property
    def known_classes(self) -> int | None:
        """Number of the languages."""
        return len(self.languages)

    def size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        samples = self.windows_per_language * len(self.languages)
        return DataSize((len(ALPHABET),), len(self.languages), samples)

    @field_validator("languages")
    @classmethod
    def _distinct(cls, languages: list[str]) -> list[str]:
        refuse_repeats(languages, "languages")
        return languages


def load_language_identification(config: LanguageIdentificationConfig, root: Path) -> Samples:
    """Load the texts from ``root``/langid and count the letters in windows of them.

    Each sentence is used once, however often it stands in a file. Blocks of 50 lines go to one
    side of the split, so that no sentence is on both, and windows lie within a block.

    Returns
    -------
    Samples
        Letters counted and standardised, mean 0 and standard deviation 1 over the training
        windows (a letter that does not occur there is 0 in them), in random order.

    Raises
    ------
    InputError
        If a text is not UTF-8, too short for its windows, or cannot be downloaded.
    """
    n_test = round(config.windows_per_language * config.test_fraction)
    if not 0 < n_test < config.windows_per_language:
        raise InputError(
            f"data set {config.name}: test_fraction {config.test_fraction} of "
            f"{config.windows_per_language} windows leaves none to "
            f"{'test' if n_test == 0 else 'train'} on; raise windows_per_language"
        )
    counts: dict[str, list[NDArray[np.float32]]] = {"train": [], "test": []}
    for language in config.languages:
        path = root / FOLDER / f"{language}.txt"
        if not path.is_file():
            _download(language, path)
        for part, windows in _split(config, path, n_test).items():
            counts[part].append(count_letters(windows))
    generator = np.random.default_rng([config.split_seed, 1])
    arrays = {}
    for part, of_languages in counts.items():
        labels = np.repeat(np.arange(len(of_languages)), [len(x) for x in of_languages])
        order = generator.permutation(len(labels))
        arrays[f"x_{part}"] = np.concatenate(of_languages)[order]
        arrays[f"y_{part}"] = labels[order]
    arrays["x_train"], arrays["x_test"] = standardise(arrays["x_train"], arrays["x_test"])
    return Samples(
        config.name, **arrays, classes=tuple(config.languages), shape=(len(ALPHABET),)
    ).validate()


def cut(sentences: Sequence[str], window: int) -> list[str]:
    """Cut running text into windows of whole words, each as long as fits in ``window`` characters.

    Words longer than a window are left out, and so is what is left of the text at its end.
    """
    windows, start, length = [], 0, -1
    words = [word for sentence in sentences for word in sentence.split() if len(word) <= window]
    for end, word in enumerate(words):
        if length + 1 + len(word) > window:
            windows.append(" ".join(words[start:end]))
            start, length = end, -1
        length += 1 + len(word)
    return windows


def count_letters(windows: Sequence[str]) -> NDArray[np.float32]:
    """Count each letter of the alphabet.

    Returns
    -------
    ndarray, float32, shape (len(windows), len(ALPHABET))
    """
    other = len(ALPHABET)
    column = np.full(ord(max(ALPHABET)) + 2, other)
    column[[ord(letter) for letter in ALPHABET]] = np.arange(other)
    counts = np.empty((len(windows), other), np.float32)
    for row, window in zip(counts, windows, strict=True):
        points = np.frombuffer(window.encode("utf-32-le"), np.uint32)
        letters = column[np.minimum(points, len(column) - 1)]
        row[:] = np.bincount(letters, minlength=other + 1)[:other]
    return counts


def standardise(
    train: NDArray[np.float32], test: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Shift and scale both by the training part's mean and standard deviation.

    Parameters
    ----------
    train, test : ndarray, float32, shape (n, features)

    Returns
    -------
    train, test : ndarray, float32, shape (n, features)
        A feature that is constant in ``train`` is shifted only.
    """
    mean, deviation = train.mean(axis=0, dtype=np.float64), train.std(axis=0, dtype=np.float64)
    deviation[deviation == 0] = 1
    scaled = [((part - mean) / deviation).astype(np.float32) for part in (train, test)]
    return scaled[0], scaled[1]


def _split(config: LanguageIdentificationConfig, path: Path, n_test: int) -> dict[str, list[str]]:
    """Draw blocks of a text at random, for the test until it has its windows, then to train."""
    sentences = _read_sentences(path)
    starts = np.arange(0, len(sentences), BLOCK)
    generator = np.random.default_rng(config.split_seed)
    blocks = (
        cut(sentences[start : start + BLOCK], config.window)
        for start in generator.permutation(starts)
    )
    wanted = {"test": n_test, "train": config.windows_per_language - n_test}
    parts: dict[str, list[str]] = {}
    for part, number in wanted.items():
        parts[part] = []
        while len(parts[part]) < number:
            block = next(blocks, None)
            if block is None:
                raise InputError(_too_short(config, path, sentences))
            parts[part] += block
        del parts[part][number:]
    return parts


def _too_short(config: LanguageIdentificationConfig, path: Path, sentences: Sequence[str]) -> str:
    blocks = range(0, len(sentences), BLOCK)
    available = sum(len(cut(sentences[i : i + BLOCK], config.window)) for i in blocks)
    return (
        f"{path}: too little text: {len(sentences)} different sentences in {len(blocks)} blocks "
        f"make {available} windows, and {config.windows_per_language} are asked for, training and "
        "test in different blocks; lower windows_per_language, or add sentences"
    )


def _read_sentences(path: Path) -> list[str]:
    """Read the different lines of a text, in NFC and with single spaces."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}: line {line} is not UTF-8; convert the file, for example with iconv"
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    lines = unicodedata.normalize("NFC", text).splitlines()
    return [line for line in dict.fromkeys(" ".join(line.split()) for line in lines) if line]


def _download(language: str, path: Path) -> None:
    """Fetch a corpus of the Leipzig collection and keep its sentences alone."""
    corpus = CORPORA[language]
    archive = path.with_name(f"{corpus}.tar.gz")
    if not archive.is_file():
        fetch([f"{LEIPZIG}{corpus}.tar.gz"], archive, digest=None)
    try:
        text = "".join(f"{sentence}\n" for sentence in _sentences(archive, corpus))
    except (
        tarfile.TarError,
        gzip.BadGzipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
    ) as error:
        archive.unlink(missing_ok=True)
        raise InputError(
            f"{archive}: not the corpus that was expected ({error}); it was deleted: try again, "
            f"or put sentences of this language in {path} yourself, one a line"
        ) from error
    write_bytes(path, text.encode())
    archive.unlink(missing_ok=True)


def _sentences(archive: Path, corpus: str) -> Iterator[str]:
    """Read the numbered sentences of a Leipzig archive.

    Raises
    ------
    ValueError
        If the sentences are not numbered 1 … SENTENCES.
    """
    with gzip.open(archive) as stream:  # to its end, where its checksum stands
        while stream.read(2**20):
            pass
    number = 0
    with tarfile.open(archive, "r:gz") as tar:
        file = tar.extractfile(f"{corpus}/{corpus}-sentences.txt")
        if file is None:
            raise KeyError(f"no {corpus}-sentences.txt")
        for number, line in enumerate(file, start=1):
            label, _, sentence = line.decode("utf-8").rstrip("\r\n").partition("\t")
            if label != str(number):
                raise ValueError(f"sentence {number} is numbered {label[:20]!r}")
            yield sentence
        if number != SENTENCES:
            raise ValueError(f"{number} sentences, not {SENTENCES}")
