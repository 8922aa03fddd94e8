import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from trainings import STEPS, comparison, scores

from topoprint.evaluation.learning.curves import points
from topoprint.evaluation.learning.labels import gap_correlations, separations, told_from
from topoprint.evaluation.learning.runs import lasts_of

RANDOM = "random_labels"
TRUE = {("", seed): [0, 1 + seed / 10, 2 + seed / 10, 4 + seed / 10] for seed in (1, 2, 3)}
# Farther than all others from the second step on.
FALSE = {(RANDOM, seed): [0, 1.25, 3 + seed / 10, 6 + seed / 10] for seed in (1, 2, 3)}
GAPS = {
    run: [0, *np.random.default_rng(number).uniform([0, 1, 2], [1, 2, 3])]
    for number, run in enumerate([*TRUE, *FALSE])
}
NORMS = {run: list(np.random.default_rng(9).normal(size=4)) for run in [*TRUE, *FALSE]}
SCORES = scores({run: [0.1, 0.4, 0.8, 0.9] for run in [*TRUE, *FALSE]}, GAPS)
FOUND = list(points(comparison({"m": {**TRUE, **FALSE}, "weights_norm": NORMS}), lasts_of(SCORES)))


def test_separation_is_the_area_under_the_curve() -> None:
    rows = {row.step: row.area for row in separations(FOUND, SCORES) if row.curve == "m"}
    assert list(rows) == list(STEPS[1:])
    for step, area in rows.items():
        at = [p for p in FOUND if p.step == step and p.measure == "m"]
        labels = [p.variant == RANDOM for p in at]
        assert area == pytest.approx(roc_auc_score(labels, [p.from_start for p in at]))
    assert 0 < rows[1.0] < 1
    epochs = told_from(separations(FOUND, SCORES))
    assert epochs["a-1", "m"] == 2
    assert np.isnan(epochs["a-1", "test_accuracy"])


def test_the_correlation_with_the_gap_is_scipys_and_its_interval_holds_it() -> None:
    rows = {(row.runs_of, row.measure): row for row in gap_correlations(FOUND, SCORES)}
    assert {told for told, _ in rows} == {"true labels", "all"}
    for told, variants in (("true labels", {""}), ("all", {"", RANDOM})):
        row = rows[told, "m"]
        own = [p for p in FOUND if p.measure == "m" and p.step and p.variant in variants]
        gaps = [GAPS[p.variant, p.seed][STEPS.index(p.step)] for p in own]
        expected = spearmanr([p.from_start for p in own], gaps).statistic
        assert row.spearman == pytest.approx(expected)
        assert row.networks == len(own)
        assert row.spearman.low <= row.spearman <= row.spearman.high
        norm = rows[told, "weights_norm"].spearman
        assert row.over_baseline == pytest.approx(abs(row.spearman) - abs(norm))
        assert np.isnan(rows[told, "weights_norm"].over_baseline)


def test_without_random_labels_nothing_is_told_apart() -> None:
    alone = [point for point in FOUND if not point.variant]
    true = [score for score in SCORES if not score.variant]
    assert separations(alone, true) == []
    assert {row.runs_of for row in gap_correlations(alone, true)} == {"true labels"}
