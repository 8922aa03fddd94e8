"""Text as numbers: windows of whole words, and how often each letter stands in them."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[Any]
Floats = NDArray[np.float32]

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

# The inputs, the same whatever languages are chosen. Ours: 64 small letters, ß, and the 64
# capitals. The authors' code has no ë, counts what is between the words and two marks of the end of
# a sentence in either form, and counts small letters after the text is made small.
ALPHABET = _SMALL + "".join(letter.upper() for letter in _SMALL if letter != "ß")
_AUTHORS_SMALL = _SMALL.replace("ë", "")
AUTHORS_ALPHABET = (
    _AUTHORS_SMALL + " !?¿¡" + "".join(letter.upper() for letter in _AUTHORS_SMALL if letter != "ß")
)

# Inputs that are standardised at once: a float64 copy of all would be large.
COLUMNS = 16


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


def spread(sentences: Sequence[str], number: int, window: int) -> list[str]:
    """Take windows of whole words that start at words evenly spread over the text.

    Windows overlap where the text is short. All start at different words, the last of them so that
    the text fills a window; where there are fewer such words than asked for, from each one starts.
    """
    words = [word for sentence in sentences for word in sentence.split() if len(word) <= window]
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    starts = ends - np.array([len(word) for word in words], np.int64)
    possible = int(np.searchsorted(starts, len(" ".join(words)) - window, side="right"))
    number = min(number, possible)
    first = starts[np.arange(number) * possible // max(number, 1)]
    last = ends[np.searchsorted(ends, first + window, side="right") - 1]
    text = " ".join(words)
    return [text[start:end] for start, end in zip(first, last, strict=True)]


def count_letters(
    windows: Sequence[str], alphabet: Literal["letters", "authors"] = "letters"
) -> Counts:
    """Count each letter of an alphabet.

    Parameters
    ----------
    windows : sequence of str
    alphabet : {"letters", "authors"}
        Of the authors' alphabet all but the capitals are counted in the text in small letters, to
        which capitals contribute too.

    Returns
    -------
    ndarray, uint8 or as long windows need, shape (len(windows), length of the alphabet)
    """
    if alphabet == "letters":
        return _count(windows, ALPHABET)
    n_small = len(AUTHORS_ALPHABET) - sum(map(str.isupper, AUTHORS_ALPHABET))
    small = _count([window.lower() for window in windows], AUTHORS_ALPHABET[:n_small])
    return np.concatenate([small, _count(windows, AUTHORS_ALPHABET[n_small:])], axis=1)


def _count(windows: Sequence[str], characters: str) -> Counts:
    other = len(characters)
    column = np.full(ord(max(characters)) + 2, other)
    column[[ord(character) for character in characters]] = np.arange(other)
    kind = np.min_scalar_type(max(map(len, windows), default=0))
    counts = np.empty((len(windows), other), kind)
    for row, window in zip(counts, windows, strict=True):
        points = np.frombuffer(window.encode("utf-32-le"), np.uint32)
        found = column[np.minimum(points, len(column) - 1)]
        row[:] = np.bincount(found, minlength=other + 1)[:other]
    return counts


def standardise(train: Counts, test: Counts, of_all: bool = False) -> tuple[Floats, Floats]:
    """Shift and scale both by the training part's mean and standard deviation.

    Parameters
    ----------
    train, test : ndarray, shape (n, features)
    of_all : bool
        Whether mean and deviation are of both parts together.

    Returns
    -------
    train, test : ndarray, float32, shape (n, features)
        A feature that is constant in ``train``, or in both, is shifted only.
    """
    scaled = (np.empty(train.shape, np.float32), np.empty(test.shape, np.float32))
    features = train.shape[1]
    for columns in np.array_split(np.arange(features), max(1, features // COLUMNS)):
        both = [part[:, columns].astype(np.float64) for part in (train, test)]
        of = np.concatenate(both) if of_all else both[0]
        mean, deviation = of.mean(axis=0), of.std(axis=0)
        deviation[deviation == 0] = 1
        for part, values in zip(scaled, both, strict=True):
            part[:, columns] = (values - mean) / deviation
    return scaled
