"""Bars of convolutional networks and of 16-bit checkpoints, beside pyflagser and beside the limit.

The limit is what nobody can do without: one pass over the weights for their magnitudes, and one
sort of them, or of 16-bit weights one count by value.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from benchmarks import bars, references
from benchmarks.measure import Cost, fresh, watch
from benchmarks.table import Row
from topoprint import Network, persistence, to_graph
from topoprint.networks.maps import IntArray, LinearMap, Wires, convolution_pairs

# Matrices of a block, in the order of their shapes.
PARTS = ("attn.q", "attn.k", "attn.v", "attn.o", "mlp.gate", "mlp.up", "mlp.down")


@dataclass(frozen=True)
class Case:
    """A residual network at a size of image, or matrices of bfloat16.

    Attributes
    ----------
    blocks : tuple of int
        Residual blocks of each stage; empty: the matrices of a transformer.
    width : int
        Channels of the first stage, or width of the transformer.
    size : int
        Pixels of a side of the image, or number of the transformer's blocks.
    bottleneck : bool
        Blocks of three convolutions, as resnet50 has them.
    shards : int
        Files of safetensors in which the matrices lie, with their index; 0: one file without names.
    """

    name: str
    blocks: tuple[int, ...]
    width: int
    size: int
    bottleneck: bool = False
    flagser: bool = False
    shards: int = 0


FULL = (
    Case("residual, pyflagser's size", (1, 1), 4, 8, flagser=True),
    Case("resnet18, 32 × 32", (2, 2, 2, 2), 64, 32),
    Case("resnet18, 224 × 224", (2, 2, 2, 2), 64, 224),
    Case("resnet50, 224 × 224", (3, 4, 6, 3), 64, 224, bottleneck=True),
    Case("bfloat16, 10⁹ parameters", (), 2048, 20),
    Case("bfloat16, 10⁹ parameters in 5 files", (), 2048, 20, shards=5),
)
QUICK = (
    Case("residual", (1, 1), 2, 8, flagser=True),
    Case("residual, bottlenecks", (1,), 2, 8, bottleneck=True, flagser=True),
    Case("bfloat16", (), 16, 2, flagser=True),
    Case("bfloat16 in 2 files", (), 16, 2, flagser=True, shards=2),
)


@dataclass(frozen=True)
class Found:
    """What one program found of a network."""

    bars: str
    edges: int
    cost: Cost


def rows(cases: Sequence[Case]) -> Iterator[Row]:
    """Measure every case: a row beside the limit, and one beside pyflagser where it can."""
    for case in cases:
        mine = fresh(ours, case)
        own = Row(
            size=case.name,
            task="bars of an architecture",
            edges=mine.edges,
            seconds=mine.cost.seconds,
            first_seconds=mine.cost.first,
            peak_bytes=mine.cost.grown,
        )
        least = fresh(limit, case)
        yield own.beside(
            "limit",
            least.seconds,
            least.grown,
            agrees=None,
            agreement="",
            note="|w| of every weight and one sort, of 16-bit weights one count; no bars",
        )
        if case.flagser:
            theirs = fresh(flagser, case)
            agrees = theirs.bars == mine.bars
            yield own.beside(
                "pyflagser",
                theirs.cost.seconds,
                theirs.cost.grown,
                agrees=agrees,
                agreement="all bars equal" if agrees else "BARS DIFFER",
                note="flagser_weighted alone on the laid-out graph, laying out not timed",
            )


def ours(case: Case) -> Found:
    """Time ours from weights in memory, or in a file in the page cache, to bars in memory.

    Of several files the time is from their folder, as any user names it.
    """
    with tempfile.TemporaryDirectory() as folder:
        network = _network(case, Path(folder))

        def taken() -> Network:
            return Network.load(folder) if case.shards else network

        diagram, cost = watch(lambda: persistence(to_graph(taken())), most=2)
        listed = bars.of_listed(diagram) if case.flagser else ""
        return Found(listed, network.n_edges, cost)


def flagser(case: Case) -> Found:
    """Time pyflagser on the same graph, laid out before."""
    with tempfile.TemporaryDirectory() as folder:
        network = _network(case, Path(folder))
        graph = references.flagser_graph(to_graph(network).laid_out())
        dimensions, cost = watch(lambda: references.flagser_bars(graph), most=2)
        return Found(references.flagser_fingerprint(dimensions), network.n_edges, cost)


def limit(case: Case) -> Cost:
    """Time one pass and one sort or count, a map at a time."""
    with tempfile.TemporaryDirectory() as folder:
        network = _network(case, Path(folder))

        def passed() -> None:
            for one in network.maps:
                flat = one.weight.reshape(-1)
                if flat.dtype == np.float32:
                    np.abs(flat).sort()
                else:
                    for start in range(0, len(flat), 1 << 20):
                        np.bincount(flat[start : start + (1 << 20)].view(np.uint16) & 0x7FFF)

        return watch(passed, most=2)[1]


def _network(case: Case, folder: Path) -> Network:
    if case.blocks:
        return _residual(case)
    return _sharded(case, folder) if case.shards else _transformer(case, folder / "weights")


def _shapes(case: Case) -> list[tuple[int, int]]:
    """Give the matrices of a block of attention and of a gated net."""
    wide = case.width * 4
    return [*[(case.width, case.width)] * 4, *[(wide, case.width)] * 2, (case.width, wide)]


def _drawn(random: np.random.Generator, shape: tuple[int, int]) -> NDArray[Any]:
    drawn = random.standard_normal(shape, dtype=np.float32) / np.float32(shape[1] ** 0.5)
    return drawn.astype(ml_dtypes.bfloat16)


def _sharded(case: Case, folder: Path) -> Network:
    """Matrices of a transformer's blocks under their names, in several files."""
    random = np.random.Generator(np.random.SFC64(1))
    where: dict[str, str] = {}
    for shard in range(case.shards):
        name = f"model-{shard + 1:05d}-of-{case.shards:05d}.safetensors"
        own = range(shard, case.size, case.shards)
        tensors = {
            f"layers.{block}.{part}.weight": _drawn(random, shape)
            for block in own
            for part, shape in zip(PARTS, _shapes(case), strict=True)
        }
        save_file(tensors, folder / name)
        where |= dict.fromkeys(tensors, name)
    index = {"metadata": {}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return Network.load(folder)


def _transformer(case: Case, path: Path) -> Network:
    """Matrices of blocks of attention and of a gated net, side by side, in a file."""
    shapes = _shapes(case)
    random = np.random.Generator(np.random.SFC64(1))
    maps: list[LinearMap] = []
    units = 0
    with path.open("wb") as file:
        for _ in range(case.size):
            for shape in shapes:
                file.write(_drawn(random, shape).tobytes())
    whole: NDArray[Any] = np.memmap(path, dtype=np.uint16, mode="r").view(ml_dtypes.bfloat16)
    start = 0
    for number, (out, in_) in enumerate(shapes * case.size):
        weight = whole[start : start + out * in_].reshape(out, in_)
        first = np.arange(units, units + in_ + out)
        maps.append(LinearMap.dense(f"matrix {number}", weight, first[:in_], first[in_:]))
        start, units = start + out * in_, units + in_ + out
    return Network.from_maps(units, maps)


def _residual(case: Case) -> Network:
    """Give a residual network with a bias at every unit, as of a folded normalisation."""
    net = _Convolutions(case.size)
    net.convolve(case.width, 7, 2)
    net.pool(3, 2)
    for stage, blocks in enumerate(case.blocks):
        width = case.width << stage
        out = 4 * width if case.bottleneck else width
        kernels = ((width, 1), (width, 3), (out, 1)) if case.bottleneck else ((width, 3), (out, 3))
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            before, side = net.units, net.side
            for place, (channels, kernel) in enumerate(kernels):
                net.convolve(channels, kernel, stride if place == len(kernels) - 2 else 1)
            after, smaller = net.units, net.side
            if stride > 1 or len(before) != out:
                net.units, net.side = before, side
                net.convolve(out, 1, stride)
                before = net.units
            net.units, net.side = net.add(before, after), smaller
    pooled = net.new(len(net.units))
    net.wires.append(Wires(net.units, pooled))
    weight = net.drawn((1000, len(pooled)))
    net.maps.append(LinearMap.dense("classes", weight, pooled, net.new(1000)))
    return Network.from_maps(net.n_units, net.maps, net.wires)


class _Convolutions:
    """A network in the making; ``units`` are the last ones, shape (channels, pixels)."""

    def __init__(self, side: int) -> None:
        self.n_units = 0
        self.maps: list[LinearMap] = []
        self.wires: list[Wires] = []
        self.random = np.random.Generator(np.random.SFC64(1))
        self.side = side
        self.units = self.new(3, side * side)

    def new(self, *shape: int) -> IntArray:
        first = self.n_units
        self.n_units += int(np.prod(shape))
        return np.arange(first, self.n_units).reshape(shape)

    def drawn(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        scale = np.float32(np.sqrt(2 / np.prod(shape[1:])))
        return self.random.standard_normal(shape, dtype=np.float32) * scale

    def _pairs(self, kernel: int, stride: int) -> tuple[tuple[IntArray, ...], int]:
        side, padding = (self.side,) * 2, ((kernel // 2, kernel // 2),) * 2
        pairs, shape = convolution_pairs(side, (kernel,) * 2, (stride,) * 2, padding, (1, 1))
        return pairs, shape[0]

    def convolve(self, out: int, kernel: int, stride: int) -> None:
        pairs, side = self._pairs(kernel, stride)
        outputs = self.new(out, side * side)
        weight = self.drawn((out, len(self.units), kernel**2))[None]
        name = f"convolution {len(self.maps)}"
        self.maps.append(LinearMap(name, weight, self.units[None], outputs[None], pairs))
        vertices = self.new(*outputs.shape)
        self.maps.append(
            LinearMap.bias(f"{name}, bias", self.drawn((out, 1))[:, 0], vertices, outputs)
        )
        self.units, self.side = outputs, side

    def pool(self, kernel: int, stride: int) -> None:
        pairs, side = self._pairs(kernel, stride)
        pooled = self.new(len(self.units), side * side)
        for tap in pairs:
            self.wires.append(Wires(self.units[:, tap[:, 0]].ravel(), pooled[:, tap[:, 1]].ravel()))
        self.units, self.side = pooled, side

    def add(self, one: IntArray, other: IntArray) -> IntArray:
        total = self.new(*one.shape)
        for part in (one, other):
            passed = self.new(*one.shape)
            self.wires.append(Wires(part.ravel(), passed.ravel()))
            self.wires.append(Wires(passed.ravel(), total.ravel()))
        return total
