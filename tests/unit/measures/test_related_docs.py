"""The table of docs/related.md is of measures that there are, and of what they declare."""

import re
from pathlib import Path

import pytest

from topoprint.measures.registry import measures

TEXT = (Path(__file__).parents[3] / "docs/related.md").read_text(encoding="utf-8")
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
