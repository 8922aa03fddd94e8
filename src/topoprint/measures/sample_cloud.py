"""Rips homology of the samples in the last hidden layer, which needs no shared inputs."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.spatial.distance import pdist, squareform

from topoprint.errors import InputError
from topoprint.homology.rips import rips
from topoprint.measures.base import Array, Invariance
from topoprint.measures.features import Computed
from topoprint.measures.of_responses import OfResponses
from topoprint.measures.subject import Need, Subject
from topoprint.responses.responses import varying
from topoprint.summaries.steps import Steps, apart, betti_curve
from topoprint.validation import Name


@dataclass(frozen=True)
class SampleDistances:
    """Condensed distances of samples of the network's own, in its last hidden layer.

    Units are brought to mean 0 and deviation 1, constant ones left out; Euclidean distances divided
    by √(2 units), so that their mean square is about 1.
    """

    samples: int

    def of(self, subject: Subject) -> Array:
        """Take the first samples; InputError if there are too few, or all units are constant."""
        hidden = subject.responses.own_activations()[-1][: self.samples].astype(np.float64)
        if len(hidden) < self.samples:
            raise InputError(
                f"{subject.name}: {len(hidden)} samples are the network's own, fewer than the "
                f"{self.samples} that a measure takes; ask it for fewer samples"
            )
        kept = hidden[:, varying(hidden)]
        if not kept.shape[1]:
            raise InputError(f"{subject.name}: its last hidden layer answers all samples alike")
        scaled = (kept - kept.mean(axis=0)) / kept.std(axis=0) / np.sqrt(2 * kept.shape[1])
        distances: Array = pdist(scaled)
        return distances


def _curve(distances: Array) -> Steps:
    square = squareform(distances)
    return betti_curve([rips(square)[1]], len(square))


class _OfSamples(OfResponses):
    version: ClassVar[int] = 2
    needs: ClassVar[frozenset[Need]] = frozenset({"responses", "own inputs", "units"})
    paired: ClassVar[bool] = False
    invariances: ClassVar[frozenset[Invariance]] = frozenset(
        {"neurons", "inputs", "rescaling", "insertion"}
    )

    samples: Annotated[int, Field(ge=4)] = Field(128, description="Samples of the network's own")


class SampleCloud(_OfSamples):
    """∫ |Δβ₁(t)| / n dt of the Rips filtration of n samples in the last hidden layer."""

    control: ClassVar[str] = "sample_histogram"

    kind: Literal["sample_cloud"] = "sample_cloud"
    name: Name = "sample_cloud"

    @property
    def feature(self) -> Computed:
        """Betti curve."""
        return Computed(_curve, SampleDistances(self.samples))

    def distance(self, one: Steps, other: Steps) -> float:
        """Integral of the difference."""
        return apart(one, other)


class SampleHistogram(_OfSamples):
    """1-Wasserstein distance of the distributions of the same distances: a control."""

    kind: Literal["sample_histogram"] = "sample_histogram"
    name: Name = "sample_histogram"

    @property
    def feature(self) -> Computed:
        """Sorted distances."""
        return Computed(np.sort, SampleDistances(self.samples))

    def distance(self, one: Array, other: Array) -> float:
        """Mean difference of distances of the same rank, of which there are equally many."""
        return float(np.abs(one - other).mean())


MEASURES = (SampleCloud(), SampleHistogram())
