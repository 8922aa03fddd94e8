"""Networks and their nulls by many measures, against the same distances computed one by one."""

import numpy as np
import pytest
from helpers import random_network

import topoprint as tp
from topoprint.comparison.study import NullDistances, Study, study
from topoprint.measures.measures import Discretisation
from topoprint.measures.registry import MEASURES, Subject
from topoprint.networks.nulls import null_network
from topoprint.responses.responses import Activations

SIZES = ([4, 6, 3], [4, 6, 3], [4, 8, 8, 3])
LABELS = ("a-1", "a-2", "b-1")


OF_WEIGHTS = [name for name, known in MEASURES.items() if "activations" not in known.needs]


def networks():
    return [random_network(sizes, seed) for seed, sizes in enumerate(SIZES)]


def subjects(nets, answers=None):
    return [Subject(net, answers=answers) for net in nets]


def shuffled(repetition):
    return subjects(
        null_network(net, "shuffled_layers", 10 * repetition + number)
        for number, net in enumerate(networks())
    )


ANSWERS = Activations(
    np.random.default_rng(0).random((5, 3)).astype(np.float32), np.array([0, 1, 2, 1])
)


@pytest.fixture(scope="module")
def made():
    same = subjects(networks(), ANSWERS)
    nulls = {"shuffled_layers": (shuffled(r) for r in range(2)), "same": [same]}
    return study(same, LABELS, nulls)


def expected(nets, measure):
    return MEASURES[measure].distances(nets, Discretisation())


@pytest.mark.parametrize("measure", MEASURES)
def test_distances_are_those_of_each_measure_by_itself(made, measure):
    real = subjects(networks(), ANSWERS)
    np.testing.assert_array_equal(made.real[measure], expected(real, measure))
    if measure in OF_WEIGHTS:
        found = made.nulls["shuffled_layers"][measure]
        assert (found.values.shape, found.own.shape) == ((2, 3, 3), (2, 3))
        np.testing.assert_array_equal(found.values[1], expected(shuffled(1), measure))
        pair = expected([real[2], shuffled(0)[2]], measure)
        np.testing.assert_array_equal(found.own[0, 2], pair[0, 1])


def test_nulls_that_answer_nothing_are_not_compared_by_their_answers(made):
    assert list(made.real) == list(MEASURES)
    assert list(made.nulls["shuffled_layers"]) == OF_WEIGHTS
    without = study(subjects(networks()), LABELS)
    assert list(without.real) == OF_WEIGHTS


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
    assert found.edges == made.edges == (51, 51, 139)
    assert list(found.real) == list(MEASURES)
    for measure in MEASURES:
        np.testing.assert_array_equal(found.real[measure], made.real[measure])
        for null, measures in made.nulls.items():
            if measure not in measures:
                assert measure not in found.nulls[null]
                continue
            again = found.nulls[null][measure]
            np.testing.assert_array_equal(again.values, measures[measure].values)
            np.testing.assert_array_equal(again.own, measures[measure].own)


def test_unknown_measures_and_lost_labels_are_refused():
    with pytest.raises(tp.InputError, match="measure 'warmth' is not known; choose landscape"):
        study(subjects(networks()), LABELS, {}, ["warmth"])
    with pytest.raises(tp.InputError, match="2 labels for 3 networks"):
        study(subjects(networks()), LABELS[:2], {})
    with pytest.raises(tp.InputError, match="'cka' needs activations"):
        study(subjects(networks()), LABELS, {}, ["heat", "cka"])


def test_z_scores_by_hand():
    nulls = {"n": {"m": NullDistances(np.array([[[0.0, d], [d, 0]] for d in (1.0, 2.0, 3.0)]),
                                      np.zeros((3, 2)))}}  # fmt: skip

    def z(distance):
        made = Study(
            ("a", "b"), ("2-2",) * 2, (6, 6), {"m": np.array([[0, distance], [distance, 0]])}, nulls
        )
        (pair,) = made.z_scores()["m"]
        assert (pair["one"], pair["other"]) == ("a", "b")
        return pair["z"]["n"]

    assert z(2.0) == 0
    # The nulls' standard deviation is 1, their mean's is √(1/3).
    assert z(5.0) == pytest.approx(3 / np.sqrt(4 / 3))
    same = NullDistances(np.ones((3, 2, 2)), np.zeros((3, 2)))
    nulls["n"]["m"] = same
    assert z(1.0) == 0
    assert z(0.5) == -np.inf
    nulls["n"]["m"] = NullDistances(np.full((20, 2, 2), 0.1), np.zeros((20, 2)))
    assert z(0.1) == 0  # though the mean of twenty 0.1 is another number
    nulls["n"]["m"] = NullDistances(np.ones((1, 2, 2)), np.zeros((1, 2)))
    assert np.isnan(z(2.0))
    nulls["n"]["m"] = same
    assert np.isnan(z(np.nan))
