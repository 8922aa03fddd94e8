"""The data sets as they are, where TOPOPRINT_TEST_DATA names a folder that holds them."""

import os
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from topoprint.experiment.datasets import DatasetConfig, load_dataset
from topoprint.experiment.datasets.samples import Samples

ROOT = os.environ.get("TOPOPRINT_TEST_DATA")

# x_train[0] of keras.datasets.reuters.load_data(num_words=10000), as books print it.
FIRST_NEWSWIRE = [
    *(1, 2, 2, 8, 43, 10, 447, 5, 25, 207, 270, 5, 3095, 111, 16, 369, 186, 90, 67, 7, 89, 5, 19),
    *(102, 6, 19, 124, 15, 90, 67, 84, 22, 482, 26, 7, 48, 4, 49, 8, 864, 39, 209, 154, 6, 151, 6),
    *(83, 11, 15, 22, 155, 11, 15, 7, 48, 9, 4579, 1005, 504, 6, 258, 6, 272, 11, 15, 22, 134, 44),
    *(11, 15, 16, 8, 197, 1245, 90, 67, 52, 29, 209, 30, 32, 132, 6, 109, 15, 17, 12),
]

pytestmark = pytest.mark.skipif(not ROOT, reason="TOPOPRINT_TEST_DATA names no folder of data sets")


def load(kind: str, **fields: object) -> Samples:
    config = TypeAdapter(DatasetConfig).validate_python({"name": kind, "type": kind, **fields})
    return load_dataset(config, Path(str(ROOT)))


@pytest.mark.parametrize(
    ("kind", "n_train", "n_test", "shape", "classes"),
    [
        ("mnist", 60_000, 10_000, (1, 28, 28), 10),
        ("fashion_mnist", 60_000, 10_000, (1, 28, 28), 10),
        ("cifar10", 50_000, 10_000, (3, 32, 32), 10),
        ("reuters", 8_982, 2_246, (10_000,), 46),
        ("language_identification", 33_600, 8_400, (129,), 7),
    ],
)
def test_data_sets_have_the_sizes_of_the_paper(
    kind: str, n_train: int, n_test: int, shape: tuple[int, ...], classes: int
) -> None:
    samples = load(kind)
    assert samples.x_train.shape == (n_train, np.prod(shape))
    assert samples.x_test.shape == (n_test, np.prod(shape))
    assert samples.shape == shape
    assert len(samples.classes) == classes


def test_known_labels_and_words() -> None:
    assert load("mnist").y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert load("fashion_mnist").y_train[:5].tolist() == [9, 0, 0, 3, 0]
    cifar10 = load("cifar10", train_samples=10)
    assert cifar10.y_test[:5].tolist() == [3, 8, 8, 0, 6]
    reuters = load("reuters")
    assert reuters.y_train[:5].tolist() == [3, 4, 3, 4, 4]
    assert set(reuters.x_train[0].nonzero()[0]) == set(FIRST_NEWSWIRE)
    assert reuters.y_test[:5].tolist() == [3, 10, 1, 4, 4]
