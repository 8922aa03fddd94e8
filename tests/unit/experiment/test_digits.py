from pathlib import Path

import numpy as np
import pytest

from topoprint import InputError
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.datasets.digits import DigitsConfig
from topoprint.experiment.datasets.samples import Samples

DIGITS = DigitsConfig(name="digits", type="digits")


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DIGITS, Path("nowhere"))


def test_every_image_is_on_one_side_of_a_stratified_split(digits: Samples) -> None:
    assert digits.x_train.shape == (1437, 64)
    assert digits.x_test.shape == (360, 64)
    assert digits.x_train.dtype == np.float32
    assert (digits.x_train.min(), digits.x_train.max()) == (0, 1)
    shares = np.bincount(digits.y_train) / (
        np.bincount(digits.y_train) + np.bincount(digits.y_test)
    )
    assert np.all(abs(shares - 0.8) < 0.01)


def test_the_split_depends_on_its_seed_alone(digits: Samples) -> None:
    again = load_dataset(DIGITS, Path("elsewhere"))
    other = load_dataset(DigitsConfig(name="digits", type="digits", split_seed=1), Path("nowhere"))
    np.testing.assert_array_equal(digits.x_train, again.x_train)
    assert not np.array_equal(digits.x_train, other.x_train)


def test_a_split_without_test_images_is_refused() -> None:
    with pytest.raises(InputError, match="data set digits: test_fraction"):
        load_dataset(DigitsConfig(name="digits", type="digits", test_fraction=0.001), Path("."))


def test_samples_file_round_trip_and_equal_bytes(digits: Samples, tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        digits.save(tmp_path / name, {})
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    loaded = Samples.load(tmp_path / "a.h5")
    np.testing.assert_array_equal(loaded.x_train, digits.x_train)
    np.testing.assert_array_equal(loaded.y_test, digits.y_test)
    assert loaded.classes == digits.classes


def test_the_first_labels_alone(digits: Samples, tmp_path: Path) -> None:
    digits.save(tmp_path / "a.h5", {})
    few = Samples.load(tmp_path / "a.h5", 3)
    assert set(few.y_train) == set(few.y_test) == {0, 1, 2}
    assert few.classes == ("0", "1", "2")
    np.testing.assert_array_equal(few.x_train, digits.x_train[digits.y_train < 3])
    with pytest.raises(InputError, match="has 10 labels"):
        Samples.load(tmp_path / "a.h5", 11)
