"""Labelled matrices, and those of several seeds put together."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import LABELS, comparison, index_of, random_values

from topoprint import DistanceMatrix, Index, InputError
from topoprint.comparison.matrix import Comparison, average, check_alike


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
