"""The paper's Tables 2 and 3 beside ours: the arithmetic by hand, and what is left out."""

import csv

import numpy as np
import pytest
from support import table_of

from topoprint import AveragedMatrix
from topoprint.evaluation.statistics import group_statistics
from topoprint.paper.paper import (
    PAPER,
    Comparison,
    NormStatistics,
    compare_with_paper,
    norm_statistics,
    own_norms,
)
from topoprint.reporting.heatmaps import write_heatmaps, write_overview
from topoprint.reporting.report import write_report
from topoprint.reporting.tables import write_records

SEEDS = (1, 2, 3, 4, 5)
LABELS = ("layer_size-8", "input_order-1", "input_order-2")
INDEX = table_of(LABELS, ("layer_size", "input_order", "input_order"))


def norms_of(distances, own, measure="frobenius_norm", seeds=SEEDS):
    """Matrices in which the two networks of the control alone are comparable."""
    runs = np.full((len(seeds), 3, 3), np.nan)
    runs[:, range(3), range(3)] = 0
    runs[:, 1, 2] = runs[:, 2, 1] = distances
    return AveragedMatrix(runs, INDEX, seeds, measure, own_norms=np.asarray(own, float))


def heat_of(control, others):
    """Distances between the control's two networks, and from the first network to them."""
    runs = np.zeros((len(control), 3, 3))
    runs[:, 1, 2] = runs[:, 2, 1] = control
    runs[:, 0, 1:] = runs[:, 1:, 0] = np.asarray(others)[:, None]
    return AveragedMatrix(runs, INDEX, SEEDS[: len(control)], "heat")


@pytest.fixture
def all_five():
    own = np.arange(15).reshape(5, 3) + 1.0
    return {
        name: [norms_of([4.0 * (k + 1)] * 5, own + k), heat_of([1, 2, 3, 4, 5], [10.0] * 5)]
        for k, name in enumerate(PAPER["datasets"])
    }


def test_norms_are_averaged_over_seeds_and_as_the_authors_did(all_five):
    rows = own_norms(all_five, "input_order")
    assert len(rows) == 10
    # Norms of input_order-1 of the first data set: 2, 5, 8, 11, 14; greatest mean distance 4.
    assert (rows[0].network, rows[0].own_norm, rows[0].greatest_distance) == ("input_order-1", 8, 4)
    assert rows[0].relative_difference == 1
    expected = [abs(4 * (k + 1) - mean - k) / (4 * (k + 1)) for k in range(5) for mean in (8, 9)]
    right, theirs = norm_statistics(all_five, "input_order")
    assert right == NormStatistics(
        "frobenius_norm", "seeds", min(expected), max(expected),
        pytest.approx(np.mean(expected)), pytest.approx(np.std(expected)),
    )  # fmt: skip
    # Seed e over all networks of all data sets: (2.5 + 3 e) + 2, set against data set e.
    wrong = [abs(4 * (e + 1) - (4.5 + 3 * e)) / (4 * (e + 1)) for e in range(5)]
    assert theirs.averaged_over == "networks"
    assert theirs.mean == pytest.approx(np.mean(wrong))
    assert theirs.deviation == pytest.approx(np.std(wrong))


def test_the_authors_way_needs_as_many_seeds_as_data_sets(all_five):
    two = {name: all_five[name] for name in PAPER["datasets"][:2]}
    assert [row.averaged_over for row in norm_statistics(two, "input_order")] == ["seeds"]
    assert norm_statistics(all_five, "no_such_experiment") == []


def test_table_3_is_that_of_the_mean_with_the_range_of_single_seeds():
    matrices = {"mnist": [heat_of([0.1, 0.5], [10.0, 10.0])], "digits": [heat_of([1], [2.0])]}
    mean, deviation = compare_with_paper(matrices, "input_order")
    assert mean == Comparison(
        "3", "mnist", "heat", "mean", "divided by the data set's maximum",
        0.0291, pytest.approx(0.03), pytest.approx(0.0009), 0.01, 0.05, True,
    )  # fmt: skip
    assert (deviation.statistic, deviation.ours, deviation.within) == ("deviation", 0, False)
    assert compare_with_paper(matrices, "layer_size") == []
    assert compare_with_paper(matrices, None) == []


def test_table_3_is_also_taken_from_the_control_across_data_sets():
    labels = ("mnist/input_order-1", "mnist/input_order-2", "reuters/input_order-1")
    runs = heat_of([1], [4.0]).runs[:, ::-1, ::-1]
    control = AveragedMatrix(runs, table_of(labels, ["input_order"] * 3), (1,), "heat")
    assert control.groups == ("mnist", "mnist", "reuters")
    mean, _ = (row for row in compare_with_paper({"control": [control]}, "input_order")
               if row.dataset == "mnist")  # fmt: skip
    assert mean.way == "divided by the control's maximum"
    assert mean.ours == 0.25


def test_table_2_needs_all_data_sets_of_the_paper(all_five, tmp_path):
    rows = [row for row in compare_with_paper(all_five, "input_order") if row.table == "2"]
    assert [(row.way, row.statistic) for row in rows] == [
        (f"averaged over {way}", statistic)
        for way in ("seeds", "networks")
        for statistic in ("minimum", "maximum", "mean", "deviation")
    ]
    assert rows[0].paper == 0.0670
    assert rows[0].lowest <= rows[0].highest
    assert rows[4].lowest is rows[4].highest is rows[4].within is None
    write_records(tmp_path / "t.csv", Comparison, rows)
    table = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert (table[0]["paper"], table[4]["lowest"], table[4]["within"]) == ("0.067", "", "")
    del all_five["reuters"]
    assert {row.table for row in compare_with_paper(all_five, "input_order")} == {"3"}


def test_pairs_that_cannot_be_compared_have_no_part_in_the_statistics():
    sizes, control = group_statistics(norms_of([4.0] * 5, np.ones((5, 3))))
    assert np.isnan(sizes.mean)
    assert (control.mean, control.deviation) == (1, 0)


def test_figures_and_report_show_matrices_with_gaps(all_five, tmp_path):
    write_heatmaps(tmp_path, all_five["mnist"][0])
    panels = {name: matrices[0] for name, matrices in all_five.items()}
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_overview(tmp_path / folder, panels)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(f"frobenius_norm_{part}.{kind}" for part in ("mean", "std")
                           for kind in ("svg", "pdf", "png"))  # fmt: skip
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    write_report(tmp_path / "r.html", all_five, [], {"control": "input_order"})
    page = (tmp_path / "r.html").read_text()
    assert "%0Alayer_size-8,0,,%0A" in page  # what cannot be compared is empty in the CSV
    assert 'href="#mnist-heat"' in page
    assert "Norms of adjacency differences" in page
