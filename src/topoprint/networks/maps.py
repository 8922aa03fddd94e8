"""Linear maps and wires: the trained and the fixed connections of a network's units.

A unit is a number, 0 … n_units − 1. Maps and wires say which units they join; where a weight is
shared, as a convolution's is by the pixels, it is kept once, beside the places where it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topoprint.errors import InputError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]

# The one place where a dense layer uses its weights.
ONCE: tuple[IntArray, ...] = (np.zeros((1, 2), dtype=np.int64),)


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Trained weights, and the units that they join.

    The edge ``inputs[g, i, p]`` → ``outputs[g, o, q]`` has the weight ``weight[g, o, i, t]``, for
    every tap t and every (p, q) in ``pairs[t]``. A *position* is a pixel, a step, a token: what
    the weights are shared over. A *tap* is a place of the kernel.

    - Dense layer: groups = taps = positions = 1, ``pairs`` is :data:`ONCE` (:meth:`dense`).
    - The same dense layer for every token or step: positions are these, taps = 1, and
      ``pairs[0]`` is (0, 0), (1, 1), ….
    - Convolution: positions are pixels in row-major order, taps those of the kernel in row-major
      order, ``pairs`` from :func:`convolution_pairs`; grouped and depthwise ones have groups > 1.
      What a padding adds is no unit: a tap is not used where it would read one.
    - A scale a unit (layer norm): groups = units that share no weight, in = out = taps = 1.
    - A bias: :meth:`bias`. Its inputs are units of its own, one an output unit and position.
    - Rows of an embedding that are picked: in = 1, taps = different rows, ``pairs[t]`` are the
      (p, p) of the positions that pick row t.

    Attributes
    ----------
    name : str
        What messages and tables call it: the module's name.
    weight : ndarray, shape (groups, out, in, taps)
        float32, or as it stands in the file, where that is narrower (float16, and bfloat16 or
        float8 of ml_dtypes): such weights are never copied to float32 as a whole. It may be a
        view of a memory-mapped file.
    inputs : ndarray, int64, shape (groups, in, input positions)
        Numbers of units.
    outputs : ndarray, int64, shape (groups, out, output positions)
    pairs : tuple of ndarray, int64, shape (n, 2)
        One array a tap: (input position, output position) of every use of it, each pair once.
    is_bias : bool
        Whether these are biases, which are no edges where biases are left out.
    """

    name: str
    weight: NDArray[Any]
    inputs: IntArray
    outputs: IntArray
    pairs: tuple[IntArray, ...] = ONCE
    is_bias: bool = False

    @classmethod
    def dense(
        cls, name: str, weight: NDArray[Any], inputs: ArrayLike, outputs: ArrayLike
    ) -> "LinearMap":
        """Make a dense layer of its weights, shape (out, in), and its units, one dimension each."""
        from_, to = (np.asarray(units, np.int64)[None, :, None] for units in (inputs, outputs))
        return cls(name, weight[None, :, :, None], from_, to)

    @classmethod
    def bias(
        cls, name: str, vector: NDArray[Any], units: ArrayLike, outputs: ArrayLike
    ) -> "LinearMap":
        """Make the biases of some output units.

        Parameters
        ----------
        name : str
        vector : ndarray, shape (out,)
        units : array of int, shape (out,) or (out, positions)
            The bias vertices: units of which nothing else is an edge.
        outputs : array of int, of the same shape
            The units that they feed.
        """
        n_out = len(vector)
        from_, to = (
            np.asarray(given, np.int64).reshape(n_out, 1, -1) for given in (units, outputs)
        )
        positions = np.arange(to.shape[2])
        pairs = (np.column_stack([positions, positions]),)
        return cls(name, vector[:, None, None, None], from_, to, pairs, is_bias=True)

    @cached_property
    def uses(self) -> IntArray:
        """Number of edges of each weight of a tap, shape (taps,)."""
        return np.array([len(pairs) for pairs in self.pairs], dtype=np.int64)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        groups, n_out, n_in, _ = self.weight.shape
        return groups * n_out * n_in * int(self.uses.sum())

    def __repr__(self) -> str:
        return f"LinearMap({self.name!r}, weight {self.weight.shape}: {self.n_edges} edges)"

    @property
    def is_dense(self) -> bool:
        """Whether it is one matrix that is used once."""
        positions = self.inputs.shape[2], self.outputs.shape[2]
        once = self.weight.shape[0] == self.weight.shape[3] == 1 and positions == (1, 1)
        return once and not self.is_bias and len(self.pairs[0]) == 1

    def laid_out(self) -> tuple[IntArray, IntArray, NDArray[Any]]:
        """Return sources, targets and weights of every edge: for small networks and tests."""
        shape = self.weight.shape[:3]
        sources, targets, weights = [], [], []
        for tap, pairs in enumerate(self.pairs):
            wide = (*shape, len(pairs))
            sources.append(np.broadcast_to(self.inputs[:, None, :, pairs[:, 0]], wide).ravel())
            targets.append(np.broadcast_to(self.outputs[:, :, None, pairs[:, 1]], wide).ravel())
            weights.append(np.broadcast_to(self.weight[..., tap, None], wide).ravel())
        return np.concatenate(sources), np.concatenate(targets), np.concatenate(weights)

    def check(self, n_units: int) -> None:
        """Refuse what is no map of units 0 … n_units − 1; InputError says what is wrong."""
        what = f"map {self.name!r}"
        if self.weight.ndim != 4 or not self.weight.size:
            raise InputError(
                f"{what} has weights of shape {self.weight.shape}; expected (groups, out, in, "
                "taps), not empty"
            )
        groups, n_out, n_in, taps = self.weight.shape
        for units, first, side in ((self.inputs, n_in, "input"), (self.outputs, n_out, "output")):
            if units.ndim != 3 or units.shape[:2] != (groups, first) or not units.size:
                raise InputError(
                    f"{what} has {side} units of shape {units.shape}; expected ({groups}, {first}, "
                    "positions)"
                )
            if units.min() < 0 or units.max() >= n_units:
                raise InputError(f"{what} has an {side} unit outside 0 … {n_units - 1}")
        if len(self.pairs) != taps:
            raise InputError(f"{what} has {taps} taps but pairs of positions of {len(self.pairs)}")
        limits = self.inputs.shape[2], self.outputs.shape[2]
        for pairs in self.pairs:
            if pairs.ndim != 2 or pairs.shape[1] != 2:
                raise InputError(f"{what} has pairs of shape {pairs.shape}, not (n, 2)")
            if len(pairs) and (pairs.min() < 0 or (pairs.max(axis=0) >= limits).any()):
                raise InputError(f"{what} has a pair of positions outside {limits}")


@dataclass(frozen=True, eq=False)
class Wires:
    """Fixed connections: every source of a row is joined to every target of the same row.

    They enter the filtration at ζ and do not count in max|W|. A residual is a wire from its unit to
    one of its own, and from that to the sum; what a sum adds are rows of one source and
    one target; a pooling has a row an output: (its window) → (itself); attention has a row a
    channel: (its value at every token) → (what is mixed, at every token). Rows of different length
    stand in wires of their own.

    Attributes
    ----------
    sources, targets : ndarray, int64, shape (rows, sources a row) and (rows, targets a row)
        Numbers of units; arrays of one dimension have rows of one unit.
    """

    sources: IntArray
    targets: IntArray

    def __post_init__(self) -> None:
        for name in ("sources", "targets"):
            units = np.asarray(getattr(self, name), np.int64)
            object.__setattr__(self, name, units[:, None] if units.ndim == 1 else units)

    def __repr__(self) -> str:
        return f"Wires({self.n_edges} edges)"

    @property
    def n_edges(self) -> int:
        """Number of wires."""
        return len(self.sources) * self.sources.shape[1] * self.targets.shape[1]

    def laid_out(self) -> tuple[IntArray, IntArray]:
        """Return source and target of every wire."""
        wide = (len(self.sources), self.sources.shape[1], self.targets.shape[1])
        sources = np.broadcast_to(self.sources[:, :, None], wide).ravel()
        return sources, np.broadcast_to(self.targets[:, None, :], wide).ravel()

    def check(self, n_units: int) -> None:
        """Refuse what are no wires of units 0 … n_units − 1; InputError says what is wrong."""
        if self.sources.ndim != 2 or self.targets.ndim != 2:
            raise InputError("sources and targets of wires must have one or two dimensions")
        if len(self.sources) != len(self.targets):
            raise InputError(
                f"wires have {len(self.sources)} rows of sources but {len(self.targets)} of targets"
            )
        for units in (self.sources, self.targets):
            if units.size and (units.min() < 0 or units.max() >= n_units):
                raise InputError(f"a wire has a unit outside 0 … {n_units - 1}")


def convolution_pairs(
    shape: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> tuple[tuple[IntArray, ...], tuple[int, ...]]:
    """Positions that each tap of a convolution joins, zero padding left out.

    Parameters
    ----------
    shape : sequence of int
        Extents of the input, one a dimension (any number of them); its positions are numbered in
        row-major order, as those of the output.
    kernel, stride, dilation : sequence of int
    padding : sequence of (int, int)
        Before and behind, one pair a dimension. A transposed convolution is the pairs of the
        convolution that it transposes, with the two columns exchanged.

    Returns
    -------
    pairs : tuple of ndarray, int64, shape (n, 2)
        As :attr:`LinearMap.pairs`.
    shape : tuple of int
        Extents of the output.
    """
    extents: list[int] = []
    axes: list[list[IntArray]] = []  # of each dimension and tap, the pairs along it
    for size, width, step, (before, behind), gap in zip(
        shape, kernel, stride, padding, dilation, strict=True
    ):
        out = (size + before + behind - gap * (width - 1) - 1) // step + 1
        if out < 1:
            raise InputError(f"a kernel of {width} taps does not fit into {size} positions")
        extents.append(out)
        to = np.arange(out)
        of_taps = []
        for tap in range(width):
            from_ = to * step + tap * gap - before
            inside = (from_ >= 0) & (from_ < size)
            of_taps.append(np.column_stack([from_[inside], to[inside]]))
        axes.append(of_taps)
    found = []
    for taps in np.ndindex(*kernel):
        pairs = np.zeros((1, 2), dtype=np.int64)
        for axis, tap in enumerate(taps):
            along = axes[axis][tap]
            pairs = (pairs[:, None] * (shape[axis], extents[axis]) + along).reshape(-1, 2)
        found.append(pairs)
    return tuple(found), tuple(extents)
