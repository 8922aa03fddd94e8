"""Tables of the report page: what they show, and the CSV that the page holds of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np

from topoprint.evaluation.evaluation import Evaluation
from topoprint.evaluation.null_tests import NullTest
from topoprint.evaluation.retrieval import Retrieval
from topoprint.evaluation.seeds import Estimate
from topoprint.evaluation.statistics import GroupStatistics
from topoprint.evaluation.variance import VarianceExplained
from topoprint.figures.words import spoken
from topoprint.paper.paper import Comparison, NormStatistics
from topoprint.reporting.tables import Accuracy, records_text, rows_text
from topoprint.reporting.times import StageTime

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and in small print below it."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Download:
    """A file that the page holds.

    Attributes
    ----------
    file : str
        Name under which it is saved.
    text : str
        CSV.
    """

    file: str
    text: str

    @property
    def address(self) -> str:
        """Address that holds the file itself."""
        return f"data:text/csv;charset=utf-8,{quote(self.text, safe=',;:/()')}"


@dataclass(frozen=True)
class Table:
    """A table of the page; the first cell of a row is its heading."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    downloads: Sequence[Download]


def of_texts(
    title: str, file: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> Table:
    """Make a table whose CSV is what it shows."""
    shown = [[Cell(str(value)) for value in row] for row in rows]
    return Table(title, columns, shown, [Download(file, rows_text(columns, rows))])


def of_groups(name: str, measure: str, rows: Sequence[GroupStatistics]) -> Table:
    """Distances within each group."""
    return Table(
        f"{name}, {spoken(measure)}: distances within each group, as shares of the greatest",
        ["group", "networks", "mean", "deviation"],
        [
            [Cell(spoken(row.group)), Cell(str(row.networks)), number(row.mean, 4),
             number(row.deviation, 4)]
            for row in rows
        ],
        [Download(f"{name}_{measure}_groups.csv", records_text(GroupStatistics, rows))],
    )  # fmt: skip


def of_accuracies(name: str, labels: Sequence[str], scores: Sequence[Accuracy]) -> Table | None:
    """Test accuracies of the networks of a data set, by seed; None where there are none."""
    own = [score for score in scores if score.dataset == name]
    seeds = sorted({score.seed for score in own})
    by_run = {(score.network, score.seed): 100 * score.test_accuracy for score in own}
    rows = []
    for place, network in enumerate(labels, start=1):
        found = [by_run.get((network, seed), np.nan) for seed in seeds]
        if np.isfinite(found).any():
            mean = float(np.nanmean(found))
            rows.append([Cell(f"{place} {network}"), number(mean), *map(number, found)])
    if not rows:
        return None
    return Table(
        f"{name}: test accuracy, %",
        ["network", "mean", *(f"seed {seed}" for seed in seeds)],
        rows,
        [Download(f"{name}_accuracy.csv", records_text(Accuracy, own))],
    )


def of_evaluation(name: str, found: Evaluation) -> Table:
    """Tell what is found: a row a measure, a column a question."""
    tests = {(row.measure, row.null): row for row in found.null_tests}
    shares = {row.measure: row for row in found.variance}
    retrieved = {(row.measure, row.relevant): row for row in found.retrieval}
    asked = list(dict.fromkeys(row.relevant for row in found.retrieval))
    columns = ["measure", *(f"ρ, {spoken(null)}" for null in found.nulls)]
    columns += ["R² size", "R² histogram", "R² both"] if found.variance else []
    columns += [f"precision, {relevant}" for relevant in asked]
    rows = []
    for measure in found.measures:
        cells = [Cell(spoken(measure))]
        cells += [_of_null(tests.get((measure, null))) for null in found.nulls]
        if found.variance:
            cells += _of_shares(shares.get(measure))
        cells += [_of_retrieval(retrieved.get((measure, relevant))) for relevant in asked]
        rows.append(cells)
    parts: list[tuple[str, type, Sequence[Any]]] = [
        ("null_tests", NullTest, found.null_tests),
        ("variance_explained", VarianceExplained, found.variance),
        ("retrieval", Retrieval, found.retrieval),
    ]
    return Table(
        f"{name}: what the distances see",
        columns,
        rows,
        [
            Download(f"{name}_{part}.csv", records_text(kind, records))
            for part, kind, records in parts
            if records
        ],
    )


def of_norms(rows: Sequence[NormStatistics]) -> Table:
    """Norms of adjacency differences, as Table 2 of the paper."""
    return Table(
        "Norms of adjacency differences (Table 2)",
        ["norm", "averaged over", "minimum", "maximum", "mean", "deviation"],
        [
            [Cell(spoken(row.measure)), Cell(row.averaged_over),
             *(number(value, 4) for value in (row.minimum, row.maximum, row.mean, row.deviation))]
            for row in rows
        ],
        [Download("control_norm_statistics.csv", records_text(NormStatistics, rows))],
    )  # fmt: skip


def of_comparisons(rows: Sequence[Comparison]) -> Table:
    """Numbers of the paper beside those of the run."""
    shown = []
    for row in rows:
        single, within = NOTHING, NOTHING
        if row.lowest is not None and row.highest is not None:
            single, within = f"{row.lowest:.4f} … {row.highest:.4f}", "yes" if row.within else "no"
        words = (row.table, spoken(row.dataset), spoken(row.measure), row.statistic, row.way)
        shown.append(
            [*map(Cell, words), number(row.paper, 4), number(row.ours, 4),
             Cell(f"{row.difference:+.4f}"), Cell(single), Cell(within)]
        )  # fmt: skip
    return Table(
        "The paper's numbers and those of this run",
        ["table", "data set", "measure", "statistic", "ours is", "paper", "ours", "difference",
         "single seeds", "within"],
        shown,
        [Download("paper_comparison.csv", records_text(Comparison, rows))],
    )  # fmt: skip


def of_times(rows: Sequence[StageTime]) -> Table:
    """Tell times and memory of the stages."""
    return Table(
        "Times of the stages",
        ["stage", "jobs", "sum, s", "longest, s", "peak memory, MB"],
        [
            [Cell(row.stage), Cell(str(row.jobs)), number(row.seconds, 1), number(row.longest, 1),
             number(row.memory, 0)]
            for row in rows
        ],
        [Download("times.csv", records_text(StageTime, rows))],
    )  # fmt: skip


def of_versions(found: Mapping[str, str]) -> Table:
    """Versions of what made the page."""
    return of_texts("Versions", "versions.csv", ["what", "version"], list(found.items()))


def number(value: float, digits: int = 2) -> Cell:
    """Show a number; a dash where there is none."""
    return Cell(f"{value:.{digits}f}" if np.isfinite(value) else NOTHING)


def _of_null(row: NullTest | None) -> Cell:
    if row is None:
        return Cell(NOTHING)
    return Cell(number(row.spearman, 3).text, f"{_interval(row.spearman)}p = {row.mantel_p:.2g}")


def _of_shares(row: VarianceExplained | None) -> list[Cell]:
    if row is None:
        return [Cell(NOTHING)] * 3
    return [
        Cell(number(whole).text, f"{number(without).text} without {name}" if name else "")
        for whole, without, name in row.shares.values()
    ]


def _of_retrieval(row: Retrieval | None) -> Cell:
    if row is None:
        return Cell(NOTHING)
    found = row.average_precision
    return Cell(number(found).text, f"{_interval(found)}chance {row.chance_precision:.2f}")


def _interval(value: Estimate) -> str:
    return f"{value.low:.2f} … {value.high:.2f}; " if np.isfinite(value.low) else ""
