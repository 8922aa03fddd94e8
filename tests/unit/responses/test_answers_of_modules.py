"""What torch modules answer, beside torch itself and the project's own networks."""

import numpy as np
import pytest
import torch
from torch import nn

import topoprint as tp
from topoprint import InputError
from topoprint.responses import modules
from topoprint.responses.activations import activations
from topoprint.responses.modules import answering_module

RNG = np.random.default_rng(0)
PROBES = RNG.normal(size=(70, 6))
IMAGES = RNG.normal(size=(40, 1, 8, 8)).astype(np.float32)
TOKENS = RNG.integers(0, 20, (40, 7))
FEW = {"units": 30, "draws": 2}
# Each measure that looks at answers.
ANSWERED = [
    "cka", "procrustes", "predictions", "cka_zscored", "cka_unpaired", "rtd_lite", "nts",
    {"kind": "sample_cloud", "samples": 50}, {"kind": "sample_histogram", "samples": 50},
    *({"kind": f"functional_{kind}", **FEW} for kind in ("h0", "h1", "histogram")),
    {"kind": "correlation_spectrum", **FEW},
    {"kind": "functional_h1", **FEW, "mean": 0.3, "deviation": 0.4, "name": "of_noise"},
]  # fmt: skip


def dense(seed=0, activation=nn.ReLU):
    torch.manual_seed(seed)
    layers = [nn.Linear(6, 40), activation(), nn.Dropout(0.3), nn.Linear(40, 30), activation()]
    return nn.Sequential(*layers, nn.Linear(30, 3))


class WrittenOut(nn.Module):
    """The same as a dense Sequential, its functions no modules."""

    def __init__(self, like):
        super().__init__()
        self.first, self.second, self.third = (one for one in like if isinstance(one, nn.Linear))

    def forward(self, inputs):
        hidden = torch.relu(self.first(inputs))
        return self.third(nn.functional.relu(self.second(hidden)))


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm, self.head = nn.BatchNorm2d(4), nn.Linear(64, 5)
        self.norm.running_mean += 0.2

    def hidden(self, images):
        first = torch.relu(self.norm(self.first(images)))
        both = first + torch.relu(self.second(first))
        return first, nn.functional.max_pool2d(both, 2).flatten(1)

    def forward(self, images):
        return self.head(self.hidden(images)[1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.rows = nn.Embedding(20, 16)
        self.block = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, tokens):
        return self.head(self.block(self.rows(tokens)).mean(1))


class Recurrent(nn.Module):
    def __init__(self, kind, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.steps = kind(6, 12, num_layers=2, batch_first=True)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        return self.head(self.steps(x)[0][:, -1])


def in_inference(module, inputs):
    module.eval()
    with torch.no_grad():
        return module(torch.as_tensor(inputs))


def test_a_dense_module_is_compared_as_the_network_of_its_weights():
    pair = [dense(0), dense(1)]
    found = tp.compare(pair, ANSWERED, probes=PROBES)
    own = tp.compare([tp.Network.from_torch(one) for one in pair], ANSWERED, probes=PROBES)
    for name, matrix in found.items():
        assert matrix.values[0, 1] > 0
        np.testing.assert_allclose(matrix.values, own[name].values, rtol=1e-5, err_msg=name)
        assert dict(matrix.parameters) == dict(own[name].parameters)


@pytest.mark.parametrize("module", [dense(), WrittenOut(dense())])
def test_hidden_layers_are_taken_after_the_functions_that_follow_them(module):
    answers = answering_module(module, PROBES[:1]).answer(PROBES)
    expected = activations(tp.Network.from_torch(dense()), PROBES)
    assert len(answers.layers) == 2
    for layer, own in zip(answers.layers, expected, strict=True):
        np.testing.assert_allclose(layer, own, atol=1e-5)
    np.testing.assert_allclose(answers.last, expected[-1], atol=1e-5)


def test_another_function_than_relu_is_the_module_s_own():
    module = dense(activation=nn.Tanh)
    found = answering_module(module).answer(PROBES)
    first, second = in_inference(module[:2], PROBES.astype("f4")), module.double()
    np.testing.assert_allclose(found.layers[0], first, atol=1e-6)
    np.testing.assert_allclose(found.outputs, in_inference(second, PROBES), atol=1e-5)


def test_a_convolutional_module_answers_pixel_by_pixel():
    module = Convolutional()
    answers = answering_module(module, IMAGES[:1]).answer(IMAGES)
    module.eval()
    with torch.no_grad():
        first, pooled = module.hidden(torch.from_numpy(IMAGES))
    assert [layer.shape for layer in answers.layers] == [(40, 256), (40, 64)]
    np.testing.assert_allclose(answers.layers[0], first.flatten(1), atol=1e-5)
    np.testing.assert_allclose(answers.last, pooled, atol=1e-5)
    np.testing.assert_allclose(answers.outputs, in_inference(module, IMAGES), atol=1e-5)


def test_a_transformer_answers_token_by_token():
    module = Transformer()
    answers = answering_module(module, TOKENS[:1]).answer(TOKENS)
    # Rows of the embedding, what attention mixed, its norm, the wide layer, the mean of the tokens.
    assert [layer.shape[1] for layer in answers.layers] == [112, 112, 112, 224, 16]
    rows = module.rows(torch.from_numpy(TOKENS)).detach().flatten(1)
    np.testing.assert_allclose(answers.layers[0], rows, atol=1e-6)
    np.testing.assert_allclose(answers.outputs, in_inference(module, TOKENS), atol=1e-5)
    found = tp.compare([module, Transformer()], ["cka", "predictions"], probes=TOKENS)
    assert found["predictions"].values[0, 1] == 0
    noise = {"kind": "functional_h1", **FEW, "mean": 1.0}
    with pytest.raises(InputError, match="0: Transformer takes whole numbers"):
        tp.compare([module, module], [noise], probes=TOKENS)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_a_recurrent_module_answers_by_what_its_head_reads(kind):
    module = Recurrent(kind)
    steps = np.random.default_rng(0).normal(size=(40, 5, 6)).astype("f4")
    answers = answering_module(module, steps[:1]).answer(steps)
    module.eval()
    with torch.no_grad():
        last = module.steps(torch.from_numpy(steps))[0][:, -1]
    assert [layer.shape for layer in answers.layers] == [(40, 12)]
    np.testing.assert_allclose(answers.layers[0], last, atol=1e-6)
    np.testing.assert_allclose(answers.outputs, in_inference(module, steps), atol=1e-6)
    found = tp.compare([module, Recurrent(kind), Recurrent(kind, 1)], ["cka"], probes=steps)
    assert found["cka"].values[0, 1] == 0
    assert found["cka"].values[0, 2] > 0.1


def test_the_module_and_torch_s_stream_are_left_as_they_were():
    module = Convolutional()
    module.norm.eval()
    state = {name: value.clone() for name, value in module.state_dict().items()}
    modes = [one.training for one in module.modules()]
    hooked = []
    hook = module.first.register_forward_hook(lambda *_: hooked.append(1))
    before = torch.random.get_rng_state()
    tp.compare([module, Convolutional()], ["cka", {"kind": "functional_h1", **FEW}], probes=IMAGES)
    after = torch.random.get_rng_state()
    assert [one.training for one in module.modules()] == modes
    for name, value in module.state_dict().items():
        assert torch.equal(value, state[name])
    calls = len(hooked)
    module(torch.from_numpy(IMAGES))
    assert len(hooked) == calls + 1
    hook.remove()
    assert torch.equal(before, after)


class Failing(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 6)

    def forward(self, inputs):
        raise ValueError("no such thing")


@pytest.mark.parametrize(
    ("module", "probes", "told"),
    [
        (dense(), PROBES[:, :5], r"torch cannot export Sequential on this example: .*\[1, 5\]"),
        (Failing(), PROBES, "torch cannot export Failing on this example: no such thing"),
        (nn.Linear(6, 3), PROBES, "Linear has no hidden layer"),
        (Convolutional(), None, "what Convolutional computes depends on its input"),
    ],
)
def test_what_cannot_answer_is_refused_in_a_sentence(module, probes, told):
    with pytest.raises(InputError, match=told):
        tp.compare([module, dense()], ["cka"], probes=probes)


def test_answers_that_are_no_numbers_or_too_many_are_refused(monkeypatch):
    module = dense()
    answering = answering_module(module)
    with pytest.raises(InputError, match=r"takes inputs of shape \(6,\), the probes are \(5,\)"):
        answering.answer(PROBES[:, :5])
    with torch.no_grad():
        module[0].weight.fill_(3e38)
    with pytest.raises(InputError, match="Sequential answers with a NaN or an infinity"):
        answering.answer(PROBES)
    monkeypatch.setattr(modules, "MEMORY", 4 * 70 * 70 - 1)
    with pytest.raises(InputError, match="70 hidden units to 70 probes take more"):
        answering.answer(PROBES)


def test_outputs_that_are_no_labels_have_no_predictions():
    single = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))
    with pytest.raises(InputError, match="no scores of labels"):
        tp.compare([single, single], ["predictions"], probes=PROBES)


@pytest.mark.parametrize("null", ["shuffled_layers", "relinked"])
def test_null_models_of_a_module_answer_as_it_does_with_their_weights(null):
    pair = [dense(0), dense(1)]
    networks = [tp.Network.from_torch(one) for one in pair]
    state = {name: value.clone() for name, value in pair[0].state_dict().items()}
    asked = ["cka", {"kind": "functional_h0", **FEW}]
    found, own = (tp.verdict(some, asked, [null], 3, probes=PROBES) for some in (pair, networks))
    for test, other in zip(found, own, strict=True):
        assert test.distance == pytest.approx(other.distance, rel=1e-5)
        assert test.nulls[null].z == pytest.approx(other.nulls[null].z, rel=1e-3)
        assert test.nulls[null].repetitions == 3
    assert all(torch.equal(value, state[name]) for name, value in pair[0].state_dict().items())


def test_null_models_whose_weights_have_no_place_in_the_module_are_refused():
    pair = [Convolutional(), Convolutional()]
    with pytest.raises(InputError, match=r"gaussian of 0: null models of Convolutional do not ans"):
        tp.verdict(pair, ["cka"], ["gaussian"], 2, probes=IMAGES)
