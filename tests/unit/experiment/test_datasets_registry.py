import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from topoprint.experiment.datasets import LOADERS, DatasetConfig, load_dataset
from topoprint.experiment.datasets.base import DatasetBase, DataSize, Sampled, feature_size

KINDS = TypeAdapter(DatasetConfig)
MODELS = get_args(get_args(DatasetConfig)[0])


def test_each_kind_has_a_model_and_a_loader() -> None:
    kinds = [get_args(model.model_fields["type"].annotation)[0] for model in MODELS]
    assert sorted(kinds) == sorted(LOADERS)
    assert all(issubclass(model, DatasetBase) for model in MODELS)
    for model in MODELS:
        assert all(
            field.description for name, field in model.model_fields.items() if name != "type"
        )


def test_a_kind_must_say_its_size() -> None:
    for model in (DatasetBase, Sampled):
        with pytest.raises(TypeError, match="abstract"):
            model(name="a")


def test_the_type_chooses_the_model() -> None:
    parsed = KINDS.validate_json('{"name": "words", "type": "reuters", "words": 500}')
    assert (type(parsed).__name__, parsed.words, parsed.train_samples) == (
        "ReutersConfig",
        500,
        None,
    )


@pytest.mark.parametrize(
    "values",
    [
        {"name": "a", "type": "unknown"},
        {"name": "a"},
        {"name": "a", "type": "mnist", "test_fraction": 0.1},
        {"name": "a", "type": "mnist", "train_samples": 0},
        {"name": "a", "type": "reuters", "words": 3},
        {"name": "a", "type": "npz"},
        {"name": "A b", "type": "mnist"},
    ],
)
def test_what_no_kind_takes_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KINDS.validate_python(values)


def test_a_data_set_is_loaded_by_its_type() -> None:
    samples = load_dataset(KINDS.validate_python({"name": "d", "type": "digits"}), Path("nowhere"))
    assert samples.name == "d"
    assert samples.validate() is samples
    assert np.prod(samples.shape) == 64


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"type": "digits"}, DataSize((1, 8, 8), 10, 1797)),
        ({"type": "mnist"}, DataSize((1, 28, 28), 10, 70_000)),
        ({"type": "fashion_mnist"}, DataSize((1, 28, 28), 10, 70_000)),
        ({"type": "cifar10"}, DataSize((3, 32, 32), 10, 60_000)),
        ({"type": "reuters", "words": 500}, DataSize((500,), 46, 11_228)),
        (
            {
                "type": "language_identification",
                "languages": ["en", "cs"],
                "windows_per_language": 9,
            },
            DataSize((129,), 2, 18),
        ),
        ({"type": "npz", "path": "none.npz"}, DataSize((1, 32, 32), 10, 10_000)),
        ({"type": "mnist", "train_samples": 60, "test_samples": 9}, DataSize((1, 28, 28), 10, 69)),
        ({"type": "mnist", "train_samples": 60}, DataSize((1, 28, 28), 10, 70_000)),
        (
            {"type": "mnist", "train_samples": 60_000, "test_samples": 20_000},
            DataSize((1, 28, 28), 10, 70_000),
        ),
    ],
)
def test_each_kind_knows_its_size(
    values: dict[str, object], size: DataSize, tmp_path: Path
) -> None:
    assert KINDS.validate_python({"name": "a", **values}).size(tmp_path) == size


def test_a_size_is_that_of_what_is_loaded(tmp_path: Path) -> None:
    config = KINDS.validate_python({"name": "d", "type": "digits"})
    samples = load_dataset(config, tmp_path)
    count = len(samples.y_train) + len(samples.y_test)
    assert config.size(tmp_path) == DataSize(samples.shape, len(samples.classes), count)


def test_features_have_the_size_that_the_network_gives_them() -> None:
    pytest.importorskip("torch")
    from topoprint.experiment.features import _feature_shape

    for shape in [(1, 28, 28), (3, 32, 32), (1, 9, 17)]:
        assert feature_size(DataSize(shape, 10, 1)).shape == _feature_shape(shape)


def test_configs_are_read_without_the_packages_that_the_loaders_need() -> None:
    unwanted = "torch", "torchvision", "pooch", "requests", "sklearn"
    program = (
        "import sys, topoprint.experiment.datasets as d\n"
        f"print([name for name in {unwanted} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
