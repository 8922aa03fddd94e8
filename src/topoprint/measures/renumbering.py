"""Hidden neurons whatever their numbers: exact copies of a network, and an order of its own.

Neurons are sorted into classes, as in the colour refinement of graphs: each input and each output
is a class, hidden neurons start as one class a layer, and classes are split by biases and by the
weights from and to the neurons of other classes until that splits no more. Where weights are real
numbers, each neuron is a class by then. Neurons that are still together are mostly duplicates, in
all their weights, so that their order does not matter; where they are not, one of them is set
apart, and the splitting goes on.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from topoprint.networks.maps import FloatArray

IntArray = NDArray[np.int64]
# Weights of each layer, shape (out, in + 1), its biases as the last column; no negative zeros.
Layers = Sequence[FloatArray]
# Of each layer, from the inputs to the outputs, the class of each neuron, or an order of them.
Classes = list[IntArray]
Orders = list[IntArray]

# The search for a copy is given up after so many wrong ways.
MOST_DEAD_ENDS = 1000


def is_renumbered(one: Layers, other: Layers) -> bool:
    """Whether two networks are the same, number for number, but for the numbers of hidden neurons.

    It is never said of networks that are not, and missed only after MOST_DEAD_ENDS wrong ways. Only
    networks made to that end lead so far astray: with many neurons in neighbouring layers that are
    alike in all other weights, and joined to each other in large patterns that look the same
    from each of them and are not.
    """
    ways: list[Iterator[list[Classes]]] = [iter([[_unsplit(one), _unsplit(other)]])]
    dead_ends = 0
    while ways and dead_ends < MOST_DEAD_ENDS:
        way = next(ways[-1], None)
        if way is None:
            ways.pop()
            continue
        classes = _split([one, other], way)
        together = _together(one, classes[0]) if classes else None
        if together:
            ways.append(_pairs(classes, *together))
        elif classes and _same(one, other, classes):
            return True
        else:
            dead_ends += 1
    return False


def own_order(net: Layers) -> Orders:
    """Order of the neurons that does not depend on how the hidden ones are numbered.

    The same network, in its own order, is the same array for array. The exception are networks of
    the kind on which :func:`is_renumbered` goes wrong ways.
    """
    (classes,) = _split([net], [_unsplit(net)])
    while together := _together(net, classes):
        layer, which = together
        first = int(np.flatnonzero(classes[layer] == which)[0])
        (classes,) = _split([net], [_set_apart(classes, layer, first)])
    return _orders(classes)


def arranged(net: Layers, orders: Orders) -> Layers:
    """Put the neurons of each layer in an order, the inputs and outputs included."""
    return [
        np.take(layer[after], np.append(before, -1), axis=1)
        for layer, before, after in zip(net, orders[:-1], orders[1:], strict=True)
    ]


def kinds(rows: FloatArray) -> IntArray:
    """Return the number of each row among the different ones, in some fixed order."""
    whole = np.ascontiguousarray(rows)
    as_bytes = whole.view(np.dtype((np.void, whole.itemsize * whole.shape[1])))[:, 0]
    found: IntArray = np.unique(as_bytes, return_inverse=True)[1]
    return found


def _unsplit(net: Layers) -> Classes:
    hidden = [np.zeros(len(layer), dtype=np.int64) for layer in net[:-1]]
    return [np.arange(net[0].shape[1] - 1), *hidden, np.arange(len(net[-1]))]


def _split(nets: Sequence[Layers], classes: Sequence[Classes]) -> list[Classes]:
    """Split classes until all neurons of each have the same weights from and to every class.

    Two networks are split by one rule, so that equal numbers mean the same in both; an empty list
    is returned as soon as one has more neurons in a class than the other.
    """
    found = [list(of_net) for of_net in classes]
    hidden = range(1, len(nets[0]))
    steps = [(layer, layer - 1) for layer in hidden]
    steps += [(layer, layer + 1) for layer in reversed(hidden)]
    before = 0
    while (after := sum(map(_number, found[0]))) > before:
        before = after
        for layer, beside in steps:
            if _number(found[0][layer]) == len(found[0][layer]):
                continue
            weights = [
                _by_class(net[beside] if beside < layer else net[layer][:, :-1].T, of_net[beside])
                for net, of_net in zip(nets, found, strict=True)
            ]
            kind = kinds(np.concatenate(weights))
            old = np.concatenate([of_net[layer] for of_net in found])
            new = np.unique(old * (kind.max() + 1) + kind, return_inverse=True)[1]
            for of_net, part in zip(found, np.split(new, len(nets)), strict=True):
                of_net[layer] = part
            sizes = [np.bincount(of_net[layer], minlength=new.max() + 1) for of_net in found]
            if not np.array_equal(sizes[0], sizes[-1]):
                return []
    return found


def _by_class(weights: FloatArray, classes: IntArray) -> FloatArray:
    """Weights of each neuron by the class of the other, sorted within it; a bias stays last."""
    order = np.argsort(classes, kind="stable")
    found: FloatArray = np.concatenate([weights[:, order], weights[:, len(order) :]], axis=1)
    starts = np.flatnonzero(np.diff(classes[order], prepend=-1))
    stops = np.append(starts[1:], len(order))
    several = stops - starts > 1
    for start, stop in zip(starts[several], stops[several], strict=True):
        found[:, start:stop].sort(axis=1)
    return found


def _together(net: Layers, classes: Classes) -> tuple[int, int] | None:
    """Layer and number of the smallest class whose neurons are not all duplicates, if any."""
    found: list[tuple[int, int, int]] = []
    for layer in range(1, len(net)):
        if _number(classes[layer]) == len(classes[layer]):
            continue
        kind = kinds(np.column_stack([net[layer - 1], net[layer][:, :-1].T]))
        different = np.unique(np.column_stack([classes[layer], kind]), axis=0)
        several = np.flatnonzero(np.bincount(different[:, 0]) > 1)
        sizes = np.bincount(classes[layer])
        found += [(int(sizes[which]), layer, int(which)) for which in several]
    return min(found)[1:] if found else None


def _pairs(classes: Sequence[Classes], layer: int, which: int) -> Iterator[list[Classes]]:
    """Set a neuron of a class apart in the first network, and each in turn in the second."""
    first, second = (np.flatnonzero(of_net[layer] == which) for of_net in classes)
    for neuron in second:
        yield [
            _set_apart(of_net, layer, int(own))
            for of_net, own in zip(classes, (first[0], neuron), strict=True)
        ]


def _set_apart(classes: Classes, layer: int, neuron: int) -> Classes:
    changed = classes[layer].copy()
    changed[neuron] = _number(changed)
    return [*classes[:layer], changed, *classes[layer + 1 :]]


def _number(classes: IntArray) -> int:
    return int(classes.max()) + 1


def _orders(classes: Classes) -> Orders:
    return [np.argsort(of_layer, kind="stable") for of_layer in classes]


def _same(one: Layers, other: Layers, classes: Sequence[Classes]) -> bool:
    first, second = (
        arranged(net, _orders(of_net)) for net, of_net in zip((one, other), classes, strict=True)
    )
    return all(map(np.array_equal, first, second))
