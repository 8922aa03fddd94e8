"""A network of units, linear maps and wires, and the safetensors file of dense layers."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from topoprint.errors import InputError, NoChainError, check_whole
from topoprint.figures.html import facts
from topoprint.identity import NetworkId, Row
from topoprint.networks.architecture import (
    Layers,
    chained,
    check_biases,
    check_maps,
    checked_layers,
    describe,
    greatest_magnitude,
    layers_of,
)
from topoprint.networks.files import known_of
from topoprint.networks.followed import follow_module, follow_onnx
from topoprint.networks.maps import FloatArray, IntArray, LinearMap, Wires
from topoprint.networks.readers.channels import Positions
from topoprint.networks.readers.choice import split_path
from topoprint.networks.readers.objects import (
    contents_of_keras,
    contents_of_state,
    layers_of_sklearn,
)
from topoprint.networks.readers.onnx_file import contents_of as contents_of_onnx
from topoprint.networks.readers.plan import Plan, plan_file, plan_module, plan_of
from topoprint.networks.written import bytes_of, has_maps, maps_of
from topoprint.storage import write_bytes


@dataclass(frozen=True, eq=False)
class Network:
    """Units, the linear maps that join them, and wires: a network of any architecture.

    Rules of what is a unit, an edge and a wire stand in docs/networks.md. One of chained dense
    layers (:meth:`from_layers`) also has ``weights``, ``biases`` and ``layer_sizes``; on any
    other network these raise InputError.

    Attributes
    ----------
    n_units : int
        Units are 0 … n_units − 1, the vertices of biases among them.
    maps : tuple of LinearMap
    wires : tuple of Wires
    metadata : dict
        What else is known of it, JSON values only; ``metadata["identity"]`` names it,
        ``metadata["group"]`` its experiment.
    sums : ndarray, int64
        Units that are the sum of what enters them, as far as they are known (tracing knows
        them): :func:`~topoprint.merge_additions` looks at these.
    """

    n_units: int
    maps: tuple[LinearMap, ...]
    wires: tuple[Wires, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sums: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def from_maps(
        cls,
        n_units: int,
        maps: Iterable[LinearMap],
        wires: Iterable[Wires] = (),
        metadata: Mapping[str, Any] | None = None,
        sums: ArrayLike = (),
    ) -> "Network":
        """Make a network of its linear maps and wires.

        Maps need not be joined: those of a file without an architecture stand side by side.
        All edges into a unit come from one map or from one of ``wires`` (and a bias), whose units
        have no edge among them; a sum of two maps is thus a unit with a wire from each.

        Raises
        ------
        InputError
            If there is no map, one does not fit its units, a bias vertex has another edge, or the
            weights are not finite or all zero.
        """
        check_whole(n_units, "n_units")
        added = np.asarray(sums, np.int64)
        made = cls(int(n_units), tuple(check_maps(maps)), tuple(wires), dict(metadata or {}), added)
        for one in made.maps:
            one.check(made.n_units)
        for wire in made.wires:
            wire.check(made.n_units)
        if added.size and (added.min() < 0 or added.max() >= made.n_units):
            raise InputError(f"a sum is outside of the units 0 … {made.n_units - 1}")
        check_biases(made.n_units, made.maps, made.wires)
        greatest = [greatest_magnitude(one) for one in made.maps]
        if not np.isfinite(greatest).all():
            name = made.maps[int(np.flatnonzero(~np.isfinite(greatest))[0])].name
            raise InputError(f"map {name!r} holds NaN or infinity; train the network again")
        if not any(greatest):
            raise InputError("all weights and biases are zero: equation 1 has nothing to divide by")
        return made

    @classmethod
    def from_layers(
        cls,
        layers: Iterable[tuple[ArrayLike, ArrayLike | None]],
        metadata: Mapping[str, Any] | None = None,
    ) -> "Network":
        """Make a network of chained dense layers, pairs (W, b), in their order.

        Parameters
        ----------
        layers : iterable of (W, b)
            W of shape (out, in), b of shape (out,) or None; rounded to float32. Units are the
            neurons, the inputs first, then a vertex a bias.
        metadata : mapping, optional
            JSON values to keep with it.

        Raises
        ------
        InputError
            If there is no layer, a shape does not fit, a number is not finite, or all are zero.
        """
        return cls(*chained(*checked_layers(layers)), (), dict(metadata or {}))

    @classmethod
    def from_torch(
        cls, module: Any, example_input: Any = None, positions: Positions = "each"
    ) -> "Network":
        """Make the network of a torch module, of any architecture, by following an example.

        Parameters
        ----------
        module : torch.nn.Module
            Followed as in inference, and left as it was; weights are copied.
        example_input : tensor, or tuple, list or dict of them, optional
            What ``module`` is called with: a tuple or list holds its arguments, a dict its
            keywords. It says how often shared weights are used (pixels, steps, tokens) and should
            be one example, a batch of one: each further one stands beside it as a copy. A
            Sequential of Linear and element-wise modules needs none.
        positions : {"each", "channels"}
            ``channels`` follows no example: parameters as :meth:`load` takes those of a file.

        Returns
        -------
        Network
            ``metadata["coverage"]`` is the share of the trained weights that are edges, in [0, 1],
            ``metadata["outside"]`` names the parameters of which none is (docs/networks.md).

        Raises
        ------
        InputError
            If an example is missing, not wanted or does not fit, torch is missing or cannot export
            the module, an operation cannot be followed (its name and place are told), or the
            weights are not finite or all zero.
        """
        if positions != "each":
            return cls._of_plan(plan_module(module, example_input, positions))
        return cls.from_maps(*follow_module(module, example_input))

    @cached_property
    def _chain(self) -> Layers | None:
        return layers_of(self.n_units, self.maps) if not self.wires else None

    @property
    def is_chain(self) -> bool:
        """Whether it is one of chained dense layers."""
        return self._chain is not None

    @property
    def weights(self) -> tuple[FloatArray, ...]:
        """Matrix of each dense layer, shape (out, in), float32."""
        return tuple(weight for weight, _ in self._layers("weights"))

    @property
    def biases(self) -> tuple[FloatArray | None, ...]:
        """Vector of each dense layer, shape (out,), float32, or None."""
        return tuple(bias for _, bias in self._layers("biases"))

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Number of neurons of each dense layer, the inputs first."""
        weights = [weight for weight, _ in self._layers("layer_sizes")]
        return (weights[0].shape[1], *(weight.shape[0] for weight in weights))

    def _layers(self, asked: str) -> Layers:
        if self._chain is None:
            raise NoChainError(
                f"a network of {self.shape} is no chain of dense layers, of which alone "
                f"{asked} are known"
            )
        return self._chain

    @property
    def n_edges(self) -> int:
        """Number of weights where they are used, biases and wires."""
        weights = sum(one.n_edges for one in self.maps)
        return weights + sum(wire.n_edges for wire in self.wires)

    @cached_property
    def shape(self) -> str:
        """Its architecture in a few words: ``64-512-10`` of dense layers; equal where it is."""
        if self._chain is not None:
            return "-".join(map(str, self.layer_sizes))
        return describe(self.n_units, self.maps, self.wires)

    def __repr__(self) -> str:
        if self._chain is not None:
            return f"Network({self.shape}: {self.n_edges} edges)"
        return f"Network({len(self.maps)} maps: {self.n_units} units, {self.n_edges} edges)"

    def _repr_html_(self) -> str:
        told = {} if self.is_chain else {"maps": len(self.maps)}
        sizes = {"units": f"{self.n_units:,}", "edges": f"{self.n_edges:,}"}
        known = {**self.id.to_json(), "architecture": self.shape, **told, **sizes}
        return facts(f"Network {self.id.network}".strip(), known)

    @property
    def id(self) -> NetworkId:
        """What names the network, as far as it is known."""
        return NetworkId.from_json(self.metadata.get("identity", {}))

    @property
    def row(self) -> Row:
        """What a table of networks says of it."""
        return Row(self.id, self.metadata.get("group", ""), self.shape, self.n_edges)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a safetensors file, which every command reads (docs/file-formats.md).

        Of chained dense layers it has ``layers.{i}.weight`` (out, in) and ``layers.{i}.bias``; of
        any other network its maps, with the units that they join, and its wires.
        """
        write_bytes(path, bytes_of(self))

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        layers: Sequence[str] | None = None,
        positions: Positions = "each",
    ) -> "Network":
        """Read a network from a file, of which only what is taken is read.

        Dense layers whose names show that they chain are a chain. All else stands side by side:
        each matrix a bipartite graph of its own, a kernel one of (out, in × taps), a gain an edge a
        unit. docs/networks.md says which files and names are known.

        Parameters
        ----------
        path : path
            A file or folder of safetensors, torch (``weights_only``), TorchScript, npz, ONNX or
            Keras, told by its content. ``FILE::key`` is one of its dictionaries, ``FILE::glob``
            some of its tensors.
        layers : sequence of str, optional
            Names of dense layers: a chain, first to last. Or names, prefixes, globs to take.
        positions : {"each", "channels"}
            A kernel's taps have inputs of their own each; or a unit is a channel, and an edge the
            norm ‖K[o, i]‖₂ of a kernel over its taps (one tap: the weight itself).

        Raises
        ------
        InputError
            If the file cannot be read, or nothing or several things can be taken for the network.
        """
        metadata = known_of(path)
        whole = has_maps(metadata) and layers is None and positions == "each"
        if not whole:
            named = metadata.get("layers") if layers is None else layers
            plan = plan_file(path, named, positions)
        try:
            if whole:
                return cls.from_maps(*maps_of(Path(path), metadata))
            return cls._of_plan(plan, metadata)
        except InputError as error:
            told = str(error)
            named = told.startswith(str(split_path(path)[0]))
            raise InputError(told if named else f"{path}: {told}") from error

    @classmethod
    def from_state_dict(
        cls,
        state: Mapping[str, Any],
        layers: Sequence[str] | None = None,
        positions: Positions = "each",
    ) -> "Network":
        """Make a network of a state dict in memory, as :meth:`load` does of its file.

        It may be nested; tensors that require a gradient or are bfloat16 are fine.
        """
        return cls._of_plan(plan_of(contents_of_state(state), (), layers, positions))

    @classmethod
    def from_onnx(
        cls,
        model: Any,
        layers: Sequence[str] | None = None,
        architecture: bool = False,
        example_input: Any = None,
        positions: Positions = "each",
    ) -> "Network":
        """Make a network of an ONNX model: a ``ModelProto`` or its file, as :meth:`load` does.

        With ``architecture`` or ``example_input``, its graph is followed as :meth:`from_torch`
        follows a module. The example is of the inputs in their order, or a dict by their names;
        those of floats may be left out if only their first dimension is free, which is then 1.

        Raises
        ------
        InputError
            If a shape is not known, the example does not fit, or an operator cannot be followed
            (its name and node are told).
        """
        if architecture or example_input is not None:
            if positions != "each":
                raise InputError(f"positions={positions!r} follows no graph; leave the example out")
            return cls.from_maps(*follow_onnx(model, layers, example_input))
        if isinstance(model, str | os.PathLike):
            return cls.load(model, layers, positions)
        return cls._of_plan(plan_of(contents_of_onnx(model), (), layers, positions))

    @classmethod
    def from_keras(
        cls, model: Any, layers: Sequence[str] | None = None, positions: Positions = "each"
    ) -> "Network":
        """Make a network of a model of Keras, as :meth:`load` does of its file."""
        return cls._of_plan(plan_of(contents_of_keras(model), (), layers, positions))

    @classmethod
    def from_sklearn(cls, model: Any) -> "Network":
        """Make a network of a fitted ``MLPClassifier`` or ``MLPRegressor`` of scikit-learn.

        Raises
        ------
        InputError
            If it is no such model, or not fitted.
        """
        return cls.from_layers(layers_of_sklearn(model))

    @classmethod
    def _of_plan(cls, plan: Plan, metadata: Mapping[str, Any] | None = None) -> "Network":
        if plan.is_chain:
            return cls.from_layers(plan.layers(), metadata)
        return cls.from_maps(*plan.maps(), metadata=metadata)
