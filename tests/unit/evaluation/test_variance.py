"""The variance that size and histogram explain."""

import numpy as np
import pytest
from known_measures import COUNT, SHAPES, by_measure, compared, index_of, noise, real_of, seeds_of

from topoprint import Index, NetworkId
from topoprint.evaluation.variance import variance_explained, variance_of_tasks
from topoprint.identity import Row


def test_variance_explained_by_size_and_histogram():
    shares = by_measure(variance_explained(seeds_of(5)))
    assert shares.keys() == {"by_size", "by_chance"}
    assert shares["by_size"].size > 0.99
    assert shares["by_size"].histogram < 0.2
    assert shares["by_size"].both >= shares["by_size"].size
    assert shares["by_chance"].both < 0.4
    assert shares["by_size"].size.low <= shares["by_size"].size <= shares["by_size"].size.high
    assert shares["by_chance"].both.low < shares["by_chance"].both.high


def test_sizes_that_are_equal_explain_nothing_that_could_be_told():
    nothing = np.zeros((COUNT, COUNT))
    seeds = [real_of(seed, number_of_edges=nothing) for seed in range(2)]
    share = by_measure(variance_explained(seeds))["by_chance"]
    assert np.isnan(share.size)
    assert np.isfinite(share.both)
    np.testing.assert_allclose(share.both, share.histogram)


def with_a_far_network(seed, among=range(COUNT)):
    """A measure that is the size, but that the first network is far from all others."""
    size = np.abs(np.subtract.outer(np.arange(COUNT), np.arange(COUNT))).astype(float)
    far = np.zeros((COUNT, COUNT))
    far[0, 1:] = far[1:, 0] = 9 + noise(seed)[0, 1:]
    values = {"m": size + far, "number_of_edges": size, "weight_histogram": noise(seed + 9)}
    places = np.ix_(among, among)
    index = Index(index_of(seed)[place] for place in among)
    return compared(index, {name: array[places] for name, array in values.items()})


def test_shares_are_told_without_the_network_that_changes_them_most():
    (found,) = variance_explained([with_a_far_network(seed) for seed in range(3)])
    assert found.size_left_out == found.both_left_out == "a-0"
    assert found.size < 0.5
    np.testing.assert_allclose([found.size_without, found.both_without], 1)
    without = []
    for left_out in range(COUNT):
        others = np.delete(np.arange(COUNT), left_out)
        (rest,) = variance_explained([with_a_far_network(seed, others) for seed in range(3)])
        without.append(float(rest.histogram))
    most = int(np.argmax(np.abs(np.array(without) - found.histogram)))
    assert found.histogram_left_out == f"a-{most}"
    np.testing.assert_allclose(found.histogram_without, without[most])


def test_a_share_that_rests_on_one_network_alone_names_it():
    size = np.zeros((COUNT, COUNT))
    size[2] = size[:, 2] = 1 - np.eye(COUNT)[2]
    share = by_measure(variance_explained([real_of(seed, number_of_edges=size) for seed in (0, 1)]))
    assert np.isfinite(share["by_chance"].size)
    assert np.isnan(share["by_chance"].size_without)
    assert share["by_chance"].size_left_out == "a-2"
    assert np.isfinite(share["by_chance"].both_without)


@pytest.mark.parametrize(
    "simple",
    [
        {},
        {"number_of_edges": np.zeros((COUNT, COUNT))},
        {"number_of_edges": 1e7 * noise(7), "weight_histogram": 3e-5 * noise(7)},
        {"number_of_edges": np.round(noise(8)), "weight_histogram": np.ones((COUNT, COUNT))},
    ],
    ids=["as they are", "equal sizes", "collinear", "whole numbers and a constant"],
)
def test_without_a_network_is_a_fit_of_the_others(simple):
    seeds = [real_of(seed, **simple) for seed in range(2)]
    fits = [by_measure(variance_explained([without(one, left_out) for one in seeds]))
            for left_out in range(COUNT)]  # fmt: skip
    for measure, row in by_measure(variance_explained(seeds)).items():
        for name, share in row.shares.items():
            assert bool(share.left_out) == np.isfinite(share.whole)
            if not share.left_out:
                continue
            rest = np.array([float(fit[measure].shares[name].whole) for fit in fits])
            left_out = int(share.left_out.removeprefix("a-"))
            np.testing.assert_allclose(share.without, rest[left_out], rtol=1e-9, atol=1e-12)
            changes = abs(np.where(np.isnan(rest), np.inf, rest) - share.whole)
            np.testing.assert_allclose(changes[left_out], changes.max(), rtol=1e-9)


def without(comparison, left_out):
    others = np.delete(np.arange(COUNT), left_out)
    index = Index(comparison.index[place] for place in others)
    values = {name: one.values[np.ix_(others, others)] for name, one in comparison.matrices.items()}
    return compared(index, values)


def test_of_three_networks_none_is_left_out():
    (found,) = variance_explained([with_a_far_network(seed, range(3)) for seed in range(2)])
    assert np.isfinite(found.both)
    assert np.isnan(found.both_without)
    assert found.both_left_out == ""


def test_a_measure_of_equal_shapes_is_explained_on_the_largest_set_that_it_compares():
    apart = np.not_equal.outer(SHAPES, SHAPES)
    seeds = [real_of(seed, by_chance=np.where(apart, np.nan, noise(seed))) for seed in range(3)]
    assert by_measure(variance_explained(seeds))["by_chance"].networks == 4
    pairs = np.where(np.eye(COUNT), 0, np.nan)
    seeds = [real_of(seed, by_chance=pairs) for seed in range(3)]
    assert "by_chance" not in by_measure(variance_explained(seeds))


def test_without_the_simple_measures_nothing_is_explained():
    for simple in ({}, {"number_of_edges": noise(1)}, {"weight_histogram": noise(1)}):
        seeds = [compared(index_of(1), {"heat": noise(0), **simple})]
        assert variance_explained(seeds) == []


def of_tasks(seeds, networks=6, apart_noise=0.0):
    """A measure that is the size but for the networks of one task, which are far from all."""
    index = Index(
        Row(NetworkId("d", f"n{number}", seed), "odd" if number == 5 else "task", "", number)
        for seed in seeds
        for number in range(networks)
    )
    size = np.array([row.edges for row in index], dtype=float)
    size = abs(size[:, None] - size)
    far = np.array([row.group == "odd" for row in index])
    measured = size + noise(0, 0.01, len(index)) + apart_noise * (far[:, None] != far)
    values = {"m": measured, "number_of_edges": size, "weight_histogram": noise(1, 1, len(index))}
    return compared(index, values)


def test_tasks_apart_do_not_count_and_seeds_give_an_interval():
    (whole,) = variance_of_tasks(of_tasks((1, 2, 3), apart_noise=9))
    (part,) = variance_of_tasks(of_tasks((1, 2, 3), apart_noise=9), ("odd",))
    assert (whole.networks, part.networks) == (6, 5)
    assert whole.size < 0.9
    assert part.size > 0.99
    assert part.size.low <= part.size <= part.size.high
    assert part.size.low < part.size.high


def test_without_seeds_of_the_same_networks_all_are_taken_together():
    (few,) = variance_of_tasks(of_tasks((1, 2, 3), networks=2))
    assert few.networks == 6
    assert np.isnan(few.size.low)
