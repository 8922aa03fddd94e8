from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from topoprint import InputError
from topoprint.experiment.datasets import samples as samples_module
from topoprint.experiment.datasets.samples import Samples


def make(n: int = 12, classes: int = 3) -> Samples:
    """Bytes 0 … 255 in images of 2 × 3 pixels."""
    generator = np.random.default_rng(0)
    x = generator.integers(0, 256, (2 * n, 6), np.uint8)
    y = np.arange(2 * n) % classes
    names = tuple("abcdefgh"[:classes])
    return Samples("made", x[:n], y[:n], x[n:], y[n:], names, shape=(1, 2, 3), scale=1 / 255)


def test_bytes_stay_bytes_in_the_file_and_are_scaled_when_read(tmp_path: Path) -> None:
    made = make()
    made.save(tmp_path / "a.h5", {})
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["x_train"].dtype == np.uint8
        np.testing.assert_array_equal(file["x_train"], made.x_train)
    loaded = Samples.load(tmp_path / "a.h5")
    assert loaded.x_train.dtype == loaded.x_test.dtype == np.float32
    np.testing.assert_allclose(loaded.x_train, made.x_train / 255, rtol=1e-6)
    np.testing.assert_array_equal(loaded.y_test, made.y_test)
    assert (loaded.name, loaded.classes, loaded.shape, loaded.scale) == (
        "made",
        ("a", "b", "c"),
        (1, 2, 3),
        1.0,
    )


def test_in_memory_and_through_a_file_samples_are_the_same(tmp_path: Path) -> None:
    made = make()
    made.save(tmp_path / "a.h5", {})
    loaded, converted = Samples.load(tmp_path / "a.h5"), made.as_float()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(converted, name))
    assert converted.scale == 1
    assert converted.as_float() is converted


def test_pieces_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(50)
    made.save(tmp_path / "a.h5", {})
    whole = Samples.load(tmp_path / "a.h5", 2)
    monkeypatch.setattr(samples_module, "PIECE", 6 * 7)
    made.save(tmp_path / "b.h5", {})
    for name in ("a.h5", "b.h5"):
        pieces = Samples.load(tmp_path / name, 2)
        np.testing.assert_array_equal(pieces.x_train, whole.x_train)
        np.testing.assert_array_equal(pieces.x_test, whole.x_test)
    assert len(whole.x_train) == np.count_nonzero(made.y_train < 2)


def test_equal_samples_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        make().save(tmp_path / name, {"seed": 1})
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_file_of_another_version_is_refused_by_its_name(tmp_path: Path) -> None:
    make().save(tmp_path / "a.h5", {})
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(InputError, match=r"a\.h5: format version 99 .* make it again"):
        Samples.load(tmp_path / "a.h5")


@pytest.mark.parametrize("name", ["scale", "identity"])
def test_a_file_without_one_of_its_parts_is_refused(name: str, tmp_path: Path) -> None:
    make().save(tmp_path / "a.h5", {})
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs[name] = "{}"
    with pytest.raises(InputError, match=r"a\.h5: not a complete"):
        Samples.load(tmp_path / "a.h5")


def test_good_samples_are_valid_and_returned() -> None:
    made = make()
    assert made.validate() is made
    assert made.as_float().validate().x_train.dtype == np.float32


def with_nan(where: str, value: float) -> dict[str, object]:
    x = make().as_float().x_train.copy()
    x[7, 2] = value
    return {where: x}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_train": np.zeros(12, np.int64)}, "no training sample of label 1, 2: labels must"),
        ({"y_test": np.full(12, 3)}, "y_test has the label 3 in sample 0; labels must be 0 … 2"),
        ({"y_test": np.full(12, -1)}, "y_test has the label -1 in sample 0"),
        ({"y_train": make().y_train.astype(np.int32)}, "y_train is int32 of shape"),
        ({"y_train": make().y_train[:, None]}, r"y_train is int64 of shape \(12, 1\)"),
        ({"y_train": make().y_train[1:]}, "12 inputs in x_train and 11 labels"),
        ({"x_train": make().x_train.astype(float)}, "x_train is float64 of shape"),
        ({"x_train": make().x_train.ravel()}, r"x_train is uint8 of shape \(72,\)"),
        ({"x_test": make().x_test[:, 1:]}, r"x_test has 5 features, one sample of shape \(1, 2"),
        ({"x_test": make().x_test[:0], "y_test": make().y_test[:0]}, "has no test sample"),
        ({"shape": (7,)}, "x_train has 6 features"),
        ({"classes": ("a",)}, "1 of the two labels that it needs at least"),
        ({"scale": float("nan")}, "the scale nan"),
        (with_nan("x_train", np.nan), "x_train has a NaN or infinite value in sample 7"),
        (with_nan("x_test", -np.inf), "x_test has a NaN or infinite value in sample 7"),
    ],
)
def test_bad_samples_are_told_in_a_sentence_that_names_the_data_set(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        replace(make(), **changes).validate()
    assert str(refusal.value).startswith("data set made: ")
