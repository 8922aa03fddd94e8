from dataclasses import replace

import numpy as np
import pytest
from helpers import random_network
from scipy.spatial.distance import pdist, squareform
from trainings import STEPS, comparison, scores

from topoprint import InputError, NetworkId, persistence, to_graph
from topoprint.evaluation.learning.curves import bars_of, places, points, step_pairs
from topoprint.evaluation.learning.runs import lasts_of, runs_of
from topoprint.figures.scaling import scaled

LINES = {("", 1): [0, 1, 3, 6], ("", 2): [10, 12, 13, 14], ("random_labels", 1): [0, -1, -2, -3]}
SCORES = scores({run: [0.1, 0.5, 0.8, 0.9] for run in LINES})
LASTS = lasts_of(SCORES)
FOUND = comparison({"m": LINES})


def test_curves_are_the_distances_to_start_end_and_the_step_before() -> None:
    found = {(p.variant, p.seed, p.step): p for p in points(FOUND, LASTS)}
    assert len(found) == len(LINES) * len(STEPS)
    point = found["", 1, 2.0]
    assert (point.from_start, point.to_end, point.from_previous) == (3, 3, 2)
    assert point.among_seeds == 10
    # Trained on random labels, it begins with the network that the other begins with.
    random = found["random_labels", 1, 4.0]
    assert (random.from_start, random.to_end, random.from_previous) == (3, 0, 1)
    assert np.isnan(random.among_seeds)
    assert np.isnan(found["", 1, 0.0].from_previous)


def test_step_pairs_are_means_over_the_seeds() -> None:
    found = {(p.variant, p.step, p.other_step): p for p in step_pairs(FOUND, LASTS)}
    assert found["", 0.0, 4.0].mean == 5
    assert found["", 0.0, 4.0].deviation == 1
    assert found["", 4.0, 0.0] == type(found["", 4.0, 0.0])("d", "a-1", "", "m", 4.0, 0.0, 5, 1)
    assert found["random_labels", 1.0, 4.0].mean == 2


def test_a_map_of_points_of_a_plane_has_their_distances() -> None:
    plane = np.random.default_rng(0).normal(size=(12, 2))
    distances = squareform(pdist(plane))
    found, stress = scaled(distances)
    assert stress < 1e-6
    assert np.abs(squareform(pdist(found)) - distances).max() < 1e-6 * distances.max()
    again, _ = scaled(distances)
    np.testing.assert_array_equal(found, again)
    assert [place.step for place in places(FOUND, LASTS)][:4] == list(STEPS)


def test_bars_are_quantiles_of_deaths_and_births() -> None:
    diagram = persistence(to_graph(random_network((5, 4, 3), 0)))
    own = replace(diagram, id=NetworkId("d", "a-1", 1, 2.0))
    deaths, births = bars_of(own, LASTS)
    finite = diagram.deaths[0][np.isfinite(diagram.deaths[0])].astype(np.float64)
    assert (deaths.step, deaths.bars) == (2.0, len(finite))
    assert deaths.q50 == np.median(finite)
    assert births.q95 == np.quantile(diagram.births[1].astype(np.float64), 0.95)
    last = next(iter(bars_of(replace(own, id=NetworkId("d", "a-1", 1)), LASTS)))
    assert last.step == 4.0


def test_runs_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(InputError, match="scores of a-1 on d along its training are missing"):
        runs_of(FOUND.index, {})
    fewer = type(FOUND.index)(row for row in FOUND.index if row.id.seed == 1 or row.id.step != 1)
    with pytest.raises(InputError, match="seeds 1 and 2 of a-1 were kept at different epochs"):
        runs_of(fewer, LASTS)
