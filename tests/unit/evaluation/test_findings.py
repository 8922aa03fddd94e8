"""All findings in one table."""

import numpy as np
import pytest
from known_measures import (
    COUNT,
    by_measure,
    files_of,
    real_of,
    same_but_for_noise,
    seeds_of,
    unrelated,
)

from topoprint.evaluation.evaluation import evaluate
from topoprint.evaluation.findings import findings


def test_findings_hold_all_that_is_found():
    evaluation = evaluate(files_of(seeds_of(3), unrelated))
    rows = findings({"d": evaluation, "control": evaluation})
    found = {(row.measure, row.question, row.dataset): row for row in rows}
    null = by_measure(evaluation.null_tests)["by_size"]
    finding = found["by_size", "ρ shuffled_layers", "d"]
    assert (finding.value, finding.low) == (null.spearman, null.spearman.low)
    variance = by_measure(evaluation.variance)["by_size"]
    assert found["by_size", "R² size", "d"].value == variance.size
    retrieved = by_measure(evaluation.retrieval)["by_size"]
    for dataset in ("d", "control"):
        assert found["by_size", "precision shape", dataset].value == retrieved.average_precision
        chance = found["chance", "precision shape", dataset]
        assert chance.value == pytest.approx(retrieved.chance_precision)
        assert np.isnan(chance.low)
    is_chance = [row.measure == "chance" for row in rows]
    assert is_chance == sorted(is_chance)


def test_numbers_that_there_are_not_are_no_findings():
    nothing = np.zeros((COUNT, COUNT))
    seeds = [real_of(seed, number_of_edges=nothing) for seed in range(2)]

    def alike(values, seed, repetition):
        return values if not values.any() else same_but_for_noise(values, seed, repetition)

    evaluation = evaluate(files_of(seeds, alike))
    assert np.isnan(by_measure(evaluation.null_tests)["number_of_edges"].spearman)
    found = {(row.measure, row.question) for row in findings({"d": evaluation})}
    assert ("number_of_edges", "ρ shuffled_layers") not in found
    assert ("by_chance", "ρ shuffled_layers") in found
    assert {question for _, question in found if question.startswith("R²")} == {
        "R² histogram", "R² both",
    }  # fmt: skip
