"""What counts of the bars, on which grid, and how dimensions add up."""

import numpy as np
import pytest
from helpers import EMPTY, ESSENTIAL, FINITE, GIOTTO, METRICS, TENT, distance_of

from topoprint import Diagram, InputError, distance_matrix, make_measure
from topoprint.measures.registry import PAPER
from topoprint.summaries.distances import Discretisation


@pytest.mark.parametrize("engine", ["exact", GIOTTO])
@pytest.mark.parametrize("bar", [ESSENTIAL, FINITE])
@pytest.mark.parametrize("metric", ["landscape", "silhouette"])
def test_the_norm_of_one_tent(metric, bar, engine):
    found = distance_of(bar, EMPTY, metric, bins=2001, engine=engine)
    assert found == pytest.approx(TENT, rel=1e-5)


def test_dimensions_add_as_squares():
    both = Diagram.from_bars([[[0, 1], [0, np.inf]], [[0, 1]]])
    neither = Diagram.from_bars([[[0, np.inf]], []])
    found = distance_of(both, neither, "landscape", bins=2001)
    assert found == pytest.approx(np.sqrt(2) * TENT, rel=1e-5)


def test_the_bar_of_one_component_does_not_count():
    connected = Diagram.from_bars([[[0, np.inf]], []])
    for metric in METRICS:
        assert distance_of(connected, EMPTY, metric) == 0
    in_two_pieces = Diagram.from_bars([[[0, np.inf], [0, np.inf]], []])
    found = distance_of(in_two_pieces, EMPTY, "landscape", bins=2001)
    assert found == pytest.approx(TENT, rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_bars_up_to_the_least_persistence_do_not_count(metric):
    # 0.0625 is exact in float32, so the bar is as long as the bound, not almost.
    bars = Diagram.from_bars([[], [[0.25, 0.75], [0.75, 0.8125]]])
    without = Diagram.from_bars([[], [[0.25, 0.75]]])
    assert distance_of(bars, without, metric, min_persistence=0.0625) == 0
    assert distance_of(bars, without, metric, min_persistence=0.0624) > 0


def test_essential_bars_outlast_the_least_persistence():
    late = Diagram.from_bars([[], [[0.995, np.inf]]])
    early = Diagram.from_bars([[], [[0.0, np.inf]]])
    cut = Diagram.from_bars([[], [[0.995, 1.0]]])
    assert distance_of(late, early, "heat", min_persistence=0.01) > 0
    assert distance_of(late, cut, "silhouette", bins=5, min_persistence=0.01) > 0
    assert distance_of(cut, EMPTY, "silhouette", bins=5, min_persistence=0.01) == 0


def test_what_stands_for_infinity():
    twice_as_long = distance_of(ESSENTIAL, EMPTY, "landscape", bins=2001, infinity=2.0)
    assert twice_as_long == pytest.approx(np.sqrt(8) * TENT, rel=1e-5)


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


def test_defaults_are_those_of_the_paper():
    assert Discretisation() == Discretisation("paper", 200, 0.01, 1.0)
    for name in PAPER:
        measure = make_measure(name)
        how = (measure.grid, measure.bins, measure.min_persistence, measure.infinity)
        assert how == ("paper", 200, 0.01, 1.0)
    assert make_measure("landscape").layers == 1
    assert make_measure("silhouette").power == 1.0
    assert make_measure("heat").sigma == 0.1


@pytest.mark.parametrize("metric", ["landscape", "silhouette", "heat"])
def test_one_diagram_alone_is_at_distance_zero_from_itself(metric: str) -> None:
    diagram = Diagram.from_bars([[[0, 0.5], [0, np.inf]]])
    assert distance_matrix([diagram], metric).values.tolist() == [[0.0]]


@pytest.mark.parametrize("metric", ["landscape", "silhouette", "heat"])
def test_finite_deaths_beyond_the_value_of_infinity(metric: str) -> None:
    late = Diagram.from_bars([[[0, 3.0], [0, np.inf], [0, np.inf]]])
    early = Diagram.from_bars([[[0, 0.5], [0, 0.7], [0, np.inf]]])
    pytest.importorskip("gtda")
    exact = distance_matrix([late, early], metric).values[0, 1]
    giotto = distance_matrix([late, early], metric, engine="giotto").values[0, 1]
    assert exact == pytest.approx(giotto, rel=1e-9)


@pytest.mark.parametrize(
    ("dimensions", "complaint"),
    [
        ([], r"dimensions \[\] are not some from 0 on; null: all"),
        ([0, 0], "dimensions stand twice: 0"),
        ([2], "not some of 0 … 1"),
        ([-1], r"dimensions \[-1\] are not some from 0 on"),
    ],
)
def test_dimensions_that_are_not_there_are_refused(dimensions, complaint):
    with pytest.raises(InputError, match=complaint):
        distance_of(ESSENTIAL, EMPTY, "heat", dimensions=dimensions)
