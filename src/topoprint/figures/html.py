"""What notebooks show of networks, graphs, diagrams and distances: small tables of HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Rows and columns of a matrix that are shown.
MOST_ROWS = 12


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Write a table whose first column names the rows."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    head = f"<thead><tr>{head}</tr></thead>" if header else ""
    told = f'<caption style="text-align: left">{escape(caption)}</caption>'
    return f"<table>{told}{head}<tbody>{body}</tbody></table>"


def facts(caption: str, known: Mapping[str, object]) -> str:
    """Write what is known of something, a row each."""
    return table((), [(name, str(value)) for name, value in known.items()], caption)


def bars_html(
    name: str, births: Sequence[Array], deaths: Sequence[Array], counts: Sequence[Array]
) -> str:
    """Write how many bars there are in each dimension, and how far they reach."""
    rows = []
    for q, (first, last, count) in enumerate(zip(births, deaths, counts, strict=True)):
        endless = np.isinf(last)
        told = [
            f"{some.min():.4g} … {some.max():.4g}" if len(some) else "–"
            for some in (first, last[~endless])
        ]
        rows.append((f"H{q}", f"{int(count.sum()):,}", f"{int(count[endless].sum()):,}", *told))
    header = ("", "bars", "essential", "births", "finite deaths")
    return table(header, rows, f"Persistence diagram{f' of {name}' if name else ''}")


def distances_html(measure: str, labels: Sequence[str], values: Array) -> str:
    """Write the first rows and columns of a matrix."""
    count, shown = len(labels), min(len(labels), MOST_ROWS)
    rows = [
        (label, *(f"{value:.5g}" for value in row[:shown]))
        for label, row in zip(labels[:shown], values, strict=False)
    ]
    part = "" if shown == count else f", {shown} of {count} networks shown"
    return table(["", *labels[:shown]], rows, f"{measure}: distances{part}")
