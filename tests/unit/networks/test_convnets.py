"""Small convolutional networks: their shape without torch is that of the module."""

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError, Network, persistence, to_graph  # noqa: E402
from topoprint.networks.convnet_module import (  # noqa: E402
    ConvModule,
    module_of,
    units_of,
    weights_of,
    with_weights,
)
from topoprint.networks.convnets import KEY, ConvNet, check_images  # noqa: E402

SHAPES = [
    ConvNet((1, 8, 8), 3, 2, 1, 3, False),
    ConvNet((1, 8, 8), 3, 2, 3, 3, True),
    ConvNet((3, 17, 9), 2, 3, 4, 1, False),
    ConvNet((2, 16, 20), 4, 2, 3, 3, False),
    ConvNet((1, 3, 1), 2, 2, 2, 1, True),
]


def network_of(known: ConvNet, seed: int = 0) -> tuple[ConvModule, Network]:
    torch.manual_seed(seed)
    module = ConvModule(known)
    return module, with_weights(units_of(module), weights_of(module), {KEY: known.to_json()})


@pytest.mark.parametrize("known", SHAPES, ids=str)
def test_the_shape_is_that_of_the_unrolled_module(known: ConvNet) -> None:
    module, network = network_of(known)
    assert sum(one.n_edges for one in network.maps) == known.n_edges
    assert {one.name for one in network.maps} == dict(module.named_parameters()).keys()
    assert ConvNet.from_json(json.loads(json.dumps(known.to_json()))) == known
    layers = module.hidden(torch.zeros(2, known.inputs))
    assert [layer.shape[1] for layer in layers[:-1]] == [
        known.channels * np.prod(known.image(layer + 1)) for layer in range(known.depth - 1)
    ]
    assert layers[-1].shape == (2, module.output.in_features)


def test_a_plain_network_computes_what_torchs_own_layers_do() -> None:
    module, _ = network_of(ConvNet((1, 8, 8), 3, 2, 2, 3, False))
    first, second = module.convolutions
    plain = torch.nn.Sequential(
        torch.nn.Unflatten(1, (1, 8, 8)),
        first, torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        second, torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), module.output,
    )  # fmt: skip
    rows = torch.randn(5, 64)
    assert torch.equal(module(rows), plain(rows))


def test_a_residual_convolution_without_weights_passes_its_input_on() -> None:
    known = ConvNet((1, 8, 8), 3, 2, 3, 3, True)
    module, network = network_of(known)
    for number in (1, 2):
        torch.nn.init.zeros_(module.convolutions[number].weight)
        torch.nn.init.zeros_(module.convolutions[number].bias)
    first, second, _ = module.hidden(torch.randn(4, 64))
    assert torch.equal(first, second)
    plain = network_of(replace(known, residual=False))[1]
    assert sum(one.n_edges for one in network.wires) > sum(one.n_edges for one in plain.wires)


def test_a_file_gives_back_the_network_its_diagram_and_its_answers(tmp_path) -> None:
    module, network = network_of(SHAPES[1])
    network.save(tmp_path / "a.safetensors")
    again = Network.load(tmp_path / "a.safetensors")
    assert again.metadata[KEY] == network.metadata[KEY]
    assert again.shape == network.shape
    traced = Network.from_torch(module, torch.zeros(1, 64))
    for dimension in (0, 1):
        found, expected = (persistence(to_graph(one)).bars(dimension) for one in (again, traced))
        np.testing.assert_array_equal(found, expected)
    rows = torch.randn(5, 64)
    assert torch.equal(module_of(again)(rows), module(rows))


def test_weights_of_another_network_are_refused() -> None:
    _, network = network_of(SHAPES[0])
    other = replace(network, metadata={KEY: SHAPES[1].to_json()})
    with pytest.raises(InputError, match="its weights are not those of the network"):
        module_of(other)
    with pytest.raises(InputError, match="metadata 'convnet', of a convolutional network, are"):
        module_of(replace(network, metadata={}))
    with pytest.raises(InputError, match="are no convolutional network's"):
        module_of(replace(network, metadata={KEY: {"shape": [1, 8]}}))


@pytest.mark.parametrize(
    ("shape", "depth", "kernel", "sentence"),
    [
        ((64,), 2, 3, r"one sample has the shape \(64,\); a convolutional network sees images"),
        ((1, 8, 8), 1, 9, "a kernel of 9 × 9 is larger than the 8 × 8 pixels$"),
        ((1, 8, 8), 2, 5, "larger than the 4 × 4 pixels that convolution 2 reads of 8 × 8$"),
        ((1, 28, 28), 5, 9, "larger than the 7 × 7 pixels that convolution 3 reads of 28 × 28$"),
    ],
)
def test_what_does_not_fit_is_told(shape, depth, kernel, sentence) -> None:
    with pytest.raises(InputError, match=sentence):
        check_images(shape, depth, kernel)
    check_images((1, 28, 28), 5, 7)
