"""Pairs of networks beside pairs of their null models."""

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, compare
from topoprint.evaluation.pairs import pair_tests, z_score
from topoprint.identity import stream
from topoprint.measures.registry import make_measures
from topoprint.networks.nulls import null_network

NETWORKS = [
    random_network(sizes, seed) for seed, sizes in enumerate(([4, 6, 3], [4, 6, 3], [4, 3]))
]


def test_z_scores_by_hand():
    nulls = np.array([1.0, 2.0, 3.0])
    assert z_score(2.0, nulls) == 0
    # The nulls' standard deviation is 1, their mean's is √(1/3).
    assert z_score(5.0, nulls) == pytest.approx(3 / np.sqrt(4 / 3))
    assert z_score(1.0, np.ones(3)) == 0
    assert z_score(0.5, np.ones(3)) == -np.inf
    assert z_score(0.1, np.full(20, 0.1)) == 0  # though the mean of twenty 0.1 is another number
    assert np.isnan(z_score(2.0, np.ones(1)))
    assert np.isnan(z_score(np.nan, np.ones(3)))


def test_each_pair_is_held_against_null_models_of_both():
    asked = make_measures(["heat", "one_norm"])
    tests = pair_tests(NETWORKS, "abc", asked, ["gaussian", "shuffled_layers"], 3)
    assert [(test.measure, test.one, test.other) for test in tests] == [
        (name, *pair) for name in ("heat", "one_norm") for pair in ("ab", "ac", "bc")
    ]
    real = compare(NETWORKS, asked)
    of_nulls = [
        compare(
            [
                null_network(net, "gaussian", stream("verdict", position, "gaussian", repetition))
                for position, net in enumerate(NETWORKS)
            ],
            asked,
        )
        for repetition in range(3)
    ]
    found = {(test.measure, test.one + test.other): test for test in tests}
    for name in ("heat", "one_norm"):
        for (one, other), pair in (((0, 1), "ab"), ((0, 2), "ac"), ((1, 2), "bc")):
            test = found[name, pair]
            assert list(test.z) == ["gaussian", "shuffled_layers"]
            np.testing.assert_equal(test.distance, real[name].values[one, other])
            nulls = np.array([made[name].values[one, other] for made in of_nulls])
            np.testing.assert_equal(test.z["gaussian"], z_score(test.distance, nulls))
    assert np.isnan(found["one_norm", "ac"].distance)
    assert np.isfinite(found["heat", "ac"].z["gaussian"])


def test_size_is_what_the_null_models_keep():
    tests = pair_tests(NETWORKS, "abc", make_measures(["number_of_edges"]), ["resampled"], 2)
    assert [test.z["resampled"] for test in tests] == [0, 0, 0]


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(InputError, match="null 'noise' is not known; choose shuffled_layers"):
        pair_tests(NETWORKS, "abc", make_measures(["heat"]), ["noise"], 2)
    with pytest.raises(InputError, match="a: measure 'cka' needs its responses"):
        pair_tests(NETWORKS, "abc", make_measures(["cka"]), ["gaussian"], 2)
