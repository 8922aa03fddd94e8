"""Modules whose graphs the tests of tracing know."""

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

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


def squeezed(convolution, one, two, x):
    x = convolution(x)
    gate = two(one(x.mean((2, 3))).relu()).sigmoid()
    return x * gate[:, :, None, None]
