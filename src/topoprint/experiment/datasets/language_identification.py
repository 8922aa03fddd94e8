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
import sys
import tarfile
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field, field_validator

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import DatasetBase, DataSize, Seed
from topoprint.experiment.datasets.download import fetch
from topoprint.experiment.datasets.letters import (
    ALPHABET,
    AUTHORS_ALPHABET,
    Counts,
    count_letters,
    cut,
    spread,
    standardise,
)
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
    alphabet: Literal["letters", "authors"] = Field(
        "letters",
        description="Inputs: 129 letters, small and capital apart; or the authors' 132 characters, "
        "small letters counted after lower-casing",
    )
    windows: Literal["consecutive", "spread"] = Field(
        "consecutive",
        description="One after the other, no text twice; or, as the authors' code, starting at "
        "words evenly spread over the text, overlapping where it is short",
    )
    split: Literal["blocks", "random"] = Field(
        "blocks",
        description="Training and test in different blocks of text; or, as the authors' code, the "
        "windows of all languages in random order",
    )
    scaling: Literal["training", "all"] = Field(
        "training",
        description="Samples whose mean and deviation standardise: the training part's, or, as the "
        "authors' code, all",
    )

    @property
    def characters(self) -> str:
        """The alphabet: what each input counts."""
        return ALPHABET if self.alphabet == "letters" else AUTHORS_ALPHABET

    @property
    def known_classes(self) -> int | None:
        """Number of the languages."""
        return len(self.languages)

    def size(self, root: Path) -> DataSize:
        """Size of the data set, whatever ``root`` is."""
        samples = self.windows_per_language * len(self.languages)
        return DataSize((len(self.characters),), len(self.languages), samples)

    @field_validator("languages")
    @classmethod
    def _distinct(cls, languages: list[str]) -> list[str]:
        refuse_repeats(languages, "languages")
        return languages


def load_language_identification(config: LanguageIdentificationConfig, root: Path) -> Samples:
    """Load the texts from ``root``/langid and count the letters in windows of them.

    Each sentence is used once, however often it stands in a file. By default blocks of 50 lines go
    to one side of the split, so that no sentence is on both, and windows lie within a block.

    Returns
    -------
    Samples
        Letters counted and standardised, mean 0 and standard deviation 1 over the training
        windows, or over all (a letter that does not occur there is 0 in them), in random order.

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
    counts: dict[str, list[Counts]] = {}
    for language in config.languages:
        path = root / FOLDER / f"{language}.txt"
        if not path.is_file():
            _download(language, path)
        for part, windows in _split(config, path, n_test).items():
            counts.setdefault(part, []).append(count_letters(windows, config.alphabet))
    return _samples(config, counts).validate()


def _samples(config: LanguageIdentificationConfig, counts: dict[str, list[Counts]]) -> Samples:
    """Put the counted windows of the languages together, in random order and standardised."""
    generator = np.random.default_rng([config.split_seed, 1])
    x, y = {}, {}
    for part, of_languages in sorted(counts.items(), reverse=True):  # training before test
        labels = np.repeat(np.arange(len(of_languages)), [len(one) for one in of_languages])
        order = generator.permutation(len(labels))
        x[part], y[part] = np.concatenate(of_languages)[order], labels[order]
    if config.split == "random":
        n_test = round(len(y["all"]) * config.test_fraction)
        x = {"test": x["all"][:n_test], "train": x["all"][n_test:]}
        y = {"test": y["all"][:n_test], "train": y["all"][n_test:]}
    x_train, x_test = standardise(x["train"], x["test"], of_all=config.scaling == "all")
    shape = (len(config.characters),)
    classes = tuple(config.languages)
    return Samples(config.name, x_train, y["train"], x_test, y["test"], classes, shape)


def _split(config: LanguageIdentificationConfig, path: Path, n_test: int) -> dict[str, list[str]]:
    """Windows of a text: to test and to train on, or all, where they are split at random later."""
    sentences = _read_sentences(path)
    generator = np.random.default_rng(config.split_seed)
    starts = generator.permutation(np.arange(0, len(sentences), BLOCK))
    blocks = [sentences[start : start + BLOCK] for start in starts]
    wanted = {"test": n_test, "train": config.windows_per_language - n_test}
    if config.split == "random":
        wanted = {"all": config.windows_per_language}
    if config.windows == "consecutive":
        return _draw(config, path, blocks, wanted)
    # The order of blocks is random where they are split; else the text is taken as it stands.
    share = max(1, round(len(blocks) * config.test_fraction))
    texts = {"all": [sentences], "test": blocks[:share], "train": blocks[share:]}
    parts = {}
    for part, number in wanted.items():
        text = list(chain.from_iterable(texts[part]))
        parts[part] = spread(text, number, config.window)
        if len(parts[part]) < number:
            raise InputError(
                f"{path}: too little text: windows can start at {len(parts[part])} words of it, "
                f"and {number} are asked for{'' if part == 'all' else f' to {part} with'}; lower "
                "windows_per_language, or add sentences"
            )
        if (length := sum(map(len, text))) < number * config.window:
            print(
                f"{path}: {number} windows of {config.window} characters overlap in a text of "
                f"{length}",
                file=sys.stderr,
            )
    return parts


def _draw(
    config: LanguageIdentificationConfig,
    path: Path,
    blocks: Sequence[Sequence[str]],
    wanted: Mapping[str, int],
) -> dict[str, list[str]]:
    """Cut blocks into windows, for the first part until it has what it wants, then for the next."""
    cut_blocks = (cut(block, config.window) for block in blocks)
    parts: dict[str, list[str]] = {}
    for part, number in wanted.items():
        parts[part] = []
        while len(parts[part]) < number:
            block = next(cut_blocks, None)
            if block is None:
                raise InputError(_too_short(config, path, blocks))
            parts[part] += block
        del parts[part][number:]
    return parts


def _too_short(
    config: LanguageIdentificationConfig, path: Path, blocks: Sequence[Sequence[str]]
) -> str:
    available = sum(len(cut(block, config.window)) for block in blocks)
    where = "" if config.split == "random" else ", training and test in different blocks"
    return (
        f"{path}: too little text: {sum(map(len, blocks))} different sentences in {len(blocks)} "
        f"blocks make {available} windows, and {config.windows_per_language} are asked for{where}; "
        "lower windows_per_language, add sentences, or take windows: spread, which may overlap"
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
