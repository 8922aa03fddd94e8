"""Our code against giotto-tda's: the same distances, on any grid, of networks and of odd bars."""

import sys
from itertools import combinations

import numpy as np
import pytest
from helpers import (
    EMPTY,
    FINITE,
    METRICS,
    assert_engines_agree,
    fingerprints,
    random_network,
)
from scipy import sparse

from topoprint import Diagram, InputError, distance_matrix, persistence, to_graph

SEVERAL = (
    *(("landscape", {"layers": layers}) for layers in range(1, 6)),
    *(("silhouette", {"power": power}) for power in (0.5, 1.0, 2.0, 8.0)),
    *(("heat", {"sigma": sigma}) for sigma in (1e-4, 0.01, 0.1, 1.0)),
)


@pytest.mark.parametrize("grid", ["paper", "shared"])
@pytest.mark.parametrize(("metric", "parameters"), SEVERAL)
def test_exact_is_giotto_on_networks(metric, parameters, grid):
    assert_engines_agree(fingerprints(), metric, grid=grid, **parameters)


@pytest.mark.parametrize("draw", ["heavy_tailed", "tied"])
@pytest.mark.parametrize("metric", METRICS)
def test_exact_is_giotto_on_heavy_tails_and_ties(metric, draw):
    assert_engines_agree(fingerprints(draw), metric, bins=50)


@pytest.mark.parametrize("grid", ["paper", "shared"])
@pytest.mark.parametrize("bins", [2, 3, 17, 1000])
@pytest.mark.parametrize("metric", METRICS)
def test_exact_is_giotto_for_any_number_of_bins(metric, bins, grid):
    # A narrow Gaussian: giotto's filter of a wide one on a million pixels takes seconds.
    narrow = {"sigma": 0.005} if metric == "heat" else {}
    two = [diagram_of_two_dimensions(diagram) for diagram in fingerprints()[:2]]
    assert_engines_agree(two, metric, grid=grid, bins=bins, **narrow)


def diagram_of_two_dimensions(diagram):
    return Diagram.from_bars([diagram.bars(0), diagram.bars(1)])


@pytest.mark.parametrize("metric", METRICS)
def test_exact_is_giotto_on_grid_points_rounded_to_float32(metric):
    points = np.linspace(0, 1, 50)
    rounded = points.astype(np.float32)
    assert np.any(rounded < points)
    assert np.any(rounded > points)
    narrow = {"sigma": 0.002} if metric == "heat" else {}
    for some in (rounded[:-1], rounded[:10], rounded[0::7]):
        births = Diagram.from_bars([[], [[birth, np.inf] for birth in some]])
        deaths = Diagram.from_bars([[], [[0.0, 1.0], *([0.0, death] for death in some[1:])]])
        assert_engines_agree([births, deaths], metric, bins=50, **narrow)
        assert_engines_agree([births, EMPTY], metric, bins=50, **narrow)


@pytest.mark.parametrize("metric", METRICS)
def test_exact_is_giotto_on_many_bars(metric):
    rng = np.random.default_rng(0)
    several = []
    for n_bars in (70_000, 140_000):
        ends = np.abs(rng.standard_normal((2, n_bars))) / 6
        several.append(
            Diagram.from_bars(
                [
                    np.column_stack([np.zeros(n_bars), ends[0]]),
                    np.column_stack([1 - ends[1], np.full(n_bars, np.inf)]),
                ]
            )
        )
    assert_engines_agree(several, metric, bins=12)


@pytest.mark.parametrize("grid", ["paper", "shared"])
@pytest.mark.parametrize("metric", METRICS)
def test_other_thresholds_are_giotto_too(metric, grid):
    for least, infinity in ((0.0, 1.0), (0.2, 1.0), (0.01, 2.5)):
        assert_engines_agree(
            fingerprints("heavy_tailed"),
            metric,
            grid=grid,
            bins=40,
            min_persistence=least,
            infinity=infinity,
        )


@pytest.mark.parametrize("metric", METRICS)
def test_the_paper_grid_depends_on_the_collection_as_with_giotto(metric):
    # The long bar list of the third pads the others with bars at its least birth.
    late = [
        Diagram.from_bars([[], [[0.5, 0.8125]]]),
        Diagram.from_bars([[], [[0.625, 0.9375]]]),
    ]
    early = Diagram.from_bars([[], [[0.0, 0.5], [0.25, 0.75]]])
    alone = distance_matrix(late, metric, bins=20).values[0, 1]
    together = distance_matrix([*late, early], metric, bins=20).values[0, 1]
    assert alone != pytest.approx(together, rel=1e-6)
    assert_engines_agree([*late, early], metric, bins=20)


def authors_distances(networks, metric):
    """Compute distances as the authors' scripts call giotto-tda."""
    pytest.importorskip("gtda")
    from gtda.diagrams import Filtering, PairwiseDistance
    from gtda.homology import FlagserPersistence

    adjacencies = []
    for network in networks:
        graph = to_graph(network).laid_out()
        shape = (graph.n_vertices, graph.n_vertices)
        adjacencies.append(
            sparse.coo_matrix((graph.values, (graph.sources, graph.targets)), shape=shape)
        )
    found = FlagserPersistence(homology_dimensions=[0, 1, 2, 3]).fit_transform(adjacencies)
    found = Filtering(epsilon=0.01).fit_transform(found)
    found[np.isinf(found)] = 1.0
    values = np.zeros((len(networks), len(networks)))
    for one, other in combinations(range(len(networks)), 2):
        pairwise = PairwiseDistance(metric=metric, metric_params={"n_bins": 200})
        pair = pairwise.fit_transform(found[[one, other]])
        values[one, other] = values[other, one] = pair[0, 1]
    return values


@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_those_of_the_authors_code(metric):
    networks = [
        random_network((6, 5, 3), 0),
        random_network((6, 8, 3), 1, "heavy_tailed"),
        random_network((6, 5, 4, 3), 2),
    ]
    expected = authors_distances(networks, metric)
    found = distance_matrix([persistence(to_graph(n)) for n in networks], metric, grid="paper")
    assert expected[np.triu_indices(3, 1)].min() > 1e-3
    # Rounding goes with the summaries, which are not much larger than their distances here.
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=1e-9 * expected.max())


def test_giotto_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "gtda.diagrams", None)
    with pytest.raises(InputError, match=r"'topoprint\[giotto\]'"):
        distance_matrix([FINITE, EMPTY], engine="giotto")
