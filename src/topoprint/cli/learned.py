"""Subcommands that ask whether measures see what was learned: symmetries and tasks."""

from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.options import app
from topoprint.cli.outputs import TableOutput, make_parents, table_option


@app.command()
def symmetries(
    distances: Annotated[
        list[Path], typer.Argument(help="Distances of networks, and of twins of the same.")
    ],
    output: TableOutput,
) -> None:
    """Tell where twins, which compute the same function, stand among the other networks."""
    from topoprint.comparison.files import load_comparisons
    from topoprint.evaluation.symmetries import Symmetry
    from topoprint.evaluation.symmetries import symmetries as run
    from topoprint.reporting.tables import write_records

    found = run([comparison for path in distances for comparison in load_comparisons(path)])
    make_parents(output)
    write_records(output, Symmetry, found)


@app.command()
def tasks(
    distances: Annotated[
        list[Path],
        typer.Argument(help="Distances of the networks of all seeds, and of null models of them."),
    ],
    output: TableOutput,
    variance: Annotated[Path | None, table_option("what size and histogram explain")] = None,
    apart: Annotated[str, typer.Option(help="Tasks shown apart, separated by commas.")] = "",
) -> None:
    """Tell whether measures find the networks that learned the same task."""
    from topoprint.comparison.files import load_comparisons
    from topoprint.evaluation.task_retrieval import TaskRetrieval, task_retrieval
    from topoprint.evaluation.variance import VarianceExplained, variance_of_tasks
    from topoprint.reporting.tables import write_records

    found = [comparison for path in distances for comparison in load_comparisons(path)]
    left_out = [name for name in apart.split(",") if name]
    rows = task_retrieval(found, left_out)
    make_parents(output, *([variance] if variance else []))
    write_records(output, TaskRetrieval, rows)
    if variance:
        trained = [one for one in found if not one.index[0].id.state]
        shares = [row for one in trained for row in variance_of_tasks(one, left_out)]
        write_records(variance, VarianceExplained, shares)
