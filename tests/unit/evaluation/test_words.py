"""Evaluations in sentences that follow the numbers."""

from typing import get_args

import numpy as np
from known_measures import (
    COUNT,
    by_measure,
    files_of,
    noise,
    real_of,
    same_but_for_noise,
    seeds_of,
    unrelated,
)

from topoprint.evaluation.evaluation import Evaluation, evaluate
from topoprint.evaluation.seeds import Estimate
from topoprint.evaluation.variance import VarianceExplained
from topoprint.experiment.sections import NullName
from topoprint.reporting.words import WHAT_IS_LOST, in_words


def words_of(seeds, made_of):
    return in_words(evaluate(files_of(seeds, made_of)))


def test_words_follow_the_numbers():
    said = words_of(seeds_of(3), same_but_for_noise)
    assert said["by_size"][0] == (
        "The order of its distances does not depend on how the neurons are wired (ρ = 1.00)."
    )
    assert "size alone 100 %" in said["by_size"][1]
    assert said["by_size"][2].endswith("the number of edges alone reaches 1.00.")
    evaluation = evaluate(files_of(seeds_of(5), unrelated))
    said = in_words(evaluation)
    assert said["by_size"][0].startswith("The order of its distances depends on how the neurons")
    # A measure of chance has another order for every seed, whatever is lost.
    by_chance = by_measure(evaluation.null_tests)["by_chance"]
    word = "no more than from" if by_chance.spearman >= by_chance.among_seeds else "depends on"
    assert word in said["by_chance"][0]


def test_words_tell_an_order_that_stays_from_distances_that_move():
    def moved(values, seed, repetition):
        return 2 * values + noise(1000 + 10 * seed + repetition, 1e-4)

    said = words_of(seeds_of(3), moved)["by_chance"][0]
    assert "does not depend on how the neurons are wired" in said
    assert said.endswith("100 % of them lie beyond two deviations of their nulls.")


def test_words_tell_of_the_network_on_which_much_of_a_share_rests():
    def evaluated(**shares):
        told = [VarianceExplained("m", 8, *map(Estimate, ([0.2], [0.1], [0.3])), **shares)]
        (said,) = in_words(Evaluation(("m",), (), [], told, []))["m"]
        return said

    begin = "Size and weight histogram together explain 30 % of the variance of its distances"
    assert evaluated() == f"{begin}: size alone 20 %, histogram alone 10 %."
    moved = {"size_without": 0.9, "size_left_out": "a-0"}
    hardly = {"both_without": 0.35, "both_left_out": "a-1"}
    assert evaluated(**moved, **hardly) == (
        f"{begin}: size alone 20 % (90 % without a-0), histogram alone 10 %."
    )
    assert evaluated(both_without=np.nan, both_left_out="a-1") == (
        f"{begin} (nothing can be told without a-1): size alone 20 %, histogram alone 10 %."
    )


def test_of_numbers_that_there_are_not_nothing_is_said():
    nothing = np.zeros((COUNT, COUNT))
    seeds = [real_of(seed, number_of_edges=nothing) for seed in range(2)]
    said = words_of(seeds, lambda values, *rest: values if not values.any() else
                    same_but_for_noise(values, *rest))  # fmt: skip
    assert not any("order of its distances" in one for one in said["number_of_edges"])
    assert "size alone" not in said["by_chance"][1]
    assert "histogram alone" in said["by_chance"][1]


def test_every_null_of_the_config_has_words():
    assert set(get_args(NullName)) == WHAT_IS_LOST.keys()
