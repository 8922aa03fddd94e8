"""Whether dense layers chain, each the input of the next, by their names and shapes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from topoprint.networks.readers.choice import module_of
from topoprint.networks.readers.tensors import Tensor

# Orders of layers whose names carry no numbers are searched by shape; beyond this many the search
# could take for ever, and the user must name them.
MOST_UNNUMBERED_LAYERS = 12
# Tables of which a row is picked, and what stands side by side or is skipped by what it adds to.
NO_LAYERS = re.compile(
    r"emb|wte|wpe|(^|[._])(token|vocab|heads|experts?|members?|branch|branches|towers?|ensemble|"
    r"estimators?|nets|models|blocks?|res|residual|skip|shortcut|downsample|adapters?)([._\d]|$)|"
    r"lora_",
    re.IGNORECASE,
)


def chain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Find the order in which the weights among some tensors chain.

    They do where all are matrices whose names differ in one number, which orders them, or of which
    the shapes, and the numbers of names alike, leave one order. Layers that would chain in any
    order (equal squares, numbered one after the other), tables of embeddings, heads, branches and
    blocks do not, as nothing says that they follow each other.

    Returns
    -------
    dict of str to Tensor, or None
        The weights in their order, each turned to (out, in).
    """
    weights = {name: tensor for name, tensor in tensors.items() if tensor.role == "weight"}
    biases = {name: tensor for name, tensor in tensors.items() if tensor.role == "bias"}
    if not weights or len(weights) + len(biases) < len(tensors):
        return None
    if not all(one.groups < 2 and len(one.shape) == 2 for one in weights.values()) or not all(
        bias.partner in weights for bias in biases.values()
    ):
        return None
    if len(weights) == 1:
        return weights
    if len({tensor.axes for tensor in weights.values()}) > 1 and not _are_bare(weights):
        return None  # biases say that some are (in, out), and nothing what squares are
    modules = {module_of(name): name for name in weights}
    if "" in modules or len(modules) < len(weights) or any(map(NO_LAYERS.search, modules)):
        return None
    names = sorted(modules, key=natural_key)
    patterns = {_without_numbers(name) for name in names}
    numbered = len(patterns) == 1 and len(_varying(names)) == 1
    if any(len(_varying(own)) > 1 for own in _alike(names)):
        return None
    for given in _orientations({name: weights[modules[name]] for name in names}, modules):
        shapes = {name: tensor.matrix_shape for name, tensor in given.items()}
        order = names if numbered else _only_order(shapes)
        if order is None or not chains([shapes[name] for name in order]):
            continue
        fits = [given[module_of(b.partner)].matrix_shape[0] == b.size for b in biases.values()]
        if not all(fits):
            continue
        bare = any(module in weights for module in modules)
        if _could_stand_apart(order, shapes) or _may_pick_rows(order, shapes, given, biases, bare):
            return None
        return {modules[name]: given[name] for name in order}
    return None


def chains(shapes: Sequence[tuple[int, int]]) -> bool:
    """Whether matrices (out, in) chain in their order."""
    return all(after[1] == before[0] for before, after in pairwise(shapes))


def natural_key(name: str) -> list[tuple[int, str]]:
    """Order names by the numbers in them; one without stands before that with the number 1."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part.rstrip("_")) for part in parts]


def turned(tensor: Tensor) -> Tensor:
    """Read a matrix as (in, out)."""
    return replace(tensor, axes=(1, 0) if tensor.axes in (None, (0, 1)) else None)


def _without_numbers(name: str) -> str:
    """Names of Keras number all layers of a kind but the first: dense, dense_1, dense_2."""
    return re.sub(r"_?\d+", "#", name) if re.search(r"\d", name) else f"{name}#"


def _alike(names: Sequence[str]) -> list[list[str]]:
    """Group names that differ in their numbers alone."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_without_numbers(name), []).append(name)
    return list(found.values())


def _varying(names: Sequence[str]) -> set[int]:
    """Which of the numbers in names are not the same in all of them."""
    numbers = [re.findall(r"\d+", name) for name in names]
    most = max(map(len, numbers))
    return {
        at for at in range(most) if len({own[at] if at < len(own) else "" for own in numbers}) > 1
    }


def _are_bare(weights: Mapping[str, Tensor]) -> bool:
    """Whether weights have no module that says how they stand."""
    return all(module_of(name) == name for name in weights)


def _orientations(
    weights: dict[str, Tensor], modules: Mapping[str, str]
) -> list[dict[str, Tensor]]:
    """As they stand; where nothing says that they are (out, in), the other way round too."""
    if any(modules[name] != name or tensor.axes not in (None, (1, 0))
           for name, tensor in weights.items()):  # fmt: skip
        return [weights]
    return [
        {name: replace(tensor, axes=axes) for name, tensor in weights.items()}
        for axes in (None, (1, 0))
    ]


def _could_stand_apart(order: Sequence[str], shapes: Mapping[str, tuple[int, int]]) -> bool:
    """Whether layers are equal squares in a list: steps of a stack, or networks side by side."""
    squares = {shapes[name] for name in order}
    if len(squares) > 1 or len(set(next(iter(squares)))) > 1:
        return False
    listed = [re.search(r"(?:^|\.)(\d+)(?=\.|$)", name) for name in order]
    numbers = [int(found[1]) for found in listed if found]
    return len(numbers) == len(order) and all(b - a == 1 for a, b in pairwise(numbers))


def _may_pick_rows(
    order: Sequence[str],
    shapes: Mapping[str, tuple[int, int]],
    weights: Mapping[str, Tensor],
    biases: Mapping[str, Tensor],
    bare: bool,
) -> bool:
    """Whether the first could be a table of embeddings: square, and alone without a bias."""
    partners = {bias.partner for bias in biases.values()}
    first = order[0]
    with_bias = [any(module_of(own) == name for own in partners) for name in order]
    square = shapes[first][0] == shapes[first][1]
    return not bare and square and not with_bias[0] and all(with_bias[1:])


def _only_order(shapes: Mapping[str, tuple[int, int]]) -> list[str] | None:
    """Find the only order in which all layers chain."""
    orders = _orders(shapes) if len(shapes) <= MOST_UNNUMBERED_LAYERS else []
    return orders[0] if len(orders) == 1 else None


def _orders(shapes: Mapping[str, tuple[int, int]]) -> list[list[str]]:
    """Up to two orders in which all layers chain: enough to know none, one, or several."""
    found: list[list[str]] = []
    # Of names that differ in their numbers alone, the lower number stands before.
    before = {
        name: set(own[:at])
        for own in _alike(sorted(shapes, key=natural_key))
        for at, name in enumerate(own)
    }

    def extend(order: list[str], rest: frozenset[str]) -> None:
        if not rest:
            found.append(order)
        tried = set()
        for name in sorted(rest, key=natural_key):
            if len(found) > 1:
                return
            # Layers of one shape lead to the same ends: two of them are tried, as two orders.
            fits = not order or shapes[name][1] == shapes[order[-1]][0]
            fits = fits and not before[name] & rest
            if fits and (shapes[name], len(found)) not in tried:
                tried.add((shapes[name], len(found)))
                extend([*order, name], rest - {name})

    extend([], frozenset(shapes))
    return found
