import io
from pathlib import Path

import numpy as np
import pytest

from topoprint import InputError
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.datasets.base import DataSize
from topoprint.experiment.datasets.npz import UNKNOWN, NpzConfig
from topoprint.experiment.datasets.samples import Samples

GENERATOR = np.random.default_rng(0)
GOOD = {
    "x_train": GENERATOR.normal(size=(30, 2, 4)),
    "y_train": np.repeat(np.arange(3), 10),
    "x_test": GENERATOR.normal(size=(6, 2, 4)),
    "y_test": np.array([0, 1, 2, 2, 1, 0], np.uint8),
}


def load(root: Path, arrays: dict[str, np.ndarray], **config: object) -> Samples:
    np.savez(root / "own.npz", **arrays)
    return load_dataset(NpzConfig(name="own", type="npz", path="own.npz", **config), root)


def test_samples_are_flattened_and_keep_their_shape(tmp_path: Path) -> None:
    samples = load(tmp_path, GOOD)
    assert (samples.shape, samples.classes, samples.scale) == ((2, 4), ("0", "1", "2"), 1.0)
    np.testing.assert_array_equal(samples.x_test, GOOD["x_test"].reshape(6, 8).astype(np.float32))
    np.testing.assert_array_equal(samples.y_test, GOOD["y_test"])
    assert samples.y_test.dtype == np.int64
    samples.save(tmp_path / "a.h5", {})
    np.testing.assert_array_equal(Samples.load(tmp_path / "a.h5").x_train, samples.x_train)


def test_sorted_training_samples_are_mixed_with_their_labels(tmp_path: Path) -> None:
    samples = load(tmp_path, GOOD)
    assert set(samples.y_train[-5:]) == {0, 1, 2}
    given = {
        row.tobytes(): label
        for row, label in zip(
            GOOD["x_train"].reshape(30, 8).astype(np.float32), GOOD["y_train"], strict=True
        )
    }
    assert [given[row.tobytes()] for row in samples.x_train] == samples.y_train.tolist()
    np.testing.assert_array_equal(samples.x_train, load(tmp_path, GOOD).x_train)


def test_bytes_are_scaled_unless_told_otherwise(tmp_path: Path) -> None:
    images = {name: (np.abs(GOOD[name]) * 50).astype(np.uint8) for name in ("x_train", "x_test")}
    samples = load(tmp_path, GOOD | images)
    assert (samples.x_train.dtype, samples.scale) == (np.uint8, 1 / 255)
    assert load(tmp_path, GOOD | images, scale=0.5).scale == 0.5


@pytest.mark.parametrize("kind", [bool, np.int16, np.float16, ">f8"])
def test_any_real_numbers_do(tmp_path: Path, kind: type) -> None:
    changed = {name: GOOD[name].astype(kind) for name in ("x_train", "x_test")}
    samples = load(tmp_path, GOOD | changed)
    assert samples.x_train.dtype == np.float32
    np.testing.assert_allclose(samples.x_test, changed["x_test"].reshape(6, 8).astype(np.float32))


def test_a_part_of_it(tmp_path: Path) -> None:
    samples = load(tmp_path, GOOD, train_samples=9, test_samples=3)
    assert np.bincount(samples.y_train).tolist() == [3, 3, 3]
    assert len(samples.x_test) == 3


def test_a_file_elsewhere(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", **GOOD)
    config = NpzConfig(name="own", type="npz", path=str(tmp_path / "own.npz"))
    assert load_dataset(config, Path("nowhere")).x_train.shape == (30, 8)


def with_value(name: str, value: float) -> dict[str, np.ndarray]:
    changed = GOOD[name].copy()
    changed[4] = value
    return {name: changed}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (with_value("x_train", np.nan), "x_train has a NaN or infinite value in sample 4"),
        (with_value("x_test", np.inf), "x_test has a NaN or infinite value in sample 4"),
        (with_value("x_test", 1e300), "x_test has a NaN or infinite value in sample 4"),
        (with_value("y_train", 7), "y_train has the labels 0, 1, 2, 7; number them 0 … k − 1"),
        (with_value("y_train", -1), "y_train has the labels -1, 0, 1, 2; number them"),
        (with_value("y_test", 3), "y_test has the label 3 in sample 4; labels must be 0 … 2"),
        ({"y_train": GOOD["y_train"] + 1}, "y_train has the labels 1, 2, 3; number them"),
        ({"y_train": GOOD["y_train"] * 0}, "1 of the two labels"),
        ({"y_train": GOOD["y_train"][:25]}, "30 inputs in x_train and 25 labels in y_train"),
        ({"y_train": GOOD["y_train"] * 1.0}, "y_train is float64 of shape .30,.; expected int"),
        ({"y_test": GOOD["y_test"][:, None]}, r"y_test is uint8 of shape \(6, 1\); expected int"),
        ({"x_train": GOOD["x_train"] * 1j}, "x_train is of type complex128; expected real"),
        ({"x_train": np.array(["a"] * 30)}, "x_train is of type <U1; expected real numbers"),
        ({"x_train": np.zeros(30)}, r"x_train is of shape \(30,\); expected \(samples, features"),
        ({"x_test": GOOD["x_test"][:, 1:]}, r"one sample is \(2, 4\) in x_train but \(1, 4\)"),
        ({"x_test": np.zeros((6, 2, 4), np.uint8)}, "x_train is float64 and x_test uint8; both"),
        ({"x_test": GOOD["x_test"][:0], "y_test": GOOD["y_test"][:0]}, "has no test sample"),
        ({"x_train": GOOD["x_train"][:0], "y_train": GOOD["y_train"][:0]}, "0 of the two labels"),
        ({"y_train": np.array([{}] * 30)}, "not a whole .npz file of plain arrays"),
    ],
)
def test_bad_arrays_are_told_in_a_sentence(
    tmp_path: Path, changes: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(tmp_path, GOOD | changes)


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"own\.npz: has no y_test; expected x_train, y_train"):
        load(tmp_path, {name: array for name, array in GOOD.items() if name != "y_test"})


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_damaged_file_is_named(tmp_path: Path, part: float) -> None:
    np.savez(tmp_path / "own.npz", **GOOD)
    content = (tmp_path / "own.npz").read_bytes()
    (tmp_path / "own.npz").write_bytes(content[: int(len(content) * part)])
    with pytest.raises(InputError, match=r"own\.npz: not a whole \.npz file"):
        load_dataset(NpzConfig(name="own", type="npz", path="own.npz"), tmp_path)


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "not a whole .npz"), (b"text", "not a whole .npz")]
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "own.npz").write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_dataset(NpzConfig(name="own", type="npz", path="own.npz"), tmp_path)


def test_a_single_array_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", GOOD["x_train"])
    with pytest.raises(InputError, match=r"one\.npy: a single array"):
        load_dataset(NpzConfig(name="own", type="npz", path="one.npy"), tmp_path)
    with pytest.raises(InputError, match=r"none\.npz cannot be read \(No such file"):
        load_dataset(NpzConfig(name="own", type="npz", path="none.npz"), tmp_path)


@pytest.mark.parametrize("part", [{}, {"train_samples": 6, "test_samples": 3}])
def test_its_size_is_that_of_what_is_loaded(tmp_path: Path, part: dict[str, int]) -> None:
    samples = load(tmp_path, GOOD, **part)
    count = len(samples.y_train) + len(samples.y_test)
    config = NpzConfig(name="own", type="npz", path="own.npz", **part)
    assert config.size(tmp_path) == DataSize(samples.shape, len(samples.classes), count)


def archive(damaged: bool = False, **arrays: object) -> bytes:
    """A compressed .npz, of which the middle of a member may be lost."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    content = bytearray(file.getvalue())
    if damaged:
        at = content.index(b"y_train.npy") + 40
        content[at : at + 60] = bytes(60)
    return bytes(content)


LABELS = np.arange(500) % 7


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"no archive",
        archive(x_train=np.zeros((500, 2)), x_test=np.zeros((1, 2)), y_train=LABELS, damaged=True),
        archive(x_train=np.float64(1), x_test=np.zeros((1, 2)), y_train=LABELS),
        archive(x_train=np.zeros((1, 2)), x_test=np.zeros((1, 2)), y_train=np.array([np.inf])),
    ],
)
def test_the_size_of_a_file_that_cannot_be_read_is_unknown(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "own.npz").write_bytes(content)
    assert NpzConfig(name="own", type="npz", path="own.npz").size(tmp_path) == UNKNOWN
