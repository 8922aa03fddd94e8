"""CKA of units brought to one scale: with the same inputs, and as a control without them."""

from typing import ClassVar, Literal

from topoprint.errors import InputError
from topoprint.measures.base import Array, Invariance
from topoprint.measures.features import Computed
from topoprint.measures.of_responses import Cka, ResponsesOf
from topoprint.measures.subject import Need
from topoprint.responses.responses import Responses, cka_angle, zscored_gram


def _shared(answer: Responses) -> Array:
    return zscored_gram(answer.hidden)


def _own(answer: Responses) -> Array:
    return zscored_gram(answer.own_activations()[-1])


class CkaZscored(Cka):
    """Arccos of linear CKA of the last hidden layer, each unit of deviation 1."""

    version: ClassVar[int] = 2
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "rescaling", "insertion"}
    )

    kind: Literal["cka_zscored"] = "cka_zscored"  # type: ignore[assignment]

    @property
    def feature(self) -> Computed:
        """Gram matrix of the standardised units."""
        return Computed(_shared, ResponsesOf())


class CkaUnpaired(Cka):
    """Arccos of linear CKA of standardised units to inputs that are not the same: a control."""

    version: ClassVar[int] = 2
    needs: ClassVar[frozenset[Need]] = frozenset({"responses", "own inputs"})
    paired: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = CkaZscored.invariances

    kind: Literal["cka_unpaired"] = "cka_unpaired"  # type: ignore[assignment]

    @property
    def feature(self) -> Computed:
        """Gram matrix of the standardised units, over the network's own inputs."""
        return Computed(_own, ResponsesOf())

    def distance(self, one: Array, other: Array) -> float:
        """Angle between two Gram matrices; InputError if they are of other numbers of samples."""
        if one.shape != other.shape:
            raise InputError(
                f"the networks' own inputs are {len(one)} and {len(other)}: cka_unpaired compares "
                "equal numbers"
            )
        return cka_angle(one, other)


MEASURES = (CkaZscored(), CkaUnpaired())
