"""Small random networks of every kind of linear map and wire, as a tracer would make them."""

import ml_dtypes
import numpy as np
from hypothesis import strategies as st

from topoprint import Network
from topoprint.networks.maps import LinearMap, Wires, convolution_pairs

KINDS = (
    "dense", "tokens", "convolution", "strided", "dilated", "grouped", "gain", "bias", "skip",
    "pool", "attention", "recurrent", "embedding", "flatten", "branch",
)  # fmt: skip
TYPES = (np.float32, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn)


class Builder:
    """A network in the making: ``units`` holds the last numbers, shape (channels, positions)."""

    def __init__(self, channels, shape, weights):
        self.n_units, self.maps, self.wires, self.weights = 0, [], [], weights
        self.shape = shape
        self.units = self.new(channels, int(np.prod(shape)))

    def new(self, *shape):
        first = self.n_units
        self.n_units += int(np.prod(shape))
        return np.arange(first, self.n_units).reshape(shape)

    def map(self, weight_shape, inputs, outputs, pairs):
        weight = self.weights(weight_shape)
        self.maps.append(LinearMap(f"map{len(self.maps)}", weight, inputs, outputs, pairs))

    def wire(self, sources, targets):
        self.wires.append(Wires(sources, targets))

    def convolution(self, n_out, width, stride=1, padding=0, dilation=1, groups=1):
        n, k = len(self.shape), min(width, *self.shape)
        pairs, shape = convolution_pairs(
            self.shape, (k,) * n, (stride,) * n, ((padding, padding),) * n, (dilation,) * n
        )
        inputs = self.units.reshape(groups, -1, self.units.shape[1])
        outputs = self.new(groups, n_out, int(np.prod(shape)))
        self.map((groups, n_out, inputs.shape[1], k**n), inputs, outputs, pairs)
        self.units, self.shape = outputs.reshape(groups * n_out, -1), shape

    def add(self, kind, size):
        """Append a part of some kind; ``size`` is 1, 2 or 3."""
        channels, positions = self.units.shape
        each = (np.repeat(np.arange(positions)[:, None], 2, axis=1),)
        if kind == "dense":
            inputs, outputs = self.units.reshape(1, -1, 1), self.new(1, size, 1)
            self.map((1, size, inputs.size, 1), inputs, outputs, (np.zeros((1, 2), int),))
            self.units, self.shape = outputs[0], (1,)
        elif kind == "tokens":
            outputs = self.new(1, size, positions)
            self.map((1, size, channels, 1), self.units[None], outputs, each)
            self.units = outputs[0]
        elif kind == "convolution":
            self.convolution(size, 3, padding=1)
        elif kind == "strided":
            self.convolution(size, 2, stride=2, padding=1)
        elif kind == "dilated":
            self.convolution(size, 2, padding=1, dilation=2)
        elif kind == "grouped":
            self.convolution(size, 2, padding=1, groups=channels)
        elif kind == "gain":
            outputs = self.new(channels, 1, positions)
            self.map((channels, 1, 1, 1), self.units[:, None], outputs, each)
            self.units = outputs[:, 0]
        elif kind == "bias":
            vertices = self.new(channels, positions)
            vector = self.weights((channels,))
            self.maps.append(LinearMap.bias(f"bias{len(self.maps)}", vector, vertices, self.units))
        elif kind == "skip":
            before = self.units
            passed = self.new(channels, positions)
            self.add("tokens", channels)
            total = self.new(channels, positions)
            for from_, to in ((before, passed), (passed, total), (self.units, total)):
                self.wire(from_.ravel(), to.ravel())
            self.units = total
        elif kind == "pool":
            starts = np.arange(0, positions, size)
            windows = [np.arange(start, min(start + size + 1, positions)) for start in starts]
            outputs = self.new(channels, len(windows))
            for window, out in zip(windows, outputs.T, strict=True):
                self.wire(self.units[:, window], out)
            self.units, self.shape = outputs, (len(windows),)
        elif kind == "attention":
            outputs = self.new(channels, positions)
            self.wire(self.units, outputs)
            self.units = outputs
        elif kind == "recurrent":
            states = self.new(size, positions + 1)
            fed, told = self.new(1, size, positions), self.new(1, size, positions)
            self.map((1, size, channels, 1), self.units[None], fed, each)
            self.map((1, size, size, 1), states[None, :, :-1], told, each)
            self.wire(fed.ravel(), states[:, 1:].ravel())
            self.wire(told.ravel(), states[:, 1:].ravel())
            self.units = states[:, 1:]
        elif kind == "embedding":
            tokens, outputs = self.new(1, 1, 3), self.new(1, size, 3)
            picked = (np.array([[0, 0], [2, 2]]), np.array([[1, 1]]))
            self.map((1, size, 1, 2), tokens, outputs, picked)
            self.units, self.shape = outputs[0], (3,)
        elif kind == "flatten":
            self.units, self.shape = self.units.reshape(-1, 1), (1,)
        elif kind == "branch":
            before, shape = self.units, self.shape
            self.convolution(size, 3, padding=1)
            one, self.units, self.shape = self.units, before, shape
            self.add("tokens", size)
            joined = self.new(2 * size, positions) if one.shape[1] == positions else None
            if joined is not None:
                self.wire(np.concatenate([one, self.units]).ravel(), joined.ravel())
                self.units = joined

    def network(self):
        return Network.from_maps(self.n_units, self.maps, self.wires)


def drawn_weights(seed, kind, dtype):
    """Give weights of a shape: normal, tied, mostly zero."""
    random = np.random.default_rng(seed)

    def draw(shape):
        numbers = {
            "normal": random.standard_normal,
            "tied": lambda size: random.integers(-2, 3, size) / 2,
            "pruned": lambda size: random.standard_normal(size) * (random.random(size) < 0.2),
            "equal": np.ones,
        }[kind](shape)
        return np.asarray(numbers, dtype=np.float32).astype(dtype)

    return draw


@st.composite
def architectures(draw, most=4):
    """Draw networks of a few parts, whose graphs can be laid out."""
    shape = draw(st.sampled_from([(1,), (3,), (4,), (2, 3), (3, 3)]))
    seed, kind = (
        draw(st.integers(0, 99)),
        draw(st.sampled_from(["normal", "tied", "pruned", "equal"])),
    )
    builder = Builder(
        draw(st.integers(1, 3)), shape, drawn_weights(seed, kind, draw(st.sampled_from(TYPES)))
    )
    builder.add(draw(st.sampled_from(["convolution", "dense", "tokens", "embedding"])), 2)
    for _ in range(draw(st.integers(0, most - 1))):
        builder.add(draw(st.sampled_from(KINDS)), draw(st.integers(1, 3)))
    if not any(np.any(one.weight) for one in builder.maps if not one.is_bias):
        builder.maps[0].weight.ravel()[0] = 1
    return builder.network()
