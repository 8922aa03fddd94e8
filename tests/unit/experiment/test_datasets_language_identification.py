import gzip
import io
import tarfile
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from serving import Server

from topoprint import InputError
from topoprint.experiment.datasets import language_identification as langid
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.datasets.language_identification import LanguageIdentificationConfig
from topoprint.experiment.datasets.letters import count_letters

WORDS = {
    "en": "the quick brown fox jumps over the lazy dog while we watch",
    "cs": "příliš žluťoučký kůň úpěl ďábelské ódy a město spí",
    "de": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich",
}


def config(**changes: object) -> LanguageIdentificationConfig:
    return LanguageIdentificationConfig(
        **{
            "name": "language",
            "type": "language_identification",
            "languages": list(WORDS),
            "windows_per_language": 60,
            **changes,
        }
    )


def code(number: int) -> str:
    """A word of its own for each number, without the letters of another."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:06}")


def sentences(language: str, n: int = 400) -> list[str]:
    """Different sentences, each with a word of its own."""
    words = WORDS[language].split()
    generator = np.random.default_rng(n)
    return [f"{code(i)} {' '.join(generator.permutation(words))}." for i in range(n)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "langid").mkdir()
    for language in WORDS:
        text = "\n".join(sentences(language))
        (tmp_path / "langid" / f"{language}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_languages_have_equal_numbers_of_windows_in_training_and_test(root: Path) -> None:
    samples = load_dataset(config(), root)
    assert np.bincount(samples.y_train).tolist() == [48] * 3
    assert np.bincount(samples.y_test).tolist() == [12] * 3
    assert samples.shape == (129,)
    assert samples.classes == ("en", "cs", "de")
    assert len(set(samples.y_train[:20])) == 3  # in random order


def test_training_inputs_are_standardised_and_tell_the_languages_apart(root: Path) -> None:
    samples = load_dataset(config(), root)
    x = samples.x_train.astype(float)
    varied = x.std(axis=0) > 0
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x[:, varied].std(axis=0), 1, atol=1e-5)
    assert np.all(samples.x_train[:, ~varied] == 0)
    means = np.stack([x[samples.y_train == label].mean(axis=0) for label in range(3)])
    nearest = ((samples.x_test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, samples.y_test)


def test_no_sentence_is_on_both_sides(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "langid" / "en.txt"
    path.write_text("\n".join(sentences("en") * 2), encoding="utf-8")  # each stands twice
    seen: list[list[str]] = []

    def record(windows: list[str], alphabet: str) -> np.ndarray:
        seen.append(windows)
        return count_letters(windows)

    monkeypatch.setattr(langid, "count_letters", record)
    load_dataset(config(windows_per_language=150), root)
    codes = {code(i) for i in range(400)}
    for test, train in zip(seen[::2], seen[1::2], strict=True):
        assert (len(test), len(train)) == (30, 120)
        assert all(120 < len(window) <= 140 for window in test + train)
        ours, theirs = (codes & set(" ".join(part).split()) for part in (test, train))
        assert len(ours) > 30
        assert len(theirs) > 120
        assert not ours & theirs


def test_the_split_depends_on_its_seed_alone(root: Path) -> None:
    one, same = load_dataset(config(), root), load_dataset(config(), root)
    np.testing.assert_array_equal(one.x_train, same.x_train)
    other = load_dataset(config(split_seed=1), root)
    assert not np.array_equal(one.x_train, other.x_train)


def test_the_authors_way_overlaps_and_splits_at_random(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = config(
        windows_per_language=1000, alphabet="authors", windows="spread", split="random",
        scaling="all", split_seed=1,
    )  # fmt: skip
    samples = load_dataset(asked, root)
    assert samples.shape == (132,)
    assert asked.size(root).inputs == 132
    assert (len(samples.y_train), len(samples.y_test)) == (2400, 600)
    both = np.concatenate([samples.y_train, samples.y_test])
    assert np.bincount(both).tolist() == [1000] * 3
    assert len(set(np.bincount(samples.y_test))) > 1  # drawn from all, not from each
    x = np.concatenate([samples.x_train, samples.x_test]).astype(float)
    varied = x.std(axis=0) > 0
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x[:, varied].std(axis=0), 1, atol=1e-5)
    assert "1000 windows of 140 characters overlap in a text of" in capsys.readouterr().err
    np.testing.assert_array_equal(samples.x_train, load_dataset(asked, root).x_train)
    (root / "langid" / "de.txt").write_text("\n".join(sentences("de", 60)), encoding="utf-8")
    with pytest.raises(InputError, match=r"windows can start at \d+ words of it, and 1000 are"):
        load_dataset(asked, root)


def test_windows_spread_over_blocks_keep_the_parts_apart(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        langid, "count_letters", lambda texts, _: seen.append(texts) or count_letters(texts)
    )
    samples = load_dataset(config(windows_per_language=900, windows="spread"), root)
    assert np.bincount(samples.y_test).tolist() == [180] * 3
    codes = {code(i) for i in range(400)}
    for test, train in zip(seen[::2], seen[1::2], strict=True):
        assert (len(set(test)), len(set(train))) == (180, 720)
        ours, theirs = (codes & set(" ".join(part).split()) for part in (test, train))
        assert not ours & theirs


@pytest.mark.parametrize("choice", [{"split": "random"}, {"scaling": "all"}])
def test_choices_can_be_made_one_by_one(root: Path, choice: dict[str, str]) -> None:
    samples = load_dataset(config(**choice), root)
    assert (len(samples.y_train), len(samples.y_test)) == (144, 36)
    assert not np.array_equal(samples.x_train, load_dataset(config(), root).x_train)


def test_decomposed_accents_and_a_byte_order_mark_make_no_difference(root: Path) -> None:
    before = load_dataset(config(), root)
    path = root / "langid" / "cs.txt"
    decomposed = unicodedata.normalize("NFD", path.read_text(encoding="utf-8"))
    path.write_text("\ufeff" + decomposed.replace("\n", "\r\n"), encoding="utf-8")
    np.testing.assert_array_equal(load_dataset(config(), root).x_train, before.x_train)


def test_text_that_is_not_utf8_is_told_with_its_line(root: Path) -> None:
    path = root / "langid" / "de.txt"
    path.write_bytes("gut\nauch gut\nschön\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"de\.txt: line 3 is not UTF-8; convert"):
        load_dataset(config(), root)


@pytest.mark.parametrize("text", ["", "too short\n", "\n".join(sentences("de", 60))])
def test_a_language_without_enough_text_is_told(root: Path, text: str) -> None:
    (root / "langid" / "de.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"de\.txt: too little text: \d+ different sent.* lower"):
        load_dataset(config(), root)


@pytest.mark.parametrize(("fraction", "lacking"), [(0.001, "test"), (0.999, "train")])
def test_a_split_that_leaves_nothing_is_told(root: Path, fraction: float, lacking: str) -> None:
    with pytest.raises(InputError, match=f"data set language: .*leaves none to {lacking} on"):
        load_dataset(config(test_fraction=fraction), root)


@pytest.mark.parametrize("languages", [["en"], ["en", "en"], ["en", "xx"]])
def test_languages_are_two_or_more_known_ones(languages: list[str]) -> None:
    with pytest.raises(ValidationError, match="languages"):
        config(languages=languages)


def corpus(name: str, lines: list[str]) -> bytes:
    """An archive as Leipzig's: sentences with their numbers, among other files."""
    numbered = "".join(f"{i}\t{line}\n" for i, line in enumerate(lines, start=1))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for member, content in (("words", "1\tthe\t9\n"), ("sentences", numbered)):
            data = content.encode()
            entry = tarfile.TarInfo(f"{name}/{name}-{member}.txt")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


@pytest.fixture
def leipzig(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Corpora of 400 sentences."""
    monkeypatch.setattr(langid, "LEIPZIG", f"{server.url}corpora/")
    monkeypatch.setattr(langid, "SENTENCES", 400)
    for language in WORDS:
        name = langid.CORPORA[language]
        server.files[f"/corpora/{name}.tar.gz"] = corpus(name, sentences(language))
    return server


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_missing_languages_are_downloaded_and_converted(
    leipzig: Server, root: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    downloaded = load_dataset(config(), fresh)
    assert files(fresh) == ["cs.txt", "de.txt", "en.txt"]
    assert (fresh / "langid" / "cs.txt").read_text("utf-8").splitlines() == sentences("cs")
    np.testing.assert_array_equal(downloaded.x_train, load_dataset(config(), root).x_train)
    load_dataset(config(), fresh)
    assert len(leipzig.requests) == 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda packed: packed[: len(packed) // 2], "not the corpus that was expected"),
        (lambda packed: packed[:-8] + b"\0" * 8, "not the corpus that was expected"),
        (lambda packed: b"<html>not found</html>", "not the corpus that was expected"),
        (lambda packed: corpus("other", sentences("en")), "sentences"),
        (lambda packed: corpus("eng_wikipedia_2016_100K", sentences("en")[:-1]), "399 sentences"),
        (lambda packed: gzip.compress(gzip.decompress(packed)[:4096]), "not the corpus that was"),
    ],
)
def test_a_damaged_corpus_leaves_nothing_and_the_next_run_recovers(
    leipzig: Server, tmp_path: Path, damage: object, message: str
) -> None:
    path = f"/corpora/{langid.CORPORA['en']}.tar.gz"
    whole = leipzig.files[path]
    leipzig.files[path] = damage(whole)  # type: ignore[operator]
    with pytest.raises(InputError, match=rf"eng_wikipedia_2016_100K\.tar\.gz: .*{message}"):
        load_dataset(config(), tmp_path)
    assert files(tmp_path) == []
    leipzig.files[path] = whole
    assert load_dataset(config(), tmp_path).x_test.shape == (36, 129)


def test_a_corpus_that_cannot_be_written_is_not_called_damaged(
    leipzig: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise InputError(f"{path}: cannot be written (Permission denied)")

    with monkeypatch.context() as patch:
        patch.setattr(langid, "write_bytes", refuse)
        with pytest.raises(InputError, match=r"en\.txt: cannot be written \(Permission denied\)$"):
            load_dataset(config(languages=["en", "de"]), tmp_path)
    requests = len(leipzig.requests)
    load_dataset(config(), tmp_path)
    assert len(leipzig.requests) == requests + 2  # the first corpus was kept
