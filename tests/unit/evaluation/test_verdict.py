"""Verdicts on measures that are known to see something, or nothing."""

from itertools import permutations
from typing import get_args

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from topoprint import InputError
from topoprint.comparison.study import NullDistances, Study
from topoprint.evaluation.answers import answers
from topoprint.evaluation.truths import dataset_truths, random_precision, truths_of
from topoprint.evaluation.verdict import Verdict, explained, null_verdicts
from topoprint.experiment.config import NullName
from topoprint.reporting.words import WHAT_IS_LOST, in_words

COUNT = 8
LABELS = tuple(f"a-{n}" for n in range(COUNT))
SHAPES = ("4-8-2",) * 4 + ("4-9-2", "4-10-2", "4-11-2", "4-12-2")


def noise(seed, scale=1.0):
    values = np.triu(np.random.default_rng(seed).random((COUNT, COUNT)), k=1) * scale
    return values + values.T


EDGES = (58,) * 4 + (65, 72, 79, 86)


def sizes():
    return np.abs(np.subtract.outer(EDGES, EDGES)).astype(float)


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
    return Study(LABELS, SHAPES, EDGES, real, {"shuffled_layers": nulls})


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
    assert verdict.beyond_2 > 0.75
    assert verdict.among_seeds > 0.95


def test_real_matrices_that_are_like_their_nulls_have_no_small_p_value():
    """Real and null matrices drawn alike: the rank is any, and z is seldom large."""
    ranks, medians, beyond = [], [], []
    for start in range(0, 60, 3):
        studies = [study_of(seed, unrelated) for seed in range(start, start + 3)]
        verdict = by_measure(null_verdicts(studies))["by_chance"]
        ranks.append(verdict.rank_p)
        medians.append(verdict.median_z)
        beyond.append(verdict.beyond_2)
        assert abs(verdict.among_seeds) < 0.6
    # Uniform numbers beside four others: simulated apart from this code, 0.80 and 0.06.
    assert 0.7 < np.mean(medians) < 0.9
    assert 0.02 < np.mean(beyond) < 0.1
    assert 0.35 < np.mean(ranks) < 0.85  # 0.6 for five equally likely ranks
    assert len(set(ranks)) >= 4


def test_nulls_that_are_the_real_ones_have_no_z():
    verdict = by_measure(null_verdicts([study_of(0, lambda values, *_: values)]))["by_size"]
    assert (verdict.median_z, verdict.beyond_2, verdict.rank_p) == (0, 0, 1)
    assert np.isnan(verdict.low)  # a single seed has no interval
    single = by_measure(null_verdicts([study_of(0, same_but_for_noise, repetitions=1)]))
    assert np.isnan(single["by_size"].median_z)
    assert np.isnan(single["by_size"].rank_p)
    assert np.isnan(single["by_size"].among_seeds)


def test_nulls_whose_mean_is_rounded_have_no_z():
    def tenths(values, *_):
        return np.where(np.eye(COUNT), 0, 0.1)

    made = study_of(0, tenths, repetitions=20)
    made.real["by_chance"] = tenths(None)
    verdict = by_measure(null_verdicts([made]))["by_chance"]
    assert (verdict.median_z, verdict.beyond_2) == (0, 0)


def test_a_null_that_a_measure_cannot_compare_is_left_out():
    studies = [study_of(seed, same_but_for_noise) for seed in range(2)]
    dead = studies[1].nulls["shuffled_layers"]["by_chance"]
    dead.values[2, 3, :] = dead.values[2, :, 3] = np.nan
    dead.values[2, 3, 3] = 0
    verdict = by_measure(null_verdicts(studies))["by_chance"]
    assert verdict.networks == COUNT - 1
    assert verdict.spearman > 0.99


def test_variance_explained_by_size_and_histogram():
    shares = by_measure(explained([study_of(seed, unrelated) for seed in range(5)]))
    assert shares.keys() == {"by_size", "by_chance"}
    assert shares["by_size"].size > 0.99
    assert shares["by_size"].histogram < 0.2
    assert shares["by_size"].both >= shares["by_size"].size
    assert shares["by_chance"].both < 0.4
    assert shares["by_size"].size_low <= shares["by_size"].size <= shares["by_size"].size_high
    assert shares["by_chance"].both_low < shares["by_chance"].both_high


def test_sizes_that_are_equal_explain_nothing_that_could_be_told():
    studies = [study_of(seed, unrelated) for seed in range(2)]
    for made in studies:
        made.real["number_of_edges"] = np.zeros((COUNT, COUNT))
    share = by_measure(explained(studies))["by_chance"]
    assert np.isnan(share.size)
    assert share.both == pytest.approx(share.histogram)
    said = in_words([], [share], [])["by_chance"][0]
    assert "size alone" not in said
    assert "histogram alone" in said
    questions = {row.question for row in answers({"d": Verdict.of(studies)})}
    assert "R² size" not in questions
    assert "R² histogram" in questions


def test_networks_of_one_shape_are_found():
    truths = by_measure(truths_of([study_of(seed, unrelated) for seed in range(5)]))
    assert truths["number_of_edges"].average_precision == 1
    assert truths["number_of_edges"].nearest == 1
    assert truths["by_size"].average_precision > 0.99
    assert truths["by_chance"].average_precision < 0.8
    assert truths["by_chance"].chance == pytest.approx(3 / 7)
    assert truths["by_chance"].chance_precision == pytest.approx(random_precision(ORDER))
    assert truths["by_chance"].low < truths["by_chance"].high


ORDER = np.array([True] * 3 + [False] * 4)


def test_average_precision_by_chance_is_the_mean_over_all_orders():
    for relevant in (ORDER, ORDER[2:], ORDER[2:4], ORDER[:3]):
        found = [
            average_precision_score(relevant, order) for order in permutations(range(len(relevant)))
        ]
        assert random_precision(relevant) == pytest.approx(np.mean(found))


def test_ties_count_as_chance():
    made = study_of(0, unrelated)
    made.real["by_size"] = np.ones((COUNT, COUNT)) - np.eye(COUNT)
    truth = by_measure(truths_of([made]))["by_size"]
    assert truth.average_precision == truth.nearest == pytest.approx(3 / 7)


def test_data_sets_are_found_in_the_control():
    apart = np.kron(np.array([[0.0, 9], [9, 0]]), np.ones((4, 4)))
    labels = tuple(f"{'one' if n < 4 else 'other'}/a-{n}" for n in range(COUNT))

    def control(edges):
        return [
            Study(
                labels,
                SHAPES,
                edges,
                {"heat": apart + noise(seed), "one_norm": np.where(apart > 0, np.nan, noise(seed))},
                {},
            )
            for seed in range(3)
        ]

    (truth,) = dataset_truths(control((50,) * 4 + (60,) * 4))
    assert (truth.measure, truth.together, truth.networks) == ("heat", "data set", 3 * COUNT)
    assert truth.average_precision == truth.nearest == truth.nearest_low == 1
    assert truth.chance == pytest.approx(3 / 7)
    whole, equal = dataset_truths(control((60,) * 2 + (50,) * 2 + (60,) * 4))
    assert whole.together == "data set"
    assert (equal.together, equal.networks) == ("data set, at equal size", 3 * 6)
    assert equal.chance == pytest.approx((2 * 1 / 5 + 4 * 3 / 5) / 6)
    assert dataset_truths([]) == []


def test_shapes_are_found_across_seeds_and_at_equal_size():
    # Two shapes of one size and a third: 3 networks a seed, 4 seeds.
    shapes, edges = ("4-8-2", "4-5-5-2", "4-20-2"), (1000, 1008, 2500)
    labels = tuple(f"a-{n}/seed{seed}" for n in range(3) for seed in range(4))
    place = np.repeat([0.0, 1, 7], 4) + np.random.default_rng(0).uniform(0, 0.1, 12)
    real = {
        "seeing": np.abs(np.subtract.outer(place, place)),
        "blind": 1.0 - np.eye(12),
        "number_of_edges": np.abs(np.subtract.outer(*[np.repeat(edges, 4)] * 2)).astype(float),
    }
    across = Study(labels, tuple(np.repeat(shapes, 4)), tuple(np.repeat(edges, 4)), real, {})
    seeds = [
        Study(("a-0", "a-1", "a-2"), shapes, edges, {"seeing": noise(0)[:3, :3]}, {})
        for _ in range(4)
    ]
    found = {(row.measure, row.together): row for row in truths_of(seeds, across)}
    assert found.keys() == {
        ("seeing", "shape, across seeds"), ("blind", "shape, across seeds"),
        ("number_of_edges", "shape, across seeds"),
        ("seeing", "shape, across seeds, at equal size"),
        ("blind", "shape, across seeds, at equal size"),
    }  # fmt: skip
    assert found["seeing", "shape, across seeds"].average_precision == 1
    assert found["seeing", "shape, across seeds"].networks == 12
    assert found["blind", "shape, across seeds"].nearest == pytest.approx(3 / 11)
    equal = found["blind", "shape, across seeds, at equal size"]
    assert (equal.networks, equal.chance) == (8, pytest.approx(3 / 7))
    assert equal.low == pytest.approx(equal.average_precision)  # the same for every seed


def test_a_measure_of_equal_shapes_is_judged_on_the_largest_set_that_it_compares():
    studies = [study_of(seed, same_but_for_noise) for seed in range(3)]
    for made in studies:
        apart = np.not_equal.outer(SHAPES, SHAPES)
        made.real["by_chance"] = np.where(apart, np.nan, made.real["by_chance"])
    verdict = by_measure(null_verdicts(studies))["by_chance"]
    assert verdict.networks == 4
    assert np.isfinite(verdict.spearman)
    assert by_measure(explained(studies))["by_chance"].networks == 4
    assert "by_chance" not in by_measure(truths_of(studies))  # all that it compares are alike
    for made in studies:
        made.real["by_chance"] = np.where(np.eye(COUNT), 0, np.nan)
    assert "by_chance" not in by_measure(null_verdicts(studies))


def test_answers_hold_all_that_is_found():
    studies = [study_of(seed, unrelated) for seed in range(3)]
    verdict = Verdict.of(studies)
    found = {(row.measure, row.question): row for row in answers({"d": verdict}, verdict.truths)}
    null = by_measure(verdict.nulls)["by_size"]
    answer = found["by_size", "ρ shuffled_layers"]
    assert (answer.dataset, answer.value, answer.low) == ("d", null.spearman, null.low)
    assert found["by_size", "R² size"].value == by_measure(verdict.explained)["by_size"].size
    assert found["by_size", "precision shape"].dataset == "control"  # the last of both
    chance = by_measure(verdict.truths)["by_size"].chance_precision
    assert found["chance", "precision shape"].value == pytest.approx(chance)


def test_nulls_without_a_measure_are_left_out():
    studies = [study_of(seed, unrelated) for seed in range(2)]
    for made in studies:
        del made.nulls["shuffled_layers"]["by_chance"]
    assert by_measure(null_verdicts(studies)).keys() == {
        "by_size", "number_of_edges", "weight_histogram",
    }  # fmt: skip


def test_words_follow_the_numbers():
    blind = [study_of(seed, same_but_for_noise) for seed in range(3)]
    said = in_words(null_verdicts(blind), explained(blind), truths_of(blind))
    assert said["by_size"][0] == (
        "The order of its distances does not depend on how the neurons are wired (ρ = 1.00)."
    )
    assert "size alone 100 %" in said["by_size"][1]
    assert said["by_size"][2].endswith("the number of edges alone reaches 1.00.")
    seeing = [study_of(seed, unrelated) for seed in range(5)]
    said = in_words(null_verdicts(seeing), [], [])
    assert said["by_size"][0].startswith("The order of its distances depends on how the neurons")
    # A measure of chance has another order for every seed, whatever is lost.
    by_chance = by_measure(null_verdicts(seeing))["by_chance"]
    word = "no more than from" if by_chance.spearman >= by_chance.among_seeds else "depends on"
    assert word in said["by_chance"][0]


def test_words_tell_an_order_that_stays_from_distances_that_move():
    def moved(values, seed, repetition):
        return 2 * values + noise(1000 + 10 * seed + repetition, 1e-4)

    studies = [study_of(seed, moved) for seed in range(3)]
    said = in_words(null_verdicts(studies), [], [])["by_chance"][0]
    assert "does not depend on how the neurons are wired" in said
    assert said.endswith("100 % of them lie beyond two deviations of their nulls.")


def test_of_numbers_that_there_are_not_nothing_is_said():
    studies = [study_of(seed, unrelated) for seed in range(2)]
    for made in studies:
        made.real["number_of_edges"] = np.zeros((COUNT, COUNT))
        made.nulls["shuffled_layers"]["number_of_edges"].values[:] = 0
    verdicts = null_verdicts(studies)
    assert np.isnan(by_measure(verdicts)["number_of_edges"].spearman)
    assert "number_of_edges" not in in_words(verdicts, [], [])
    found = {(row.measure, row.question) for row in answers({"d": Verdict.of(studies)})}
    assert ("number_of_edges", "ρ shuffled_layers") not in found


def test_every_null_of_the_config_has_words():
    assert set(get_args(NullName)) == WHAT_IS_LOST.keys()


def test_studies_that_do_not_belong_together_are_refused():
    made = study_of(0, unrelated)
    other = Study(LABELS[::-1], SHAPES, EDGES, made.real, made.nulls)
    with pytest.raises(InputError, match="different networks"):
        null_verdicts([made, other])
    with pytest.raises(InputError, match="no studies"):
        explained([])
    with pytest.raises(InputError, match="numbers of repetitions"):
        null_verdicts([made, study_of(1, unrelated, repetitions=3)])
    without = study_of(1, unrelated)
    del without.nulls["shuffled_layers"]["by_size"]
    with pytest.raises(InputError, match="different networks, measures, nulls"):
        null_verdicts([made, without])
    few = Study(LABELS[:2], SHAPES[:2], EDGES[:2], made.real, made.nulls)
    with pytest.raises(InputError, match="at least three"):
        truths_of([few])
    labels = tuple(f"{label}/seed{seed}" for label in LABELS for seed in "123")
    three = Study(labels, SHAPES * 3, EDGES * 3, {"heat": np.zeros((24, 24))}, {})
    with pytest.raises(InputError, match="across seeds is of other networks or seeds"):
        truths_of([made, study_of(1, unrelated)], three)
    shapes = tuple(f"4-{n}-2" for n in range(COUNT))
    with pytest.raises(InputError, match="nothing to judge by"):
        Verdict.of([Study(LABELS, shapes, EDGES, {"heat": noise(0)}, {})])
