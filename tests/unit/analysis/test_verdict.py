"""Verdicts on measures that are known to see something, or nothing."""

import numpy as np
import pytest

from topoprint import AveragedMatrix, InputError
from topoprint.analysis.verdict import (
    WHAT_IS_LOST,
    dataset_truths,
    explained,
    in_words,
    null_verdicts,
    shape_truths,
)
from topoprint.experiment.config import Nulls
from topoprint.topology.study import NullDistances, Study

COUNT = 8
LABELS = tuple(f"a-{n}" for n in range(COUNT))
SHAPES = ("4-8-2",) * 4 + ("4-9-2", "4-10-2", "4-11-2", "4-12-2")


def noise(seed, scale=1.0):
    values = np.triu(np.random.default_rng(seed).random((COUNT, COUNT)), k=1) * scale
    return values + values.T


def sizes():
    edges = np.array([58.0] * 4 + [65, 72, 79, 86])
    return np.abs(edges[:, None] - edges)


def study_of(seed, nulls_of_measure, repetitions=4):
    """A study with a measure of size and one of noise, and given nulls of both."""
    real = {
        "by_size": sizes() + noise(seed, 0.01),
        "by_chance": noise(100 + seed),
        "number_of_edges": sizes(),
        "weight_histogram": noise(3),
    }
    nulls = {
        measure: NullDistances(
            np.stack([nulls_of_measure(values, seed, r) for r in range(repetitions)]),
            np.full((repetitions, COUNT), 0.5),
        )
        for measure, values in real.items()
    }
    return Study(LABELS, SHAPES, real, {"shuffled_layers": nulls})


def same_but_for_noise(values, seed, repetition):
    return values + noise(1000 + 10 * seed + repetition, 1e-4)


def unrelated(values, seed, repetition):
    return noise(2000 + 10 * seed + repetition)


def by_measure(rows):
    return {row.measure: row for row in rows}


def test_a_measure_that_does_not_see_what_the_null_loses():
    studies = [study_of(seed, same_but_for_noise) for seed in range(5)]
    verdict = by_measure(null_verdicts(studies))["by_chance"]
    assert verdict.spearman > 0.99
    assert verdict.low <= verdict.spearman <= verdict.high
    assert verdict.mantel_p < 0.01
    assert verdict.nulls == 20
    mean = np.mean([made.real["by_chance"][np.triu_indices(COUNT, 1)].mean() for made in studies])
    assert verdict.own == pytest.approx(0.5 / mean)


def test_a_measure_that_sees_what_the_null_loses():
    studies = [study_of(seed, unrelated) for seed in range(5)]
    verdict = by_measure(null_verdicts(studies))["by_size"]
    assert abs(verdict.spearman) < 0.5
    assert verdict.rank_p == pytest.approx(1 / 5)  # one real matrix and four nulls a seed
    assert verdict.median_z > 5
    assert verdict.beyond_2 > 0.8


def test_real_matrices_that_are_like_their_nulls_have_no_small_p_value():
    """Real and null matrices drawn alike: the rank is any, and z is seldom large."""
    ranks = []
    for start in range(0, 60, 3):
        studies = [study_of(seed, unrelated) for seed in range(start, start + 3)]
        verdict = by_measure(null_verdicts(studies))["by_chance"]
        ranks.append(verdict.rank_p)
        assert verdict.median_z < 1.5
    assert 0.35 < np.mean(ranks) < 0.85  # 0.6 for five equally likely ranks
    assert len(set(ranks)) >= 4


def test_nulls_that_are_the_real_ones_have_no_z():
    verdict = by_measure(null_verdicts([study_of(0, lambda values, *_: values)]))["by_size"]
    assert (verdict.median_z, verdict.beyond_2, verdict.rank_p) == (0, 0, 1)
    assert np.isnan(verdict.low)  # a single seed has no interval
    single = by_measure(null_verdicts([study_of(0, same_but_for_noise, repetitions=1)]))
    assert np.isnan(single["by_size"].median_z)


def test_variance_explained_by_size_and_histogram():
    shares = by_measure(explained([study_of(seed, unrelated) for seed in range(5)]))
    assert shares.keys() == {"by_size", "by_chance"}
    assert shares["by_size"].size > 0.99
    assert shares["by_size"].histogram < 0.2
    assert shares["by_size"].both >= shares["by_size"].size
    assert shares["by_chance"].both < 0.4


def test_networks_of_one_shape_are_found():
    truths = by_measure(shape_truths([study_of(seed, unrelated) for seed in range(5)]))
    assert truths["number_of_edges"].average_precision == 1
    assert truths["number_of_edges"].nearest == 1
    assert truths["by_size"].average_precision > 0.99
    assert truths["by_chance"].average_precision < 0.8
    assert truths["by_chance"].chance == pytest.approx(3 / 7)
    assert truths["by_chance"].low < truths["by_chance"].high


def test_ties_count_as_chance():
    made = study_of(0, unrelated)
    made.real["by_size"] = np.ones((COUNT, COUNT)) - np.eye(COUNT)
    truth = by_measure(shape_truths([made]))["by_size"]
    assert truth.average_precision == truth.nearest == pytest.approx(3 / 7)


def test_data_sets_are_found_in_the_control():
    groups = ("one",) * 4 + ("other",) * 4
    apart = np.kron(np.array([[0.0, 9], [9, 0]]), np.ones((4, 4)))
    runs = np.stack([apart + noise(seed) for seed in range(3)])
    matrix = AveragedMatrix(runs, LABELS, groups, ("1", "2", "3"), "heat")
    gaps = np.where(apart > 0, np.nan, runs)
    norm = AveragedMatrix(gaps, LABELS, groups, ("1", "2", "3"), "one_norm")
    (truth,) = dataset_truths([matrix, norm])
    assert (truth.measure, truth.together) == ("heat", "data set")
    assert truth.average_precision == truth.nearest == 1
    assert truth.chance == pytest.approx(3 / 7)


def test_words_follow_the_numbers():
    blind = [study_of(seed, same_but_for_noise) for seed in range(3)]
    said = in_words(null_verdicts(blind), explained(blind), shape_truths(blind))
    assert said["by_size"][0].startswith("It does not see how the neurons are wired")
    assert "size alone 100 %" in said["by_size"][1]
    assert said["by_size"][2].endswith("the number of edges alone reaches 1.00.")
    seeing = [study_of(seed, unrelated) for seed in range(3)]
    assert in_words(null_verdicts(seeing), [], [])["by_size"][0].startswith("It depends on")


def test_every_null_of_the_config_has_words():
    assert set(Nulls().models) == WHAT_IS_LOST.keys()


def test_studies_that_do_not_belong_together_are_refused():
    made = study_of(0, unrelated)
    other = Study(LABELS[::-1], SHAPES, made.real, made.nulls)
    with pytest.raises(InputError, match="different networks"):
        null_verdicts([made, other])
    with pytest.raises(InputError, match="no studies"):
        explained([])
    few = Study(LABELS[:2], SHAPES[:2], made.real, made.nulls)
    with pytest.raises(InputError, match="at least three"):
        shape_truths([few])
