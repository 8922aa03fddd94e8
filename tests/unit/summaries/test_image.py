"""Persistence images against their closed form, bar by bar."""

import numpy as np
import pytest

import topoprint as tp


def image_distance(one, other, sigma):
    """L2 distance of persistence images in closed form, bar by bar."""
    points = [(b, d - b, d - b) for b, d in one] + [(b, d - b, b - d) for b, d in other]
    places = np.array([point[:2] for point in points])
    masses = np.array([point[2] for point in points])
    squares = ((places[:, None] - places) ** 2).sum(axis=2)
    kernel = np.exp(-squares / (4 * sigma**2)) / (4 * np.pi * sigma**2)
    return np.sqrt(masses @ kernel @ masses)


@pytest.mark.parametrize("count", [4, 60])  # fewer places than grid points, and more
@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.5])
def test_persistence_images_of_bars_on_the_grid(sigma, count):
    rng = np.random.default_rng(0)
    bars = []
    for _ in range(2):
        births = rng.integers(0, 12, count)
        deaths = births + rng.integers(1, 5, count)
        # The grid of 17 points from 0 to 1 is that of sixteenths.
        bars.append(np.vstack([np.column_stack([births, deaths]), [[0, 16]]]) / 16)
    found = tp.distance_matrix(
        [tp.Diagram.from_bars([[], some]) for some in bars],
        "persistence_image", bins=17, min_persistence=0, sigma=sigma,
    )  # fmt: skip
    expected = image_distance(*bars, sigma)
    assert found.values[0, 1] == pytest.approx(expected, rel=1e-10)


def test_the_other_engine_has_no_such_image():
    bars = tp.Diagram.from_bars([[], [[0, 1]]])
    with pytest.raises(
        tp.InputError, match="giotto-tda has no persistence_image; use the engine exact"
    ):
        tp.distance_matrix([bars, bars], "persistence_image", engine="giotto")
