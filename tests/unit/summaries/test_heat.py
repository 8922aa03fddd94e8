"""Heat kernel signatures: one bar in closed form, kernels of any width, borders of pixels."""

from itertools import combinations

import numpy as np
import pytest
from helpers import EMPTY, FINITE, GIOTTO, assert_engines_agree, distance_of, fingerprints

from topoprint import Diagram, InputError, distance_matrix


@pytest.mark.parametrize("engine", ["exact", GIOTTO])
def test_the_heat_of_one_bar(engine):
    # Both diagrams hold [0, 1), which sets the grid. Two Gaussians at distance δ overlap by
    # exp(−δ²/4σ²), and the bar (b, d) lies √2·(d − b) from its mirror.
    one = Diagram.from_bars([[], [[0, 1], [0.4375, 0.5625]]])
    sigma, bins = 0.05, 401
    overlap = np.exp(-2 * 0.125**2 / (4 * sigma**2))
    expected = np.sqrt(2 * (1 - overlap) / (4 * np.pi * sigma**2))
    found = distance_of(one, FINITE, "heat", bins=bins, sigma=sigma, engine=engine)
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("steps", [0.01, 0.1, 1.0, 20.0, 199.0])
def test_heat_of_any_width_is_giotto(steps):
    assert_engines_agree(fingerprints(), "heat", sigma=steps / 199)


@pytest.mark.parametrize(("bins", "high"), [(8, 36), (15, 36), (21, 44), (25, 56), (29, 36)])
def test_heat_of_bars_on_the_borders_of_pixels_is_giotto(bins, high):
    # Some 64ths lie exactly on a grid point, and their rounded quotient by the step just below.
    values = np.arange(high + 1) / 64
    points, step = np.linspace(0, high / 64, bins, retstep=True)
    assert np.any((values / step).astype(int) < np.searchsorted(points, values, "right") - 1)
    same_death = Diagram.from_bars([[], [[birth, high / 64] for birth in values[:-1]]])
    same_birth = Diagram.from_bars([[], [[0.0, death] for death in values[1:]]])
    neither = Diagram.from_bars([[], [[b, d] for b, d in combinations(values[::2], 2)]])
    for one in (same_death, same_birth, neither):
        assert_engines_agree([one, EMPTY], "heat", bins=bins, sigma=step / 10)


def test_a_kernel_too_wide_to_be_summed_is_giottos() -> None:
    pytest.importorskip("gtda")
    one = Diagram.from_bars([[[0, np.inf]], [[0.1, 0.6], [0.2, 0.9]]])
    other = Diagram.from_bars([[[0, np.inf]], [[0.3, 0.6], [0.2, 0.8]]])
    both = [
        distance_matrix([one, other], "heat", bins=9, sigma=1500.0, engine=engine).values[0, 1]
        for engine in ("exact", "giotto")
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-6)  # what is left of a far larger image


def test_heat_of_unit_mass_is_that_of_the_mean_bar():
    one = Diagram.from_bars([[], [[0.25, 0.75]]])
    five = Diagram.from_bars([[], [[0.25, 0.75]] * 5])
    assert distance_of(one, five, "heat") > 0
    assert distance_of(one, five, "heat", unit_mass=True) == 0
    with pytest.raises(InputError, match="no heat of unit mass"):
        distance_of(one, five, "heat", unit_mass=True, engine="giotto")
    with pytest.raises(InputError, match="unit_mass: input should be a valid boolean"):
        distance_of(one, five, "heat", unit_mass=2)
