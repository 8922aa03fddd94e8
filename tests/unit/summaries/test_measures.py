import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from helpers import METRICS, assert_engines_agree, random_network
from scipy import sparse

from topoprint import Diagram, InputError, distance_matrix, persistence, to_graph
from topoprint.measures.measures import Discretisation, make_summary
from topoprint.summaries import summaries

ESSENTIAL = Diagram.from_bars([[], [[0, np.inf]]])
FINITE = Diagram.from_bars([[], [[0, 1]]])
EMPTY = Diagram.from_bars([[], []])
# ∫ of the square of the tent on [0, 1], whose height is 1/2.
TENT = np.sqrt(1 / 12)
SEVERAL = (
    *(("landscape", {"layers": layers}) for layers in range(1, 6)),
    *(("silhouette", {"power": power}) for power in (0.5, 1.0, 2.0, 8.0)),
    *(("heat", {"sigma": sigma}) for sigma in (1e-4, 0.01, 0.1, 1.0)),
)


def fingerprints(draw="standard_normal"):
    """Diagrams of networks of different sizes, as the experiment compares them."""
    sizes = [(8, 6, 4), (8, 12, 4), (8, 6, 6, 4), (8, 4)]
    return [
        persistence(to_graph(random_network(layers, seed, draw)))
        for seed, layers in enumerate(sizes)
    ]


def distance(one, other, metric, **arguments):
    return distance_matrix([one, other], metric, **arguments).values[0, 1]


@pytest.mark.parametrize("engine", ["exact", "giotto"])
@pytest.mark.parametrize("bar", [ESSENTIAL, FINITE])
@pytest.mark.parametrize("metric", ["landscape", "silhouette"])
def test_the_norm_of_one_tent(metric, bar, engine):
    found = distance(bar, EMPTY, metric, bins=2001, engine=engine)
    assert found == pytest.approx(TENT, rel=1e-5)


def test_two_equal_bars_fill_two_layers_and_leave_the_mean():
    twice = Diagram.from_bars([[], [[0, 1], [0, 1]]])
    assert distance(twice, EMPTY, "landscape", bins=2001) == pytest.approx(TENT, rel=1e-5)
    assert distance(twice, EMPTY, "landscape", bins=2001, layers=2) == pytest.approx(
        np.sqrt(2) * TENT, rel=1e-5
    )
    assert distance(twice, EMPTY, "silhouette", bins=2001) == pytest.approx(TENT, rel=1e-5)


def test_the_weights_of_a_silhouette():
    # A tent of length 1 and one of length 1/2 on its left half, which weighs (1/2)^power.
    bars = Diagram.from_bars([[], [[0, 1], [0, 0.5]]])
    x = np.linspace(0, 1, 2001)
    long, short = np.minimum(x, 1 - x), np.maximum(0, np.minimum(x, 0.5 - x))
    for power in (0.5, 1.0, 3.0, 20.0):
        mean = (long + 0.5**power * short) / (1 + 0.5**power)
        expected = np.sqrt(np.sum(mean**2) * x[1])
        found = distance(bars, EMPTY, "silhouette", bins=2001, power=power)
        assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("engine", ["exact", "giotto"])
def test_the_heat_of_one_bar(engine):
    # Both diagrams hold [0, 1), which sets the grid. Two Gaussians at distance δ overlap by
    # exp(−δ²/4σ²), and the bar (b, d) lies √2·(d − b) from its mirror.
    one = Diagram.from_bars([[], [[0, 1], [0.4375, 0.5625]]])
    sigma, bins = 0.05, 401
    overlap = np.exp(-2 * 0.125**2 / (4 * sigma**2))
    expected = np.sqrt(2 * (1 - overlap) / (4 * np.pi * sigma**2))
    found = distance(one, FINITE, "heat", bins=bins, sigma=sigma, engine=engine)
    assert found == pytest.approx(expected, rel=1e-3)


def test_dimensions_add_as_squares():
    both = Diagram.from_bars([[[0, 1], [0, np.inf]], [[0, 1]]])
    neither = Diagram.from_bars([[[0, np.inf]], []])
    found = distance(both, neither, "landscape", bins=2001)
    assert found == pytest.approx(np.sqrt(2) * TENT, rel=1e-5)


def test_the_bar_of_one_component_does_not_count():
    connected = Diagram.from_bars([[[0, np.inf]], []])
    for metric in METRICS:
        assert distance(connected, EMPTY, metric) == 0
    in_two_pieces = Diagram.from_bars([[[0, np.inf], [0, np.inf]], []])
    found = distance(in_two_pieces, EMPTY, "landscape", bins=2001)
    assert found == pytest.approx(TENT, rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_bars_up_to_the_least_persistence_do_not_count(metric):
    # 0.0625 is exact in float32, so the bar is as long as the bound, not almost.
    bars = Diagram.from_bars([[], [[0.25, 0.75], [0.75, 0.8125]]])
    without = Diagram.from_bars([[], [[0.25, 0.75]]])
    assert distance(bars, without, metric, min_persistence=0.0625) == 0
    assert distance(bars, without, metric, min_persistence=0.0624) > 0


def test_essential_bars_outlast_the_least_persistence():
    late = Diagram.from_bars([[], [[0.995, np.inf]]])
    early = Diagram.from_bars([[], [[0.0, np.inf]]])
    cut = Diagram.from_bars([[], [[0.995, 1.0]]])
    assert distance(late, early, "heat", min_persistence=0.01) > 0
    assert distance(late, cut, "silhouette", bins=5, min_persistence=0.01) > 0
    assert distance(cut, EMPTY, "silhouette", bins=5, min_persistence=0.01) == 0


def test_what_stands_for_infinity():
    twice_as_long = distance(ESSENTIAL, EMPTY, "landscape", bins=2001, infinity=2.0)
    assert twice_as_long == pytest.approx(np.sqrt(8) * TENT, rel=1e-5)


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


def test_landscapes_of_many_bars_are_giotto(monkeypatch):
    monkeypatch.setattr(summaries, "TENTS_AT_ONCE", 7)
    bars = np.sort(np.random.default_rng(0).integers(0, 64, (2, 300, 2)) / 64, axis=2)
    several = [Diagram.from_bars([[], of_one]) for of_one in bars]
    for layers in (1, 5, 40):
        assert_engines_agree(several, "landscape", bins=50, layers=layers)


def diagram_of_two_dimensions(diagram):
    return Diagram.from_bars([diagram.bars(0), diagram.bars(1)])


@pytest.mark.parametrize("steps", [0.01, 0.1, 1.0, 20.0, 199.0])
def test_heat_of_any_width_is_giotto(steps):
    assert_engines_agree(fingerprints(), "heat", sigma=steps / 199)


@pytest.mark.parametrize(("bins", "high"), [(8, 36), (15, 36), (21, 44), (25, 56), (29, 36)])
def test_heat_of_bars_on_the_borders_of_pixels_is_giotto(bins, high):
    # Some 64ths lie exactly on a grid point, and their rounded quotient by the step just below.
    values = np.arange(high + 1) / 64
    points, step = np.linspace(0, high / 64, bins, retstep=True)
    assert np.any((values / step).astype(int) < np.searchsorted(points, values, "right") - 1)
    same_death = Diagram.from_bars([[], [[birth, high / 64] for birth in values[:-1]]])
    same_birth = Diagram.from_bars([[], [[0.0, death] for death in values[1:]]])
    neither = Diagram.from_bars([[], [[b, d] for b, d in combinations(values[::2], 2)]])
    for one in (same_death, same_birth, neither):
        assert_engines_agree([one, EMPTY], "heat", bins=bins, sigma=step / 10)


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


def test_a_high_power_is_giotto_where_no_dimension_is_empty():
    rng = np.random.default_rng(0)
    full = [
        Diagram.from_bars([np.sort(rng.uniform(size=(6, 2)), axis=1) for _ in range(4)])
        for _ in range(3)
    ]
    for grid in ("paper", "shared"):
        assert_engines_agree(full, "silhouette", grid=grid, power=10.0, min_persistence=0.0)


def test_a_high_power_of_a_dimension_without_bars_is_finite():
    # giotto 0.6.2 divides 0 by 0 here; a summary of no bars is 0.
    matrix = distance_matrix([FINITE, EMPTY, FINITE], "silhouette", bins=2001, power=10.0)
    np.testing.assert_allclose(
        matrix.values, TENT * np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), rtol=1e-5
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


def test_rows_are_labelled_by_the_networks_or_their_positions():
    named = Diagram.from_bars([[], [[0, 1]]], {"network": "layer_size-4"})
    assert distance_matrix([named, EMPTY]).labels == ("layer_size-4", "1")
    assert distance_matrix([named, EMPTY], labels=["a", "b"]).labels == ("a", "b")
    with pytest.raises(InputError, match="3 labels for 2 diagrams"):
        distance_matrix([named, EMPTY], labels=["a", "b", "c"])


def test_the_matrix_says_how_it_was_made():
    matrix = distance_matrix([FINITE, EMPTY], "landscape", "shared", 50, layers=3)
    assert matrix.measure == "landscape"
    assert matrix.parameters == {
        "grid": "shared",
        "bins": 50,
        "min_persistence": 0.01,
        "infinity": 1.0,
        "layers": 3,
        "engine": "exact",
    }


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"metric": "bottleneck"}, "bottleneck.*landscape, silhouette, heat"),
        ({"metric": "heat", "power": 2.0}, "heat has no parameter 'power'; it has sigma"),
        ({"metric": "silhouette", "layers": 2}, "no parameter 'layers'"),
        ({"metric": "heat", "sigma": float("nan")}, "sigma"),
        ({"metric": "heat", "sigma": 0.0}, "sigma"),
        ({"metric": "heat", "sigma": -0.1}, "sigma"),
        ({"metric": "silhouette", "power": float("inf")}, "power"),
        ({"metric": "landscape", "layers": 1.5}, "whole number"),
        ({"metric": "landscape", "layers": 0}, "layers"),
        ({"bins": 1}, "bins must be at least 2"),
        ({"grid": "common"}, "grid 'common'"),
        ({"engine": "gudhi"}, "engine 'gudhi'"),
        ({"min_persistence": -0.1}, "min_persistence"),
        ({"min_persistence": float("nan")}, "min_persistence"),
        ({"infinity": float("nan")}, "infinity"),
        ({"infinity": float("inf")}, "infinity"),
    ],
)
def test_arguments_that_are_not_known_or_out_of_range_are_refused(arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        distance_matrix([FINITE, EMPTY], **arguments)


def test_no_diagrams_and_diagrams_computed_differently_are_refused():
    with pytest.raises(InputError, match="no diagrams"):
        distance_matrix([])
    with pytest.raises(InputError, match="max_dimension"):
        distance_matrix([FINITE, Diagram.from_bars([[]])])


@pytest.mark.parametrize("metric", METRICS)
def test_a_bar_born_after_infinity_is_refused(metric):
    late = Diagram.from_bars([[], [[0.25, np.inf], [0.75, np.inf]]])
    with pytest.raises(InputError, match=r"dimension 1 is born at 0\.75"):
        distance_matrix([late, EMPTY], metric, infinity=0.5)
    assert distance_matrix([late, EMPTY], metric, infinity=0.875).values[0, 1] > 0


def test_giotto_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "gtda.diagrams", None)
    with pytest.raises(InputError, match=r"'\.\[giotto\]'"):
        distance_matrix([FINITE, EMPTY], engine="giotto")


def test_defaults_are_those_of_the_paper():
    assert Discretisation() == Discretisation("paper", 200, 0.01, 1.0)
    assert make_summary("landscape").layers == 1
    assert make_summary("silhouette").power == 1.0
    assert make_summary("heat").sigma == 0.1


@pytest.mark.parametrize("metric", ["landscape", "silhouette", "heat"])
def test_one_diagram_alone_is_at_distance_zero_from_itself(metric: str) -> None:
    diagram = Diagram.from_bars([[[0, 0.5], [0, np.inf]]])
    assert distance_matrix([diagram], metric).values.tolist() == [[0.0]]


@pytest.mark.parametrize("metric", ["landscape", "silhouette", "heat"])
def test_finite_deaths_beyond_the_value_of_infinity(metric: str) -> None:
    late = Diagram.from_bars([[[0, 3.0], [0, np.inf], [0, np.inf]]])
    early = Diagram.from_bars([[[0, 0.5], [0, 0.7], [0, np.inf]]])
    exact = distance_matrix([late, early], metric).values[0, 1]
    giotto = distance_matrix([late, early], metric, engine="giotto").values[0, 1]
    assert exact == pytest.approx(giotto, rel=1e-9)


def test_a_kernel_too_wide_to_be_summed_is_giottos() -> None:
    one = Diagram.from_bars([[[0, np.inf]], [[0.1, 0.6], [0.2, 0.9]]])
    other = Diagram.from_bars([[[0, np.inf]], [[0.3, 0.6], [0.2, 0.8]]])
    both = [
        distance_matrix([one, other], "heat", bins=9, sigma=1500.0, engine=engine).values[0, 1]
        for engine in ("exact", "giotto")
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-6)  # what is left of a far larger image


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"bins": 10.5}, "bins must be"),
        ({"metric": "heat", "sigma": "x"}, "sigma of heat"),
        ({"metric": "landscape", "layers": 1.5}, "whole number"),
    ],
)
def test_arguments_of_the_wrong_type(arguments: dict[str, Any], sentence: str) -> None:
    diagram = Diagram.from_bars([[[0, 0.5], [0, np.inf]]])
    with pytest.raises(InputError, match=sentence):
        distance_matrix([diagram, diagram], **arguments)


def test_whole_floats_and_arrays_of_labels_are_taken() -> None:
    diagram = Diagram.from_bars([[[0, 0.5], [0, np.inf]]])
    labels = np.array(["a", "b"])
    matrix = distance_matrix([diagram, diagram], "landscape", layers=2.0, labels=labels)
    assert matrix.labels == ("a", "b")


def test_heat_of_unit_mass_is_that_of_the_mean_bar():
    one = Diagram.from_bars([[], [[0.25, 0.75]]])
    five = Diagram.from_bars([[], [[0.25, 0.75]] * 5])
    assert distance(one, five, "heat") > 0
    assert distance(one, five, "heat", unit_mass=True) == 0
    with pytest.raises(InputError, match="no heat of unit mass"):
        distance(one, five, "heat", unit_mass=True, engine="giotto")
    with pytest.raises(InputError, match="must be True or False"):
        distance(one, five, "heat", unit_mass=2)


@pytest.mark.parametrize("dimensions", [[], [0, 0], [2], [-1]])
def test_dimensions_that_are_not_there_are_refused(dimensions):
    with pytest.raises(InputError, match=r"not some of 0 … 1"):
        distance(ESSENTIAL, EMPTY, "heat", dimensions=dimensions)
