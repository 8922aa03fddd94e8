from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError  # noqa: E402
from topoprint.experiment.datasets import load_dataset  # noqa: E402
from topoprint.experiment.datasets.digits import DigitsConfig  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402
from topoprint.experiment.features import FeatureSettings, extract  # noqa: E402

QUICK = FeatureSettings(epochs=2, batch_size=64)
Weights = dict[str, np.ndarray]


def images(name: str = "digits", n: int = 300, side: int = 2) -> Samples:
    """Digits, each pixel enlarged to a square; bytes, in two channels."""
    digits = load_dataset(DigitsConfig(name=name, type="digits"), Path("."))
    x = {}
    for part in ("x_train", "x_test"):
        pixels = (getattr(digits, part)[:n] * 16).astype(np.uint8).reshape(-1, 1, 8, 8)
        enlarged = pixels.repeat(side, axis=2).repeat(side, axis=3)
        x[part] = np.concatenate([enlarged, 16 - enlarged], axis=1).reshape(len(pixels), -1)
    return Samples(
        name,
        x["x_train"],
        digits.y_train[:n],
        x["x_test"],
        digits.y_test[:n],
        digits.classes,
        shape=(2, 8 * side, 8 * side),
        scale=1 / 16,
    )


@pytest.fixture(scope="module")
def made() -> tuple[Samples, Weights]:
    return extract(images(), QUICK)


def by_hand(x: np.ndarray, weights: Weights) -> tuple[torch.Tensor, torch.Tensor]:
    """Features and scores as the paper describes the network, layer by layer."""
    functional = torch.nn.functional
    maps = torch.from_numpy(x)
    convolutions = [name[:-7] for name in weights if name.startswith("conv") and "weight" in name]
    for n, layer in enumerate(convolutions):
        weight, bias = (torch.from_numpy(weights[f"{layer}.{key}"]) for key in ("weight", "bias"))
        maps = functional.relu(functional.conv2d(maps, weight, bias, padding="same"))
        if n % 2 == 1:
            maps = functional.max_pool2d(maps, 2)
    features = scores = maps.flatten(1)
    dense = [name[:-7] for name in weights if name.startswith("class") and "weight" in name]
    for layer in dense:
        weight, bias = (torch.from_numpy(weights[f"{layer}.{key}"]) for key in ("weight", "bias"))
        scores = functional.linear(scores, weight, bias)
        scores = scores if layer == dense[-1] else functional.relu(scores)
    return features, scores


def test_features_are_what_the_convolutions_make_of_the_images(
    made: tuple[Samples, Weights],
) -> None:
    features, weights = made
    given = images()
    assert features.shape == (128, 2, 2)
    assert features.x_train.shape == (300, 512)
    assert features.x_train.dtype == features.x_test.dtype == np.float32
    np.testing.assert_array_equal(features.y_train, given.y_train)
    np.testing.assert_array_equal(features.y_test, given.y_test)
    assert features.validate().scale == 1
    x = (given.x_test / 16).astype(np.float32).reshape(-1, 2, 16, 16)
    expected, _ = by_hand(x, weights)
    np.testing.assert_allclose(features.x_test, expected, rtol=1e-4, atol=1e-5)
    assert features.x_test.min() == 0  # after a ReLU


def test_weights_are_those_of_the_papers_network(made: tuple[Samples, Weights]) -> None:
    _, weights = made
    shapes = [array.shape for name, array in weights.items() if name.endswith("weight")]
    widths = [(2, 32), (32, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
    assert shapes == [(out, into, 3, 3) for into, out in widths] + [(128, 512), (64, 128), (10, 64)]
    assert all(array.dtype == np.float32 for array in weights.values())


def test_the_network_learns(made: tuple[Samples, Weights]) -> None:
    features, weights = extract(images(n=700, side=1), FeatureSettings(epochs=6, batch_size=32))
    x = (images(n=700, side=1).x_test / 16).astype(np.float32).reshape(-1, 2, 8, 8)
    _, scores = by_hand(x, weights)
    assert np.mean(scores.argmax(1).numpy() == features.y_test) > 0.8


def test_the_same_images_give_the_same_bits_whatever_came_before(
    made: tuple[Samples, Weights], capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(99)
    state = torch.random.get_rng_state()
    threads = torch.get_num_threads()
    again, weights = extract(images(), QUICK)
    np.testing.assert_array_equal(again.x_train, made[0].x_train)
    np.testing.assert_array_equal(again.x_test, made[0].x_test)
    assert all(np.array_equal(array, weights[name]) for name, array in made[1].items())
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    told = capsys.readouterr().err
    assert "digits features: epoch 2/2, loss" in told
    assert "digits features: test accuracy" in told


def test_a_validation_part_is_not_trained_on(made: tuple[Samples, Weights]) -> None:
    settings = QUICK.model_copy(update={"epochs": 1, "validation_fraction": 0.1})
    given = images()
    labels = given.y_train.copy()
    labels[270:] = (labels[270:] + 1) % 10
    weights = [extract(one, settings)[1] for one in (given, replace(given, y_train=labels))]
    assert all(np.array_equal(array, weights[1][name]) for name, array in weights[0].items())
    features, _ = extract(given, settings)
    assert features.x_train.shape == made[0].x_train.shape
    with pytest.raises(InputError, match="no samples left to train its features on"):
        extract(given, settings.model_copy(update={"validation_fraction": 0.999}))


def test_a_dropout_seed_changes_training(made: tuple[Samples, Weights]) -> None:
    _, weights = extract(images(), QUICK.model_copy(update={"dropout_seed": 42}))
    assert not np.array_equal(weights["classifier.0.weight"], made[1]["classifier.0.weight"])


def test_what_is_offered_beside_the_defaults_does_not_move_them() -> None:
    """Sums after three steps without a validation part: more, and processors differ."""
    features, weights = extract(images(), FeatureSettings(epochs=1, batch_size=100))
    sums = np.abs(weights["convolutions.0.bias"]).sum(), features.x_test.sum()
    assert sums == pytest.approx((0.11132, 991.72), rel=0.02)


def test_another_data_set_has_its_own_random_stream(made: tuple[Samples, Weights]) -> None:
    other, _ = extract(images("other"), FeatureSettings(epochs=1, batch_size=300))
    one, _ = extract(images(), FeatureSettings(epochs=1, batch_size=300))
    assert not np.array_equal(other.x_test, one.x_test)


@pytest.mark.parametrize("shape", [(128,), (2, 64), (2, 16, 4)])
def test_samples_that_are_no_images_are_refused(shape: tuple[int, ...]) -> None:
    x = np.zeros((4, int(np.prod(shape))), np.float32)
    y = np.array([0, 1, 0, 1])
    samples = Samples("flat", x, y, x, y, ("a", "b"), shape=shape)
    with pytest.raises(InputError, match=r"data set flat: one sample has the shape .* at least 8"):
        extract(samples, QUICK)


def test_divergence_is_told_in_a_sentence() -> None:
    with pytest.raises(InputError, match="training of the features of digits diverged; try"):
        extract(images(), FeatureSettings(epochs=3, learning_rate=1e30))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_does_as_well() -> None:
    features, _ = extract(images(), QUICK, device="cuda")
    assert features.x_train.shape == (300, 512)
