"""What the report says first, held to numbers that are known."""

import numpy as np
from support import table_of

from topoprint import AveragedMatrix
from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.null_tests import NullTest
from topoprint.evaluation.retrieval import Retrieval
from topoprint.evaluation.seeds import Estimate
from topoprint.evaluation.variance import VarianceExplained
from topoprint.reporting.opening import opening
from topoprint.reporting.tables import Accuracy


def averaged(values: list[list[list[float]]], measure: str = "heat") -> AveragedMatrix:
    runs = np.array(values, dtype=float)
    return AveragedMatrix(
        runs, table_of(("a-1", "a-2", "b-1"), ("a", "a", "b")), tuple(range(len(runs))), measure
    )


ONE = [[0.0, 1, 2], [1, 0, 3], [2, 3, 0]]
OTHER = [[0.0, 3, 2], [3, 0, 1], [2, 1, 0]]


def evaluation(edges: float) -> Evaluation:
    def null(measure: str, name: str, rho: float) -> NullTest:
        return NullTest(measure, name, 3, 2, Estimate([rho]), 0.9, 0.01, 0.1, 1, 0, 0.5)

    def found(measure: str, precision: float) -> Retrieval:
        return Retrieval(measure, "shape", 3, Estimate([precision]), Estimate([1.0]), 0.3, 0.4)

    return Evaluation(
        ("heat", "betti", "number_of_edges"),
        ("shuffled_layers", "initial"),
        [null("heat", "shuffled_layers", 0.97), null("betti", "shuffled_layers", 0.5),
         null("heat", "initial", 0.2), null("betti", "initial", 0.1)],
        [VarianceExplained("heat", 3, *[Estimate([share]) for share in (0.1, 0.2, 0.25)]),
         VarianceExplained("betti", 3, *[Estimate([share]) for share in (0.1, 0.2, 0.75)])],
        [found("heat", 0.8), found("betti", 0.6), found("number_of_edges", edges)],
    )  # fmt: skip


def test_five_sentences_tell_the_numbers() -> None:
    matrix = averaged([ONE, [[0, 1, 2], [1, 0, 5], [2, 5, 0]]])
    scores = [Accuracy("d", "a-1", 1, 0.5, 1.0), Accuracy("d", "b-1", 1, 0.875, 1.0)]
    said = opening({"d": [matrix], "control": [matrix]}, scores, {"d": evaluation(0.7)})
    assert said == [
        "The run compares 3 networks of d, each with 2 seeds; their test accuracies are "
        "50.0 to 87.5 %.",
        "By heat, the nearest networks of d are a-1 and a-2 (1), and the farthest a-2 and b-1 (4).",
        "The order of a measure's distances does not depend (ρ ≥ 0.95) on how the neurons are "
        "wired for 1 of 2 and what the network has learned for 0 of 2 measures.",
        "Size and weight histogram together explain 25 % (heat) to 75 % (betti) of the variance "
        "of the distances; the median of the measures is 50 %.",
        "Networks of one shape are found best by heat, with an average precision of 0.80 (chance: "
        "0.40; number of edges alone: 0.70).",
    ]


def test_a_measure_that_finds_no_more_than_size_is_not_praised() -> None:
    said = opening({"d": [averaged([ONE])]}, [], {"d": evaluation(0.8)})
    assert said[-1] == (
        "Networks of one shape are found by their number of edges alone with an average precision "
        "of 0.80 (chance: 0.40); no measure finds them better."
    )


def test_without_evaluation_it_tells_how_measures_and_seeds_agree() -> None:
    said = opening({"d": [averaged([ONE, ONE]), averaged([OTHER, OTHER], "betti")]})
    assert said[2:] == [
        "The measures that order the pairs of d most alike are heat and betti (ρ = -1.00).",
        "From seed to seed the order of the distances of d by heat repeats with a mean correlation "
        "of 1.00.",
    ]


def test_equal_networks_are_told_to_be_equally_far() -> None:
    said = opening({"d": [averaged([np.zeros((3, 3)).tolist()])]})
    assert said == [
        "The run compares 3 networks of d, each with 1 seed.",
        "By heat, all networks of d are equally far apart (0).",
    ]
