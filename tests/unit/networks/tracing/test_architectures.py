"""Architectures at tiny sizes: their units, edges and wires by hand, and their bars by flagser."""

import numpy as np
import pytest
import torch
import torchvision
from helpers import assert_same_bars
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, counts, example, laid_out

from topoprint import Network, persistence, to_graph

TOKENS, WIDTH, HEADS = 3, 8, 2


class Attention(nn.Module):
    """Multi-head attention as it is written in several ways."""

    def __init__(self, way, causal=False):
        super().__init__()
        self.way, self.causal = way, causal
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, context=None):
        context = x if context is None else context
        projected = [(self.query, x), (self.key, context), (self.value, context)]
        query, key, value = (
            f(of).view(1, -1, HEADS, WIDTH // HEADS).transpose(1, 2) for f, of in projected
        )
        upto = torch.ones(x.shape[1], context.shape[1], dtype=torch.bool).tril()
        if self.way == "one operation":
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        elif self.way == "einsum":
            scores = torch.einsum("bhtd,bhsd->bhts", query, key)
            scores = torch.where(upto, scores, -1e9) if self.causal else scores
            mixed = torch.einsum("bhts,bhsd->bhtd", scores.softmax(-1), value)
        else:
            scores = query @ key.transpose(-1, -2) / 2
            if self.causal and self.way == "filled":
                scores = scores.masked_fill(~upto, -torch.inf)
            elif self.causal:
                scores = scores + torch.full(upto.shape, -torch.inf).triu(1)
            mixed = F.dropout(scores.softmax(-1), 0.1, self.training) @ value
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


# Of each module: units, edges of weights, of biases, wires. Four projections of 8 × 8 at 3 tokens;
# a channel of a value is wired to that of each token that may look at it.
PROJECTIONS = (4 * TOKENS * WIDTH * WIDTH, 4 * TOKENS * WIDTH)
MIXED = TOKENS * TOKENS * WIDTH
FULL = ((1 + 4 + 4 + 1) * TOKENS * WIDTH, *PROJECTIONS, MIXED)
CAUSAL = (*FULL[:3], TOKENS * (TOKENS + 1) // 2 * WIDTH)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("way", ["one operation", "einsum", "filled", "added"])
def test_attention(way, causal):
    found = counts(Attention(way, causal), example(1, TOKENS, WIDTH))
    assert found == (CAUSAL if causal else FULL)


def test_cross_attention():
    found = counts(Attention("added"), example(1, TOKENS, WIDTH), example(1, 5, WIDTH))
    tokens = 2 * TOKENS + 2 * 5
    units = 3 * TOKENS * WIDTH + 3 * 5 * WIDTH + tokens * WIDTH
    # x, queries, mixed and out; context, keys and values; biases of four projections.
    assert found == (
        units + TOKENS * WIDTH, tokens * WIDTH * WIDTH, tokens * WIDTH, TOKENS * 5 * WIDTH,
    )  # fmt: skip


def test_multi_head_attention_of_torch_is_the_same():
    module = Apply(lambda a, x: a(x, x, x), nn.MultiheadAttention(WIDTH, HEADS, batch_first=True))
    assert counts(module, example(1, TOKENS, WIDTH)) == FULL


def test_grouped_queries_share_values():
    def grouped(query, key, value, x):
        parts = [f(x).view(1, TOKENS, -1, 2).transpose(1, 2) for f in (query, key, value)]
        return F.scaled_dot_product_attention(*parts, enable_gqa=True)

    module = Apply(grouped, nn.Linear(WIDTH, 8), nn.Linear(WIDTH, 4), nn.Linear(WIDTH, 4))
    units = TOKENS * (WIDTH + 2 * (8 + 4 + 4) + 8)
    assert counts(module, example(1, TOKENS, WIDTH)) == (
        units, TOKENS * WIDTH * 16, TOKENS * 16, TOKENS * TOKENS * 8,
    )  # fmt: skip


def test_a_padded_token_is_mixed_into_none():
    module = Apply(
        lambda a, x, mask: a(x, x, x, key_padding_mask=mask == 0)[0],
        nn.MultiheadAttention(WIDTH, HEADS, batch_first=True),
    )
    mask = torch.tensor([[1, 1, 0]])
    assert counts(module, example(1, TOKENS, WIDTH), mask) == (*FULL[:3], TOKENS * 2 * WIDTH)


def test_parameters_may_be_the_values_of_attention():
    module = Apply(
        lambda query, keys, memory, x: (
            (query(x) @ keys(x).transpose(1, 2)).softmax(-1) @ memory.weight
        ),
        nn.Linear(4, 4),
        nn.Linear(4, 4),
        nn.Embedding(3, 5),
    )
    # Inputs, two projections with biases, the memory with its own, and what is mixed.
    assert counts(module, example(1, 3, 4)) == (
        12 + 2 * 24 + 2 * 15 + 15, 2 * 3 * 16, 24 + 15, 3 * 3 * 5,
    )  # fmt: skip


def test_weights_that_a_softmax_makes_mix_sums():
    def pooled(linear, score, x):
        rows = linear(x)
        return (score(rows).softmax(1) * rows).sum(1)

    module = Apply(pooled, nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1))
    units = TOKENS * (WIDTH + 2 * WIDTH + 2 * 1) + WIDTH
    assert counts(module, example(1, TOKENS, WIDTH)) == (
        units, TOKENS * (WIDTH * WIDTH + WIDTH), TOKENS * (WIDTH + 1), TOKENS * WIDTH,
    )  # fmt: skip


def test_products_of_activations_without_a_softmax_are_joins():
    module = Apply(lambda a, x, y: a(x) @ a(y).T, nn.Linear(4, 4))
    units = 5 * (4 + 4 + 4) + 2 * 3 * (2 * 4 + 1)
    assert counts(module, example(2, 4), example(3, 4)) == (units, 5 * 16, 5 * 4, 2 * 2 * 3 * 8)


def test_a_bilinear_form_is_a_map_and_a_join():
    found = counts(nn.Bilinear(3, 4, 2), example(1, 3), example(1, 4))
    # What the map gives; two factors each on their way; the sums, with biases.
    assert found == (3 + 4 + 8 + 2 * 8 + 2 + 2 + 2, 24, 2, 16 + 16 + 2)


class Unrolled(nn.Module):
    """A recurrent layer, its equations written out step by step."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, h, c):
        layer, outputs = self.layer, []
        for step in x:
            given = F.linear(step, layer.weight_ih_l0, layer.bias_ih_l0)
            back = F.linear(h, layer.weight_hh_l0, layer.bias_hh_l0)
            if isinstance(layer, nn.LSTM):
                i, f, g, o = (given + back).chunk(4, -1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            elif isinstance(layer, nn.GRU):
                (r, z, n), (r_, z_, n_) = given.chunk(3, -1), back.chunk(3, -1)
                z = (z + z_).sigmoid()
                n = (n + (r + r_).sigmoid() * n_).tanh()
                h = (1 - z) * n + z * h
            else:
                h = (given + back).tanh()
            outputs.append(h)
        return torch.stack(outputs)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_layers_are_their_equations_step_by_step(kind):
    layer = kind(3, 4)
    x, h, c = example(3, 1, 3), example(1, 4, seed=1), example(1, 4, seed=2)
    states = (h[None], c[None]) if kind is nn.LSTM else h[None]
    whole = Network.from_torch(layer, (x, states))
    steps = Network.from_torch(Unrolled(layer), (x, h, c))
    stacked = 3 * 4  # units of the concatenation, each with one wire
    unused = 0 if kind is nn.LSTM else 4
    assert whole.n_units == steps.n_units - stacked - unused
    assert whole.n_edges == steps.n_edges - stacked
    a, b = (persistence(laid_out(one)) for one in (whole, steps))
    np.testing.assert_array_equal(np.sort(a.bars(1)[:, 0]), np.sort(b.bars(1)[:, 0]))


def test_a_cell_is_one_step():
    layer, cell = nn.LSTM(3, 4), nn.LSTMCell(3, 4)
    assert counts(layer, example(1, 1, 3)) == counts(cell, example(1, 3))


@pytest.mark.parametrize(
    "arguments",
    [{"num_layers": 2, "bidirectional": True}, {"bias": False}, {"proj_size": 2}],
    ids=str,
)
def test_recurrent_layers_use_all_their_weights(arguments):
    layer = nn.LSTM(3, 4, batch_first=True, **arguments)
    assert Network.from_torch(layer, example(1, 3, 3)).metadata["coverage"] == 1


def squeezed(convolution, one, two, x):
    x = convolution(x)
    gate = two(one(x.mean((2, 3))).relu()).sigmoid()
    return x * gate[:, :, None, None]


def test_squeeze_and_excite():
    module = Apply(squeezed, nn.Conv2d(2, 4, 1), nn.Linear(4, 2), nn.Linear(2, 4))
    pixels = 9
    # Inputs, channels and their biases; means; 2 + 4 units of the gate with biases; at each place
    # of the product three units: one for each factor on its way, and the product.
    units = pixels * (2 + 4 + 4) + 4 + 2 * (2 + 4) + pixels * 4 * 3
    assert counts(module, example(1, 2, 3, 3)) == (
        units, pixels * 8 + 16, pixels * 4 + 6, pixels * 4 + pixels * 4 * 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("norm", "shape", "biases"),
    [
        (nn.LayerNorm(4), (1, 3, 4), 12),
        (nn.RMSNorm(4), (1, 3, 4), 0),
        (nn.GroupNorm(2, 4), (1, 4, 3), 12),
        (nn.InstanceNorm1d(4, affine=True), (1, 4, 3), 12),
        (nn.BatchNorm1d(4), (1, 4, 3), 12),
    ],
    ids=["layer", "RMS", "group", "instance", "batch"],
)
def test_a_gain_is_one_edge_a_unit(norm, shape, biases):
    assert counts(norm, example(*shape)) == (24 + biases, 12, biases, 0)


def test_a_gain_that_is_written_out_has_its_bias():
    module = Apply(lambda norm, x: F.layer_norm(x, (4,)) * norm.weight + norm.bias, nn.LayerNorm(4))
    x = example(1, 3, 4)
    assert counts(module, x) == counts(nn.LayerNorm(4), x) == (36, 12, 12, 0)


def test_a_norm_that_is_written_out_is_one():
    def rms(linear, norm, x):
        x = linear(x)
        return norm.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))

    def standard(linear, norm, x):
        x = linear(x)
        return norm.weight * ((x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True))

    wanted = counts(nn.Sequential(nn.Linear(3, 4), nn.RMSNorm(4)), example(1, 2, 3))
    for written in (rms, standard):
        module = Apply(written, nn.Linear(3, 4), nn.RMSNorm(4))
        assert counts(module, example(1, 2, 3)) == wanted


@pytest.mark.parametrize(
    ("pool", "wires"),
    [
        (nn.MaxPool2d(2), 16),
        (nn.MaxPool2d(3, 2, padding=1), 25),
        (nn.MaxPool2d(2, stride=3, ceil_mode=True), 9),
        (nn.AvgPool2d(3, 2, padding=1), 25),
        (nn.AdaptiveAvgPool2d((3, 1)), 24),
        (nn.AdaptiveMaxPool2d(2), 16),
        (nn.LPPool2d(2, 2), 16),
    ],
    ids=["max", "padded", "ceil", "average", "adaptive", "adaptive max", "power"],
)
def test_poolings_wire_their_windows(pool, wires):
    found = counts(nn.Sequential(nn.Conv2d(1, 1, 1), pool), example(1, 1, 4, 4))
    assert found[1:] == (16, 16, wires)


def test_bilinear_places_are_wired_to_those_about_them():
    module = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Upsample(scale_factor=2, mode="bilinear"))
    # Along a dimension of two places four new ones have 1, 2, 2 and 1 sources.
    assert counts(module, example(1, 1, 2, 2)) == (4 + 4 + 4 + 16, 4, 4, 6 * 6)


def test_an_embedding_has_the_rows_that_tokens_pick():
    table = nn.Embedding(10, 4)
    network = Network.from_torch(table, torch.tensor([[2, 5, 2]]))
    assert network.n_units == 3 + 3 * 4
    assert network.n_edges == 3 * 4
    assert network.metadata == {"coverage": 0.2, "outside": []}
    (one,) = network.maps
    sources, targets, weights = one.laid_out()
    wanted = table.weight[torch.tensor([2, 5, 2])].detach().numpy()
    np.testing.assert_array_equal(weights[np.lexsort((targets, sources))], wanted.ravel())


def test_bags_reduce_rows():
    module = nn.EmbeddingBag(10, 4, mode="sum")
    assert counts(module, torch.tensor([[2, 5, 2], [1, 1, 3]])) == (6 + 24 + 8, 24, 0, 24)


class Encoder(nn.Module):
    """Tokens, positions, a transformer's block, and a head that shares the table of tokens."""

    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(7, 4), nn.Embedding(5, 4)
        self.block = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, tokens, mask):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        x = self.block(x, src_key_padding_mask=mask == 0)
        return self.head((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))


class Gated(nn.Module):
    """A decoder's block written out: RMS norm, rotated positions, grouped queries, gated units."""

    def __init__(self):
        super().__init__()
        self.tokens, self.gain = nn.Embedding(7, 4), nn.Parameter(torch.rand(4) + 0.5)
        self.query, self.out = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
        self.key, self.value = nn.Linear(4, 2, bias=False), nn.Linear(4, 2, bias=False)
        self.gate, self.up = nn.Linear(4, 3, bias=False), nn.Linear(4, 3, bias=False)
        self.down = nn.Linear(3, 4, bias=False)

    def normed(self, x):
        squares = x.float().pow(2).mean(-1, keepdim=True)
        return self.gain * (x * torch.rsqrt(squares + 1e-6)).type_as(x)

    def rotated(self, x):
        angle = torch.arange(x.shape[2])[:, None] * torch.ones(1, 2)
        one, two = x.chunk(2, -1)
        return x * angle.cos() + torch.cat([-two, one], -1) * angle.sin()

    def forward(self, tokens):
        x = self.tokens(tokens)
        y, length = self.normed(x), tokens.shape[1]
        query, key, value = (
            f(y).view(1, length, -1, 2).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        key, value = (one.expand(1, 2, length, 2) for one in (self.rotated(key), value))
        mask = torch.full((length, length), torch.finfo(x.dtype).min).triu(1)
        scores = self.rotated(query) @ key.transpose(2, 3) / 2 + mask
        mixed = torch.softmax(scores, -1, dtype=torch.float32).to(x.dtype) @ value
        x = x + self.out(mixed.transpose(1, 2).reshape(1, length, 4))
        y = self.normed(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


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
    assert_same_bars(persistence(to_graph(network)), persistence(graph, engine="flagser"))


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
