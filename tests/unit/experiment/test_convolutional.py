"""Convolutional networks in the experiment: config, training, answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError, Network, NetworkId  # noqa: E402
from topoprint.experiment.architectures import Architecture, Changes, Convolutional  # noqa: E402
from topoprint.experiment.config import Config, json_schema, parse_config  # noqa: E402
from topoprint.experiment.datasets import load_dataset  # noqa: E402
from topoprint.experiment.datasets.digits import DigitsConfig  # noqa: E402
from topoprint.experiment.datasets.samples import Samples  # noqa: E402
from topoprint.experiment.design import networks  # noqa: E402
from topoprint.experiment.input_order import in_order  # noqa: E402
from topoprint.experiment.models import NetworkSpec, Training  # noqa: E402
from topoprint.experiment.resources import Needs, edges  # noqa: E402
from topoprint.experiment.training import Trained, train  # noqa: E402
from topoprint.measures.registry import measures  # noqa: E402
from topoprint.measures.subject import Subject  # noqa: E402
from topoprint.networks.convnets import KEY  # noqa: E402
from topoprint.responses.activations import answering_network  # noqa: E402
from topoprint.responses.respond import respond  # noqa: E402

SMALL = {"channels": 3, "depth": 2}


def config(**parts: Any) -> Config:
    told: dict[str, Any] = {
        "datasets": [{"name": "digits", "type": "digits"}],
        "base": {"kind": "conv", **SMALL},
        "experiments": [{"name": "a", "networks": [{"channels": 4}]}],
        "measures": ["heat"],
        "evaluation": {"measures": ["cka"]},
    }
    return parse_config({**told, **parts})


def test_both_kinds_stand_in_one_experiment() -> None:
    mixed = [
        {"residual": True, "depth": 3},
        {"kind": "mlp", "layer_size": 8},
        {"input_order": 2},
    ]
    base = {"kind": "conv", **SMALL, "number_of_labels": 4}
    found = networks(config(base=base, experiments=[{"name": "a", "networks": mixed}]), "digits")
    assert {name: spec.architecture for name, spec in found.items()} == {
        "a-3_true": Convolutional(
            kind="conv", channels=3, depth=3, residual=True, number_of_labels=4
        ),
        "a-mlp_8": Architecture(layer_size=8, number_of_labels=4),
        "a-2": Convolutional(kind="conv", **SMALL, input_order=2, number_of_labels=4),
    }
    over = [{"kind": "conv", "kernel": 1}]
    perceptrons = config(
        base={"layer_size": 9, "input_order": 1}, experiments=[{"name": "a", "networks": over}]
    )
    assert networks(perceptrons, "digits")["a-conv_1"].architecture == Convolutional(
        kind="conv", kernel=1, input_order=1
    )


def test_what_is_told_of_perceptrons_has_not_changed() -> None:
    spec = NetworkSpec(architecture=Architecture(kind="mlp", layer_size=8))
    axes = {"layer_size": 8, "number_of_layers": 2, "input_order": 0, "number_of_labels": "all"}
    assert json.dumps(spec.told["architecture"]) == json.dumps(axes)
    assert NetworkSpec.model_validate({"architecture": axes}) == spec
    left_out = {"number_of_layers": None, "input_order": None, "number_of_labels": None}
    assert Changes(layer_size=8).model_dump() == {"layer_size": 8, **left_out}
    assert json.loads(json.dumps(config().science["base"]))["kind"] == "conv"


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"base": {"kind": "conv", "layer_size": 8}}, "base: layer_size is of kind: mlp; net"),
        ({"base": {"depth": 3}}, "base: depth is of kind: conv; networks of kind: mlp have layer_"),
        ({"base": {"kind": "cnn"}}, "base.kind: 'cnn' is not known; choose one of 'mlp', 'conv'"),
        ({"base": {"kind": "conv", "chanels": 1}}, "base.chanels is not a known key; did you "),
        ({"base": {"kind": "conv", "kernel": 4}}, "base.kernel: a kernel of 4 pixels has no mid"),
        ({"base": {"kind": "conv", "depth": 1, "residual": True}}, "residual: true needs depth 2"),
        ({"base": {"kind": "conv", "kernel": 5}}, "a-4 of data set 'digits': a kernel of 5 × 5"),
        (
            {"experiments": [{"name": "a", "networks": [{"layer_size": 8}]}]},
            "a-8 of data set 'digits': layer_size is of kind: mlp",
        ),
        (
            {"experiments": [{"name": "a", "networks": [{"kind": "mlp", "depth": 8}]}]},
            "a-mlp_8 of data set 'digits': depth is of kind: conv",
        ),
        ({"datasets": [{"name": "r", "type": "reuters"}]}, "its samples are no images"),
        (
            {"datasets": [{"name": "c", "type": "cifar10", "features": {}}]},
            "a-4 of data set 'c': its networks see features",
        ),
        ({"measures": ["one_norm"]}, "measure 'one_norm' compares networks of dense layers alone"),
        ({"evaluation": {}}, "measure 'frobenius_aligned' compares networks of dense layers"),
        ({"evaluation": {"measures": [], "twins": ["renumbered"]}}, "evaluation.twins are made of"),
    ],
)  # fmt: skip
def test_what_no_convolutional_network_has_is_refused(parts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        config(**parts)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_of_the_users_is_looked_at_for_images(tmp_path: Path) -> None:
    labels = np.array([0, 1] * 4)
    for shape, fits in (((1, 8, 8), True), ((64,), False)):
        images = np.zeros((8, *shape), np.float32)
        np.savez(tmp_path / "a.npz", x_train=images, x_test=images, y_train=labels, y_test=labels)
        asked = config(datasets=[{"name": "mine", "type": "npz", "path": "a.npz"}])
        if fits:
            assert Needs(asked, tmp_path).train("mine", "a-4").minutes > 0
            continue
        with pytest.raises(InputError, match=r"^a-4 of data set 'mine': one sample has the shape"):
            Needs(asked, tmp_path)


def test_measures_of_hidden_units_need_memory_of_torch() -> None:
    units: dict[str, Any] = {"measures": [{"kind": "functional_h1", "units": 8}]}
    plain, asked = (
        Needs(config(evaluation=part), Path(".")).distances({"digits": ["a-4"]}).mb
        for part in ({"measures": []}, units)
    )
    assert asked > plain + 1000


def test_the_schema_takes_both_kinds() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = jsonschema.Draft202012Validator(json.loads(json_schema()))
    told = {
        "datasets": [{"name": "digits", "type": "digits"}],
        "experiments": [{"name": "a", "networks": [{"kind": "conv", "residual": True}]}],
    }
    for base, valid in (
        ({"layer_size": 8}, True),
        ({"kind": "mlp", "layer_size": 8}, True),
        ({"kind": "conv", "channels": 8}, True),
        ({"channels": 8}, False),
        ({"kind": "conv", "layer_size": 8}, False),
    ):
        assert schema.is_valid({**told, "base": base}) is valid, base


@pytest.fixture(scope="module")
def digits() -> Samples:
    return load_dataset(DigitsConfig(name="digits", type="digits"), Path(".")).as_float()


def trained(samples: Samples, network: str = "a", epochs: int = 1, **architecture: Any) -> Trained:
    spec = NetworkSpec(
        architecture=Convolutional(kind="conv", **{**SMALL, **architecture}),
        training=Training(epochs=epochs, batch_size=32, first_layer="sparse", snapshots=[0.5]),
    )
    return train(NetworkId("digits", network, 1), spec, samples)


@pytest.fixture(scope="module")
def learned(digits: Samples) -> Trained:
    return trained(digits, epochs=12, channels=12, input_order=1)


def test_training_learns_and_says_what_it_reached(learned: Trained, digits: Samples) -> None:
    network = learned.trained
    assert network.metadata["test_accuracy"] > 0.5
    spec = NetworkSpec.model_validate(network.metadata["spec"])
    assert network.metadata[KEY]["shape"] == [1, 8, 8]
    answer = respond(network, in_order(digits, spec, digits.x_test, 1), own=True)
    accuracy = float(np.mean(answer.predictions == digits.y_test))
    assert accuracy == pytest.approx(network.metadata["test_accuracy"])
    assert answer.hidden.shape == (200, 48)
    assert [layer.shape for layer in answer.own] == [(180, 192), (180, 48)]
    assert [score.step for score in learned.scores] == [0, 0.5, 12]
    assert list(learned.snapshots) == [0.5]


def test_training_is_reproducible_to_the_byte(digits: Samples, tmp_path: Path) -> None:
    files = []
    for number, name in enumerate(("a", "a", "b")):
        path = tmp_path / f"{number}.safetensors"
        made = trained(digits, name, residual=True).trained
        made.save(path)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_the_number_of_edges_is_known_before(learned: Trained) -> None:
    asked = Convolutional(kind="conv", channels=12, depth=2)
    size = DigitsConfig(name="digits", type="digits").size(Path("."))
    assert edges(asked, size) == sum(one.n_edges for one in learned.trained.maps)


def test_a_network_and_its_null_models_answer_probes(learned: Trained) -> None:
    subject = Subject("a", lambda: learned.trained)
    null = subject.null_model("shuffled_layers", 1, {})  # type: ignore[arg-type]
    rows = np.random.default_rng(0).random((6, 64))
    own, shuffled = subject.answering.answer(rows), null.answering.answer(rows)
    exact = respond(learned.trained, rows.astype(np.float32))
    np.testing.assert_allclose(own.last, exact.hidden, atol=1e-5)
    assert own.outputs.dtype == np.float64
    assert np.abs(own.outputs - shuffled.outputs).max() > 0.01
    made = answering_network(learned.trained).with_weights(learned.trained, null.network)
    np.testing.assert_array_equal(made.answer(rows).outputs, shuffled.outputs)
    with pytest.raises(InputError, match="takes 64 inputs, the samples have the shape"):
        subject.answering.answer(rows[:, 1:])


def test_measures_of_dense_layers_alone_refuse_others_and_say_so(
    learned: Trained, digits: Samples
) -> None:
    networks: list[Network] = [learned.trained, learned.initial]
    subjects = [
        Subject(name, lambda own=own: own, responses=respond(own, digits.x_test, own=True))  # type: ignore[misc]
        for name, own in zip("ab", networks, strict=True)
    ]
    for name, measure in measures().items():
        if "dense layers" in measure.needs:
            with pytest.raises(InputError, match="is no chain of dense layers"):
                measure.distances(subjects)
        elif "units" not in measure.needs and measure.kind != "path_homology_h1":
            assert measure.distances(subjects)[0, 1] >= 0, name
