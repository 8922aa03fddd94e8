"""Networks and their nulls by many measures, against the same distances computed one by one."""

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.topology.baselines import baseline_matrices
from topoprint.topology.nulls import null_network, ranked
from topoprint.topology.study import MEASURES, VARIANTS, NullDistances, Study, study

SIZES = ([4, 6, 3], [4, 6, 3], [4, 8, 8, 3])
LABELS = ("a-1", "a-2", "b-1")


def networks():
    return [random_network(sizes, seed) for seed, sizes in enumerate(SIZES)]


def shuffled(repetition):
    return [null_network(net, "shuffled_layers", 10 * repetition + number)
            for number, net in enumerate(networks())]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    nulls = {"shuffled_layers": (shuffled(r) for r in range(2)), "same": [networks()]}
    return study(networks(), LABELS, nulls)


def expected(nets, measure):
    if measure not in VARIANTS:
        return baseline_matrices([tp.to_graph(net) for net in nets], LABELS, [measure])[0].values
    variant = VARIANTS[measure]
    diagrams = [tp.persistence(tp.to_graph(ranked(net) if variant.ranks else net)) for net in nets]
    return tp.distance_matrix(
        diagrams, variant.metric, dimensions=variant.dimensions, **variant.parameters
    ).values


@pytest.mark.parametrize("measure", MEASURES)
def test_distances_are_those_of_each_measure_by_itself(made, measure):
    np.testing.assert_array_equal(made.real[measure], expected(networks(), measure))
    found = made.nulls["shuffled_layers"][measure]
    assert (found.values.shape, found.own.shape) == ((2, 3, 3), (2, 3))
    np.testing.assert_array_equal(found.values[1], expected(shuffled(1), measure))


@pytest.mark.parametrize("measure", MEASURES)
def test_a_null_that_loses_nothing_changes_nothing(made, measure):
    same = made.nulls["same"][measure]
    np.testing.assert_array_equal(same.values[0], made.real[measure])
    np.testing.assert_array_equal(same.own, np.zeros((1, 3)))


def test_size_and_histogram_do_not_see_a_shuffle_within_layers(made):
    for measure in ("number_of_edges", "weight_histogram"):
        found = made.nulls["shuffled_layers"][measure]
        assert (found.own == 0).all()
        np.testing.assert_array_equal(found.values[0], made.real[measure])
    assert (made.nulls["shuffled_layers"]["silhouette_h0"].own > 0).all()


def test_h0_and_h1_make_up_the_whole(made):
    for metric in ("silhouette", "heat"):
        parts = made.real[f"{metric}_h0"] ** 2 + made.real[f"{metric}_h1"] ** 2
        np.testing.assert_allclose(np.sqrt(parts), made.real[metric], rtol=1e-12)


def test_a_file_gives_back_the_study(made, tmp_path):
    made.save(tmp_path / "s.h5", {"dataset": "d", "seed": "1"})
    found, identity = Study.load(tmp_path / "s.h5")
    assert identity == {"dataset": "d", "seed": "1"}
    assert (found.labels, found.shapes) == (LABELS, ("4-6-3", "4-6-3", "4-8-8-3"))
    assert list(found.nulls) == ["shuffled_layers", "same"]
    for measure in MEASURES:
        np.testing.assert_array_equal(found.real[measure], made.real[measure])
        for null, measures in made.nulls.items():
            again = found.nulls[null][measure]
            np.testing.assert_array_equal(again.values, measures[measure].values)
            np.testing.assert_array_equal(again.own, measures[measure].own)


def test_unknown_measures_and_lost_labels_are_refused():
    with pytest.raises(tp.InputError, match="measure 'warmth' is not known; choose landscape"):
        study(networks(), LABELS, {}, ["warmth"])
    with pytest.raises(tp.InputError, match="2 labels for 3 networks"):
        study(networks(), LABELS[:2], {})


def test_z_scores_by_hand():
    nulls = {"n": {"m": NullDistances(np.array([[[0.0, d], [d, 0]] for d in (1.0, 2.0, 3.0)]),
                                      np.zeros((3, 2)))}}  # fmt: skip

    def z(distance):
        made = Study(
            ("a", "b"), ("2-2",) * 2, {"m": np.array([[0, distance], [distance, 0]])}, nulls
        )
        (pair,) = made.z_scores()["m"]
        assert (pair["one"], pair["other"], pair["distance"]) == ("a", "b", distance)
        return pair["z"]["n"]

    assert z(2.0) == 0
    assert z(5.0) == 3  # the nulls' standard deviation is 1
    same = NullDistances(np.ones((3, 2, 2)), np.zeros((3, 2)))
    nulls["n"]["m"] = same
    assert z(1.0) == 0
    assert z(0.5) == -np.inf
    nulls["n"]["m"] = NullDistances(np.ones((1, 2, 2)), np.zeros((1, 2)))
    assert np.isnan(z(2.0))
