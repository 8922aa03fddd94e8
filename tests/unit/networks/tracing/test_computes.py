"""Graphs of modules that only sum: their paths give exactly what the module computes.

Each product of the weights along a path from an input or a bias to an output is summed; this holds
for no graph in which an edge is missing, doubled, or of another weight.
"""

import pytest
import torch
import torch.nn.utils.prune
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, check_computes, example


def batch_norm(channels, dimensions=2):
    norm = getattr(nn, f"BatchNorm{dimensions}d")(channels)
    for tensor in (norm.running_mean, norm.weight.data, norm.bias.data):
        tensor.normal_()
    norm.running_var.uniform_(0.5, 2)
    return norm


def assigned(linear, x):
    rows = torch.zeros(1, 6)
    rows[:, :3] = linear(x)
    rows[:, 3:] = x
    return linear(rows[:, 2:5])


def added_in_place(linear, x):
    y = linear(x)
    y += x
    y[:, 0] += x[:, 1]
    return linear(y)


CONVOLUTIONS = {
    "1d": (nn.Conv1d(2, 3, 3, padding=2), (1, 2, 5)),
    "strided": (nn.Conv2d(2, 3, 3, padding=1, stride=2), (1, 2, 5, 6)),
    "3d": (nn.Conv3d(1, 2, 2, padding=1), (1, 1, 3, 3, 2)),
    "grouped, dilated": (
        nn.Conv2d(4, 6, 3, padding=(2, 1), groups=2, dilation=(2, 1)),
        (1, 4, 5, 6),
    ),
    "depthwise": (nn.Conv2d(4, 8, 3, padding="same", groups=4), (1, 4, 4, 3)),
    "even kernel, same": (nn.Conv2d(2, 3, (2, 4), padding="same"), (1, 2, 5, 4)),
    "reflect": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), (1, 2, 5, 4)),
    "replicate": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="replicate"), (1, 2, 5, 4)),
    "circular": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), (1, 2, 5, 4)),
    "transposed": (
        nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        (1, 4, 3, 4),
    ),
    "transposed with gaps": (nn.ConvTranspose1d(2, 3, 1, stride=2, bias=False), (1, 2, 3)),
    "transposed, dilated": (
        nn.ConvTranspose3d(2, 3, 2, stride=2, dilation=2, bias=False),
        (1, 2, 2, 3, 2),
    ),
    "two examples": (nn.Conv2d(2, 3, 3, padding=1), (2, 2, 4, 4)),
    "zeros around": (nn.Sequential(nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(2, 3, 3)), (1, 2, 4, 4)),
    "nearest neighbours": (
        nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(1, 2, 3, padding=1)),
        (1, 1, 3, 3),
    ),
    "shuffled pixels": (
        nn.Sequential(nn.PixelShuffle(2), nn.Conv2d(1, 2, 3, padding=1)),
        (1, 4, 3, 3),
    ),
}

NORMS = {
    "folded": (nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), batch_norm(3)), (1, 2, 5, 4)),
    "folded, with a bias": (nn.Sequential(nn.Conv2d(2, 3, 3), batch_norm(3)), (1, 2, 5, 4)),
    "after a transposed convolution": (
        nn.Sequential(nn.ConvTranspose2d(4, 6, 3, groups=2), batch_norm(6)),
        (1, 4, 3, 3),
    ),
    "in front": (nn.Sequential(batch_norm(2), nn.Conv2d(2, 3, 3)), (1, 2, 5, 4)),
    "of a skip": (
        Apply(lambda c, n, x: (lambda y: n(y) + y)(c(x)), nn.Conv2d(2, 3, 3), batch_norm(3)),
        (1, 2, 5, 4),
    ),
    "of tokens": (
        Apply(lambda a, n, x: n(a(x).transpose(1, 2)), nn.Linear(3, 4), batch_norm(4, 1)),
        (1, 5, 3),
    ),
    "of two branches": (
        Apply(
            lambda a, b, n, x: n(torch.cat([a(x), b(x)], 1)),
            nn.Conv2d(2, 3, 3),
            nn.Conv2d(2, 2, 3),
            batch_norm(5),
        ),
        (1, 2, 5, 4),
    ),
    "of shuffled channels": (
        nn.Sequential(nn.Conv2d(4, 4, 1), nn.ChannelShuffle(2), batch_norm(4)),
        (1, 4, 3, 3),
    ),
}

FUNCTIONS = {
    "residual": (lambda a, b, x: b(x + a(x)), [nn.Linear(4, 4), nn.Linear(4, 2)], (1, 4)),
    "dense block": (
        lambda a, b, x: b(torch.cat([x, a(x)], 1)),
        [nn.Linear(4, 4), nn.Linear(8, 2)],
        (1, 4),
    ),
    "bias beside": (
        lambda a, b, x: a(x) + b.bias,
        [nn.Linear(3, 4, bias=False), nn.Linear(1, 4)],
        (1, 3),
    ),
    "positions": (
        lambda e, a, x: a(x + e(torch.arange(5))),
        [nn.Embedding(7, 3), nn.Linear(3, 2)],
        (1, 5, 3),
    ),
    "class token": (
        lambda e, a, x: a(torch.cat([e.weight[None].expand(1, -1, -1), x], 1)),
        [nn.Embedding(1, 3), nn.Linear(3, 2)],
        (1, 5, 3),
    ),
    "cropped": (lambda c, x: c(F.pad(x, (-1, 1))), [nn.Conv1d(2, 3, 2)], (1, 2, 6)),
    "zeros beside": (lambda a, x: a(F.pad(x, (0, 2))), [nn.Linear(5, 2)], (1, 3)),
    "zeros here and there": (
        lambda c, x: c(torch.cat([x, F.pad(x[:, :, :2], (0, 3))], 1)),
        [nn.Conv1d(4, 3, 3, padding=1)],
        (1, 2, 5),
    ),
    "flipped and rolled": (lambda a, x: a(x.flip(1) + x.roll(1, 1)), [nn.Linear(4, 2)], (1, 4)),
    "patches": (
        lambda a, x: a(F.unfold(x, 3, padding=1).transpose(1, 2)),
        [nn.Linear(18, 3)],
        (1, 2, 4, 4),
    ),
    "patches put together": (
        lambda a, x: F.fold(a(x).transpose(1, 2), (4, 3), 2),
        [nn.Linear(3, 4)],
        (1, 6, 3),
    ),
    "einsum": (
        lambda a, x: torch.einsum("oi,bti->bot", a.weight, x),
        [nn.Linear(4, 3)],
        (1, 5, 4),
    ),
    "a matrix a group": (
        lambda e, x: torch.bmm(x, e.weight.view(2, 3, 4)),
        [nn.Embedding(6, 4)],
        (2, 5, 3),
    ),
    "addmm": (lambda a, x: torch.addmm(a.bias, x, a.weight.t()), [nn.Linear(3, 4)], (2, 3)),
    "gain": (
        lambda n, a, x: a(x) * n.weight,
        [nn.LayerNorm(4), nn.Linear(3, 4)],
        (1, 2, 3),
    ),
    "outer product": (lambda a, x: x[..., None] * a.weight, [nn.Linear(4, 3)], (1, 3)),
    "sum": (lambda a, x: a(x).sum(1), [nn.Linear(3, 4)], (1, 5, 3)),
    "running sum": (lambda a, x: a(x).cumsum(1), [nn.Linear(3, 4)], (1, 5, 3)),
    "average": (
        lambda c, x: 4 * F.avg_pool2d(c(x), 2),
        [nn.Conv2d(1, 2, 1)],
        (1, 1, 4, 4),
    ),
    "average over all": (
        lambda c, x: 12 * F.adaptive_avg_pool2d(c(x), 1),
        [nn.Conv2d(1, 2, 1)],
        (1, 1, 4, 3),
    ),
    "assignment": (assigned, [nn.Linear(3, 3)], (1, 3)),
    "addition in place": (added_in_place, [nn.Linear(3, 3)], (1, 3)),
    "two heads": (lambda a, b, x: (a(x), b(x)), [nn.Linear(3, 4), nn.Linear(3, 2)], (1, 3)),
    "ensemble": (
        lambda a, b, x: torch.stack([a(x), b(x)]).sum(0),
        [nn.Linear(3, 4), nn.Linear(3, 4)],
        (1, 3),
    ),
    "fixed matrix": (
        lambda a, x: a(x @ torch.tensor([[1.0, 0], [1, 1], [0, 1]])),
        [nn.Linear(2, 4)],
        (1, 3),
    ),
    "the same module twice": (lambda a, x: a(a(x)) + a(x), [nn.Linear(3, 3)], (1, 3)),
    "repeated": (lambda a, x: a(x.repeat(1, 2)), [nn.Linear(6, 4)], (1, 3)),
    "expanded": (lambda a, x: a(x[:, None].expand(1, 4, 3)), [nn.Linear(3, 2)], (1, 3)),
    "masked": (
        lambda a, x: a(x.masked_fill(torch.tensor([True, False, False]), 0.0)),
        [nn.Linear(3, 2)],
        (1, 3),
    ),
    "parameters where a mask says so": (
        lambda a, x: a(torch.where(torch.tensor([True, False, False]), x, a.bias)),
        [nn.Linear(3, 3)],
        (1, 3),
    ),
    "a factor of lerp": (
        lambda a, n, x: torch.lerp(a(x), torch.zeros(4), n.weight),
        [nn.Linear(3, 4), nn.LayerNorm(4)],
        (1, 3),
    ),
    "zeros like another": (
        lambda a, x: a(torch.cat([torch.zeros_like(x), x, x.new_zeros(1, 1)], 1)),
        [nn.Linear(7, 2)],
        (1, 3),
    ),
    "triangle": (lambda a, x: a(torch.tril(x)), [nn.Linear(3, 2)], (1, 3, 3)),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(name):
    module, shape = CONVOLUTIONS[name]
    check_computes(module, example(*shape))


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_convolutions_of_any_geometry(data):
    number = st.integers(1, 3)
    dimensions, groups = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    kernel, stride, dilation = (
        tuple(data.draw(number) for _ in range(dimensions)) for _ in range(3)
    )
    padding = tuple(data.draw(st.integers(0, 2)) for _ in range(dimensions))
    transposed = data.draw(st.booleans())
    kind = getattr(nn, f"Conv{'Transpose' if transposed else ''}{dimensions}d")
    channels = groups * data.draw(number)
    module = kind(
        channels, 2 * groups, kernel, stride, padding, dilation=dilation, groups=groups,
        bias=data.draw(st.booleans()),
    )  # fmt: skip
    sizes = [data.draw(st.integers(gap * (tap - 1) + 1, 7)) for gap, tap in zip(
        dilation, kernel, strict=True)]  # fmt: skip
    x = example(1, channels, *sizes)
    try:
        some = module(x).numel()
    except RuntimeError:
        some = 0
    if not some:  # the padding takes all of a transposed convolution away
        reject()
    check_computes(module, x)


@pytest.mark.parametrize("name", NORMS)
def test_batch_norms(name):
    module, shape = NORMS[name]
    assert check_computes(module, example(*shape)).metadata["coverage"] == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, modules, shape = FUNCTIONS[name]
    check_computes(Apply(function, *modules), example(*shape))


def test_several_inputs():
    module = Apply(lambda a, b, x, y: a(x) + b(y), nn.Linear(3, 4), nn.Linear(2, 4))
    check_computes(module, example(1, 3), example(1, 2))


@pytest.mark.parametrize(
    "module",
    [
        nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)),
        nn.utils.prune.random_unstructured(nn.Linear(3, 4), "weight", 0.5),
    ],
    ids=["weight norm", "pruned"],
)
def test_parametrised_weights(module):
    found = check_computes(module, example(1, 3))
    assert found.metadata == {"coverage": 1.0, "outside": []}
