"""Heat kernel signatures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import toeplitz
from scipy.ndimage import gaussian_filter1d
from scipy.special import erf

from topoprint.summaries.bars import Array, Bars, Grid
from topoprint.summaries.base import IntArray, norm
from topoprint.summaries.pixels import Histogram, pixel_histograms

# Beyond this many pixels a Gaussian kernel is not summed term by term.
WIDEST_SUMMED = 1e4


@dataclass(frozen=True)
class Heat:
    """Heat kernel signature (Reininghaus et al. 2015): Gaussians at the bars less their mirror.

    Sampled as the histogram of the bars over the pixels of the grid: numbers of the pixels that
    hold a bar (birth pixel · bins + death pixel) and how many bars each holds. With ``unit_mass``
    the share of bars instead: networks of different size then have images of one mass.
    """

    sigma: float = 0.1
    unit_mass: bool = False

    def sample(self, bars: Bars, grids: Sequence[Grid]) -> list[Histogram]:
        """Histograms, each as (pixels, counts); bars of no length do not count."""
        histograms = pixel_histograms(bars, grids)
        if not self.unit_mass:
            return histograms
        return [(pixels, counts / max(1, counts.sum())) for pixels, counts in histograms]

    def distance(self, one: Histogram, other: Histogram, grid: Grid) -> float:
        """L2 distance of the two images of bins × bins pixels."""
        if grid.step == 0:
            return 0.0
        bins = len(grid.points)
        pixels = np.concatenate([one[0], other[0]])
        counts = np.concatenate([one[1], -other[1]]).astype(np.float64)
        births, deaths = np.divmod(pixels, bins)
        # Filtering is linear: one difference is filtered. It is separable too, and in a layered
        # network the difference lies in a single row or column: the image is an outer product.
        if len(pixels) and (births == births[0]).all():
            return self._outer_distance(births[0], deaths, counts, grid)
        if len(pixels) and (deaths == deaths[0]).all():
            return self._outer_distance(deaths[0], births, counts, grid)
        histogram = np.bincount(pixels, counts, bins * bins).reshape(bins, bins)
        kernel = toeplitz(self._response(grid))
        image = np.einsum("id,jd->ij", np.einsum("ib,bd->id", kernel, histogram), kernel)
        return norm(image - image.T) / grid.step

    def placing(
        self, grid: Grid, common_birth: bool, common_death: bool
    ) -> Callable[[Histogram], Array]:
        """Give what makes a point of a histogram: the image, or where all lies in one line less."""
        bins = len(grid.points)
        if grid.step == 0:
            return lambda histogram: np.zeros(0)
        kernel = toeplitz(self._response(grid))

        def along_a_line(histogram: Histogram) -> Array:
            pixels, counts = histogram
            if not len(pixels):
                return np.zeros(bins)
            lines, places = np.divmod(pixels, bins)
            if common_death:
                lines, places = places, lines
            across = kernel[lines[0]]
            square = np.sum(across**2)
            along = np.einsum("ij,j->i", kernel, np.bincount(places, counts, bins))
            rest: Array = along - np.sum(along * across) / square * across
            return float(np.sqrt(2 * square)) / grid.step * rest

        def whole(histogram: Histogram) -> Array:
            pixels, counts = histogram
            image = np.bincount(pixels, counts, bins * bins).reshape(bins, bins)
            image = np.einsum("id,jd->ij", np.einsum("ib,bd->id", kernel, image), kernel)
            above: Array = (image - image.T)[np.triu_indices(bins, 1)]
            return float(np.sqrt(2)) / grid.step * above

        return along_a_line if common_birth or common_death else whole

    def _outer_distance(self, line: np.int64, places: IntArray, counts: Array, grid: Grid) -> float:
        """Norm of u vᵀ − v uᵀ, where u filters the line's pixel and v the histogram along it.

        It is √2 |u| |r|, with r what is left of v when its part along u is taken away.
        """
        bins = len(grid.points)
        response = self._response(grid)
        across = response[np.abs(np.arange(bins) - line)]
        histogram = np.bincount(places, counts, bins)
        along = np.einsum("ij,j->i", toeplitz(response), histogram)
        square = np.sum(across**2)
        rest = along - np.sum(along * across) / square * across
        return float(np.sqrt(2 * square)) * norm(rest) / grid.step

    def _response(self, grid: Grid) -> Array:
        """Answer of scipy's Gaussian filter to one pixel, at distances of 0 … bins − 1 pixels."""
        bins = len(grid.points)
        width = min(self.sigma / grid.step, 1e5 * bins)  # giotto's bound
        if width > WIDEST_SUMMED:
            # scipy cuts the kernel at four widths and divides it by its sum: here by the integral
            # from half a pixel beyond, the same to far below 1e-9.
            mass = (
                width * np.sqrt(2 * np.pi) * erf((int(4 * width + 0.5) + 0.5) / width / np.sqrt(2))
            )
            wide: Array = np.exp(-0.5 * (np.arange(bins) / width) ** 2) / mass
            return wide
        impulse = np.zeros(2 * bins - 1)
        impulse[bins - 1] = 1
        response: Array = gaussian_filter1d(impulse, width, mode="constant")[bins - 1 :]
        return response
