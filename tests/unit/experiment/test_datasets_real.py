"""The data sets as they are, where TOPOPRINT_TEST_DATA names a folder that holds them."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from topoprint.experiment.datasets import DatasetConfig, load_dataset
from topoprint.experiment.datasets.base import DataSize
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


def configure(kind: str, **fields: object) -> DatasetConfig:
    return TypeAdapter(DatasetConfig).validate_python({"name": kind, "type": kind, **fields})


def load(kind: str, **fields: object) -> Samples:
    return load_dataset(configure(kind, **fields), Path(str(ROOT)))


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
    assert configure(kind).size(Path(str(ROOT))) == DataSize(shape, classes, n_train + n_test)


# SHA-256 of the bytes of x_train, y_train, x_test and y_test, one after another.
@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("mnist", "1e35582d42a90940c55b956deb61875c020b567ed20e3c5b174f52bf7809ed9b"),
        ("fashion_mnist", "ece172613115fb18b120bec8f6c02271af90b8b8f0a5af5c51cbd5ceed68e619"),
        ("cifar10", "9048fcbac9c08a64d57a7c5a5a66750a974ad4eab380914df129f7e223d823df"),
    ],
)
def test_images_are_the_same_to_the_bit(kind: str, digest: str) -> None:
    samples = load(kind)
    found = hashlib.sha256()
    for array in (samples.x_train, samples.y_train, samples.x_test, samples.y_test):
        found.update(np.ascontiguousarray(array).data)
    assert (samples.scale, found.hexdigest()) == (1 / 255, digest)


def test_known_labels_and_words() -> None:
    assert load("mnist").y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert load("fashion_mnist").y_train[:5].tolist() == [9, 0, 0, 3, 0]
    cifar10 = load("cifar10", train_samples=10)
    assert cifar10.y_test[:5].tolist() == [3, 8, 8, 0, 6]
    reuters = load("reuters")
    assert reuters.y_train[:5].tolist() == [3, 4, 3, 4, 4]
    assert set(reuters.x_train[0].nonzero()[0]) == set(FIRST_NEWSWIRE)
    assert reuters.y_test[:5].tolist() == [3, 10, 1, 4, 4]
