"""Parts of architectures at tiny sizes: their units, edges and wires, by hand."""

import numpy as np
import pytest
import torch
from known_modules import HEADS, TOKENS, WIDTH, Attention, squeezed
from torch import nn
from torch.nn import functional as F  # noqa: N812
from traced import Apply, counts, example, laid_out

from topoprint import Network, persistence

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
