import numpy as np
import pytest
from helpers import (
    METRICS,
    NO_BARS,
    assert_engines_agree,
    collections_of_diagrams,
    diagrams,
    layered_networks,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from topoprint import Diagram, distance_matrix, make_measure, persistence, to_graph
from topoprint.summaries import distances as of_summaries
from topoprint.summaries.extents import Grids

BINS = st.sampled_from([2, 3, 5, 9, 17, 50])
GRIDS = st.sampled_from(["paper", "shared"])
LEAST = st.sampled_from([0.0, 0.01, 0.125])
PARAMETERS = {
    "landscape": st.fixed_dictionaries({"layers": st.integers(1, 5)}),
    "silhouette": st.fixed_dictionaries({"power": st.sampled_from([0.5, 1.0, 2.0, 8.0])}),
    "heat": st.fixed_dictionaries({"sigma": st.sampled_from([0.001, 0.02, 0.1, 1.0])}),
    "betti": st.just({}),
}
metrics = pytest.mark.parametrize("metric", METRICS)


@metrics
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_exact_is_giotto(metric, data):
    assert_engines_agree(
        data.draw(collections_of_diagrams(), label="diagrams"),
        metric,
        grid=data.draw(GRIDS, label="grid"),
        bins=data.draw(BINS, label="bins"),
        min_persistence=data.draw(LEAST, label="least persistence"),
        infinity=data.draw(st.sampled_from([1.0, 2.0]), label="infinity"),
        **data.draw(PARAMETERS[metric], label="parameters"),
    )


@metrics
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_exact_is_giotto_on_networks(metric, data):
    networks = data.draw(st.lists(layered_networks(), min_size=2, max_size=3))
    assert_engines_agree(
        [persistence(to_graph(network)) for network in networks],
        metric,
        grid=data.draw(GRIDS),
        bins=data.draw(BINS),
        **data.draw(PARAMETERS[metric]),
    )


@metrics
@settings(deadline=None, max_examples=15)
@given(one=diagrams(), grid=GRIDS)
def test_exact_is_giotto_beside_diagrams_without_bars(metric, one, grid):
    assert_engines_agree([NO_BARS, one, NO_BARS], metric, grid=grid, bins=9)
    assert_engines_agree([NO_BARS, NO_BARS], metric, grid=grid, bins=9)


@metrics
@settings(deadline=None, max_examples=15)
@given(birth=st.integers(0, 15), dimension=st.integers(0, 3), essential=st.booleans(), bins=BINS)
def test_exact_is_giotto_on_a_single_bar(metric, birth, dimension, essential, bins):
    bars = [[], [], [], []]
    bars[dimension] = [[birth / 16, np.inf if essential else 1.0]]
    assert_engines_agree([Diagram.from_bars(bars), NO_BARS], metric, bins=bins)


@metrics
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_matrix_is_symmetric_and_zero_on_its_diagonal(metric, data):
    values = distance_matrix(
        data.draw(collections_of_diagrams()),
        metric,
        data.draw(GRIDS),
        data.draw(BINS),
        **data.draw(PARAMETERS[metric]),
    ).values
    np.testing.assert_array_equal(values, values.T)
    np.testing.assert_array_equal(np.diag(values), 0)
    assert np.isfinite(values).all()
    assert (values >= 0).all()


@metrics
@settings(deadline=None, max_examples=40)
@given(one=diagrams(), others=st.lists(diagrams(), max_size=2), grid=GRIDS, bins=BINS)
def test_equal_diagrams_are_at_no_distance(metric, one, others, grid, bins):
    copy = Diagram.from_bars([one.bars(dimension)[::-1] for dimension in range(4)])
    values = distance_matrix([one, *others, copy], metric, grid, bins).values
    assert values[0, -1] == 0
    np.testing.assert_array_equal(values[0, 1:-1], values[-1, 1:-1])


@metrics
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_triangle_inequality_on_the_shared_grid(metric, data):
    values = distance_matrix(
        data.draw(collections_of_diagrams(min_size=3, max_size=5)),
        metric,
        "shared",
        data.draw(BINS),
        **data.draw(PARAMETERS[metric]),
    ).values
    by_way_of_a_third = (values[:, :, None] + values[None, :, :]).min(axis=1)
    assert (values <= by_way_of_a_third + 1e-12 * (1 + values.max())).all()


@metrics
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_order_of_diagrams_does_not_matter(metric, data):
    given_order = data.draw(collections_of_diagrams(min_size=3, max_size=5))
    arguments = {"grid": data.draw(GRIDS), "bins": data.draw(BINS)}
    order = data.draw(st.permutations(range(len(given_order))))
    values = distance_matrix(given_order, metric, **arguments).values
    labels = [f"network {number}" for number in order]
    other = distance_matrix(
        [given_order[number] for number in order], metric, labels=labels, **arguments
    )
    np.testing.assert_array_equal(other.values, values[np.ix_(order, order)])
    assert other.labels == tuple(labels)


@metrics
@settings(deadline=None, max_examples=30)
@given(
    st.lists(diagrams(value=st.integers(0, 16).map(lambda n: n / 16)), min_size=2, max_size=4),
    GRIDS,
    st.sampled_from([1, 2, 3]),
)
def test_scaling_all_values_scales_the_curves(metric, several, grid, exponent):
    # By a power of two, so that no rounding comes in: lengths scale by c, areas by c², heat, a
    # density of fixed mass, by 1/c, and Betti numbers not at all.
    factor = 2.0**exponent
    larger = [
        Diagram.from_bars([factor * diagram.bars(dimension) for dimension in range(4)])
        for diagram in several
    ]
    width = {"sigma": 0.0625} if metric == "heat" else {}
    wider = {"sigma": 0.0625 * factor} if metric == "heat" else {}
    power = {"heat": -1, "betti": 0.5}.get(metric, 1.5)
    values = distance_matrix(several, metric, grid, 17, min_persistence=0, **width).values
    scaled = distance_matrix(
        larger, metric, grid, 17, min_persistence=0, infinity=factor, **wider
    ).values
    np.testing.assert_allclose(scaled, factor**power * values, rtol=1e-12, atol=1e-13)


@metrics
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_dimensions_alone_are_giottos_and_add_as_squares(metric, data):
    compared = data.draw(collections_of_diagrams())
    greatest = compared[0].max_dimension
    each = [distance_matrix(compared, metric, bins=9, dimensions=[q]).values
            for q in range(greatest + 1)]  # fmt: skip
    whole = distance_matrix(compared, metric, bins=9).values
    np.testing.assert_allclose(np.sqrt(sum(values**2 for values in each)), whole, rtol=1e-12)
    assert_engines_agree(compared, metric, bins=9, dimensions=[greatest])


@settings(deadline=None, max_examples=20)
@given(compared=collections_of_diagrams(), copies=st.integers(2, 4))
def test_heat_of_unit_mass_does_not_see_how_often_bars_are_repeated(compared, copies):
    repeated = [
        Diagram.from_bars([[], *(np.repeat(d.bars(q), copies, axis=0)
                                 for q in range(1, d.max_dimension + 1))])
        for d in compared
    ]  # fmt: skip
    higher = range(1, compared[0].max_dimension + 1)
    if not higher:
        return
    found = [
        distance_matrix(some, "heat", bins=9, dimensions=list(higher), unit_mass=True).values
        for some in (compared, repeated)
    ]
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-9)


@metrics
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_points_are_as_far_apart_as_the_summaries_of_pairs(metric, data):
    compared = data.draw(collections_of_diagrams(min_size=2, max_size=4))
    measure = make_measure(
        metric, grid="shared", bins=data.draw(BINS), **data.draw(PARAMETERS[metric])
    )
    how, everyone = measure.discretisation, range(len(compared))
    grids = Grids(how.extents(compared), how.bins)
    dimensions = range(compared[0].max_dimension + 1)
    pairs = of_summaries.distances_of_pairs(
        compared, everyone, everyone, measure.summary, how, grids, dimensions
    )
    whole = of_summaries.distances(compared, measure.summary, how)
    # Of a silhouette near another, rounding of its values is what is left.
    np.testing.assert_allclose(whole, pairs, rtol=1e-9, atol=1e-14 * (1 + pairs.max()))
    parts = [
        of_summaries.summary_points(some, measure.summary, how, grids, dimensions)
        for some in (compared[:1], compared[1:])
    ]
    block = of_summaries.distances_of_points(*parts)
    np.testing.assert_array_equal(block, whole[:1, 1:])


@metrics
@pytest.mark.parametrize("grid", ["paper", "shared"])
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_blocks_of_pairs_do_not_matter(metric, grid, data):
    compared = data.draw(collections_of_diagrams(min_size=5, max_size=5))
    measure = make_measure(metric, grid=grid, bins=9)
    how, everyone = measure.discretisation, range(len(compared))
    grids = Grids(how.extents(compared), how.bins)

    def found(rows, columns, block):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(of_summaries, "BLOCK", block)
            return of_summaries.distances_of_pairs(
                compared, rows, columns, measure.summary, how, grids, [0, 1][: grids.n_dimensions]
            )

    whole = found(everyone, everyone, 64)
    np.testing.assert_array_equal(found(everyone, everyone, 2), whole)
    np.testing.assert_array_equal(found(range(1, 4), range(3, 5), 2), whole[1:4, 3:5])
