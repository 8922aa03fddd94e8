"""Windows of texts, and the letters in them."""

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from topoprint.experiment.datasets.letters import (
    ALPHABET,
    AUTHORS_ALPHABET,
    LETTERS,
    count_letters,
    cut,
    spread,
    standardise,
)


def test_the_alphabet_is_every_letter_once_small_and_capital() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 129
    assert unicodedata.is_normalized("NFC", ALPHABET)
    small = [letter for letter in ALPHABET if letter.islower()]
    assert [letter.upper() for letter in small if letter != "ß"] == list(ALPHABET[len(small) :])
    for letters in LETTERS.values():
        assert set(letters) <= set(ALPHABET)
        assert list(letters) == sorted(set(letters))


def test_the_alphabet_of_the_authors_code_counts_small_letters_in_the_lowered_text() -> None:
    assert len(AUTHORS_ALPHABET) == len(set(AUTHORS_ALPHABET)) == 132
    assert set(AUTHORS_ALPHABET) == set(ALPHABET) - {"ë", "Ë"} | set(" !?¿¡")
    (row,) = count_letters(["Aa Ča! ß"], "authors")
    found = {c: int(n) for c, n in zip(AUTHORS_ALPHABET, row, strict=True) if n}
    assert found == {"a": 3, "č": 1, "ß": 1, " ": 2, "!": 1, "A": 1, "Č": 1}


@given(st.lists(st.text("ab ", max_size=30), max_size=20), st.integers(1, 25), st.integers(1, 9))
def test_spread_windows_are_the_longest_from_words_of_the_text(
    text: list[str], window: int, number: int
) -> None:
    words = [word for word in " ".join(text).split() if len(word) <= window]
    joined = " ".join(words)
    starts = [i for i in range(len(joined)) if i == 0 or joined[i - 1] == " "]
    possible = []
    for start in starts:
        if start + window <= len(joined):
            ends = [e for e in range(start, start + window + 1) if joined[e : e + 1] in ("", " ")]
            possible.append(joined[start : max(ends)])
    found = spread(text, number, window)
    assert len(found) == min(number, len(possible))
    if number >= len(possible):
        assert found == possible
    elif found:
        assert found[0] == possible[0]
        assert all(one in possible for one in found)


@given(st.lists(st.text("ab ", max_size=30), max_size=20), st.integers(1, 25))
def test_windows_are_whole_words_as_many_as_fit(text: list[str], window: int) -> None:
    words = [word for word in " ".join(text).split() if len(word) <= window]
    windows = cut(text, window)
    assert all(len(piece) <= window for piece in windows)
    cut_words = [word for piece in windows for word in piece.split()]
    assert cut_words == words[: len(cut_words)]
    firsts = [piece.split()[0] for piece in windows[1:]] + words[len(cut_words) :][:1]
    assert len(firsts) >= len(windows)
    for piece, first in zip(windows, firsts, strict=False):
        assert len(piece) + 1 + len(first) > window
    assert len(" ".join(words[len(cut_words) :])) <= window


def test_letters_are_counted_by_hand() -> None:
    counts = count_letters(["Ahoj, světe! Aa ß ∀ 1", "", "ŽŽŽ\U0001f600"])
    found = [
        {letter: int(count) for letter, count in zip(ALPHABET, row, strict=True) if count}
        for row in counts
    ]
    assert found[0] == {
        **{"A": 2, "h": 1, "o": 1, "j": 1, "s": 1, "v": 1, "ě": 1},
        **{"t": 1, "e": 1, "a": 1, "ß": 1},
    }
    assert found[1:] == [{}, {"Ž": 3}]
    assert counts.dtype == np.uint8
    assert count_letters(["a" * 300])[0, 0] == 300


def test_a_constant_input_is_only_shifted() -> None:
    train, test = standardise(
        np.array([[1, 5], [3, 5]], np.float32), np.array([[2, 7]], np.float32)
    )
    np.testing.assert_array_equal(train, [[-1, 0], [1, 0]])
    np.testing.assert_array_equal(test, [[0, 2]])
