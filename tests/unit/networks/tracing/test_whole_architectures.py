"""Whole architectures at tiny sizes, their bars by flagser; and those of torchvision."""

import pytest
import torch
import torchvision
from helpers import assert_same_bars, by_flagser
from known_modules import WIDTH, Attention, Encoder, Gated, squeezed
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, example, laid_out

from topoprint import Network, persistence, to_graph


def decoder():
    return nn.TransformerDecoderLayer(4, 2, 6, batch_first=True)


TINY = {
    "perceptron": (nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3)), (example(1, 4),)),
    "convolutional": (
        nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1, bias=False),
            nn.BatchNorm2d(2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(8, 3),
        ),
        (example(1, 1, 4, 4),),
    ),
    "reflected": (nn.Conv1d(1, 2, 3, padding=1, padding_mode="reflect"), (example(1, 1, 5),)),
    "transposed": (nn.ConvTranspose1d(2, 2, 3, stride=2), (example(1, 2, 3),)),
    "inception": (
        Apply(
            lambda one, two, three, last, x: last(
                torch.cat([one(x), two(x), three(F.max_pool1d(x, 3, 1, 1))], 1)
            ),
            nn.Conv1d(2, 2, 1),
            nn.Conv1d(2, 2, 3, padding=1),
            nn.Conv1d(2, 1, 1),
            nn.Conv1d(5, 1, 1),
        ),
        (example(1, 2, 4),),
    ),
    "residual and dense blocks": (
        Apply(
            lambda a, b, c, x: (lambda y: c(torch.cat([y, x, b(y).relu()], 1)))(x + a(x)),
            nn.Linear(3, 3),
            nn.Linear(3, 2),
            nn.Linear(8, 2),
        ),
        (example(1, 3),),
    ),
    "grouped, dilated, depthwise": (
        nn.Sequential(
            nn.Conv2d(4, 4, 2, groups=2, dilation=2),
            nn.GroupNorm(2, 4),
            nn.Conv2d(4, 4, 2, groups=4, padding="same"),
            nn.AdaptiveAvgPool2d((2, 1)),
        ),
        (example(1, 4, 4, 4),),
    ),
    "3d": (
        nn.Sequential(nn.Conv3d(1, 2, 2, stride=2, padding=1), nn.InstanceNorm3d(2, affine=True)),
        (example(1, 1, 2, 3, 2),),
    ),
    "squeeze and excite": (
        Apply(squeezed, nn.Conv2d(1, 2, 2), nn.Linear(2, 1), nn.Linear(1, 2)),
        (example(1, 1, 3, 3),),
    ),
    "cross attention": (Attention("added"), (example(1, 2, WIDTH), example(1, 3, WIDTH))),
    "rnn": (nn.RNN(2, 3, 2), (example(3, 1, 2),)),
    "lstm": (nn.LSTM(2, 2, 2, bidirectional=True), (example(2, 1, 2),)),
    "gru": (nn.GRU(2, 3), (example(3, 1, 2),)),
    "encoder": (Encoder(), (torch.tensor([[3, 4, 0]]), torch.tensor([[1, 1, 0]]))),
    "gated": (Gated(), (torch.tensor([[3, 4, 0]]),)),
    "decoder": (decoder(), (example(1, 2, 4), example(1, 3, 4))),
    "ensemble": (
        Apply(
            lambda a, b, x: torch.stack([a(x).softmax(-1), b(x).softmax(-1)]).mean(0),
            nn.Linear(4, 3),
            nn.Linear(4, 3),
        ),
        (example(1, 4),),
    ),
    "two inputs, two heads": (
        Apply(
            lambda a, b, c, x, y: (c(a(x) + b(y)), a(x) * b(y)),
            nn.Linear(3, 4),
            nn.Linear(2, 4),
            nn.Linear(4, 2),
        ),
        (example(1, 3), example(1, 2)),
    ),
}


@pytest.mark.parametrize("name", TINY)
def test_bars_are_those_of_flagser(name):
    module, inputs = TINY[name]
    network = Network.from_torch(module, inputs)
    graph = laid_out(network)
    assert graph.is_triangle_free()
    assert_same_bars(persistence(to_graph(network)), by_flagser(graph))


# Of torchvision's networks at small images: multiplications of all convolutions and dense layers,
# less those by padded zeros, counted by the shapes that its own modules see.
@pytest.mark.parametrize(
    ("name", "size"),
    [("resnet18", 33), ("vgg11", 32), ("mobilenet_v3_small", 33), ("vit_b_16", 32)],
)
def test_torchvision(name, size):
    arguments = {"vit_b_16": {"image_size": 32}, "vgg11": {"init_weights": False}}.get(name, {})
    module = getattr(torchvision.models, name)(weights=None, **arguments)
    seen = []

    def count(layer, inputs, output):
        if isinstance(layer, nn.Conv2d):
            ones = torch.ones(1, layer.in_channels, *inputs[0].shape[2:])
            kernel = torch.ones_like(layer.weight)
            used = F.conv2d(ones, kernel, None, layer.stride, layer.padding, 1, layer.groups)
            seen.append(int(used.sum()))
        else:
            seen.append(output.numel() * layer.in_features)

    image = torch.zeros(1, 3, size, size)
    network = Network.from_torch(module, image)
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and type(layer).__name__ != (
            "NonDynamicallyQuantizableLinear"
        ):
            layer.register_forward_hook(count)
    with torch.no_grad():
        module.eval()(image)
    weights = [one for one in network.maps if not one.is_bias and one.weight.shape[1:3] != (1, 1)]
    depthwise = [one for one in network.maps if not one.is_bias and one.weight.shape[3] > 1]
    dense = {id(one): one for one in (*weights, *depthwise)}.values()
    found = sum(one.n_edges for one in dense if "self_attention" not in one.name)
    assert found == sum(seen)
    assert network.metadata == {"coverage": 1.0, "outside": []}
