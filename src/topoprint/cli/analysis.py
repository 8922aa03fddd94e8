"""Subcommands of the analysis: averaged matrices → figures, tables, report."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topoprint.cli.options import Output, app, make_parent
from topoprint.comparison.matrix import AveragedMatrix, load_average
from topoprint.errors import InputError

if TYPE_CHECKING:  # their own imports take longer than most stages
    from topoprint.evaluation.truths import Truth
    from topoprint.evaluation.verdict import Verdict


@app.command()
def figures(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
) -> None:
    """Draw the heatmaps of the averaged matrices."""
    from topoprint.reporting.figures import write_heatmaps

    averaged, _ = load_average(matrices)
    output.mkdir(parents=True, exist_ok=True)
    for matrix in averaged:
        write_heatmaps(output, matrix)


@app.command()
def tables(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    statistics: Annotated[Path, typer.Option(help="CSV to write: statistics of the groups.")],
    distances: Annotated[Path, typer.Option(help="CSV to write: averaged distances.")],
    networks: Annotated[Path, typer.Option(help="CSV to write: which row is which network.")],
) -> None:
    """Write the averaged distances and their statistics as tables."""
    from topoprint.reporting.tables import write_distances, write_networks, write_statistics

    averaged, _ = load_average(matrices)
    for path in (statistics, distances, networks):
        make_parent(path)
    write_networks(networks, averaged[0])
    write_statistics(statistics, averaged)
    write_distances(distances, averaged)


@app.command()
def accuracy(
    networks: Annotated[list[Path], typer.Argument(help="Trained networks.")],
    output: Output,
    figures: Annotated[Path | None, typer.Option(help="Folder to draw them into.")] = None,
) -> None:
    """Collect the test accuracy of trained networks, as a table and a figure."""
    from topoprint.reporting.tables import read_accuracies, write_accuracies

    scores = read_accuracies(networks)
    make_parent(output)
    write_accuracies(output, scores)
    if figures:
        from topoprint.reporting.figures import write_accuracies as draw

        figures.mkdir(parents=True, exist_ok=True)
        draw(figures, scores)


@app.command()
def overview(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
) -> None:
    """Draw the heatmaps of several data sets side by side, on one scale."""
    from topoprint.reporting.figures import write_overview

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
    output: Output,
    norms: Annotated[Path, typer.Option(help="CSV to write: norms of the control's networks.")],
    statistics: Annotated[Path, typer.Option(help="CSV to write: statistics of these norms.")],
    control: Annotated[str, typer.Option(help="Experiment that is the control.")] = "input_order",
) -> None:
    """Set Tables 2 and 3 of the paper beside these matrices."""
    from topoprint.paper import paper as compared
    from topoprint.reporting.tables import write_records

    by_dataset = _by_dataset(matrices)
    for path in (output, norms, statistics):
        make_parent(path)
    write_records(norms, compared.OwnNorm, compared.own_norms(by_dataset, control))
    write_records(
        statistics, compared.NormStatistics, compared.norm_statistics(by_dataset, control)
    )
    write_records(output, compared.Comparison, compared.compare_with_paper(by_dataset, control))


@app.command()
def judge(
    studies: Annotated[list[Path], typer.Argument(help="Studies of the seeds of one data set.")],
    nulls: Annotated[Path, typer.Option(help="CSV to write: each measure beside each null.")],
    explained: Annotated[Path, typer.Option(help="CSV to write: what size and histogram explain.")],
    truths: Annotated[Path, typer.Option(help="CSV to write: whether equal shapes are near.")],
    figures: Annotated[Path, typer.Option(help="Folder to draw the verdict into.")],
    across: Annotated[
        Path | None, typer.Option(help="Study of the networks of all seeds together.")
    ] = None,
) -> None:
    """Judge what each measure sees, from networks and their null models."""
    from topoprint.evaluation import verdict
    from topoprint.evaluation.answers import answers
    from topoprint.evaluation.truths import Truth
    from topoprint.reporting.figures import write_answers
    from topoprint.reporting.tables import write_records

    of_datasets, _ = _verdicts([*studies, across] if across else studies)
    if len(of_datasets) != 1:
        raise InputError(f"studies of one data set are judged, not of {', '.join(of_datasets)}")
    (found,) = of_datasets.values()
    for path in (nulls, explained, truths):
        make_parent(path)
    write_records(nulls, verdict.NullVerdict, found.nulls)
    write_records(explained, verdict.Explained, found.explained)
    write_records(truths, Truth, found.truths)
    figures.mkdir(parents=True, exist_ok=True)
    write_answers(figures, answers(of_datasets), "verdict")


@app.command(name="control-truths")
def control_truths(
    studies: Annotated[list[Path], typer.Argument(help="Studies of the control, one a seed.")],
    output: Output,
) -> None:
    """Judge whether each measure puts networks of one data set near one another."""
    from topoprint.comparison.study import Study
    from topoprint.evaluation.truths import Truth, dataset_truths
    from topoprint.reporting.tables import write_records

    make_parent(output)
    write_records(output, Truth, dataset_truths([Study.load(path)[0] for path in studies]))


@app.command(name="what-it-sees")
def what_it_sees(
    studies: Annotated[
        list[Path],
        typer.Argument(help="Studies of the seeds of all data sets, and of the control."),
    ],
    output: Output,
    figures: Annotated[Path, typer.Option(help="Folder to draw it into.")],
) -> None:
    """Put the verdicts of all data sets together: measure × question."""
    from topoprint.evaluation.answers import Answer, answers
    from topoprint.reporting.figures import write_answers
    from topoprint.reporting.tables import write_records

    found = answers(*_verdicts(studies))
    make_parent(output)
    write_records(output, Answer, found)
    figures.mkdir(parents=True, exist_ok=True)
    write_answers(figures, found, "what_it_sees")


@app.command()
def reproduce(
    folder: Annotated[
        Path,
        typer.Argument(
            help="The authors' {heat,landscape,silhouette}_distance_matrices.npy, in a "
            "folder a data set."
        ),
    ],
    results: Annotated[
        Path, typer.Option(help="Folder of a run, with {data set}/matrices.h5.")
    ] = Path("results"),
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")] = Path(
        "results/reproduction"
    ),
) -> None:
    """Compare a run with the matrices that the authors of the paper published."""
    from topoprint.paper.reproduction import (
        Agreement,
        GroupMeans,
        agreement,
        group_means,
        pair_up,
    )
    from topoprint.reporting.figures import write_reproduction
    from topoprint.reporting.tables import write_records

    paths = sorted(results.glob("*/matrices.h5"))
    if not paths:
        raise InputError(f"{results}: holds no */matrices.h5; run the experiment first")
    pairs = pair_up(folder, _by_dataset(paths))
    found = [agreement(pair) for pair in pairs]
    output.mkdir(parents=True, exist_ok=True)
    write_records(output / "agreement.csv", Agreement, found)
    groups = [row for pair in pairs for row in group_means(pair)]
    write_records(output / "group_means.csv", GroupMeans, groups)
    for measure in dict.fromkeys(row.measure for row in found):
        of_measure = [number for number, row in enumerate(found) if row.measure == measure]
        write_reproduction(output, [pairs[n] for n in of_measure], [found[n] for n in of_measure])
    print(f"{'data set':22} {'measure':11} {'Spearman':>8} {'p':>7} {'scale':>6}")
    for row in found:
        print(
            f"{row.dataset:22} {row.measure:11} {row.spearman:8.3f} {row.p_value:7.2g} "
            f"{row.scale:6.2f}"
        )
    print(f"\n{output}: agreement.csv, group_means.csv, and a figure a measure")


@app.command()
def report(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: Output,
    accuracy: Annotated[
        list[Path], typer.Option(help="Table of accuracies; may be repeated.")
    ] = [],  # noqa: B006
    config: Annotated[str, typer.Option(help="The config to show, as JSON.")] = "{}",
    benchmarks: Annotated[Path | None, typer.Option(help="Folder of benchmark files.")] = None,
    study: Annotated[
        list[Path], typer.Option(help="Study of a data set or the control; may be repeated.")
    ] = [],  # noqa: B006
) -> None:
    """Write the report, one self-contained HTML page."""
    from topoprint.reporting.report import write_report
    from topoprint.reporting.tables import load_accuracies

    scores = [score for path in accuracy for score in load_accuracies(path)]
    try:
        shown = json.loads(config)
    except json.JSONDecodeError as error:
        raise InputError(f"--config is not JSON ({error})") from error
    make_parent(output)
    write_report(output, _by_dataset(matrices), scores, shown, benchmarks, *_verdicts(study))


def _verdicts(paths: Sequence[Path]) -> tuple[dict[str, "Verdict"], list["Truth"]]:
    """Verdicts by data set, and the truths of the control, from the studies of all of them."""
    from topoprint.comparison.study import Study
    from topoprint.evaluation.truths import dataset_truths
    from topoprint.evaluation.verdict import Verdict

    by_dataset: dict[str, dict[str, Study]] = {}
    for path in paths:
        made, identity = Study.load(path)
        of_seeds = by_dataset.setdefault(identity["dataset"], {})
        if identity["seed"] in of_seeds:
            raise InputError(f"{path}: seed {identity['seed']} is among the studies twice")
        of_seeds[identity["seed"]] = made
    control = dataset_truths(list(by_dataset.pop("control", {}).values()))
    found = {}
    for name, of_seeds in by_dataset.items():
        across = of_seeds.pop("all", None)
        found[name] = Verdict.of(list(of_seeds.values()), across)
    return found, control


def _by_dataset(paths: Sequence[Path]) -> dict[str, list[AveragedMatrix]]:
    """Averaged matrices of each data set, in the order of the files."""
    found = {}
    for path in paths:
        averaged, identity = load_average(path)
        if identity["dataset"] in found:
            raise InputError(f"{path}: data set {identity['dataset']!r} is among the files twice")
        found[identity["dataset"]] = averaged
    return found
