from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topoprint import InputError
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.datasets.digits import DigitsConfig
from topoprint.experiment.datasets.mnist import MnistConfig
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.datasets.sampling import stratified_order, take

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DigitsConfig(name="digits", type="digits"), Path("nowhere"))


@given(LABELS, st.integers(0, 3), st.data())
def test_every_beginning_of_the_order_is_stratified(
    values: list[int], seed: int, data: st.DataObject
) -> None:
    labels = np.array(values)
    order = stratified_order(labels, seed)
    assert sorted(order) == list(range(len(labels)))
    n = data.draw(st.integers(1, len(labels)))
    kinds = np.unique(labels)
    held = labels[order[:n]]
    if n >= len(kinds):
        assert set(held) == set(kinds)
    for kind in kinds:
        fair = n * np.mean(labels == kind)
        assert abs(np.count_nonzero(held == kind) - fair) <= len(kinds)


def test_the_order_depends_on_its_seed(digits: Samples) -> None:
    one, same, other = (stratified_order(digits.y_train, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_part_is_taken_in_the_order_of_the_whole(digits: Samples) -> None:
    part = take(digits, MnistConfig(name="d", type="mnist", train_samples=300, test_samples=50))
    assert part.x_train.shape == (300, 64)
    assert part.x_test.shape == (50, 64)
    assert np.ptp(np.bincount(part.y_train)) <= 3
    rows = [
        np.flatnonzero((digits.x_train == sample).all(axis=1))[0] for sample in part.x_train[:50]
    ]
    assert rows == sorted(rows)
    np.testing.assert_array_equal(digits.y_train[rows], part.y_train[:50])


def test_a_smaller_part_lies_in_a_larger_one(digits: Samples) -> None:
    small, large = (
        take(digits, MnistConfig(name="d", type="mnist", train_samples=n)) for n in (100, 200)
    )
    assert {row.tobytes() for row in small.x_train} < {row.tobytes() for row in large.x_train}


def test_without_a_number_all_samples_stay_as_they_are(digits: Samples) -> None:
    everything = take(digits, MnistConfig(name="d", type="mnist"))
    assert everything.x_train is digits.x_train
    assert everything.y_test is digits.y_test


def test_shuffled_samples_end_with_every_label() -> None:
    y = np.repeat(np.arange(5), 20)
    x = np.arange(100, dtype=np.float32)[:, None]
    kept = Samples("sorted", x, y, x, y, tuple("abcde"), shape=(1,))
    shuffled = take(kept, MnistConfig(name="d", type="mnist"), shuffle=True)
    assert set(shuffled.y_train[-10:]) == set(range(5))
    np.testing.assert_array_equal(shuffled.x_train[:, 0] // 20, shuffled.y_train)
    np.testing.assert_array_equal(shuffled.y_test, y)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"train_samples": 1438}, "train_samples is 1438, but there are only 1437; lower it"),
        ({"test_samples": 361}, "test_samples is 361, but there are only 360"),
        ({"train_samples": 9}, "train_samples is 9, fewer than the 10 labels"),
    ],
)
def test_a_part_that_cannot_be_taken_is_refused(
    digits: Samples, config: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=f"data set digits: {message}"):
        take(digits, MnistConfig(name="d", type="mnist", **config))
