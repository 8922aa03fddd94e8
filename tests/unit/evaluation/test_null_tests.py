"""Null tests of measures that are known to see something, or nothing."""

from dataclasses import replace

import numpy as np
import pytest
from known_measures import (
    COUNT,
    NULL,
    SHAPES,
    all_nulls,
    by_measure,
    null_tests_of,
    nulls_of,
    real_of,
    same_but_for_noise,
    seeds_of,
    unrelated,
)

from topoprint import Index, InputError
from topoprint.evaluation.null_tests import null_tests


def test_a_measure_that_does_not_see_what_the_null_loses():
    seeds = seeds_of(5)
    found = null_tests_of(seeds, same_but_for_noise)["by_chance"]
    assert found.null == NULL
    assert found.spearman > 0.99
    assert found.spearman.low <= found.spearman <= found.spearman.high
    assert found.mantel_p < 0.01
    assert found.nulls == 20
    upper = np.triu_indices(COUNT, 1)
    mean = np.mean([made.matrices["by_chance"].values[upper].mean() for made in seeds])
    assert found.own == pytest.approx(0.5 / mean)


def test_a_measure_that_sees_what_the_null_loses():
    found = null_tests_of(seeds_of(5), unrelated)["by_size"]
    assert abs(found.spearman) < 0.5
    assert found.rank_p == pytest.approx(1 / 5)  # one real matrix and four nulls a seed
    assert found.median_z > 5
    assert found.beyond_2 > 0.75
    assert found.among_seeds > 0.95


def test_real_matrices_that_are_like_their_nulls_have_no_small_p_value():
    """Real and null matrices drawn alike: the rank is any, and z is seldom large."""
    ranks, medians, beyond = [], [], []
    for start in range(0, 60, 3):
        seeds = [real_of(seed) for seed in range(start, start + 3)]
        found = null_tests_of(seeds, unrelated)["by_chance"]
        ranks.append(found.rank_p)
        medians.append(found.median_z)
        beyond.append(found.beyond_2)
        assert abs(found.among_seeds) < 0.6
    # Uniform numbers beside four others: simulated apart from this code, 0.80 and 0.06.
    assert 0.7 < np.mean(medians) < 0.9
    assert 0.02 < np.mean(beyond) < 0.1
    assert 0.35 < np.mean(ranks) < 0.85  # 0.6 for five equally likely ranks
    assert len(set(ranks)) >= 4


def test_nulls_that_are_the_real_ones_have_no_z():
    found = null_tests_of(seeds_of(1), lambda values, *_: values)["by_size"]
    assert (found.median_z, found.beyond_2, found.rank_p) == (0, 0, 1)
    assert np.isnan(found.spearman.low)  # a single seed has no interval
    single = null_tests_of(seeds_of(1), same_but_for_noise, repetitions=1)
    assert np.isnan(single["by_size"].median_z)
    assert np.isnan(single["by_size"].rank_p)
    assert np.isnan(single["by_size"].among_seeds)


def test_nulls_whose_mean_is_rounded_have_no_z():
    def tenths(*_):
        return np.where(np.eye(COUNT), 0, 0.1)

    found = null_tests_of([real_of(0, by_chance=tenths())], tenths, repetitions=20)["by_chance"]
    assert (found.median_z, found.beyond_2) == (0, 0)


def test_a_null_that_a_measure_cannot_compare_is_left_out():
    seeds = seeds_of(2)
    nulls = all_nulls(seeds, same_but_for_noise)
    dead = nulls["seed1_nulls.h5"][2].matrices["by_chance"].values
    dead[3, :] = dead[:, 3] = np.nan
    dead[3, 3] = 0
    found = by_measure(null_tests(seeds, nulls))["by_chance"]
    assert found.networks == COUNT - 1
    assert found.spearman > 0.99


def test_a_measure_of_equal_shapes_is_tested_on_the_largest_set_that_it_compares():
    def of_equal_shapes(values):
        return np.where(np.not_equal.outer(SHAPES, SHAPES), np.nan, values)

    seeds = [
        real_of(seed, by_chance=of_equal_shapes(real_of(seed).matrices["by_chance"].values))
        for seed in range(3)
    ]
    found = null_tests_of(seeds, same_but_for_noise)["by_chance"]
    assert found.networks == 4
    assert np.isfinite(found.spearman)
    none = [real_of(seed, by_chance=np.where(np.eye(COUNT), 0, np.nan)) for seed in range(3)]
    assert "by_chance" not in null_tests_of(none, same_but_for_noise)


def test_nulls_without_a_measure_are_left_out():
    seeds = seeds_of(2)
    nulls = all_nulls(seeds, unrelated)
    for made in (one for of_seed in nulls.values() for one in of_seed):
        del made.matrices["by_chance"]
    assert by_measure(null_tests(seeds, nulls)).keys() == {
        "by_size", "number_of_edges", "weight_histogram",
    }  # fmt: skip


def test_several_null_models_of_several_files_are_tested_by_name():
    seeds = seeds_of(2)
    nulls = {}
    for real in seeds:
        seed = real.index[0].id.seed
        nulls[f"{seed}-a"] = nulls_of(real, unrelated, 2)
        nulls[f"{seed}-b"] = nulls_of(real, same_but_for_noise, 1, "initial")
    rows = {(row.measure, row.null): row for row in null_tests(seeds, nulls)}
    assert len(rows) == 8
    assert rows["by_size", NULL].nulls == 4
    assert rows["by_size", "initial"].nulls == 2
    assert rows["by_chance", "initial"].spearman > 0.99 > rows["by_chance", NULL].spearman
    assert [measure for measure, _ in rows] == [
        name for name in seeds[0].matrices for _ in range(2)
    ]


def refused(seeds, nulls, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        null_tests(seeds, nulls)
    assert "\n" not in str(caught.value)


def test_null_models_that_do_not_belong_to_the_networks_are_refused():
    seeds = seeds_of(2)
    nulls = all_nulls(seeds, unrelated)
    (zero, one), (file, other) = nulls.values(), nulls
    elsewhere = "its null models are of other networks or seeds$"
    refused(seeds, {file: zero, other: nulls_of(real_of(7), unrelated)}, f"^{other}: {elsewhere}")
    backwards = [replace(made, index=Index(made.index[::-1])) for made in one]
    refused(seeds, {file: zero, other: backwards}, f"^{other}: {elsewhere}")
    strange = [
        replace(made, index=Index(replace(row, id=replace(row.id, dataset="e"))
                                  for row in made.index))
        for made in one
    ]  # fmt: skip
    refused(seeds, {file: zero, other: strange}, f"^{other}: {elsewhere}")
    wide = nulls_of(real_of(1), unrelated)
    for made in wide:
        made.matrices["by_size"] = replace(
            made.matrices["by_size"], parameters={"kind": "by_size", "version": 2}
        )
    refused(
        seeds,
        {file: zero, other: wide},
        rf"^{other}: .* other measures or parameters than the networks \(by_size\)",
    )
    more = nulls_of(real_of(1), unrelated)
    for made in more:
        made.matrices["warmth"] = made.matrices["by_size"]
    refused(seeds, {file: zero, other: more}, rf"^{other}: .* than the networks \(warmth\)")


def test_seeds_that_differ_in_their_null_models_are_refused():
    seeds = seeds_of(2)
    unlike = f"^null model '{NULL}': its repetitions or measures are not the same of every seed$"
    three = {"a": nulls_of(seeds[0], unrelated), "b": nulls_of(seeds[1], unrelated, 3)}
    refused(seeds, three, unlike)
    refused(seeds, {"a": nulls_of(seeds[0], unrelated)}, unlike)
    without = all_nulls(seeds, unrelated)
    for made in without["seed1_nulls.h5"]:
        del made.matrices["by_size"]
    refused(seeds, without, unlike)
