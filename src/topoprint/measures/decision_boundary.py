"""Topology of the decision boundary: labelled Rips bars of what networks predict."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field
from scipy.spatial.distance import pdist, squareform

from topoprint.errors import InputError
from topoprint.homology.labelled_rips import labelled_distances
from topoprint.homology.rips import rips
from topoprint.measures.base import Invariance, Pairwise
from topoprint.measures.subject import Need, Subject
from topoprint.responses.activations import gaussian_probes
from topoprint.summaries.steps import Steps, apart, betti_curve

# Of the noise, so that networks of as many inputs see the same.
SEED = 0


def boundary_curves(points: ArrayLike, labels: ArrayLike) -> tuple[Steps, Steps]:
    """β₀ / n and β₁ / n of the labelled Rips complex of n points.

    Distances are Euclidean, divided by √(2 features).

    Parameters
    ----------
    points : array, shape (n, features)
    labels : array of int, shape (n,)
    """
    given = np.asarray(points, dtype=np.float64)
    distances = squareform(pdist(given)) / np.sqrt(2 * given.shape[1])
    deaths, cycles = rips(labelled_distances(distances, np.asarray(labels, dtype=np.int64)))
    components = np.column_stack([np.zeros_like(deaths), deaths])
    total = float(len(given))
    return betti_curve([components], total), betti_curve([cycles], total)


def curves_apart(one: tuple[Steps, Steps], other: tuple[Steps, Steps]) -> float:
    """∫ |Δβ₀| / n + ∫ |Δβ₁| / n, of as many points."""
    return sum(apart(*both) for both in zip(one, other, strict=True))


@dataclass(frozen=True)
class BoundaryOf:
    """Betti curves of what the network predicts for noise."""

    samples: int
    mean: float
    deviation: float

    def of(self, subject: Subject) -> tuple[Steps, Steps]:
        """Draw noise that is the same for networks of as many inputs, and predict."""
        answering = subject.answering
        noise = gaussian_probes(
            self.samples, answering.input_shape, self.mean, self.deviation, SEED
        )
        outputs = answering.answer(noise).outputs
        if outputs.ndim != 2 or outputs.shape[1] < 2:
            raise InputError(
                f"{subject.name}: its outputs are no scores of labels, one row an input"
            )
        return boundary_curves(noise.reshape(len(noise), -1), outputs.argmax(axis=1))


class DecisionBoundary(Pairwise):
    """∫ |Δβ₀| + |Δβ₁| of labelled Rips complexes of predictions (Ramamurthy et al. 2019)."""

    needs: ClassVar[frozenset[Need]] = frozenset({"weights"})
    paired: ClassVar[bool] = True
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "rescaling", "splitting", "insertion"}
    )

    kind: Literal["decision_boundary"] = "decision_boundary"

    samples: Annotated[int, Field(ge=4)] = Field(128, description="Inputs, of noise")
    mean: Annotated[float, Field(allow_inf_nan=False)] = Field(0.0, description="Of the noise")
    deviation: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        1.0, description="Of the noise"
    )

    @property
    def feature(self) -> BoundaryOf:
        """Betti curves of the predictions."""
        return BoundaryOf(self.samples, self.mean, self.deviation)

    def distance(self, one: tuple[Steps, Steps], other: tuple[Steps, Steps]) -> float:
        """Sum of both dimensions' integrals."""
        return curves_apart(one, other)


MEASURES = (DecisionBoundary(),)
