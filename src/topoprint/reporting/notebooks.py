"""What notebooks show of networks, graphs, diagrams and distances: small tables of HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph
from topoprint.homology.network_graph import NetworkGraph
from topoprint.networks.network import Network

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


def diagram_html(diagram: Diagram) -> str:
    """Write how many bars there are in each dimension, and how far they reach."""
    rows = []
    for q, (births, deaths) in enumerate(zip(diagram.births, diagram.deaths, strict=True)):
        last = np.isinf(deaths)
        essential = int(diagram.counts[q][last].sum())
        ends = [births, deaths[~last]]
        told = [f"{some.min():.4g} … {some.max():.4g}" if len(some) else "–" for some in ends]
        rows.append((f"H{q}", f"{diagram.n_bars(q):,}", f"{essential:,}", *told))
    name = f" of {diagram.id.network}" if diagram.id.network else ""
    header = ("", "bars", "essential", "births", "finite deaths")
    return table(header, rows, f"Persistence diagram{name}")


def network_html(network: Network) -> str:
    """Write what a network is: its name, architecture and size."""
    known: dict[str, object] = {"architecture": network.shape}
    if not network.is_chain:
        known["maps"] = len(network.maps)
    known |= {"units": f"{network.n_units:,}", "edges": f"{network.n_edges:,}"}
    return facts(f"Network {network.id.network}".strip(), network.id.to_json() | known)


def graph_html(graph: Graph | NetworkGraph) -> str:
    """Write the size of a graph."""
    known: dict[str, object] = {
        "vertices": f"{graph.n_vertices:,}", "edges": f"{graph.n_edges:,}"
    }  # fmt: skip
    if isinstance(graph, NetworkGraph):
        known |= {"max|W|": f"{graph.scale:.6g}", "ζ": graph.zeta, "biases are edges": graph.bias}
    elif len(graph.values):
        known["filtration values"] = f"{graph.values.min():.6g} … {graph.values.max():.6g}"
    return facts("Graph", known)


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
