"""Networks trained at once are those trained one by one, to rounding."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError, NetworkId  # noqa: E402
from topoprint.experiment.architectures import Architecture  # noqa: E402
from topoprint.experiment.datasets import load_dataset  # noqa: E402
from topoprint.experiment.datasets.digits import DigitsConfig  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402
from topoprint.experiment.models import NetworkSpec, Training  # noqa: E402
from topoprint.experiment.together import (  # noqa: E402
    AtOnce,
    Stream,
    epochs_together,
    train_together,
)
from topoprint.experiment.training import Run, Trained, epochs, train  # noqa: E402

CELLS = [NetworkId("digits", "a", seed) for seed in (1, 2, 7)]


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DigitsConfig(name="digits", type="digits"), Path("."))


def spec_of(layers: int = 2, order: int = 0, **training: object) -> NetworkSpec:
    return NetworkSpec(
        architecture=Architecture(layer_size=9, number_of_layers=layers, input_order=order),
        training=Training(**{"epochs": 3, "batch_size": 48, **training}),
    )


@pytest.mark.parametrize(
    "spec",
    [
        spec_of(),
        spec_of(layers=1, dropout=0),
        spec_of(layers=3, dropout_seed=42),
        spec_of(order=2, permute="samples", permutation="each_seed"),
    ],
    ids=["dropout", "none", "shared masks", "orders"],
)
@pytest.mark.parametrize("random_labels", [False, True])
def test_in_double_precision_all_weights_are_those_of_one_by_one(
    digits: Samples, spec: NetworkSpec, random_labels: bool
) -> None:
    alone, models, fitted, streams, losses = [], [], [], [], []
    with torch.random.fork_rng():
        for cell in CELLS:
            run = Run(cell, spec, digits, "cpu", random_labels)
            x, y = run.fitted
            model = run.start().double()
            losses.append(list(epochs(model, x.double(), y, spec.training, run.told)))
            alone.append(model)
            models.append(run.start().double())
            streams.append(Stream("cpu"))
            fitted.append((x.double(), y))
    before = [model[0].weight.detach().clone() for model in models]
    together = list(epochs_together(models, fitted, spec.training, streams))
    np.testing.assert_allclose(together, np.mean(losses, axis=0), rtol=1e-6)
    for one, other, start in zip(models, alone, before, strict=True):
        assert (one[0].weight - start).abs().max() > 0.01
        for mine, reference in zip(one.parameters(), other.parameters(), strict=True):
            torch.testing.assert_close(mine, reference, rtol=1e-9, atol=1e-11)


def test_what_is_kept_is_what_training_one_by_one_keeps(digits: Samples) -> None:
    spec = spec_of(snapshots=[0, 0.5, 1, 2, 3])
    together = train_together(CELLS, spec, digits)
    for cell, made in zip(CELLS, together, strict=True):
        alone = train(cell, spec, digits)
        assert isinstance(made, Trained)
        np.testing.assert_array_equal(made.initial.weights[0], alone.initial.weights[0])
        assert made.trained.id == alone.trained.id == cell
        assert list(made.snapshots) == list(alone.snapshots) == [0.5, 1, 2]
        assert [score.step for score in made.scores] == [0, 0.5, 1, 2, 3]
        for own, reference in ((made.trained, alone.trained),
                               (made.snapshots[0.5], alone.snapshots[0.5])):  # fmt: skip
            assert own.metadata.keys() == reference.metadata.keys()
            for weight, other in zip(own.weights, reference.weights, strict=True):
                np.testing.assert_allclose(weight, other, rtol=1e-3, atol=1e-4)


def test_a_network_does_not_depend_on_those_beside_it(digits: Samples) -> None:
    (alone,) = train_together(CELLS[1:2], spec_of(), digits)
    beside = train_together(CELLS, spec_of(), digits)[1]
    assert isinstance(alone, Trained)
    assert isinstance(beside, Trained)
    for weight, other in zip(alone.trained.weights, beside.trained.weights, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-3, atol=1e-4)


def test_torchs_random_numbers_are_left_as_they_were(digits: Samples) -> None:
    torch.manual_seed(5)
    state = torch.get_rng_state()
    train_together(CELLS, spec_of(), digits)
    assert torch.equal(state, torch.get_rng_state())


def test_all_are_trained_when_the_first_is_asked_for(digits: Samples) -> None:
    at_once = AtOnce(CELLS, spec_of(), digits)
    last, first = at_once(CELLS[2]), at_once(CELLS[0])
    assert [last.trained.id, first.trained.id] == [CELLS[2], CELLS[0]]
    assert at_once(CELLS[2]) is last


def test_divergence_is_told_of_each(digits: Samples) -> None:
    at_once = AtOnce(CELLS, spec_of(learning_rate=1e30), digits)
    for cell in CELLS:
        with pytest.raises(InputError, match=f"training of a seed {cell.seed} on digits diverged"):
            at_once(cell)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_on_a_gpu_networks_start_alike_learn_and_stand_alone(digits: Samples) -> None:
    spec = spec_of(epochs=15)
    on_gpu = train_together(CELLS, spec, digits, "cuda")
    (alone,) = train_together(CELLS[:1], spec, digits, "cuda")
    on_cpu = train_together(CELLS, spec, digits)
    for made, reference in zip(on_gpu, on_cpu, strict=True):
        assert isinstance(made, Trained)
        assert isinstance(reference, Trained)
        np.testing.assert_array_equal(made.initial.weights[0], reference.initial.weights[0])
        assert made.trained.metadata["test_accuracy"] > 0.7
    assert isinstance(alone, Trained)
    assert isinstance(on_gpu[0], Trained)
    np.testing.assert_allclose(
        alone.trained.weights[0], on_gpu[0].trained.weights[0], rtol=0.1, atol=0.02
    )
