"""Persistence images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import toeplitz

from topoprint.summaries.bars import Bars, Grid
from topoprint.summaries.pixels import Histogram, pixel_histograms


@dataclass(frozen=True)
class PersistenceImage:
    """Persistence image (Adams et al. 2017): Gaussians at (birth, lifetime), weighted by lifetime.

    Bars are put to the pixels of the grid, as :class:`topoprint.summaries.heat.Heat` puts
    them. The image is not cut at a border: its L2 norm over the whole plane has a closed form.
    """

    sigma: float = 0.1

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Histogram]:
        """Histograms, each as (pixels, lifetimes that they hold in units of the grid's step)."""
        weighed = []
        for grid, (pixels, counts) in zip(grids, pixel_histograms(bars, grids), strict=True):
            births, deaths = np.divmod(pixels, len(grid.points))
            weighed.append((pixels, counts * (deaths - births)))
        return weighed

    def distance(self, one: Histogram, other: Histogram, grid: Grid) -> float:
        """L2 distance of two images.

        Two Gaussians of deviation σ a distance r apart have the inner product
        exp(−r² / 4σ²) / 4πσ², and r² is a sum over the two coordinates.
        """
        if grid.step == 0:
            return 0.0
        bins = len(grid.points)
        pixels = np.concatenate([one[0], other[0]])
        masses = np.concatenate([one[1], -other[1]]).astype(np.float64)
        births, deaths = np.divmod(pixels, bins)
        kernel = toeplitz(np.exp(-((np.arange(bins) * grid.step / (2 * self.sigma)) ** 2)))
        image = np.bincount(births * bins + deaths - births, masses, bins * bins)
        places = np.flatnonzero(image)
        # einsum, as BLAS adds in another order with other threads.
        if len(places) <= bins:  # always without triangles, where bars share an end
            births, lifetimes = np.divmod(places, bins)
            products = kernel[np.ix_(births, births)] * kernel[np.ix_(lifetimes, lifetimes)]
            square = float(np.einsum("a,ab,b->", image[places], products, image[places]))
        else:
            image = image.reshape(bins, bins)
            smooth = np.einsum("ab,bl->al", kernel, image)
            square = float(np.sum(image * np.einsum("al,lm->am", smooth, kernel)))
        return float(np.sqrt(max(0.0, square) / (4 * np.pi))) / self.sigma * grid.step
