"""Rips persistence, against ripser and by hand."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from topoprint import InputError

pytest.importorskip("gudhi")

from topoprint.homology import rips_engines
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


@pytest.mark.parametrize("engine", ["ripser", "flagser"])
@pytest.mark.parametrize("kind", ["points", "correlations", "ties"])
@pytest.mark.parametrize("longest", [np.inf, 0.75])
def test_engines_agree(engine, kind, longest):
    pytest.importorskip({"ripser": "ripser", "flagser": "pyflagser"}[engine])
    distances = random_distances(7, 24, kind).astype(np.float32).astype(np.float64)
    for one, other in zip(rips(distances, longest), rips(distances, longest, engine), strict=True):
        np.testing.assert_array_equal(one, other)


def test_longer_edges_do_not_enter():
    distances = random_distances(0, 20, "points")
    deaths, bars = rips(distances)
    cut, bars_cut = rips(distances, longest=1.5)
    np.testing.assert_array_equal(cut, np.where(deaths > 1.5, np.inf, deaths))
    expected = bars[bars[:, 0] <= 1.5]
    expected[expected[:, 1] > 1.5, 1] = np.inf
    np.testing.assert_array_equal(bars_cut, expected)


@pytest.mark.parametrize(
    ("engine", "package"),
    [("gudhi", "gudhi.sklearn"), ("ripser", "ripser"), ("flagser", "pyflagser"),
     ("ripser++", "ripserplusplus")],
)  # fmt: skip
def test_an_engine_that_is_not_there_is_refused_in_a_sentence(engine, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"needs .*pip install") as caught:
        rips(np.zeros((2, 2)), engine=engine)
    assert "\n" not in str(caught.value)
    assert engine in rips_engines.ENGINES


def test_bars_of_ripser_on_a_gpu_are_read_as_it_gives_them(monkeypatch):
    """Records of birth and death by dimension; its essential bars are left out."""
    asked = []

    def run(arguments, distances):
        asked.append((arguments, distances.shape))
        kind = [("birth", np.float32), ("death", np.float32)]
        return {0: np.array([(0, 1)] * 3, kind), 1: np.array([(1, 1.5)], kind)}

    monkeypatch.setitem(sys.modules, "ripserplusplus", SimpleNamespace(run=run))
    deaths, bars = rips(1 - np.eye(4), engine="ripser++")
    assert asked == [("--format distance --dim 1", (4, 4))]
    np.testing.assert_array_equal(deaths, [1, 1, 1])
    np.testing.assert_array_equal(bars, [[1, 1.5]])


def test_an_engine_that_is_not_known_is_refused():
    with pytest.raises(InputError, match="'phat' is not known; choose gudhi, ripser, flagser"):
        rips(np.zeros((2, 2)), engine="phat")
