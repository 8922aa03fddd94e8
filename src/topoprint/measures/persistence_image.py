"""Distances of persistence images."""

from typing import Literal

from pydantic import Field

from topoprint.measures.of_diagrams import OfSummaries
from topoprint.summaries import image
from topoprint.validation import Positive


class PersistenceImage(OfSummaries):
    """L2 distance of persistence images (Adams et al. 2017), weighted by lifetime."""

    kind: Literal["persistence_image"] = "persistence_image"
    sigma: Positive = Field(0.1, description="Width of the Gaussians")

    @property
    def summary(self) -> image.PersistenceImage:
        """Gaussians at the bars' births and lifetimes."""
        return image.PersistenceImage(self.sigma)


MEASURES = (PersistenceImage(),)
