"""Angle between the products of all weight matrices: what a network is as a linear map."""

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Array, Invariance, Pairwise
from topoprint.measures.subject import Need, Subject
from topoprint.products import product


@dataclass(frozen=True)
class WeightProduct:
    """W_L ⋯ W_1 of Frobenius norm 1, shape (outputs, inputs); zero if it is zero."""

    def of(self, subject: Subject) -> Array:
        """Multiply in double precision."""
        weights = [weight.astype(np.float64) for weight in subject.network.weights]
        whole = reduce(lambda below, above: product(above, below), weights)
        return whole / (float(np.linalg.norm(whole)) or 1.0)


class WeightProductAngle(Pairwise):
    """Angle between the products of all weight matrices, arccos of their cosine."""

    needs: ClassVar[frozenset[Need]] = frozenset(
        {"dense layers", "weights", "equal inputs and outputs"}
    )
    paired: ClassVar[bool] = True
    greatest: ClassVar[float] = np.pi
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "scale", "rescaling", "splitting", "insertion"}
    )

    kind: Literal["weight_product"] = "weight_product"

    @property
    def feature(self) -> WeightProduct:
        """The product."""
        return WeightProduct()

    def distance(self, one: Array, other: Array) -> float:
        """Angle; NaN between networks of other inputs or outputs, or where a product is zero."""
        if one.shape != other.shape or not one.any() or not other.any():
            return float("nan")
        return 2 * float(np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other)))


MEASURES = (WeightProductAngle(),)
