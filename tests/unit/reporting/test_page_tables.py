"""Tables of the page."""

from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.seeds import Estimate
from topoprint.evaluation.variance import VarianceExplained
from topoprint.reporting.page_tables import Cell, of_evaluation


def test_shares_stand_with_the_network_that_changes_them_most() -> None:
    shares = [Estimate([share]) for share in (0.21, 0.58, 0.87)]
    heat = VarianceExplained(
        "heat", 19, *shares, size_without=0.9, size_left_out="a-1",
        histogram_without=float("nan"), histogram_left_out="a-2",
    )  # fmt: skip
    table = of_evaluation("d", Evaluation(("heat", "betti"), (), [], [heat], []))
    assert table.columns == ["measure", "R² size", "R² histogram", "R² both"]
    first, second = table.rows
    assert first[1:] == [
        Cell("0.21", "0.90 without a-1"), Cell("0.58", "– without a-2"), Cell("0.87")
    ]  # fmt: skip
    assert second[1:] == [Cell("–")] * 3
    (download,) = table.downloads
    assert "size_without,size_left_out" in download.text.splitlines()[0]
