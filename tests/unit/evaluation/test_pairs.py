"""Pairs of networks beside pairs of their null models."""

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, Network, compare, persistence, to_graph
from topoprint.evaluation.pairs import AmongNulls, pair_tests, verdict, z_score
from topoprint.identity import stream
from topoprint.measures.registry import make_measures
from topoprint.networks.nulls import NullError, null_network

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
            assert list(test.nulls) == ["gaussian", "shuffled_layers"]
            np.testing.assert_equal(test.distance, real[name].values[one, other])
            nulls = np.array([made[name].values[one, other] for made in of_nulls])
            np.testing.assert_equal(test.nulls["gaussian"].z, z_score(test.distance, nulls))
    assert np.isnan(found["one_norm", "ac"].distance)
    assert np.isfinite(found["heat", "ac"].nulls["gaussian"].z)


def test_size_is_what_the_null_models_keep():
    tests = pair_tests(NETWORKS, "abc", make_measures(["number_of_edges"]), ["resampled"], 2)
    assert [test.nulls["resampled"].z for test in tests] == [0, 0, 0]


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(InputError, match="null 'noise' is not known; choose shuffled_layers"):
        pair_tests(NETWORKS, "abc", make_measures(["heat"]), ["noise"], 2)
    with pytest.raises(InputError, match="a: measure 'cka' needs its responses"):
        pair_tests(NETWORKS, "abc", make_measures(["cka"]), ["gaussian"], 2)


def test_ranks_and_p_values_by_hand():
    nulls = np.array([1.0, 2.0, 2.0, 3.0, np.nan])
    among = AmongNulls.of(2.0, nulls)
    assert (among.nearer, among.repetitions, among.floor) == (1, 4, 1 / 5)
    assert (among.p_nearer, among.p_farther) == ((3 + 1) / 5, (3 + 1) / 5)
    assert AmongNulls.of(0.5, nulls).p_nearer == AmongNulls.of(9.0, nulls).p_farther == 1 / 5
    assert np.isnan(AmongNulls.of(np.nan, nulls).p_nearer)
    # A null that keeps all that a measure sees differs by rounding alone.
    same = AmongNulls.of(0.1 + 0.2, np.full(20, 0.3))
    assert (same.nearer, same.p_nearer, same.p_farther) == (0, 1, 1)


def test_p_values_of_nulls_themselves_are_uniform():
    values = np.random.default_rng(0).exponential(size=20)  # as skewed as those of distances
    found = [AmongNulls.of(one, np.delete(values, at)) for at, one in enumerate(values)]
    np.testing.assert_allclose(sorted(one.p_nearer for one in found), np.arange(1, 21) / 20)
    np.testing.assert_allclose(sorted(one.p_farther for one in found), np.arange(1, 21) / 20)


def renumbered(network):
    """The same network, its hidden neurons in another order."""
    (w1, w2), (b1, b2) = network.weights, network.biases
    order = np.random.default_rng(1).permutation(len(w1))
    return Network.from_layers([(w1[order], b1[order]), (w2[:, order], b2)])


def test_copies_are_the_same_or_nearer_than_every_null():
    network = random_network([6, 9, 4], 5)
    itself, other = (verdict([network, one], ["silhouette", "heat"]) for one in
                     (Network.from_layers(zip(network.weights, network.biases, strict=True)),
                      renumbered(network)))  # fmt: skip
    assert {test.said for test in itself} == {
        "the same network: every weight is equal and in its place"
    }
    for test in other:
        assert test.distance == 0
        assert not test.same
        assert test.said.startswith("not told apart, and nearer than their nulls shuffled_layers")
        # Nulls are skewed: by z the copy would pass for one of them.
        assert {among.nearer for among in test.nulls.values()} == {0}
        assert test.nulls["shuffled_network"].p_nearer == 1 / 21


def test_what_is_said_says_how_far():
    one, other = random_network([6, 9, 4], 5), random_network([6, 9, 4], 6)
    few = verdict([one, other], ["heat"], ["gaussian"], 5)[0]
    assert few.said == "too few nulls to tell: the least p that these can show is 0.17"
    far = verdict([one, random_network([30, 40, 20], 6)], ["number_of_edges"], ["gaussian"])[0]
    assert far.said == "as far apart as their nulls gaussian"
    diagram = verdict([one, persistence(to_graph(other))], ["heat"], ["gaussian"])[0]
    assert diagram.said.startswith("not tested: null models are made of weights")
    with pytest.raises(InputError, match="at least two networks"):
        verdict([one])
    with pytest.raises(InputError, match="2 repetitions"):
        verdict([one, other], repetitions=1)


def test_nulls_that_come_out_without_a_weight_do_not_count():
    weights = [np.zeros((4, 4)), np.zeros((4, 4))]
    weights[0][0, 0] = weights[1][1, 2] = weights[1][2, 1] = 1  # most of their draws are all zero
    pruned = [Network.from_layers([(weight, np.zeros(4))]) for weight in weights]
    (test,) = verdict(pruned, ["heat"], ["resampled", "shuffled_layers"], 20)
    usable = 0
    for repetition in range(20):
        try:
            for number, network in enumerate(pruned):
                own = stream("verdict", number, "resampled", repetition)
                null_network(network, "resampled", own)
        except NullError:
            continue
        usable += 1
    assert 0 < usable < 20
    among = test.nulls["resampled"]
    assert (among.repetitions, test.nulls["shuffled_layers"].repetitions) == (usable, 20)
    assert np.isfinite([test.distance, among.p_nearer, among.p_farther]).all()
    lost = AmongNulls.of(1.0, np.full(3, np.nan))
    assert lost.repetitions == 0
    assert np.isnan([lost.p_nearer, lost.p_farther, lost.z]).all()
