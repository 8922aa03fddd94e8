"""What notebooks show of networks, graphs, diagrams and distances: small tables of HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from topoprint.comparison.matrix import Comparison, DistanceMatrix

# Rows and columns of a matrix, and matrices, that are shown.
MOST_ROWS, MOST_MATRICES = 12, 6


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


def matrix_html(matrix: DistanceMatrix) -> str:
    """Write the first rows and columns of a matrix."""
    count, shown = len(matrix), min(len(matrix), MOST_ROWS)
    labels = matrix.labels[:shown]
    rows = [
        (label, *(f"{value:.5g}" for value in row[:shown]))
        for label, row in zip(labels, matrix.values, strict=False)
    ]
    part = "" if shown == count else f", {shown} of {count} networks shown"
    return table(["", *labels], rows, f"{matrix.measure}: distances{part}")


def comparison_html(comparison: Comparison) -> str:
    """Write the first matrices of a comparison."""
    matrices = list(comparison.values())
    written = "".join(map(matrix_html, matrices[:MOST_MATRICES]))
    if rest := len(matrices) - MOST_MATRICES:
        written += f"<p>and {rest} measures more</p>" if rest > 0 else ""
    return written
