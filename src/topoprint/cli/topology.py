"""Subcommands of the comparison: networks → diagrams → distances → averaged matrices."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.cli.help import YOURS, Comparing
from topoprint.cli.options import (
    AsJson,
    Bias,
    InputShape,
    Layers,
    MaxDimension,
    Measures,
    ModelOption,
    Zeta,
    app,
    model_of,
    parse_measures,
)
from topoprint.cli.outputs import Output, OutputOfEach, file_option, filled, make_parents
from topoprint.comparison.averages import average as put_together
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.comparison.files import load_comparison, save_average, save_comparisons
from topoprint.errors import InputError
from topoprint.homology.files import DiagramSpec, diagram_of_file, id_of_file
from topoprint.identity import NetworkId
from topoprint.measures.registry import markdown, table
from topoprint.networks.files import digest_of
from topoprint.networks.readers.choice import split_names
from topoprint.parts import Part, make_all
from topoprint.validation import parse_json


@app.command(rich_help_panel=YOURS)
def diagram(
    networks: Annotated[
        list[Path], typer.Argument(help="Networks (`topoprint layers`), or graphs.")
    ],
    output: OutputOfEach,
    layers: Layers = None,
    model: ModelOption = None,
    input_shape: InputShape = None,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    engine: Annotated[str, typer.Option(help="auto, forest, flagser or gudhi.")] = "auto",
    max_dimension: MaxDimension = 3,
    spec: Annotated[str | None, typer.Option(help="These four as JSON, in place of them.")] = None,
) -> None:
    """Compute the persistence diagram of a network, or of each of several.

    Of several, all files are put in their places when the last is computed. Where one fails or the
    command is interrupted, the same command again computes only what is missing.
    """
    options = {"zeta": zeta, "bias": bias, "engine": engine, "max_dimension": max_dimension}
    asked = parse_json(DiagramSpec, spec or json.dumps(options), "--spec" if spec else "options")
    chosen, architecture = split_names(layers), model_of(model, input_shape)
    told = architecture.model_dump() if architecture else None

    def plan(network: Path) -> Part:
        def made_of() -> Any:
            return [str(network), digest_of(network), asked.model_dump(), chosen, told]

        def make(paths: Sequence[Path]) -> None:
            found = diagram_of_file(network, asked, chosen, architecture)
            make_parents(*paths)
            found.save(paths[0])

        own = id_of_file(network) if "{" in str(output) else NetworkId()
        return Part((filled(output, own),), made_of, make)

    make_all(networks, plan)


@app.command(cls=Comparing)
def distances(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Networks, in the order of the rows; beside them, in any order, their diagrams, "
            "what they answer, and networks that are null models of them."
        ),
    ],
    output: Output,
    measure: Measures = [],  # noqa: B006 - typer copies it
    spec: Annotated[
        str | None, typer.Option(help="Measures and null models, as JSON; in place of --measure.")
    ] = None,
    kept: Annotated[
        Path | None,
        file_option(".h5", "Copy of the output, taken over where the output itself is gone."),
    ] = None,
) -> None:
    """Compute the distances of networks, or of null models of them, by many measures.

    An output that is there already is brought up to date: what it holds of the same files and
    parameters is taken over.
    """
    wanted = (
        parse_json(DistancesSpec, spec, "--spec")
        if spec
        else DistancesSpec(measures=parse_measures(measure))
    )
    made = compare_files(files, wanted, previous=output if output.is_file() else kept)
    for path in (kept, output):
        if path:
            make_parents(path)
            save_comparisons(path, made)


@app.command()
def average(
    distances: Annotated[list[Path], typer.Argument(help="Distance files, one a seed.")],
    output: Output,
    spec: Annotated[
        str | None,
        typer.Option(help="Names of the measures to take, as JSON.", show_default="all"),
    ] = None,
) -> None:
    """Average the distances of several seeds."""
    names = parse_json(list[str], spec, "--spec") if spec else None
    found = {str(path): load_comparison(path) for path in distances}
    if len(found) < len(distances):
        raise InputError("a distance file is given twice")
    matrices = put_together(found, names)
    make_parents(output)
    save_average(output, matrices)


@app.command(rich_help_panel=YOURS)
def measures(
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """List the measures: what each is, needs and declares."""
    rows = table()
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if as_markdown:
        print(markdown(), end="")
        return
    for row in rows:
        name, about, own, *declared = row.items()
        print(f"{name[1]}: {about[1]}")
        for key, value in (own, *declared):
            print(f"    {key}: {value}")
