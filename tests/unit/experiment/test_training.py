import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError, NetworkId  # noqa: E402
from topoprint.experiment.architectures import Architecture  # noqa: E402
from topoprint.experiment.datasets import load_dataset  # noqa: E402
from topoprint.experiment.datasets.digits import DigitsConfig  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402
from topoprint.experiment.dropout import Dropout, draw  # noqa: E402
from topoprint.experiment.input_order import in_order  # noqa: E402
from topoprint.experiment.models import NetworkSpec, Training  # noqa: E402
from topoprint.experiment.snapshots import steps_between  # noqa: E402
from topoprint.experiment.steps import rmsprop_step  # noqa: E402
from topoprint.experiment.training import Trained, epochs, train  # noqa: E402


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DigitsConfig(name="digits", type="digits"), Path("."))


def trained(
    samples: Samples,
    network: str = "a",
    seed: int = 1,
    device: str = "cpu",
    permute: str = "features",
    epochs: int = 1,
    **architecture: int,
) -> Trained:
    spec = NetworkSpec(
        architecture=Architecture(**{"layer_size": 16, **architecture}),
        training=Training(epochs=epochs, permute=permute),
    )
    return train(NetworkId("digits", network, seed), spec, samples, device)


def same(one: Trained, other: Trained) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in zip(one.trained.weights, other.trained.weights, strict=True)
    )


def blank(samples: Samples) -> np.ndarray:
    fitted = samples.x_train[: int(len(samples.x_train) * 0.9)]
    return np.all(fitted == 0, axis=0)


def test_our_rmsprop_is_torchs() -> None:
    generator = torch.Generator().manual_seed(0)
    ours = [torch.randn(5, 3, generator=generator), torch.randn(4, generator=generator)]
    theirs = [parameter.clone().requires_grad_() for parameter in ours]
    squares = [torch.zeros_like(parameter) for parameter in ours]
    training = Training()
    optimiser = torch.optim.RMSprop(
        theirs, lr=training.learning_rate, alpha=training.rho, eps=training.epsilon
    )
    for _ in range(20):
        gradients = tuple(torch.randn(p.shape, generator=generator) for p in ours)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient.clone()
        optimiser.step()
        rmsprop_step(ours, gradients, squares, training)
    for mine, reference in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, reference.detach(), rtol=1e-6, atol=1e-7)


def test_the_initial_network_is_glorot_uniform_with_zero_biases(digits: Samples) -> None:
    initial = trained(digits, layer_size=256, number_of_layers=3).initial
    assert initial.layer_sizes == (64, 256, 256, 256, 10)
    for weight, bias in zip(initial.weights, initial.biases, strict=True):
        bound = np.sqrt(6 / sum(weight.shape))
        assert 0.97 * bound < np.abs(weight).max() <= bound
        assert abs(weight.std() - bound / np.sqrt(3)) < 0.05 * bound
        assert bias is not None
        assert not bias.any()


def test_the_same_cell_gives_the_same_bits_whatever_came_before(digits: Samples) -> None:
    first = trained(digits)
    torch.rand(7)
    assert same(first, trained(digits))
    assert not same(first, trained(digits, seed=2))
    assert not same(first, trained(digits, network="b"))


def test_training_leaves_torchs_settings_as_they_were(digits: Samples) -> None:
    torch.manual_seed(5)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    trained(digits)
    assert torch.equal(state, torch.get_rng_state())
    assert torch.get_num_threads() == threads
    assert torch.tensor([1e-39]).mul(1.0).item() > 0  # denormals are back


def test_a_few_epochs_learn_the_digits(digits: Samples) -> None:
    result = trained(digits, epochs=20, layer_size=64)
    assert result.trained.metadata["test_accuracy"] > 0.9
    assert result.trained.metadata["validation_accuracy"] > 0.9
    assert result.trained.id == NetworkId("digits", "a", 1)
    assert result.initial.id == NetworkId("digits", "a", 1, step=0.0)


def test_a_permutation_is_the_same_for_every_seed(digits: Samples) -> None:
    order = {}
    for seed in (1, 2):
        moved = trained(digits, seed=seed, input_order=1)
        plain = trained(digits, seed=seed)
        np.testing.assert_array_equal(moved.initial.weights[0], plain.initial.weights[0])
        assert not same(moved, plain)
        # Weights of a pixel that is blank in every image fitted do not move.
        still = np.all(moved.trained.weights[0] == moved.initial.weights[0], axis=0)
        order[seed] = still
        assert still.sum() == blank(digits).sum()
    np.testing.assert_array_equal(order[1], order[2])


def test_samples_are_permuted_instead_if_asked(digits: Samples) -> None:
    moved = trained(digits, input_order=1, permute="samples")
    plain = trained(digits, permute="samples")
    assert not same(moved, plain)
    still = np.all(moved.trained.weights[0] == moved.initial.weights[0], axis=0)
    assert still[np.all(digits.x_train == 0, axis=0)].all()


def test_each_seed_has_its_own_permutation_if_asked(digits: Samples) -> None:
    def seen(seed: int, permutation: str) -> np.ndarray:
        training = Training(permutation=permutation)
        spec = NetworkSpec(architecture=Architecture(input_order=1), training=training)
        return in_order(digits, spec, digits.x_train, seed)

    np.testing.assert_array_equal(seen(1, "fixed"), seen(2, "fixed"))
    assert not np.array_equal(seen(1, "each_seed"), seen(2, "each_seed"))
    np.testing.assert_array_equal(
        np.sort(seen(1, "each_seed"), axis=1), np.sort(digits.x_train, axis=1)
    )


def test_layers_of_one_width_share_their_masks_if_they_share_a_seed() -> None:
    one, other, third = Dropout(0.25, 42), Dropout(0.25, 42), Dropout(0.25, 7)
    ones = torch.ones(1000, 40)
    masks = [one(ones) for _ in range(2)]
    assert all(torch.equal(mask, other(ones)) for mask in masks)
    assert not torch.equal(*masks)  # each step has its own
    assert not torch.equal(masks[0], third(ones))
    assert masks[0].unique().tolist() == pytest.approx([0, 4 / 3])
    assert masks[0].mean().item() == pytest.approx(1, abs=0.02)
    assert torch.equal(one.eval()(ones), ones)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dropout_without_a_seed_is_torchs_but_for_its_numbers(dtype: torch.dtype) -> None:
    ones = torch.ones(2000, 60, dtype=dtype, requires_grad=True)
    ours, torchs = Dropout(0.2), torch.nn.Dropout(0.2)
    torch.manual_seed(1)
    made = ours(ones)
    (gradient,) = torch.autograd.grad(made.sum(), ones)
    assert torch.equal(made, gradient)
    assert made.dtype == dtype
    assert torch.equal(made.unique(), torchs(ones).unique())
    share = (made == 0).double().mean().item()
    assert share == pytest.approx(0.2, abs=5 * (0.2 * 0.8 / made.numel()) ** 0.5)
    assert not torch.equal(made, ours(ones))  # each step has its own
    torch.manual_seed(1)
    assert torch.equal(made, ours(ones))
    assert torch.equal(ours.eval()(ones), ones)


@pytest.mark.parametrize("rate", [0.0, 1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
def test_the_share_that_is_dropped_is_the_rate_to_within_a_part_in_131072(rate: float) -> None:
    mask = draw(torch.empty(1001, 999), rate, torch.Generator().manual_seed(1))
    share = (mask == 0).double().mean().item()
    chance = 5 * (rate * (1 - rate) / mask.numel()) ** 0.5
    assert share == pytest.approx(rate, abs=2**-17 + chance)
    assert torch.equal(mask[mask > 0].unique(), torch.ones(1).div(1 - rate)[: share < 1])


def test_no_two_units_of_a_step_share_what_decides_on_them() -> None:
    random = torch.Generator().manual_seed(1)
    masks = torch.stack([draw(torch.empty(64), 0.5, random) > 0 for _ in range(4000)]).double()
    correlations = torch.corrcoef(masks.t()).fill_diagonal_(0)
    assert correlations.abs().max() < 5.5 / 4000**0.5


def test_a_dropout_seed_leaves_the_initial_weights_and_changes_training(digits: Samples) -> None:
    spec = NetworkSpec(
        architecture=Architecture(layer_size=16), training=Training(epochs=1, dropout_seed=42)
    )
    cell = NetworkId("digits", "a", 1)
    shared, again = train(cell, spec, digits), train(cell, spec, digits)
    independent = trained(digits)
    assert same(shared, again)
    assert not same(shared, independent)
    np.testing.assert_array_equal(shared.initial.weights[0], independent.initial.weights[0])


@pytest.mark.parametrize("layers", [1, 3])
def test_a_sparse_first_layer_gives_the_dense_network_to_rounding(layers: int) -> None:
    random = np.random.default_rng(0)
    x = np.where(random.random((301, 90)) < 0.03, random.random((301, 90)), 0)
    x[:, :5] = 0  # inputs that never are anything but zero
    y = torch.from_numpy(random.integers(0, 4, 301))
    results = []
    for first_layer in ("dense", "sparse"):
        training = Training(epochs=6, batch_size=32, first_layer=first_layer)
        torch.manual_seed(5)
        sizes = [90, *[16] * layers]
        model = torch.nn.Sequential()
        for i, o in itertools.pairwise(sizes):
            model.extend([torch.nn.Linear(i, o), torch.nn.ReLU(), torch.nn.Dropout(0.2)])
        model.append(torch.nn.Linear(16, 4))
        before = model[0].weight.detach().clone().double()
        assert len(list(epochs(model.double(), torch.from_numpy(x), y, training, "test"))) == 6
        results.append([parameter.detach() for parameter in model.parameters()])
    assert (results[0][0] - before).abs().max() > 0.01
    for dense, sparse in zip(*results, strict=True):
        torch.testing.assert_close(sparse, dense, rtol=1e-10, atol=1e-12)
    assert torch.equal(results[1][0][:, :5], before[:, :5])


def test_a_sparse_first_layer_gives_the_same_bits_each_time(digits: Samples) -> None:
    spec = NetworkSpec(
        architecture=Architecture(layer_size=16), training=Training(epochs=1, first_layer="sparse")
    )
    one, other = (train(NetworkId("digits", "a", 1), spec, digits) for _ in range(2))
    assert same(one, other)
    for ours, dense in zip(one.trained.weights, trained(digits).trained.weights, strict=True):
        np.testing.assert_allclose(ours, dense, atol=1e-4)


def test_what_is_offered_beside_the_defaults_does_not_move_them(digits: Samples) -> None:
    """Sums of |w| of each layer, as they are with every option at its default."""
    for order, expected in ((0, (142.542, 54.2309, 38.0122)), (2, (142.652, 54.0260, 38.2327))):
        weights = trained(digits, input_order=order).trained.weights
        assert [np.abs(w).sum() for w in weights] == pytest.approx(expected, rel=1e-4)


def test_divergence_is_told_in_a_sentence(digits: Samples) -> None:
    spec = NetworkSpec(training=Training(learning_rate=1e30, epochs=2))
    with pytest.raises(InputError, match=r"training of a seed 1 on digits diverged.*learning_rate"):
        train(NetworkId("digits", "a", 1), spec, digits)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_trains_as_well(digits: Samples) -> None:
    result = trained(digits, device="cuda", epochs=10, layer_size=64)
    assert result.trained.metadata["test_accuracy"] > 0.9


def snapshots(samples: Samples, folder: Path, asked: list[float], **settings: Any) -> Trained:
    """Train with snapshots, and write the last network to a file named after them."""
    training = Training(epochs=2, snapshots=asked, **settings)
    spec = NetworkSpec(architecture=Architecture(layer_size=8), training=training)
    made = train(NetworkId("digits", "a", 1), spec, samples)
    made.trained.save(folder / f"{len(asked)}.safetensors")
    return made


@pytest.mark.parametrize("first_layer", ["dense", "sparse"])
@pytest.mark.parametrize("dropout_seed", [None, 42])
def test_snapshots_change_no_byte_of_the_last_network(
    digits: Samples, tmp_path: Path, first_layer: str, dropout_seed: int | None
) -> None:
    settings = {"first_layer": first_layer, "dropout_seed": dropout_seed}
    plain = snapshots(digits, tmp_path, [], **settings)
    made = snapshots(digits, tmp_path, [0, 0.5, 1, 2], **settings)
    last, other = (tmp_path / f"{number}.safetensors" for number in (0, 4))
    assert last.read_bytes() == other.read_bytes()
    assert (plain.snapshots, plain.scores) == ({}, [])
    assert list(made.snapshots) == [0.5, 1]
    assert [score.step for score in made.scores] == [0, 0.5, 1, 2]


def test_a_snapshot_is_the_network_of_that_epoch(digits: Samples, tmp_path: Path) -> None:
    made = snapshots(digits, tmp_path, [0.5, 1])
    assert made.snapshots[1].id == NetworkId("digits", "a", 1, step=1.0)
    # The first epoch of two is an epoch of training like any other.
    shorter = trained(digits, layer_size=8).trained
    for weight, expected in zip(made.snapshots[1].weights, shorter.weights, strict=True):
        np.testing.assert_array_equal(weight, expected)
    first, *_, last = made.scores
    assert last.test_accuracy == made.trained.metadata["test_accuracy"]
    assert last.test_loss == made.trained.metadata["test_loss"]
    assert first.train_loss > last.train_loss
    moved = [np.abs(one - made.initial.weights[0]).sum() for one in
             (made.snapshots[0.5].weights[0], made.snapshots[1].weights[0])]  # fmt: skip
    assert 0 < moved[0] < moved[1]


def test_snapshots_are_rounded_to_whole_batches() -> None:
    training = Training(epochs=3, batch_size=10, snapshots=[0, 0.1, 0.54, 1.5, 3])
    assert steps_between(training, 95) == {1: 0.1, 5: 0.54, 15: 1.5}
    for close, sentence in (([0.1, 0.12], "0.1 and 0.12"), ([0.01], "0 and 0.01"),
                            ([2.99], "3 and 2.99")):  # fmt: skip
        with pytest.raises(InputError, match=f"snapshots {sentence} are the same step"):
            steps_between(Training(epochs=3, batch_size=10, snapshots=close), 95)
