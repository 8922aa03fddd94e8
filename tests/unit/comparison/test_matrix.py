"""Labelled matrices, and those of several seeds put together."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from helpers import LABELS, comparison, index_of, random_values

from topoprint import DistanceMatrix, Index, InputError
from topoprint.comparison.averages import average
from topoprint.comparison.matrix import Comparison, check_alike


def of_seeds(*seeds, **changes):
    return {f"seed{seed}.h5": comparison(seed, **changes) for seed in seeds}


def test_text_has_a_labelled_row_for_each_network():
    values = np.array([[0, 1.5, 2], [1.5, 0, 0.25], [2, 0.25, 0]])
    lines = DistanceMatrix(values, index_of(1), "heat").to_text().splitlines()
    assert lines[0].split() == list(LABELS)
    assert [line.split() for line in lines[1:]] == [
        ["layer_size-4", "0", "1.5", "2"],
        ["layer_size-512", "1.5", "0", "0.25"],
        ["input_order-1", "2", "0.25", "0"],
    ]
    assert len({len(line) for line in lines}) == 1


def test_mean_and_standard_deviation_over_seeds():
    averaged = average(of_seeds(3, 1, 2))
    assert [matrix.measure for matrix in averaged] == ["heat", "landscape"]
    runs = np.array([random_values(seed) for seed in (3, 1, 2)])
    for matrix in averaged:
        assert matrix.seeds == (3, 1, 2)
        assert matrix.labels == LABELS
        assert matrix.groups == ("layer_size", "layer_size", "input_order")
        assert matrix.index == index_of(None)
        assert matrix.parameters == {"kind": matrix.measure, "bins": 200}
        np.testing.assert_array_equal(matrix.runs, runs)
        np.testing.assert_allclose(matrix.mean, runs.sum(axis=0) / 3, rtol=1e-14)
        spread = np.sqrt(((runs - runs.sum(axis=0) / 3) ** 2).sum(axis=0) / 3)
        np.testing.assert_allclose(matrix.std, spread, rtol=1e-12)


def test_one_seed_has_no_spread():
    averaged = average(of_seeds(5))
    np.testing.assert_array_equal(averaged[0].mean, random_values(5))
    np.testing.assert_array_equal(averaged[0].std, np.zeros((3, 3)))


def test_measures_may_be_chosen_and_must_be_there():
    assert [m.measure for m in average(of_seeds(1, 2), ["landscape"])] == ["landscape"]
    assert [m.measure for m in average(of_seeds(1), ["landscape", "heat"])] == ["landscape", "heat"]
    with pytest.raises(InputError, match=r"^seed1\.h5: holds no measure 'betti'$"):
        average(of_seeds(1, 2), ["heat", "betti"])


def test_norms_of_networks_come_together():
    found = {}
    for seed in (1, 2):
        values = np.full((3, 3), np.nan)
        np.fill_diagonal(values, 0)
        values[0, 1] = values[1, 0] = seed
        norms = np.array([1.0, 2.0, seed])
        own = comparison(seed, measures=("heat",))
        own.matrices["one_norm"] = DistanceMatrix(values, own.index, "one_norm", {}, norms)
        found[str(seed)] = own
    heat, norm = average(found)
    assert (heat.measure, heat.seeds, heat.own_norms) == ("heat", (1, 2), None)
    np.testing.assert_array_equal(norm.own_norms, [[1, 2, 1], [1, 2, 2]])
    assert (norm.mean[0, 1], norm.greatest) == (1.5, 1.5)
    assert np.isnan(norm.mean[0, 2])


ALIKE = [
    ({"dataset": "letters"}, "compares other networks than"),
    ({"labels": LABELS[::-1]}, "compares other networks than"),
    ({"labels": ("a", "b", "c")}, "compares other networks than"),
    ({"labels": LABELS[:2]}, "compares other networks than"),
    ({"shape": "4-9-2"}, "compares other networks than"),
    ({"bins": 100}, r"was made with other parameters than seed1\.h5 \(heat\)"),
    ({"measures": ("heat",)}, r"do not hold the same measures \(landscape\)"),
    ({"measures": ("heat", "landscape", "silhouette")}, r"same measures \(silhouette\)"),
]


@pytest.mark.parametrize(("change", "complaint"), ALIKE)
@pytest.mark.parametrize("together", [average, check_alike])
def test_matrices_that_do_not_belong_together_are_refused(change, complaint, together):
    files = {**of_seeds(1), "other.h5": comparison(2, **change)}
    with pytest.raises(InputError, match=rf"^other\.h5 .*{complaint}") as caught:
        together(files)
    assert "\n" not in str(caught.value)


def test_seeds_that_cannot_be_averaged_are_refused():
    with pytest.raises(InputError, match=r"^again\.h5: seed 1 is among the files twice$"):
        average({**of_seeds(1), "again.h5": comparison(1)})
    two = Index([*index_of(1)[:2], *index_of(2)[:1]])
    several = Comparison(two, {"heat": DistanceMatrix(np.zeros((3, 3)), two, "heat")})
    with pytest.raises(InputError, match=r"^all\.h5: holds networks of several seeds; one seed"):
        average({"all.h5": several})
    with pytest.raises(InputError, match=r"^none\.h5: holds networks of several seeds"):
        average({"none.h5": replace(comparison(1), index=index_of(None))})
    with pytest.raises(InputError, match="no distance files"):
        average({})


def test_alike_are_comparisons_whose_seeds_alone_differ():
    check_alike(of_seeds(1, 2, 3))
    check_alike({"a": comparison(1), "b": comparison(1)})


def test_distances_are_an_array_and_have_names():
    found = comparison(1)["heat"]
    np.testing.assert_array_equal(np.asarray(found), random_values(1))
    assert np.asarray(found, np.float32).dtype == np.float32
    copy = np.array(found)
    copy[:] = 0
    assert found.values.any()
    first, second, third = LABELS
    assert found[first, third] == found[0, 2] == found.values[0, 2]
    np.testing.assert_array_equal(found[second], found.values[1])
    np.testing.assert_array_equal(found[first, 1:], found.values[0, 1:])
    np.testing.assert_array_equal(list(found), found.values)
    with pytest.raises(InputError, match=r"^no network is called 'x'; did you mean "):
        found["x"]
    twice = DistanceMatrix(np.zeros((2, 2)), Index.of_names("aa"), "heat")
    with pytest.raises(InputError, match=r"^2 networks are called 'a'; give a position$"):
        twice["a", 1]


def test_a_comparison_is_a_mapping_of_measures():
    found = comparison(1)
    assert list(found) == ["heat", "landscape"]
    assert dict(found) == found.matrices
    assert found.labels == LABELS
    assert (len(found), "heat" in found, "betti" in found) == (2, True, False)
    assert repr(found) == "Comparison(3 networks by heat, landscape)"
    assert repr(found["heat"]) == "DistanceMatrix(heat between 3 networks)"
    assert repr(average(of_seeds(1, 2))[0]) == (
        "AveragedMatrix(heat between 3 networks, mean of 2 runs)"
    )


def test_distances_are_labelled_frames():
    pandas = pytest.importorskip("pandas")
    found = comparison(1)
    frame = found["heat"].to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert tuple(frame.index) == tuple(frame.columns) == LABELS
    np.testing.assert_array_equal(frame.to_numpy(), found["heat"].values)
    pairs = found.to_pandas()
    assert list(pairs.columns) == ["heat", "landscape"]
    assert list(pairs.index) == [LABELS[:2], LABELS[::2], LABELS[1:]]
    assert pairs.loc[LABELS[1:], "heat"] == found["heat"].values[1, 2]


def test_distances_are_labelled_arrays():
    pytest.importorskip("xarray")
    found = comparison(1)
    array = found.to_xarray()["heat"]
    assert array.dims == ("network", "other_network")
    assert array.attrs == found["heat"].parameters
    assert array.sel(network=LABELS[0], other_network=LABELS[2]) == found["heat"].values[0, 2]


@pytest.mark.parametrize("package", ["pandas", "xarray", "matplotlib", "sklearn"])
def test_what_is_not_installed_is_told(package, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("topoprint.figures.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.manifold", None)
    found = comparison(1)["heat"]
    call = getattr(found, f"to_{package}", found.plot)
    with pytest.raises(InputError, match=f"{package}.*not installed.*pip install"):
        call()


def test_a_notebook_shows_a_small_table():
    labels = [f"<n{place}>" for place in range(40)]
    many = DistanceMatrix(random_values(1, 40), Index.of_names(labels), "heat")
    shown = many._repr_html_()
    assert "heat: distances, 12 of 40 networks shown" in shown
    assert shown.count("<tr>") == 13
    assert "&lt;n0&gt;" in shown
    assert "<n" not in shown
    assert comparison(1)._repr_html_().count("<table>") == 2
