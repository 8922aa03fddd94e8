"""What of a file is the network: which tensors are taken, in which order, and what is left out."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from topoprint.errors import InputError
from topoprint.networks.maps import LinearMap
from topoprint.networks.readers.chain import chain, chains, turned
from topoprint.networks.readers.channels import Positions, check_positions
from topoprint.networks.readers.choice import (
    choose_group,
    choose_tensors,
    module_of,
    split_path,
)
from topoprint.networks.readers.kinds import open_file
from topoprint.networks.readers.objects import contents_of_module
from topoprint.networks.readers.parameters import WEIGHTS, names_of, parameters
from topoprint.networks.readers.roles import with_roles
from topoprint.networks.readers.tensors import Array, Contents, Tensor, as_numbers


@dataclass(frozen=True)
class Plan:
    """What is taken of some tensors.

    Attributes
    ----------
    kind : str
        Of file.
    taken : dict of str to Tensor
        Weights, gains and biases, in their order.
    left : dict of str to (Tensor, str)
        All others, and why.
    is_chain : bool
        Whether the weights are dense layers, each the input of the next; otherwise every map stands
        for itself, side by side with the others.
    """

    kind: str
    taken: Mapping[str, Tensor]
    left: Mapping[str, tuple[Tensor, str]]
    is_chain: bool

    def layers(self) -> Iterator[tuple[Array, Array | None]]:
        """Read the dense layers of a chain, one by one: (W, b), W of shape (out, in)."""
        for _, tensor, bias in self._with_biases():
            vector = None if bias is None else _wide(bias.read().reshape(-1))
            yield _wide(tensor.matrix()), vector

    def maps(self) -> tuple[int, list[LinearMap]]:
        """Read maps that stand side by side: number of units, and the maps.

        A matrix is a bipartite graph of its own, a kernel one of (out, in × taps), a gain has an
        edge a unit. Weights are as they are in the file where they are narrower than float32.
        """
        maps: list[LinearMap] = []
        n_units = 0

        def new(*shape: int) -> Any:
            nonlocal n_units
            first, n_units = n_units, n_units + int(np.prod(shape))
            return np.arange(first, n_units).reshape(shape)

        for name, tensor, bias in self._with_biases():
            if tensor.role == "bias":  # of weights that are not there
                vector = as_numbers(tensor.read()).reshape(-1)
                maps.append(LinearMap.bias(name, vector, new(len(vector)), new(len(vector))))
                continue
            if tensor.role == "gain":
                vector = as_numbers(tensor.read()).reshape(-1)
                ends = new(len(vector), 1, 1), new(len(vector), 1, 1)
                maps.append(LinearMap(name, vector[:, None, None, None], *ends))
                outputs = ends[1].ravel()
            elif tensor.groups > 1 and len(tensor.shape) == 2:  # channels of a grouped convolution
                matrix = as_numbers(tensor.matrix())
                weight = matrix.reshape(tensor.groups, -1, matrix.shape[1], 1)
                ends = new(tensor.groups, matrix.shape[1], 1), new(*weight.shape[:2], 1)
                maps.append(LinearMap(name, weight, *ends))
                outputs = ends[1].ravel()
            else:
                matrix = as_numbers(tensor.matrix())
                outputs = new(matrix.shape[0])
                maps.append(LinearMap.dense(name, matrix, new(matrix.shape[1]), outputs))
            if bias is not None:
                vector = as_numbers(bias.read()).reshape(-1)
                maps.append(LinearMap.bias(f"{name} bias", vector, new(len(vector)), outputs))
        return n_units, maps

    @property
    def n_weights(self) -> int:
        """How many weights are taken."""
        return sum(tensor.size for tensor in self.taken.values())

    def _with_biases(self) -> list[tuple[str, Tensor, Tensor | None]]:
        """Weights and gains with their biases; further biases, of the same or none, alone."""
        biases: dict[str, Tensor] = {}
        alone: list[tuple[str, Tensor, Tensor | None]] = []
        for name, tensor in self.taken.items():
            if tensor.role != "bias":
                continue
            if tensor.partner in self.taken and tensor.partner not in biases:
                biases[tensor.partner] = tensor
            else:
                alone.append((name, replace(tensor, partner=""), None))
        own = [
            (name, tensor, biases.get(name))
            for name, tensor in self.taken.items()
            if tensor.role != "bias"
        ]
        return own + alone


def _wide(array: Array) -> Array:
    """Make float32 of weights, those that numpy does not know itself too."""
    return np.asarray(as_numbers(array), dtype=np.float32)


def plan_file(
    path: str | os.PathLike[str],
    layers: Sequence[str] | None = None,
    positions: Positions = "each",
) -> Plan:
    """Plan what is taken of a file, ``FILE::key`` or ``FILE::glob``, without reading the weights.

    Parameters
    ----------
    path : path
    layers : sequence of str, optional
        Names, prefixes or globs of what to take (:func:`plan_of`); a choice behind the file itself
        goes before it.
    positions : {"each", "channels"}
        As of :func:`plan_of`.

    Raises
    ------
    InputError
        If it cannot be read, or nothing or several things can be taken for the network.
    """
    file, chosen = split_path(path)
    contents = open_file(file)
    try:
        return plan_of(contents, chosen, layers, positions)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def plan_module(module: Any, example: Any, positions: Positions) -> Plan:
    """Plan what is taken of a torch module that is not followed on an example.

    Raises
    ------
    InputError
        If ``positions`` is not "channels", or an example is given all the same.
    """
    check_positions(positions)
    if example is not None:
        raise InputError("positions='channels' takes no example; leave example_input out")
    return plan_of(contents_of_module(module), positions=positions)


def plan_of(
    contents: Contents,
    chosen: Sequence[str] = (),
    layers: Sequence[str] | None = None,
    positions: Positions = "each",
) -> Plan:
    """Plan what is taken of some tensors.

    Parameters
    ----------
    contents : Contents
    chosen : sequence of str
        Key of a dictionary, and names in it (:func:`.choice.choose_group`).
    layers : sequence of str, optional
        Names of dense layers are a chain in this order. Otherwise the names, prefixes and
        globs say which tensors are taken; they are a chain where their names show one.
    positions : {"each", "channels"}
        Whether each tap of a kernel has an input of its own, or the kernel of two channels is
        one edge, its norm over the taps.
    """
    check_positions(positions)
    group, own = choose_group(contents, chosen)
    tensors = with_roles(parameters(group), positions)
    names = list(own or layers or []) or None
    if layers is not None and not own and not layers:
        raise InputError("a network needs at least one layer")
    if names is not None:
        named = choose_tensors(tensors, names)
        explicit = _explicit(tensors, names)
        if explicit is not None:
            return _finished(contents, tensors, explicit, is_chain=True)
    else:
        named = list(tensors)
    for name in named:
        if tensors[name].fault and (tensors[name].role == "weight" or WEIGHTS.search(name)):
            raise InputError(tensors[name].fault)
    taken = {name: tensors[name] for name in named if tensors[name].role != "none"}
    if not taken:
        fault = next((tensor.fault for tensor in tensors.values() if tensor.fault), "")
        raise InputError(
            fault
            or f"none of its {len(tensors)} tensors are weights of a network ({names_of(tensors)})"
        )
    in_order = None
    if names is None and contents.order is not None and set(contents.order) <= set(taken):
        given = {name: taken[name] for name in contents.order}
        if chains([tensor.matrix_shape for tensor in given.values()]):
            in_order = given
    if in_order is None and not contents.joined:
        in_order = chain(taken)
    if in_order is None:
        return _finished(contents, tensors, taken, is_chain=False)
    biases = {name: tensor for name, tensor in taken.items() if tensor.role == "bias"}
    return _finished(contents, tensors, {**in_order, **biases}, is_chain=True)


def _explicit(tensors: Mapping[str, Tensor], names: Sequence[str]) -> dict[str, Tensor] | None:
    """Dense layers that are named one by one, first to last; None if the names say something else.

    Raises
    ------
    InputError
        If they do not chain in this order.
    """
    weights: dict[str, Tensor] = {}
    for name in names:
        own = [
            key
            for key, tensor in tensors.items()
            if tensor.role == "weight"
            and len(tensor.shape) == 2
            and tensor.groups < 2
            and name in (module_of(key), key)
        ]
        if len(own) != 1:
            return None
        weights[own[0]] = tensors[own[0]]
    biases = {
        key: tensor
        for key, tensor in tensors.items()
        if tensor.role == "bias" and tensor.partner in weights
    }
    known = {tensor.axes for tensor in weights.values()}
    if known == {None, (1, 0)}:  # biases say that some are (in, out): so are all
        weights = {key: replace(tensor, axes=(1, 0)) for key, tensor in weights.items()}
    elif not chains([tensor.matrix_shape for tensor in weights.values()]):
        bare = all(module_of(key) == key and t.axes is None for key, t in weights.items())
        other = {key: turned(tensor) for key, tensor in weights.items()}
        if bare and chains([tensor.matrix_shape for tensor in other.values()]):
            weights = other
    return {**weights, **biases}


def _finished(
    contents: Contents, tensors: Mapping[str, Tensor], taken: dict[str, Tensor], is_chain: bool
) -> Plan:
    left = {
        name: (tensor, tensor.told or "not asked for")
        for name, tensor in tensors.items()
        if name not in taken
    }
    return Plan(contents.kind, taken, left, is_chain)
