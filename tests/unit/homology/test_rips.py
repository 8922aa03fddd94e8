"""Rips persistence, against ripser and by hand."""

import numpy as np
import pytest

from topoprint import InputError

pytest.importorskip("gudhi")

from topoprint.homology.rips import rips


def random_distances(seed, count, kind):
    rng = np.random.default_rng(seed)
    if kind == "points":
        points = rng.standard_normal((count, 3))
        values = np.linalg.norm(points[:, None] - points, axis=2)
    elif kind == "correlations":
        hidden = np.maximum(rng.standard_normal((30, 5)) @ rng.standard_normal((5, count)), 0.1)
        values = 1 - np.abs(np.corrcoef(hidden.T))
    else:  # few values, many ties, zeros among them
        values = rng.integers(0, 5, (count, count)) / 4
    values = np.maximum(values, values.T)
    np.fill_diagonal(values, 0)
    return values


@pytest.mark.parametrize("kind", ["points", "correlations", "ties"])
@pytest.mark.parametrize("seed", range(4))
def test_bars_are_those_of_ripser(seed, kind):
    ripser = pytest.importorskip("ripser").ripser
    distances = random_distances(seed, 40, kind)
    deaths, bars = rips(distances)
    components, cycles = ripser(distances, maxdim=1, distance_matrix=True)["dgms"]
    finite = np.sort(components[np.isfinite(components[:, 1]), 1])
    expected = np.concatenate([np.zeros(39 - len(finite)), finite])
    np.testing.assert_allclose(deaths, expected, atol=1e-6)  # ripser knows float32 alone
    assert len(bars) == len(cycles)
    np.testing.assert_allclose(np.sort(bars[:, 0]), np.sort(cycles[:, 0]), atol=1e-6)
    np.testing.assert_allclose(np.sort(bars[:, 1]), np.sort(cycles[:, 1]), atol=1e-6)


def test_a_circle_of_six_points_has_one_hole():
    angles = np.arange(6) * np.pi / 3
    points = np.column_stack([np.cos(angles), np.sin(angles)])
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    deaths, bars = rips(np.maximum(distances, distances.T))
    np.testing.assert_allclose(deaths, np.ones(5))
    np.testing.assert_allclose(bars, [[1, np.sqrt(3)]])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_few_points_have_components_alone(count):
    deaths, bars = rips(1 - np.eye(count))
    np.testing.assert_array_equal(deaths, np.ones(count - 1))
    assert bars.shape == (0, 2)


@pytest.mark.parametrize(
    ("distances", "told"),
    [
        (np.zeros((2, 3)), "shape"),
        (np.zeros((0, 0)), "shape"),
        (np.array([[0, np.nan], [np.nan, 0]]), "NaN"),
        (np.array([[0, -1.0], [-1, 0]]), "negative"),
        (np.array([[0, 1.0], [2, 0]]), "symmetric"),
        (np.eye(2), "zero diagonal"),
    ],
)
def test_what_are_no_distances_is_refused(distances, told):
    with pytest.raises(InputError, match=told):
        rips(distances)
