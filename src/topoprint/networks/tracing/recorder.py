"""What a computation connects: new units, linear maps and wires, as they are met.

Arrays of unit numbers stand for activations. :data:`NOTHING` is where no unit is: a padded zero, or
any other number that is constantly zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topoprint.networks.maps import FloatArray, IntArray, LinearMap, Wires

NOTHING = -1


@dataclass(frozen=True, eq=False)
class Weight:
    """Numbers by which a linear operation multiplies or which it adds.

    Attributes
    ----------
    name : str
        Names of the parameters of which they are.
    values : ndarray, float32
    trained : bool
        Whether they come of parameters; the numbers of buffers and constants are fixed.
    """

    name: str
    values: FloatArray
    trained: bool = True


@dataclass(frozen=True)
class _Made:
    """The outputs of one linear operation, and where its maps stand among those recorded."""

    outputs: IntArray  # (out, positions), every one a unit
    maps: range
    bias: int | None


class Recorder:
    """Collects the units, maps and wires of one network."""

    def __init__(self) -> None:
        self.n_units = 0
        self._maps: list[LinearMap] = []
        self._wires: dict[tuple[int, int], list[tuple[IntArray, IntArray]]] = {}
        self._made: dict[int, _Made] = {}  # by the first of their outputs
        self._sums: list[IntArray] = []

    @property
    def maps(self) -> tuple[LinearMap, ...]:
        """The maps, in the order in which they were met."""
        return tuple(self._maps)

    @property
    def wires(self) -> tuple[Wires, ...]:
        """The wires; those with rows of one form stand together."""
        return tuple(
            Wires(*(np.concatenate([pair[end] for pair in pairs]) for end in (0, 1)))
            for pairs in self._wires.values()
        )

    @property
    def sums(self) -> IntArray:
        """The units that are sums of the units that enter them, sorted."""
        return np.sort(np.concatenate([np.empty(0, np.int64), *self._sums]))

    def units(self, *shape: int, sums: bool = False) -> IntArray:
        """Return the numbers of new units; ``sums`` are those that add what enters them."""
        count = int(np.prod(shape, dtype=np.int64))
        self.n_units += count
        made = np.arange(self.n_units - count, self.n_units)
        if sums:
            self._sums.append(made)
        return made.reshape(shape)

    def wire(self, sources: IntArray, targets: IntArray) -> None:
        """Join every source of a row with every target of the same row."""
        if sources.size and targets.size:
            form = (sources.shape[1], targets.shape[1])
            self._wires.setdefault(form, []).append((sources, targets))

    def linear(
        self,
        weight: Weight,
        inputs: IntArray,
        pairs: Sequence[IntArray],
        positions: int,
        bias: Weight | None = None,
    ) -> IntArray:
        """Record a linear map with its bias, and return its new output units.

        Parameters
        ----------
        weight : Weight
            Values of shape (groups, out, in, taps).
        inputs : ndarray, shape (groups, in, input positions)
        pairs : sequence of ndarray, shape (n, 2)
            As in :class:`~topoprint.networks.maps.LinearMap`.
        positions : int
            Output positions.
        bias : Weight, optional
            Values of shape (groups · out,). Fixed ones shift the units and are no edges.

        Returns
        -------
        ndarray, int64, shape (groups, out, positions)
            NOTHING where neither an input nor a bias arrives.
        """
        groups, n_out = weight.values.shape[:2]
        outputs = np.full((groups, n_out, positions), NOTHING)
        live = (inputs != NOTHING).any(axis=(0, 1))
        reached = np.full(positions, bias is not None)
        for used in pairs:
            reached[used[live[used[:, 0]], 1]] = True
        outputs[..., reached] = self.units(groups, n_out, int(reached.sum()))
        self.connect(weight, inputs, pairs, outputs, bias)
        return outputs

    def connect(
        self,
        weight: Weight,
        inputs: IntArray,
        pairs: Sequence[IntArray],
        outputs: IntArray,
        bias: Weight | None = None,
    ) -> None:
        """Record a linear map of which the output units are there already."""
        first = len(self._maps)
        for part in self._parts(weight, self._apart(inputs, pairs), pairs, outputs):
            if weight.trained:
                self._maps.append(part)
            else:
                self._fixed(part)
        maps = range(first, len(self._maps))
        flat = outputs.reshape(-1, outputs.shape[2])
        added = None
        if bias is not None and bias.trained:
            added = len(self._maps)
            self.bias(bias, flat)
        if maps and (flat != NOTHING).all():
            self._made[int(flat.min())] = _Made(flat, maps, added)

    def bias(self, vector: Weight, outputs: IntArray) -> None:
        """Record a bias, values of shape (out,), at outputs of shape (out, positions)."""
        there = (outputs != NOTHING).any(axis=0)
        kept = outputs[:, there]
        self._maps.append(LinearMap.bias(vector.name, vector.values, self.units(*kept.shape), kept))

    def fold(
        self, numbers: IntArray, scale: NDArray[np.float64] | None, shift: Weight | None
    ) -> bool:
        """Scale and shift, a channel, what one linear map gives, by its own weights and bias.

        Parameters
        ----------
        numbers : ndarray, shape (channels, positions)
            All outputs of the map, in any order of channels and positions.
        scale : ndarray, float64, shape (channels,), optional
        shift : Weight, optional
            Values of shape (channels,), added after the scaling.

        Returns
        -------
        bool
            Whether it was done: not where the numbers are not the outputs of one map.
        """
        made = self._made.get(int(numbers.min())) if numbers.size else None
        if made is None or made.outputs.shape != numbers.shape:
            return False
        given, known = np.sort(numbers, axis=1), np.sort(made.outputs, axis=1)
        order, place = np.argsort(given[:, 0]), np.argsort(known[:, 0])
        if not np.array_equal(given[order], known[place]):
            return False
        channel = np.empty(len(order), dtype=np.int64)  # of each output of the map
        channel[place] = order
        if scale is not None:
            self._scale(made, scale[channel])
        if shift is not None:
            self._shift(made, Weight(shift.name, shift.values[channel], shift.trained))
        return True

    def copies(self, numbers: IntArray, sums: bool = False) -> IntArray:
        """Return new units in the place of others, each with a wire from the one it stands for."""
        live = numbers != NOTHING
        new = np.full(numbers.shape, NOTHING)
        new[live] = self.units(int(live.sum()), sums=sums)
        self.wire(numbers[live][:, None], new[live][:, None])
        return new

    def join(self, operands: Sequence[IntArray], sums: bool = False) -> IntArray:
        """Return new units that operands of one shape enter, each by a unit of its own.

        ``sums``: what enters is added.
        """
        live = np.any([numbers != NOTHING for numbers in operands], axis=0)
        joined = np.full(live.shape, NOTHING)
        joined[live] = self.units(int(live.sum()), sums=sums)
        for numbers in operands:
            own = self.copies(numbers)
            there = own != NOTHING
            self.wire(own[there][:, None], joined[there][:, None])
        return joined

    def reduce(self, sources: IntArray) -> IntArray:
        """Return a new unit for each row of units, shape (rows, any), with a wire from each."""
        sources = np.sort(sources, axis=1)
        again = np.zeros(sources.shape, dtype=bool)
        again[:, 1:] = sources[:, 1:] == sources[:, :-1]
        used = (sources != NOTHING) & ~again  # two wires between the same two units are one
        live = used.any(axis=1)
        reduced = np.full(len(sources), NOTHING)
        reduced[live] = self.units(int(live.sum()))
        if used.all():
            self.wire(sources, reduced[:, None])
        else:
            rows, places = np.nonzero(used)
            self.wire(sources[rows, places][:, None], reduced[rows][:, None])
        return reduced

    def _apart(self, inputs: IntArray, pairs: Sequence[IntArray]) -> IntArray:
        """Return inputs of which none reaches an output twice: copies stand for repeated ones.

        With one tap a unit repeats where it stands twice at a position, with more of them where it
        stands twice in a group.
        """
        groups, n_in, positions = inputs.shape
        if _all_different(inputs):
            return inputs
        if len(pairs) == 1:
            rows = inputs.transpose(0, 2, 1).reshape(groups * positions, n_in)
        else:
            rows = inputs.reshape(groups, n_in * positions)
        order = np.argsort(rows, axis=1, kind="stable")
        ranked = np.take_along_axis(rows, order, axis=1)
        same = (ranked[:, 1:] == ranked[:, :-1]) & (ranked[:, 1:] != NOTHING)
        if not same.any():
            return inputs
        repeated = np.zeros(rows.shape, dtype=bool)
        repeated[:, 1:] |= same
        repeated[:, :-1] |= same
        where = np.zeros(rows.shape, dtype=bool)
        np.put_along_axis(where, order, repeated, axis=1)
        rows = rows.copy()
        rows[where] = self.copies(rows[where])
        if len(pairs) == 1:
            return rows.reshape(groups, positions, n_in).transpose(0, 2, 1)
        return rows.reshape(groups, n_in, positions)

    def _parts(
        self, weight: Weight, inputs: IntArray, pairs: Sequence[IntArray], outputs: IntArray
    ) -> list[LinearMap]:
        """Return maps whose inputs are all units: one for each set of inputs that are there."""
        live = inputs != NOTHING
        reached = outputs[0, 0] != NOTHING
        if live.all() and reached.all():
            return [LinearMap(weight.name, weight.values, inputs, outputs, tuple(pairs))]
        found = []
        for group in range(1) if (live == live[:1]).all() else range(len(inputs)):
            groups = slice(None) if (live == live[:1]).all() else slice(group, group + 1)
            sets, of_position = np.unique(live[group], axis=1, return_inverse=True)
            for number, entries in enumerate(sets.T):
                if not entries.any():
                    continue
                taken = of_position.reshape(-1) == number
                kept = [_kept(used, taken, reached) for used in pairs]
                found.append(
                    LinearMap(
                        weight.name,
                        weight.values[groups][:, :, entries],
                        inputs[groups][:, entries][..., taken],
                        outputs[groups][..., reached],
                        tuple(kept),
                    )
                )
        return found

    def _fixed(self, part: LinearMap) -> None:
        """Record as wires the weights of a map that nobody trained."""
        if len(part.pairs) == 1 and part.weight.all():
            groups, n_out, n_in, _ = part.weight.shape
            from_, to = part.pairs[0].T
            self.wire(
                part.inputs[..., from_].transpose(0, 2, 1).reshape(groups * len(from_), n_in),
                part.outputs[..., to].transpose(0, 2, 1).reshape(groups * len(to), n_out),
            )
            return
        sources, targets, weights = part.laid_out()
        used = weights != 0
        self.wire(sources[used][:, None], targets[used][:, None])

    def _scale(self, made: _Made, scale: NDArray[np.float64]) -> None:
        for number in made.maps:
            one = self._maps[number]
            factors = scale.reshape(one.weight.shape[0], -1)[:, :, None, None]
            weight = (one.weight * factors).astype(np.float32)
            self._maps[number] = replace(one, weight=weight)
        if made.bias is not None:
            one = self._maps[made.bias]
            weight = (one.weight * scale[:, None, None, None]).astype(np.float32)
            self._maps[made.bias] = replace(one, weight=weight)

    def _shift(self, made: _Made, shift: Weight) -> None:
        if made.bias is None:
            if not shift.trained:  # a fixed number is no edge
                return
            self.bias(shift, made.outputs)
            self._made[int(made.outputs.min())] = replace(made, bias=len(self._maps) - 1)
            return
        one = self._maps[made.bias]
        weight = one.weight + shift.values[:, None, None, None]
        self._maps[made.bias] = replace(one, weight=weight)


def _all_different(numbers: IntArray) -> bool:
    there = numbers[numbers != NOTHING]
    if not there.size:
        return True
    first = there.min()
    seen = np.zeros(there.max() - first + 1, dtype=bool)
    seen[there - first] = True
    return bool(seen.sum() == there.size)


def _kept(pairs: IntArray, inputs: NDArray[np.bool_], outputs: NDArray[np.bool_]) -> IntArray:
    """Pairs of positions that are both taken, numbered among those taken."""
    kept = pairs[inputs[pairs[:, 0]] & outputs[pairs[:, 1]]]
    renumbered = np.cumsum(inputs)[kept[:, 0]] - 1, np.cumsum(outputs)[kept[:, 1]] - 1
    return np.column_stack(renumbered)
