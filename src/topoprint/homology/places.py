"""Where a linear map uses its weights: what is first at each unit, and what hangs together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree

from topoprint.homology.magnitudes import Keys, keys, magnitudes
from topoprint.homology.sparse import edge_matrix
from topoprint.networks.maps import FloatArray, IntArray, LinearMap

Labels = NDArray[np.int32]

# Weights are compared this many at a time.
BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class Places:
    """A linear map and the numbers of its edges.

    Edges are numbered from ``base`` in the order of (group, output, input, tap, pair of positions).
    """

    map: LinearMap
    base: int

    @cached_property
    def width(self) -> int:
        """Numbers that each weight takes: the greatest number of pairs of a tap."""
        return int(self.map.uses.max())

    @property
    def end(self) -> int:
        """Number after the last."""
        return self.base + self.map.weight.size * self.width

    def firsts(self) -> "list[tuple[IntArray, FloatArray, IntArray]]":
        """Find the first edge of the map at each of its units: by |w| descending, then number.

        Returns
        -------
        list of (units, magnitudes, numbers)
            For the inputs and for the outputs, arrays of one dimension; a unit that stands at
            several places has several.
        """
        weight = np.ascontiguousarray(keys(np.moveaxis(self.map.weight, 3, 0)))
        of_inputs, at_input = weight.max(axis=2), weight.argmax(axis=3)
        of_outputs = np.take_along_axis(weight, at_input[..., None], axis=3)[..., 0]
        return [
            self._firsts(0, of_inputs, _first_equal(weight, of_inputs)),
            self._firsts(1, of_outputs, at_input),
        ]

    def _firsts(
        self, side: int, best: Keys, holder: IntArray
    ) -> tuple[IntArray, FloatArray, IntArray]:
        """Find the first edges at inputs (side 0) or outputs (side 1).

        Parameters
        ----------
        side : int
        best : ndarray, shape (taps, groups, units)
            Greatest key of each tap at a unit of that side.
        holder : ndarray, int64, of the same shape
            The first unit of the other side that it stands at.
        """
        _, n_out, n_in, taps = self.map.weight.shape
        units = self.map.outputs if side else self.map.inputs
        present = self._first_pairs(side)
        patterns, which = _columns(present >= 0)
        shape = (*best.shape[1:], patterns.shape[1])
        top = np.zeros(shape, dtype=best.dtype)
        other = np.zeros(shape, dtype=np.int64)
        tap = np.zeros(shape, dtype=np.int64)
        for number, pattern in enumerate(patterns.T):
            some = np.flatnonzero(pattern)
            if not len(some):
                continue
            among = best[some]
            top[..., number] = among.max(axis=0)
            tied = np.where(among == top[..., number], holder[some], n_out + n_in)
            at = tied.argmin(axis=0)
            tap[..., number] = some[at]
            other[..., number] = np.take_along_axis(tied, at[None], axis=0)[0]
        used = np.flatnonzero(patterns.any(axis=0)[which])
        which = which[used]
        group, own = np.indices(best.shape[1:])
        out, in_ = (own[..., None], other) if side else (other, own[..., None])
        numbers = ((group[..., None] * n_out + out) * n_in + in_) * taps + tap
        numbers = numbers[..., which] * self.width + present[tap[..., which], used]
        return (
            units[..., used].ravel(),
            magnitudes(top[..., which].ravel(), self.map.weight),
            self.base + numbers.ravel(),
        )

    def _first_pairs(self, column: int) -> IntArray:
        """Give the first pair of each tap at each position of one side; −1 for none."""
        positions = (self.map.inputs if column == 0 else self.map.outputs).shape[2]
        found = np.full((len(self.map.pairs), positions), -1, dtype=np.int64)
        for tap, pairs in enumerate(self.map.pairs):
            found[tap, pairs[::-1, column]] = np.arange(len(pairs))[::-1]
        return found

    def ends(self, numbers: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Return both units and the magnitude of edges by number."""
        _, n_out, n_in, taps = self.map.weight.shape
        weights, pair = np.divmod(numbers - self.base, self.width)
        rest, tap = np.divmod(weights, taps)
        rest, in_ = np.divmod(rest, n_in)
        group, out = np.divmod(rest, n_out)
        from_, to = np.empty((2, len(numbers)), dtype=np.int64)
        for number in np.unique(tap):
            own = tap == number
            from_[own], to[own] = self.map.pairs[number][pair[own]].T
        weight = self.map.weight[group, out, in_, tap]
        sources, targets = self.map.inputs[group, in_, from_], self.map.outputs[group, out, to]
        return sources, targets, magnitudes(keys(weight), weight)

    @cached_property
    def used(self) -> tuple[IntArray, IntArray]:
        """Positions of inputs and of outputs that some tap uses."""
        every = np.concatenate(self.map.pairs)
        return np.unique(every[:, 0]), np.unique(every[:, 1])

    def open_groups(self, labels: Labels) -> IntArray:
        """Find the groups of which not all units have the same label."""
        inside = labels[self.map.inputs[..., self.used[0]]].reshape(len(self.map.inputs), -1)
        outside = labels[self.map.outputs[..., self.used[1]]].reshape(len(self.map.outputs), -1)
        first = inside[:, :1]
        return np.flatnonzero((inside != first).any(axis=1) | (outside != first).any(axis=1))

    def stars(self) -> tuple[IntArray, IntArray]:
        """Give few edges that hold together what all edges of the map hold together."""
        inputs, outputs = self.map.inputs, self.map.outputs
        every = self.map.pairs[0]
        if len(self.map.pairs) > 1:
            every = np.unique(np.concatenate(self.map.pairs), axis=0)
        from_, to = _forest(every, inputs.shape[2], outputs.shape[2])
        ends = [(inputs[:, 0, from_], outputs[:, 0, to])]
        used, first = np.unique(every[:, 0], return_index=True)
        hubs = np.broadcast_to(outputs[:, :1, every[first, 1]], inputs[..., used].shape)
        ends.append((inputs[..., used], hubs))
        used, first = np.unique(every[:, 1], return_index=True)
        hubs = np.broadcast_to(inputs[:, :1, every[first, 0]], outputs[..., used].shape)
        ends.append((hubs, outputs[..., used]))
        sources, targets = zip(*ends, strict=True)
        return (
            np.concatenate([part.ravel() for part in sources]),
            np.concatenate([part.ravel() for part in targets]),
        )


def _columns(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], IntArray]:
    """Return the different columns of a mask, and which of them stands at each place."""
    if mask.all():
        return mask[:, :1], np.zeros(mask.shape[1], dtype=np.int64)
    columns, which = np.unique(mask, axis=1, return_inverse=True)
    return columns, which.ravel()


def _forest(pairs: IntArray, n_inputs: int, n_outputs: int) -> tuple[IntArray, IntArray]:
    """Select pairs of an input and an output position that make a spanning forest of all pairs."""
    if len(pairs) < 2:
        return pairs[:, 0], pairs[:, 1]
    joined = edge_matrix(
        n_inputs + n_outputs, pairs[:, 0], n_inputs + pairs[:, 1], np.ones(len(pairs))
    )
    tree = minimum_spanning_tree(joined).tocoo()
    return tree.row.astype(np.int64), tree.col.astype(np.int64) - n_inputs


def _first_equal(weight: Keys, best: Keys) -> IntArray:
    """Find, for each tap, group and input, the first output whose weight has the greatest key.

    ``argmax`` along an outer axis looks places up one by one; few of them hold a greatest key.
    """
    _, groups, n_out, n_in = weight.shape
    found = np.empty(best.shape, dtype=np.int64)
    rows = max(1, BLOCK // best.size)
    for start in reversed(range(0, n_out, rows)):
        part = weight[:, :, start : start + rows] == best[:, :, None]
        rest, in_ = np.divmod(np.flatnonzero(part)[::-1], n_in)
        rest, out = np.divmod(rest, part.shape[2])
        found[rest // groups, rest % groups, in_] = start + out  # the first is written last
    return found
