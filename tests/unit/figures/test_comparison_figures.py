"""Figures of networks that are compared."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

from topoprint import DistanceMatrix, Index, InputError, NetworkId
from topoprint.figures.comparisons import draw_comparison
from topoprint.figures.drawing import Distances
from topoprint.figures.words import shortened
from topoprint.identity import Row


def matrix(values, labels=None, groups=None):
    labels = labels or [f"n{place}" for place in range(len(values))]
    groups = groups or [""] * len(values)
    index = Index(Row(NetworkId(network=n), g) for n, g in zip(labels, groups, strict=True))
    return DistanceMatrix(np.asarray(values, float), index, "heat")


def line(*places):
    return np.abs(np.subtract.outer(places, places)).astype(float)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_rows_and_columns_stand_in_the_order_of_the_dendrogram():
    heat, tree, _, plane = matrix(line(0, 10, 1, 11)).plot().axes
    shown = np.asarray(heat.images[0].get_array())
    order = [int(label.get_text()[1:]) for label in heat.get_yticklabels()]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset({0, 2}), frozenset({1, 3})}
    np.testing.assert_array_equal(shown, line(0, 10, 1, 11)[np.ix_(order, order)])
    merges = sorted(max(one.get_xdata()) for one in tree.lines)
    assert merges == [1, 1, 10]  # average linkage of {0, 1} and {10, 11}
    assert tree.get_ylim() == heat.get_ylim()
    points = plane.lines[0].get_xydata()
    np.testing.assert_allclose(
        np.linalg.norm(points[:, None] - points[None], axis=2), line(0, 10, 1, 11), atol=1e-3
    )
    assert sorted(texts(plane)) == ["n0", "n1", "n2", "n3"]


def test_equal_networks_have_one_label_and_no_scale_without_a_distance():
    *_, plane = matrix(line(0, 0, 0, 0, 5)).plot().axes
    assert sorted(map(len, texts(plane))) == [2, len("n0, n1, n2 +1")]
    _, _, bar, plane = matrix(np.zeros((3, 3))).plot().axes
    assert texts(bar) == ["all distances are 0"]
    assert texts(plane) == ["no map:\nall distances are 0"]


def test_many_and_long_names_stand_beside_numbers():
    labels = [f"folder/{'x' * 20}{place:02}/model.safetensors" for place in range(13)]
    groups = ["a"] * 6 + ["b"] * 7
    heat, _, _, plane = matrix(line(*range(13)), labels, groups).plot().axes
    told = [label.get_text() for label in heat.get_yticklabels()]
    assert [text.split()[0] for text in told] == [str(place) for place in range(1, 14)]
    assert {text.split()[1] for text in told} == {f"…{place:02}…" for place in range(13)}
    assert sorted(map(int, texts(plane))) == list(range(1, 14))
    assert [text.get_text() for text in plane.get_legend().get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["a", "b"], ["a", "b"]),
        (["long/folder/a/net.pt", "long/folder/bc/net.pt"], ["…a…", "…bc…"]),
        (["x" * 20, "y"], ["xxxx…xxxx", "y"]),
        (["x" * 20] * 2, ["xxxx…xxxx"] * 2),
    ],
)
def test_long_names_are_shortened_where_they_are_alike(names, shown):
    assert shortened(names, 10) == shown


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([[0.0]], "at least two networks"),
        ([[0, np.nan], [np.nan, 0]], "'heat' cannot compare n0 with n1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values, sentence):
    with pytest.raises(InputError, match=sentence):
        matrix(values).plot()


def test_a_figure_that_no_file_could_hold_is_refused():
    with pytest.raises(InputError, match="200 measures of 3 networks are too many for one figure"):
        draw_comparison([Distances("heat", line(0, 1, 2), ("a", "b", "c"), ("",) * 3)] * 200)
