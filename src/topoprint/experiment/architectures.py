"""The networks of the experiments: perceptrons, convolutional networks, and changes to a base."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from topoprint.errors import InputError
from topoprint.networks.convnets import ConvNet, check_images
from topoprint.validation import Count, Strict, explain

Order = Annotated[int, Field(ge=0)]
Labels = Count | Literal["all"]
Kind = Literal["mlp", "conv"]
ORDER = "0: original order; k: permutation k"
LABELS = "Train on the first k labels alone"


def _odd(kernel: int) -> int:
    if kernel % 2 == 0:
        raise ValueError(f"a kernel of {kernel} pixels has no middle: give an odd number")
    return kernel


Kernel = Annotated[Count, AfterValidator(_odd)]


class _OfAKind(Strict):
    """A kind of network, which has axes of its own."""

    @model_validator(mode="before")
    @classmethod
    def _own_axes(cls, values: Any) -> Any:
        return _refuse_axes_of_others(cls, values)


class Architecture(_OfAKind):
    """A perceptron: what the experiments vary of it."""

    kind: Literal["mlp"] = Field("mlp", exclude=True, description="mlp: dense layers with ReLU")
    layer_size: Count = Field(512, description="Neurons of each hidden layer")
    number_of_layers: Count = Field(2, description="Hidden layers")
    input_order: Order = Field(0, description=ORDER)
    number_of_labels: Labels = Field("all", description=LABELS)


class Convolutional(_OfAKind):
    """A small convolutional network (:class:`~topoprint.networks.convnets.ConvNet`)."""

    kind: Literal["conv"] = Field(
        description="conv: convolutions with ReLU, trained from the pixels"
    )
    channels: Count = Field(16, description="Outputs of each convolution")
    depth: Count = Field(4, description="Convolutions")
    kernel: Kernel = Field(3, description="Width and height of each kernel, an odd number")
    residual: bool = Field(
        False, description="Whether what enters a convolution, the first apart, is added to it"
    )
    input_order: Order = Field(0, description=ORDER)
    number_of_labels: Labels = Field("all", description=LABELS)

    @model_validator(mode="after")
    def _has_a_skip(self) -> "Convolutional":
        if self.residual and self.depth < 2:
            raise ValueError("residual: true needs depth 2: the first convolution has no skip")
        return self

    def shaped(self, shape: tuple[int, ...], outputs: int) -> ConvNet:
        """Give the network for images of a shape; InputError if it does not fit them."""
        check_images(shape, self.depth, self.kernel)
        channels, height, width = shape
        sizes = (self.channels, self.depth, self.kernel, self.residual)
        return ConvNet((channels, height, width), outputs, *sizes)


KINDS: dict[str, type[Architecture] | type[Convolutional]] = {
    "mlp": Architecture,
    "conv": Convolutional,
}


def _axes(kind: type[Strict]) -> list[str]:
    return [name for name in kind.model_fields if name != "kind"]


def _refuse_axes_of_others(kind: type[Strict], values: Any) -> Any:
    given = values if isinstance(values, Mapping) else {}
    for name, other in KINDS.items():
        strange = [axis for axis in _axes(other) if axis in given and axis not in _axes(kind)]
        if strange:
            raise ValueError(
                f"{strange[0]} is of kind: {name}; networks of kind: {given.get('kind', 'mlp')} "
                f"have {', '.join(_axes(kind))}"
            )
    return values


def _of_a_kind(values: Any) -> Any:
    return {"kind": "mlp", **values} if isinstance(values, Mapping) else values


# The base network, and each network after its changes.
AnyArchitecture = Annotated[
    Annotated[Architecture | Convolutional, Field(discriminator="kind")],
    BeforeValidator(_of_a_kind),
]


class Changes(Strict):
    """Changes to the base network; what is left out stays as in the base."""

    kind: Kind | None = None
    layer_size: Count | None = None
    number_of_layers: Count | None = None
    channels: Count | None = None
    depth: Count | None = None
    kernel: Kernel | None = None
    residual: bool | None = None
    input_order: Order | None = None
    number_of_labels: Labels | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "Changes":
        if not self.model_fields_set or any(
            getattr(self, name) is None for name in self.model_fields_set
        ):
            raise ValueError("a network needs at least one change, each with a value")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_left_out(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what only convolutional networks have, where it is not changed."""
        values: dict[str, Any] = written(self)
        strange = {"kind", *_axes(Convolutional)} - {*_axes(Architecture)}
        return {key: one for key, one in values.items() if one is not None or key not in strange}

    @property
    def value(self) -> str:
        """What follows the experiment's name in the network's name."""
        return "_".join(
            str(getattr(self, name)).lower()
            for name in Changes.model_fields
            if name in self.model_fields_set
        )

    def of(self, base: Architecture | Convolutional) -> Architecture | Convolutional:
        """Lay the changes over a base; of one of another kind stay order and labels.

        Raises
        ------
        InputError
            If a change is of another kind of network.
        """
        changes = self.model_dump(exclude_unset=True)
        kind = KINDS[changes.get("kind", base.kind)]
        kept = {axis: getattr(base, axis) for axis in _axes(kind) if hasattr(base, axis)}
        try:
            return kind.model_validate({"kind": base.kind, **kept, **changes})
        except ValidationError as error:
            raise InputError(explain(error, kind).removeprefix("the config: ")) from error
