"""Maps of zoos: classical scaling, and a figure of a file of distances."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

pytest.importorskip("matplotlib")

import topoprint as tp
from topoprint.comparison.files import save_comparisons
from topoprint.comparison.matrix import Comparison
from topoprint.figures.scaling import classical
from topoprint.identity import Row
from topoprint.reporting.zoo_map import draw_maps


def test_points_of_a_plane_are_found_again():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 2)) * [3, 1]
    plane, share = classical(cdist(points, points))
    np.testing.assert_allclose(cdist(plane, plane), cdist(points, points), atol=1e-4)
    assert share == pytest.approx(1, abs=1e-6)
    assert (plane[0] <= 0).all()


def test_the_plane_is_that_of_the_principal_components():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(50, 6)) * [9, 7, 2, 1, 1, 1]
    plane, share = classical(cdist(points, points).astype(np.float32))
    centred = points - points.mean(axis=0)
    left, roots, _ = np.linalg.svd(centred, full_matrices=False)
    expected = left[:, :2] * roots[:2]
    np.testing.assert_allclose(cdist(plane, plane), cdist(expected, expected), rtol=1e-3, atol=1e-2)
    assert share == pytest.approx((roots[:2] ** 2).sum() / (roots**2).sum(), rel=1e-4)


def test_a_map_a_measure_in_the_colours_of_the_groups(tmp_path):
    def written(count):
        index = tp.Index(Row(tp.NetworkId(network=str(n)), "ab"[n % 2]) for n in range(count))
        values = np.abs(np.subtract.outer(np.arange(count), np.arange(count)) * 1.0)
        matrices = {name: tp.DistanceMatrix(values, index, name) for name in ("heat", "betti")}
        save_comparisons(tmp_path / "d.h5", [Comparison(index, matrices)])
        return tmp_path / "d.h5"

    figure = draw_maps(written(5))
    assert [axes.get_title() for axes in figure.axes] == [
        "heat: 100 % of the variance",
        "betti: 100 % of the variance",
    ]
    for axes in figure.axes:
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
        spread = np.sort(np.concatenate([line.get_xdata() for line in axes.lines]))
        np.testing.assert_allclose(np.diff(spread), 1, rtol=1e-4)
    with pytest.raises(tp.InputError, match="3 to 20,000 networks, not of 2"):
        draw_maps(written(2))
