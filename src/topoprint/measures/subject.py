"""A network as measures see it: what they need of it is computed when first asked for."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from topoprint.errors import InputError, NoChainError
from topoprint.homology.diagram import Diagram
from topoprint.networks.convnets import KEY as CONVNET
from topoprint.networks.network import Network
from topoprint.networks.nulls import NullError, null_network
from topoprint.networks.twins import TWINS, twin_of
from topoprint.responses.activations import answering_network
from topoprint.responses.answers import Answering, Answers
from topoprint.responses.responses import Responses

# What measures may ask of a network.
Need = Literal[
    "diagram", "weights", "responses", "own inputs", "units", "dense layers", "equal shapes",
    "equal inputs and outputs", "equal outputs",
]  # fmt: skip

# Bytes of networks and features that are kept for the next measure.
MEMORY = 1 << 30


def new_cache(limit: int = MEMORY) -> "LRUCache[Any, Any]":
    """Keep what was used last, up to a number of bytes."""
    return LRUCache(limit, getsizeof=_size)


class Feature(Hashable, Protocol):
    """What measures compare of a network; equal features are computed once."""

    def of(self, subject: "Subject") -> Any:
        """Compute it."""
        ...


class Subject:
    """A network to compare, or what is known of one.

    Parameters
    ----------
    name : str
        How messages call it.
    load : callable, optional
        Gives the network; called again where it was dropped from the cache.
    diagram : callable, optional
        Gives its persistence diagram, where that is known.
    responses : Responses, optional
        What it answers to the inputs that all networks are given.
    cache : LRUCache, optional
        Shared by the subjects of a comparison.
    max_dimension : int
        Homology dimension up to which diagrams are computed that are not known.
    answering : callable, optional
        Gives what answers inputs; by default the network, if it is of dense layers, with ReLU
        between them, or a convolutional one of the experiment.
    probes : ndarray, shape (n, …), optional
        Inputs to which the responses are, where these are not given.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Network] | None = None,
        diagram: Callable[[], Diagram] | None = None,
        responses: Responses | None = None,
        cache: "LRUCache[Any, Any] | None" = None,
        max_dimension: int = 3,
        answering: Callable[[], Answering] | None = None,
        probes: NDArray[Any] | None = None,
    ) -> None:
        self.name = name
        self.max_dimension = max_dimension
        self.diagram = diagram
        self.has_weights = load is not None
        self._load = load
        self._responses = responses
        self._answering = answering
        self._probes = probes
        self._cache = new_cache() if cache is None else cache

    @property
    def network(self) -> Network:
        """The network; InputError if only something of it is known."""
        made: Network = self._network()
        return made

    @property
    def responses(self) -> Responses:
        """What it answers; InputError if that is not known."""
        if self._responses is not None:
            return self._responses
        made: Responses = self._answered()
        return made

    @property
    def answering(self) -> Answering:
        """What answers inputs as the network does; InputError names it, its answers too."""
        with self._named():
            made = answering_network(self.network) if self._answering is None else self._answering()

        def answer(inputs: NDArray[Any]) -> Answers:
            with self._named():
                return made.answer(inputs)

        return Answering(made.input_shape, answer, made.with_weights)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            told = str(error)
            kind = NoChainError if isinstance(error, NoChainError) else InputError
            raise kind(told if told.startswith(self.name) else f"{self.name}: {told}") from error

    def has(self, need: Need) -> bool:
        """Whether it has what measures call by that name."""
        return {
            "weights": self.has_weights,
            "diagram": self.has_weights or self.diagram is not None,
            "responses": self._responses is not None or self._probes is not None,
            # Where nothing is answered it is responses that are missing.
            "own inputs": self._responses is None or bool(self._responses.own),
        }.get(need, True)

    def is_usable(self) -> bool:
        """Whether there is something to compare: a null model may come out without a weight."""
        try:
            if self.has_weights:
                self._network()
        except NullError:
            return False
        return True

    def null_model(self, null: str, seed: int, cache: "LRUCache[Any, Any]") -> "Subject":
        """Give a null model of the network, or a twin, which answers as the network does.

        Made by :func:`topoprint.networks.nulls.null_network` or
        :func:`topoprint.networks.twins.twin_of`; a variant of the network, so that it shares its
        random streams.
        """
        known = None
        if null in TWINS and self._responses is not None:
            known = self._responses.by(twin_of(self.network, null, seed).hidden)
        made: Subject = Subject(
            f"{null} of {self.name}",
            lambda: _variant(self.network, null, seed),
            responses=known,
            cache=cache,
            max_dimension=self.max_dimension,
            answering=self._answering_as(lambda: made.network),
            probes=self._probes,
        )
        return made

    def _answering_as(self, made: Callable[[], Network]) -> Callable[[], Answering] | None:
        """Give what answers as its module does with the weights of a null model."""
        module = self._answering
        if module is None:
            return None
        return lambda: module().with_weights(self.network, made())

    @cachedmethod(lambda self: self._cache, key=lambda self, feature: (self, feature))
    def feature(self, feature: Feature) -> Any:
        """Give a feature of the network, computed at most once while memory lasts."""
        return feature.of(self)

    @cachedmethod(lambda self: self._cache, key=lambda self: (self, "responses"))
    def _answered(self) -> Responses:
        if self._probes is None:
            raise InputError(f"{self.name}: a measure needs its responses, which are not given")
        return self.answering.answer(self._probes).responses()

    @cachedmethod(lambda self: self._cache, key=lambda self: (self, "network"))
    def _network(self) -> Network:
        if self._load is None:
            raise InputError(f"{self.name}: a measure needs its weights, which are not given")
        return self._load()


def _variant(network: Network, null: str, seed: int) -> Network:
    twin = null in TWINS
    made = twin_of(network, null, seed).network if twin else null_network(network, null, seed)
    kept = {key: told for key, told in network.metadata.items() if key == CONVNET}
    return replace(made, metadata={**kept, "identity": replace(network.id, variant=null).to_json()})


def _size(value: Any) -> int:
    """Bytes of the arrays in a value."""
    if isinstance(value, np.ndarray):
        return value.nbytes if any(value.strides) else value.itemsize
    if isinstance(value, tuple | list):
        return sum(map(_size, value))
    if is_dataclass(value):
        return sum(_size(getattr(value, field.name)) for field in fields(value))
    return 1
