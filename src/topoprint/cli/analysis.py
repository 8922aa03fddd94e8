"""Subcommands of the analysis: averaged matrices → figures, tables, report."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from topoprint.cli.options import app
from topoprint.cli.outputs import (
    FolderOutput,
    PageOutput,
    TableOutput,
    folder_option,
    make_parents,
    table_option,
)
from topoprint.comparison.averages import AveragedMatrix
from topoprint.comparison.files import AVERAGE_FORMAT, find_averages, load_average, load_comparisons
from topoprint.comparison.matrix import Comparison
from topoprint.errors import InputError
from topoprint.identity import Index
from topoprint.paper import paper as compared
from topoprint.reporting.tables import (
    Accuracy,
    load_accuracies,
    read_accuracies,
    write_distances,
    write_networks,
    write_records,
    write_statistics,
)
from topoprint.storage import format_of
from topoprint.validation import parse_json

Grouped = Annotated[
    list[str],
    typer.Option(help="Collection whose groups are what belongs together; may be repeated."),
]

if TYPE_CHECKING:  # its own imports take longer than most stages
    from topoprint.evaluation.evaluation import Evaluation


@app.command()
def figures(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    output: FolderOutput,
    dendrogram: Annotated[
        bool, typer.Option("--dendrogram", help="Draw the means in dendrogram order as well.")
    ] = False,
    spec: Annotated[str | None, typer.Option(help="That choice as JSON, in place of it.")] = None,
) -> None:
    """Draw the heatmaps of the averaged matrices."""
    from topoprint.experiment.sections import Figures
    from topoprint.reporting.heatmaps import write_dendrogram, write_heatmaps

    asked = parse_json(Figures, spec, "--spec") if spec else Figures(dendrogram=dendrogram)
    averaged = load_average(matrices)
    output.mkdir(parents=True, exist_ok=True)
    for matrix in averaged:
        write_heatmaps(output, matrix)
        if asked.dendrogram:
            write_dendrogram(output, matrix)


@app.command()
def tables(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    statistics: Annotated[Path, table_option("statistics of the groups")],
    distances: Annotated[Path, table_option("averaged distances")],
    networks: Annotated[Path, table_option("which row is which network")],
) -> None:
    """Write the averaged distances and their statistics as tables."""
    averaged = load_average(matrices)
    make_parents(statistics, distances, networks)
    write_networks(networks, averaged[0])
    write_statistics(statistics, averaged)
    write_distances(distances, averaged)


@app.command()
def accuracy(
    networks: Annotated[list[Path], typer.Argument(help="Trained networks.")],
    output: TableOutput,
    figures: Annotated[Path | None, folder_option("Folder to draw them into.")] = None,
) -> None:
    """Collect the test accuracy of trained networks, as a table and a figure."""
    scores = read_accuracies(networks)
    make_parents(output)
    write_records(output, Accuracy, scores)
    if figures:
        from topoprint.reporting.figures import write_accuracies

        figures.mkdir(parents=True, exist_ok=True)
        write_accuracies(figures, scores)


@app.command()
def overview(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: FolderOutput,
) -> None:
    """Draw the heatmaps of several data sets side by side, on one scale."""
    from topoprint.reporting.heatmaps import write_overview

    by_dataset = _by_dataset(matrices)
    output.mkdir(parents=True, exist_ok=True)
    for measure in next(iter(by_dataset.values())):
        write_overview(
            output,
            {
                dataset: matrix
                for dataset, averaged in by_dataset.items()
                for matrix in averaged
                if matrix.measure == measure.measure
            },
        )


@app.command()
def paper(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: TableOutput,
    norms: Annotated[Path, table_option("norms of the control's networks")],
    statistics: Annotated[Path, table_option("statistics of these norms")],
    control: Annotated[str, typer.Option(help="Experiment that is the control.")] = "input_order",
) -> None:
    """Set Tables 2 and 3 of the paper beside these matrices."""
    by_dataset = _by_dataset(matrices)
    make_parents(output, norms, statistics)
    write_records(norms, compared.OwnNorm, compared.own_norms(by_dataset, control))
    write_records(
        statistics, compared.NormStatistics, compared.norm_statistics(by_dataset, control)
    )
    write_records(output, compared.Comparison, compared.compare_with_paper(by_dataset, control))


@app.command()
def evaluate(
    distances: Annotated[
        list[Path],
        typer.Argument(
            help="Distances of one collection of networks: of each seed, of all seeds together, "
            "and of the null models of each seed; of what a file is it says itself."
        ),
    ],
    null_tests: Annotated[Path, table_option("each measure by each null")],
    variance: Annotated[Path, table_option("what size and histogram explain")],
    retrieval: Annotated[Path, table_option("whether networks are found")],
    figures: Annotated[Path, folder_option("Folder to draw into.")],
    grouped: Grouped = [],  # noqa: B006 - typer copies it
) -> None:
    """Evaluate what each measure sees: null tests, variance explained, retrieval."""
    from topoprint.evaluation.findings import findings
    from topoprint.evaluation.null_tests import NullTest
    from topoprint.evaluation.retrieval import Retrieval
    from topoprint.evaluation.variance import VarianceExplained
    from topoprint.reporting.figures import write_findings

    evaluations = _evaluations(distances, grouped)
    if len(evaluations) != 1:
        raise InputError(
            f"the distances of one collection are evaluated, not of {', '.join(evaluations)}"
        )
    (found,) = evaluations.values()
    if not found.retrieval:
        print(
            "no networks are known to belong together, by group or shape, beside others that do "
            "not: the table of retrieval is empty",
            file=sys.stderr,
        )
    make_parents(null_tests, variance, retrieval)
    write_records(null_tests, NullTest, found.null_tests)
    write_records(variance, VarianceExplained, found.variance)
    write_records(retrieval, Retrieval, found.retrieval)
    figures.mkdir(parents=True, exist_ok=True)
    write_findings(figures, findings(evaluations), "evaluation")


@app.command(name="what-it-sees")
def what_it_sees(
    distances: Annotated[
        list[Path], typer.Argument(help="Distances as `topoprint evaluate` takes, of several.")
    ],
    output: TableOutput,
    figures: Annotated[Path, folder_option("Folder to draw it into.")],
    grouped: Grouped = [],  # noqa: B006
) -> None:
    """Put the evaluations of all data sets together: measure × question."""
    from topoprint.evaluation.findings import Finding, findings
    from topoprint.reporting.figures import write_findings

    found = findings(_evaluations(distances, grouped))
    make_parents(output)
    write_records(output, Finding, found)
    figures.mkdir(parents=True, exist_ok=True)
    write_findings(figures, found, "what_it_sees")


@app.command()
def reproduce(
    folder: Annotated[
        Path,
        typer.Argument(
            help="The authors' repository, asier-gutierrez/nn-similarity on GitHub, or a folder "
            "of it: {heat,landscape,silhouette}_distance_matrices.npy in a folder a data set, and "
            "those of the control."
        ),
    ],
    results: Annotated[
        Path,
        typer.Option(help="Folder of a run, or of averaged matrices (.h5), or such a file."),
    ] = Path("results"),
    order: Annotated[
        list[str],
        typer.Option(
            help="DATA_SET:NETWORK,NETWORK,… or control:DATA_SET,DATA_SET,…: what the rows of the "
            "published matrices are, where they are not in the authors' order."
        ),
    ] = [],  # noqa: B006
    output: FolderOutput = Path("results/reproduction"),
) -> None:
    """Compare a run with the matrices that the authors of the paper published."""
    from topoprint.paper.published import parse_orders, read_published
    from topoprint.paper.reproduction import (
        Agreement,
        GroupMeans,
        NormMeans,
        agreement,
        group_means,
        norm_means,
        pair_up,
    )
    from topoprint.reporting.heatmaps import write_reproduction
    from topoprint.reporting.words import agreement_in_words

    ours = _by_dataset(find_averages(results))
    published = read_published(folder, parse_orders(order))
    pairs = pair_up(published, ours)
    norms = norm_means(published, ours)
    found = [agreement(pair) for pair in pairs]
    output.mkdir(parents=True, exist_ok=True)
    write_records(output / "agreement.csv", Agreement, found)
    groups = [row for pair in pairs for row in group_means(pair)]
    write_records(output / "group_means.csv", GroupMeans, groups)
    if norms:
        write_records(output / "own_norms.csv", NormMeans, norms)
    for measure in dict.fromkeys(row.measure for row in found):
        of_measure = [number for number, row in enumerate(found) if row.measure == measure]
        write_reproduction(output, [pairs[n] for n in of_measure], [found[n] for n in of_measure])
    print(agreement_in_words(found))
    compared = len(pairs) + len({row.measure for row in norms})
    tables = f"agreement.csv, group_means.csv{', own_norms.csv' if norms else ''}"
    print(
        f"\n{compared} of {len(published)} published files are compared; {output}: {tables}, and "
        "a figure a measure"
    )


@app.command()
def report(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="What the page shows, each file says itself what it is: matrices.h5, one a data "
            "set; distances as `topoprint evaluate` takes; tables of accuracies; what `topoprint "
            "learning` wrote."
        ),
    ],
    output: PageOutput,
    spec: Annotated[str, typer.Option(help="The config to show, as JSON.")] = "{}",
    benchmarks: Annotated[Path | None, typer.Option(help="Folder of benchmark files.")] = None,
    grouped: Grouped = [],  # noqa: B006
) -> None:
    """Write the report, one self-contained HTML page."""
    from topoprint.evaluation.learning.files import FORMAT as LEARNING
    from topoprint.evaluation.learning.files import load_learning
    from topoprint.reporting.report import write_report

    kinds = {path: format_of(path) for path in files}
    matrices = [path for path, kind in kinds.items() if kind == AVERAGE_FORMAT]
    others = (AVERAGE_FORMAT, LEARNING, None)
    distances = [path for path, kind in kinds.items() if kind not in others]
    learned = [load_learning(path) for path, kind in kinds.items() if kind == LEARNING]
    tables = [path for path, kind in kinds.items() if kind is None]
    if not matrices:
        raise InputError("no matrices.h5 is among the files, as `topoprint average` writes them")
    scores = [score for path in tables for score in load_accuracies(path)]
    shown = parse_json(dict[str, Any], spec, "--spec")
    by_dataset, evaluations = _by_dataset(matrices), _evaluations(distances, grouped)
    make_parents(output)
    write_report(output, by_dataset, scores, shown, benchmarks, evaluations, learned)


def _evaluations(paths: Sequence[Path], grouped: Sequence[str]) -> "dict[str, Evaluation]":
    """Evaluate the distances of several collections, by the name of their data set."""
    from topoprint.evaluation.evaluation import evaluate

    by_dataset: dict[str, dict[str, list[Comparison]]] = {}
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"{path}: is among the files twice")
        found = load_comparisons(path)
        by_dataset.setdefault(_name(found[0].index), {})[str(path)] = found
    return {name: evaluate(files, name in grouped) for name, files in by_dataset.items()}


def _by_dataset(paths: Sequence[Path]) -> dict[str, list[AveragedMatrix]]:
    """Averaged matrices of each data set, in the order of the files."""
    found = {}
    for path in paths:
        averaged = load_average(path)
        name = _name(averaged[0].index)
        if name in found:
            raise InputError(f"{path}: data set {name!r} is among the files twice")
        found[name] = averaged
    return found


def _name(index: Index) -> str:
    """Name of a collection: its data set, or ``control`` where there are several."""
    return index.datasets[0] if len(index.datasets) == 1 else "control"
