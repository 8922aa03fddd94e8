"""Subcommands of the analysis: averaged matrices → figures, tables, report."""

import json
from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.options import Output, app, make_parent
from topoprint.topology.errors import InputError


@app.command()
def figures(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
) -> None:
    """Draw the heatmaps of the averaged matrices."""
    from topoprint.analysis.figures import write_heatmaps
    from topoprint.topology.matrix import load_average

    averaged, _ = load_average(matrices)
    output.mkdir(parents=True, exist_ok=True)
    for matrix in averaged:
        write_heatmaps(output, matrix)


@app.command()
def tables(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    statistics: Annotated[Path, typer.Option(help="CSV to write: statistics of the groups.")],
    distances: Annotated[Path, typer.Option(help="CSV to write: averaged distances.")],
) -> None:
    """Write the averaged distances and their statistics as tables."""
    from topoprint.analysis.tables import write_distances, write_statistics
    from topoprint.topology.matrix import load_average

    averaged, _ = load_average(matrices)
    for path in (statistics, distances):
        make_parent(path)
    write_statistics(statistics, averaged)
    write_distances(distances, averaged)


@app.command()
def accuracy(
    networks: Annotated[list[Path], typer.Argument(help="Trained networks.")],
    output: Output,
    figures: Annotated[Path | None, typer.Option(help="Folder to draw them into.")] = None,
) -> None:
    """Collect the test accuracy of trained networks, as a table and a figure."""
    from topoprint.analysis.tables import read_accuracies, write_accuracies

    scores = read_accuracies(networks)
    make_parent(output)
    write_accuracies(output, scores)
    if figures:
        from topoprint.analysis.figures import write_accuracies as draw

        figures.mkdir(parents=True, exist_ok=True)
        draw(figures, scores)


@app.command()
def report(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: Output,
    accuracy: Annotated[
        list[Path], typer.Option(help="Table of accuracies; may be repeated.")
    ] = [],  # noqa: B006
    config: Annotated[str, typer.Option(help="The config to show, as JSON.")] = "{}",
    benchmarks: Annotated[Path | None, typer.Option(help="Folder of benchmark files.")] = None,
) -> None:
    """Write the report, one self-contained HTML page."""
    from topoprint.analysis.report import write_report
    from topoprint.analysis.tables import load_accuracies
    from topoprint.topology.matrix import load_average

    by_dataset = {}
    for path in matrices:
        averaged, identity = load_average(path)
        by_dataset[identity["dataset"]] = averaged
    scores = [score for path in accuracy for score in load_accuracies(path)]
    try:
        shown = json.loads(config)
    except json.JSONDecodeError as error:
        raise InputError(f"--config is not JSON ({error})") from error
    make_parent(output)
    write_report(output, by_dataset, scores, shown, benchmarks)
