import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from support import refused

from topoprint import InputError, Network, NetworkId
from topoprint.experiment.architectures import Architecture
from topoprint.experiment.datasets import load_dataset
from topoprint.experiment.datasets.digits import DigitsConfig
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.input_order import in_order
from topoprint.experiment.models import NetworkSpec, Training
from topoprint.experiment.training import train
from topoprint.responses.respond import BLOCK, MOST_OWN, own_samples, probes
from topoprint.responses.respond import respond as run
from topoprint.responses.responses import SAMPLES, Responses, load_responses


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DigitsConfig(name="digits", type="digits"), Path(".")).as_float()


def trained(samples: Samples, random_labels: bool = False, **architecture: int) -> Network:
    spec = NetworkSpec(
        architecture=Architecture(**{"layer_size": 32, **architecture}),
        training=Training(epochs=12),
    )
    return train(NetworkId("digits", "a-1", 1), spec, samples, random_labels=random_labels).trained


def respond(network: Network, samples: Samples) -> Responses:
    spec = NetworkSpec.model_validate(network.metadata["spec"])
    return run(network, in_order(samples, spec, samples.x_test, network.id.seed))


@pytest.mark.parametrize("architecture", [{}, {"input_order": 3}, {"number_of_layers": 4}])
def test_predictions_reach_the_accuracy_that_training_found(
    architecture: dict[str, int], digits: Samples
) -> None:
    network = trained(digits, **architecture)
    answer = respond(network, digits)
    accuracy = float(np.mean(answer.predictions == digits.y_test))
    assert accuracy == pytest.approx(network.metadata["test_accuracy"])
    assert accuracy > 0.5  # inputs in another order than in training would give chance


def test_hidden_outputs_are_those_of_the_last_hidden_layer(digits: Samples) -> None:
    network = trained(digits)
    answer = respond(network, digits)
    chosen = np.linspace(0, len(digits.x_test) - 1, SAMPLES).round().astype(int)
    outputs = digits.x_test[chosen]
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        outputs = np.maximum(outputs @ weight.T + bias, 0)
    np.testing.assert_allclose(answer.hidden, outputs, atol=1e-5)


def test_a_network_of_few_labels_answers_all_samples(digits: Samples) -> None:
    few = replace(
        digits,
        x_train=digits.x_train[digits.y_train < 3], y_train=digits.y_train[digits.y_train < 3],
        x_test=digits.x_test[digits.y_test < 3], y_test=digits.y_test[digits.y_test < 3],
        classes=digits.classes[:3],
    )  # fmt: skip
    answer = respond(trained(few), digits)
    assert len(answer.predictions) == len(digits.y_test)
    assert set(answer.predictions) <= {0, 1, 2}


def test_random_labels_are_another_network_from_the_same_start(digits: Samples) -> None:
    spec = NetworkSpec(architecture=Architecture(layer_size=32), training=Training(epochs=12))
    cell = NetworkId("digits", "a-1", 1)
    plain, random = train(cell, spec, digits), train(cell, spec, digits, random_labels=True)
    np.testing.assert_array_equal(plain.initial.weights[0], random.initial.weights[0])
    assert not np.array_equal(plain.trained.weights[0], random.trained.weights[0])
    again = train(cell, spec, digits, random_labels=True)
    np.testing.assert_array_equal(again.trained.weights[0], random.trained.weights[0])
    assert random.trained.id == replace(cell, variant="random_labels")
    assert random.trained.metadata["test_accuracy"] < 0.4 < plain.trained.metadata["test_accuracy"]


def test_inputs_of_another_width_are_refused(digits: Samples) -> None:
    with pytest.raises(InputError, match="takes 64 inputs"):
        run(trained(digits), digits.x_test[:, :63])


def test_dense_layers_answer_without_torch(digits: Samples, tmp_path: Path) -> None:
    trained(digits).save(tmp_path / "a.safetensors")
    digits.save(tmp_path / "digits.h5", {})
    run_without = (
        "import sys; sys.modules['torch'] = None; from topoprint.cli import main; "
        "sys.argv = ['topoprint', 'respond', 'digits.h5', 'a.safetensors', '-o', 'out.h5']; main()"
    )
    subprocess.run([sys.executable, "-c", run_without], cwd=tmp_path, check=True, timeout=60)
    (answer,) = load_responses(tmp_path / "out.h5")[0].values()
    assert len(answer.predictions) == len(digits.y_test)


def test_answers_do_not_depend_on_how_many_are_given_at_once(digits: Samples) -> None:
    network = trained(digits)
    inputs = np.concatenate([digits.x_train, digits.x_test])[: BLOCK + 300]
    labels = run(network, inputs).predictions
    np.testing.assert_array_equal(labels[BLOCK:], run(network, inputs[BLOCK:]).predictions)


def test_networks_that_do_not_belong_to_the_samples_are_refused(
    digits: Samples, tmp_path: Path, topoprint: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    network = trained(digits)
    files = {name: tmp_path / f"{name}.safetensors" for name in ("own", "bare", "untold")}
    network.save(files["own"])
    replace(network, metadata={}).save(files["bare"])
    untold = {"identity": network.id.to_json()}
    replace(network, metadata=untold).save(files["untold"])
    for name in ("digits", "other"):
        replace(digits, name=name).save(tmp_path / f"{name}.h5", {})
    out = tmp_path / "new" / "out.h5"
    refused(
        topoprint("respond", tmp_path / "other.h5", files["own"], "-o", out),
        files["own"], "is of data set 'digits', the samples are of 'other'",
    )  # fmt: skip
    for name in ("bare", "untold"):
        refused(
            topoprint("respond", tmp_path / "digits.h5", files[name], "-o", out),
            files[name], "give networks that `topoprint train` trained on them",
        )  # fmt: skip
    refused(
        topoprint("respond", tmp_path / "digits.h5", files["own"], files["own"], "-o", out),
        "'a-1' is among the networks twice",
    )
    assert not out.parent.exists()
    made = topoprint("respond", tmp_path / "digits.h5", files["own"], "-o", out)
    assert made.returncode == 0, made.stderr
    found, parameters = load_responses(out)
    assert parameters == probes(digits.x_test)
    expected = respond(network, digits)
    np.testing.assert_array_equal(found[network.id].hidden, expected.hidden)
    np.testing.assert_array_equal(found[network.id].predictions, expected.predictions)


def test_inputs_of_a_network_s_own_are_another_half_for_each_and_the_same_for_its_variants(
    digits: Samples,
) -> None:
    network = trained(digits)
    inputs = digits.x_test
    assert run(network, inputs).own == ()
    (layer, last) = run(network, inputs, own=True).own
    chosen = own_samples(network, len(inputs))
    assert len({*chosen}) == len(layer) == (len(inputs) + 1) // 2
    first = np.maximum(inputs[chosen] @ network.weights[0].T + network.biases[0], 0)
    np.testing.assert_allclose(layer, first, rtol=1e-5, atol=1e-6)
    assert last.shape == (len(chosen), 32)
    names = (NetworkId("digits", "a-1", 1, step=0.0), NetworkId("digits", "a-2", 1))
    same, other = (
        own_samples(replace(network, metadata={"identity": name.to_json()}), len(inputs))
        for name in names
    )
    np.testing.assert_array_equal(same, chosen)
    assert not np.array_equal(np.sort(other), np.sort(chosen))
    assert len(own_samples(network, 5000)) == MOST_OWN
