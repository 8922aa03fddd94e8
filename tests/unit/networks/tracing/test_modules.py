"""What may be given to ``Network.from_torch``, what it leaves alone, and what it refuses."""

import re

import numpy as np
import pytest
import torch
from helpers import assert_same_network
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, counts, example

from topoprint import InputError, Network, persistence, to_graph


def test_a_sequential_of_linear_needs_no_example():
    module = nn.Sequential(
        nn.Flatten(), nn.Linear(4, 5), nn.Tanh(), nn.Dropout(), nn.Sequential(nn.Linear(5, 3))
    )
    network = Network.from_torch(module)
    assert network.layer_sizes == (4, 5, 3)
    layers = [(one.weight.detach(), one.bias.detach()) for one in (module[1], module[4][0])]
    assert_same_network(network, Network.from_layers(layers))
    assert_same_network(network, Network.from_torch(module, torch.zeros(1, 4)))
    assert network.metadata == {"coverage": 1.0, "outside": []}


def test_batch_norm_of_dense_layers_is_folded_into_them():
    norm = nn.BatchNorm1d(5)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    module = nn.Sequential(nn.Linear(4, 5, bias=False), norm, nn.ReLU(), nn.Linear(5, 3)).eval()
    network = Network.from_torch(module)
    x = example(7, 4)
    given = x.numpy() @ network.weights[0].T + network.biases[0]
    np.testing.assert_allclose(given, module[:2](x).detach().numpy(), rtol=1e-5, atol=1e-6)


class Custom(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        return self.two(self.one(x))


@pytest.mark.parametrize(
    "module",
    [
        Custom(),
        nn.Sequential(nn.Conv2d(1, 1, 3)),
        nn.Sequential(nn.Embedding(3, 2), nn.Linear(2, 2)),
        nn.Sequential(nn.ReLU()),
        nn.LSTM(2, 2),
    ],
    ids=["custom", "convolution", "embedding", "no weights", "recurrent"],
)
def test_other_modules_need_an_example(module):
    with pytest.raises(InputError, match="give an example of it"):
        Network.from_torch(module)


def test_arguments_may_be_named_and_arrays_of_numpy():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(3, 4), nn.Linear(2, 4)

        def forward(self, x, *, other):
            return self.one(x) + self.two(other)

    x, other = np.zeros((1, 3), np.float32), np.zeros((1, 2), np.float32)
    assert counts(Apply(lambda m, a, b: m(a, other=b), Named()), example(1, 3), example(1, 2)) == (
        5 + 8 + 8 + 12, 20, 8, 16,
    )  # fmt: skip
    network = Network.from_torch(Named(), {"other": other, "x": x})
    assert sum(one.n_edges for one in network.maps) == 28


def test_the_module_is_left_as_it_was():
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    module[1].eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    network = Network.from_torch(module)
    assert [one.training for one in module] == [True, False, True]
    assert module.training
    for name, tensor in module.state_dict().items():
        assert torch.equal(tensor, before[name])
    weights = network.weights[0].copy()
    with torch.no_grad():
        module[0].weight.zero_()
    np.testing.assert_array_equal(network.weights[0], weights)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_weights_of_other_types(kind):
    module = nn.Linear(3, 4).to(kind)
    network = Network.from_torch(module)
    np.testing.assert_array_equal(network.weights[0], module.weight.detach().float().numpy())


def test_frozen_weights_are_weights():
    module = nn.Linear(3, 4).requires_grad_(False)
    assert Network.from_torch(module).metadata["coverage"] == 1


def test_parameters_that_are_no_edges_are_told():
    def forward(linear, unused, slope, bias, x):
        x = F.prelu(linear(x), slope.weight)
        scores = x @ x.transpose(1, 2) + bias.weight
        return scores.softmax(-1) @ x

    module = Apply(forward, nn.Linear(3, 4), nn.Linear(4, 5), nn.PReLU(), nn.Embedding(2, 2))
    found = Network.from_torch(module, example(1, 2, 3)).metadata
    assert found["outside"] == [
        "parts.1.weight", "parts.1.bias", "parts.2.weight", "parts.3.weight",
    ]  # fmt: skip
    assert found["coverage"] == pytest.approx(16 / (16 + 25 + 1 + 4))


def test_part_of_a_parameter_counts_as_that():
    module = Apply(lambda a, x: F.linear(x, a.weight[:1], a.bias[:1]), nn.Linear(3, 4))
    assert Network.from_torch(module, example(1, 3)).metadata["coverage"] == 4 / 16


def test_tied_weights_count_once():
    one, two = nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)
    two.weight = one.weight
    network = Network.from_torch(nn.Sequential(one, nn.ReLU(), two))
    assert network.n_edges == 18
    assert network.metadata == {"coverage": 1.0, "outside": []}


def test_buffers_are_wires():
    norm = nn.Linear(3, 3, bias=False)
    fixed = nn.Linear(2, 3, bias=False)
    matrix = torch.tensor([[1.0, 0], [0, 2], [3, 4]])
    del fixed.weight
    fixed.register_buffer("weight", matrix)
    assert counts(nn.Sequential(fixed, norm), example(1, 2)) == (2 + 3 + 3, 9, 0, 4)


def test_two_examples_stand_side_by_side():
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    one, two = (Network.from_torch(module, torch.zeros(n, 3)) for n in (1, 2))
    assert two.n_edges == 2 * one.n_edges
    assert len(persistence(to_graph(two)).bars(1)) == 2 * len(persistence(to_graph(one)).bars(1))


def test_tracing_twice_gives_the_same():
    module = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
    one, two = (Network.from_torch(module, torch.zeros(1, 3, 4)) for _ in range(2))
    assert one.n_units == two.n_units
    for part, again in zip((*one.maps, *one.wires), (*two.maps, *two.wires), strict=True):
        for ends, others in zip(part.laid_out(), again.laid_out(), strict=True):
            np.testing.assert_array_equal(ends, others)


def test_a_module_that_draws_numbers_has_one_graph():
    def noisy(a, b, x):
        mean, spread = a(x).chunk(2, -1)
        kept = torch.bernoulli(torch.full((3,), 0.5))
        return b((mean + torch.randn_like(mean) * spread.exp()) * kept)

    module = Apply(noisy, nn.Linear(4, 6), nn.Linear(3, 4))
    state = torch.random.get_rng_state()
    found = {Network.from_torch(module, example(1, 4)).n_edges for _ in range(3)}
    assert len(found) == 1
    assert torch.equal(torch.random.get_rng_state(), state)


class Sorts(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(3, 3))
        self.sorter = Apply(lambda x: x.sort(-1)[0])

    def forward(self, x):
        return self.sorter(self.inner(x))


REFUSED = {
    "unknown operation": (Sorts(), (1, 3), r"operation 'sort' at module 'sorter'.*not know it"),
    "place by the input": (
        Apply(lambda a, x: a(x).max(-1)[1] + x, nn.Linear(3, 3)), (1, 3), "which of several",
    ),
    "kernel by the input": (
        Apply(lambda a, x: F.conv1d(x[None], a(x)[:, None]), nn.Linear(3, 2)),
        (1, 3),
        r"operation 'conv1d' at the module itself cannot be followed: its kernel depends",
    ),
    "branch by the input": (
        Apply(lambda a, x: a(x) if x.sum() > 0 else x, nn.Linear(3, 3)), (1, 3), "cannot export",
    ),
    "another shape": (nn.Linear(3, 4), (1, 5), "cannot export Linear on this example"),
    "no weight is used": (Apply(lambda a, x: x + 1, nn.Linear(3, 3)), (1, 3), "no trained weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused_in_one_sentence(name):
    module, shape, told = REFUSED[name]
    with pytest.raises(InputError, match=told) as error:
        Network.from_torch(module, example(*shape))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ({"weight": torch.zeros(2, 2)}, "expected a torch module, not dict"),
        (nn.Linear(2, 2, device="meta"), "meta device"),
        (nn.LazyLinear(2), "no shape yet"),
        (nn.Linear(2, 2, dtype=torch.complex64), "complex"),
    ],
    ids=["dict", "meta", "lazy", "complex"],
)
def test_what_is_no_module_with_real_weights_is_refused(module, told):
    with pytest.raises(InputError, match=re.escape(told)):
        Network.from_torch(module, torch.zeros(1, 2))


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_torchscript_module_is_refused():
    with pytest.raises(InputError, match="TorchScript"):
        Network.from_torch(torch.jit.script(nn.Linear(2, 2)), torch.zeros(1, 2))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (torch.zeros(0, 2), "no elements"),
        (torch.zeros(1, 2, device="meta"), "meta device"),
        (nn.utils.rnn.pack_sequence([torch.zeros(3, 2)]), "packed sequence"),
        ("text", "cannot export Linear on this example"),
    ],
    ids=["empty", "meta", "packed", "text"],
)
def test_an_example_that_is_none_is_refused(given, told):
    with pytest.raises(InputError, match=told):
        Network.from_torch(nn.Linear(2, 2), given)


def test_torch_says_nothing_beside_the_sentence(capfd):
    for name in ("branch by the input", "another shape"):
        module, shape, _ = REFUSED[name]
        with pytest.raises(InputError):
            Network.from_torch(module, example(*shape))
    assert capfd.readouterr() == ("", "")


def test_weights_that_are_not_finite_are_refused():
    module = nn.Linear(2, 2)
    nn.init.constant_(module.weight, torch.nan)
    with pytest.raises(InputError, match="NaN or infinity"):
        Network.from_torch(module)
