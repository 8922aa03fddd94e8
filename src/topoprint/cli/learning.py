"""Subcommand that follows networks along their training."""

from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.options import app
from topoprint.cli.outputs import Output, folder_option, make_parents
from topoprint.errors import InputError
from topoprint.validation import parse_json


@app.command()
def learning(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Distances of networks at all steps, and of null models of these (`topoprint "
            "distances` with steps); tables of scores (.csv) that `topoprint train` wrote; "
            "networks whose bars are followed."
        ),
    ],
    output: Output,
    tables: Annotated[
        Path | None, folder_option("Folder to write the tables into, as {data set}_learning_*.csv.")
    ] = None,
    figures: Annotated[Path | None, folder_option("Folder to draw into.")] = None,
    spec: Annotated[
        str, typer.Option(help="How diagrams of the networks are made, as JSON.")
    ] = "{}",
) -> None:
    """Follow networks along their training: when measures settle, and what they tell of it."""
    from topoprint.comparison.files import FORMAT, load_comparisons
    from topoprint.evaluation.learning.files import save_learning, tables_of
    from topoprint.evaluation.learning.learning import learning as run
    from topoprint.experiment.snapshots import Score
    from topoprint.homology.files import DiagramSpec, diagram_of_file
    from topoprint.reporting.tables import load_records, write_records
    from topoprint.storage import format_of

    asked = parse_json(DiagramSpec, spec, "--spec")
    kinds = {path: format_of(path) for path in files}
    for path, kind in kinds.items():
        if kind not in (FORMAT, None):
            raise InputError(f"{path}: learning takes distances, networks and tables of scores")
    others = [path for path, kind in kinds.items() if kind is None]
    scores = [path for path in others if path.suffix.lower() == ".csv"]
    found = run(
        {str(path): load_comparisons(path) for path, kind in kinds.items() if kind == FORMAT},
        [one for path in scores for one in load_records(path, Score, "scores along trainings")],
        [diagram_of_file(path, asked) for path in others if path not in scores],
    )
    make_parents(output)
    save_learning(output, found)
    if tables:
        tables.mkdir(parents=True, exist_ok=True)
        for name, (kind_of, records) in tables_of(found).items():
            write_records(tables / f"{found.dataset}_learning_{name}.csv", kind_of, records)
    if figures:
        from topoprint.reporting.learning_figures import write_learning

        figures.mkdir(parents=True, exist_ok=True)
        write_learning(figures, found)
