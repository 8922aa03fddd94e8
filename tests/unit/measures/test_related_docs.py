"""The table of docs/related.md is of measures that there are, and of what they declare."""

import csv
import re
from pathlib import Path

import pytest

from topoprint.measures.registry import measures

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "related.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("| method | measure |")[2].partition("\n\n")[0].splitlines()[2:]
CELLS = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in TABLE]


@pytest.mark.parametrize("row", CELLS, ids=lambda row: row[1].strip("`"))
def test_a_row_says_what_the_measure_declares(row):
    measure = measures()[row[1].strip("`")]
    assert row[2] == ", ".join(sorted(measure.needs))
    assert row[3] == ", ".join(sorted(measure.invariances))


def test_every_measure_of_the_page_has_a_row():
    named = set(re.findall(r"^`(\w+)` \(", TEXT, re.MULTILINE)) & set(measures())
    assert named <= {row[1].strip("`") for row in CELLS}
    assert len(CELLS) == len({row[1] for row in CELLS}) >= 15


def kept(name, **wanted):
    """Rows of a kept table of the run that have these cells."""
    with open(DOCS / f"reproduction/related/digits_{name}.csv", encoding="utf-8") as file:
        return [
            row
            for row in csv.DictReader(file)
            if all(row[key] == value for key, value in wanted.items())
        ]


def between(row, name):
    """A value and its interval, of two digits."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{float(row[name]):.2f} ({float(low):.2f} to {float(high):.2f})".replace("-", "−")


def table_of_the_run():
    """What the page tells of the run, from its kept tables."""
    here = {"where": "at equal size", "task": "all"}
    tasks = kept("tasks", state="trained", **here)
    lines = []
    for row in tasks:
        one = {"measure": row["measure"]}
        before = kept("tasks", state="initial", **here, **one)[0]
        nulls = [
            [between(found, "spearman") for found in kept("null_tests", null=null, **one)]
            for null in ("shuffled_layers", "relinked")
        ]
        twin = kept("symmetries", twin="rescaled", **one)[0]
        cells = [
            f"`{row['measure']}`",
            between(row, "precision"),
            between(before, "precision"),
            re.sub(r"(\w+)$", r"`\1`", row["beside_control"]) or "–",
            *((found or ["–"])[0] for found in nulls),
            f"{float(twin['median_ratio']):.2g}",
        ]
        lines.append("| " + " | ".join(cells) + " |\n")
    return "".join(lines)


def test_the_table_of_the_run_is_that_of_its_kept_tables():
    assert table_of_the_run() in TEXT
    chances = {row["chance"] for row in kept("tasks", where="at equal size", task="all")}
    assert len(chances) == 1
    assert f"(chance: {float(chances.pop()):.2f})" in TEXT
