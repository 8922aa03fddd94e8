"""Subcommands for many networks: all at once on this machine, or stage by stage on a cluster."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topoprint.cli.help import YOURS, Comparing
from topoprint.cli.options import (
    Bins,
    GivenBias,
    GivenZeta,
    Layers,
    MaxDimension,
    Measures,
    app,
    given,
    parse_measures,
)
from topoprint.cli.outputs import Output, file_option, make_parents
from topoprint.comparison.zoo.spec import ZooSpec
from topoprint.errors import InputError
from topoprint.networks.readers.choice import split_names
from topoprint.storage import check_readable, format_of
from topoprint.validation import parse_json

if TYPE_CHECKING:
    from topoprint.comparison.zoo.gather import Zoo

zoo = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    zoo,
    name="zoo",
    help="Compare thousands of networks, in parts and blocks.",
    rich_help_panel=YOURS,
)

Files = Annotated[list[str], typer.Argument(help="Networks, graphs or diagrams.")]
ListOfFiles = Annotated[
    Path | None, typer.Option("--list", help="Text with the path of a network a line, beside them.")
]
Spec = Annotated[str, typer.Option(help="What is compared, as JSON (`topoprint zoo spec`).")]
Skip = Annotated[
    bool, typer.Option("--skip-unreadable", help="Leave out files that cannot be read.")
]
Groups = Annotated[
    Path | None, typer.Option(help="CSV with columns file and group: a group a network.")
]
Grid = Annotated[str, typer.Option(help="shared, or paper: each pair its own, which takes longer.")]
Parts = Annotated[list[Path], typer.Argument(help="Diagrams of all parts, in their order.")]
Number = Annotated[int, typer.Option(min=0, help="Which part, from 0.")]


@zoo.command(cls=Comparing)
def compare(
    output: Output,
    files: Files = [],  # noqa: B006 - typer copies it
    listed: ListOfFiles = None,
    measure: Measures = [],  # noqa: B006
    layers: Layers = None,
    grid: Grid = "shared",
    bins: Bins = 200,
    zeta: GivenZeta = None,
    bias: GivenBias = None,
    max_dimension: MaxDimension = 3,
    groups: Groups = None,
    skip_unreadable: Skip = False,
    plot: Annotated[
        Path | None,
        file_option((".svg", ".pdf", ".png"), "Figure to draw: a map of the networks a measure."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="At once.", show_default="one a core")
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(min=1, help="Networks of a part.", show_default="1000, fewer of large files"),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder for what is not finished.", show_default="OUTPUT.parts"),
    ] = None,
) -> None:
    """Compare all networks with one another, by summaries of their diagrams.

    A run that was ended goes on where it stopped when the same command is given again. The
    output is that of `topoprint distances`.
    """
    from topoprint.comparison.zoo.groups import load_groups
    from topoprint.comparison.zoo.run import compare_zoo, cores, tell_time

    every = _files(files, listed)
    asked = _spec(measure, grid, bins, zeta, bias, max_dimension, layers)
    of_groups = load_groups(groups, every) if groups else None
    make_parents(output)
    tell_time(asked, len(every))
    found = compare_zoo(
        every,
        asked,
        output,
        folder or output.with_name(f"{output.name}.parts"),
        block,
        processes or cores(),
        skip_unreadable,
        of_groups,
    )
    _tell(found, len(every))
    if plot:
        from topoprint.figures.style import save_as
        from topoprint.reporting.zoo_map import draw_maps

        make_parents(plot)
        save_as(draw_maps(output), plot)


@zoo.command()
def spec(
    measure: Measures = [],  # noqa: B006
    layers: Layers = None,
    grid: Grid = "shared",
    bins: Bins = 200,
    zeta: GivenZeta = None,
    bias: GivenBias = None,
    max_dimension: MaxDimension = 3,
) -> None:
    """Print what is compared as JSON, for the stages."""
    print(_spec(measure, grid, bins, zeta, bias, max_dimension, layers).model_dump_json())


@zoo.command()
def diagrams(
    output: Output,
    spec: Spec,
    files: Files = [],  # noqa: B006
    listed: ListOfFiles = None,
    skip_unreadable: Skip = False,
) -> None:
    """Compute the diagrams of the networks of a part."""
    from topoprint.comparison.zoo.gather import refuse_unreadable
    from topoprint.comparison.zoo.parts import load_head, make_part

    every = _files(files, listed)
    make_part(every, parse_json(ZooSpec, spec, "--spec"), output)
    if not skip_unreadable:
        refuse_unreadable([load_head(output)])


@zoo.command()
def points(parts: Parts, output: Output, spec: Spec, number: Number) -> None:
    """Compute the points of the networks of a part, on the grid of the whole zoo."""
    from topoprint.comparison.zoo.points import make_points

    asked = parse_json(ZooSpec, spec, "--spec")
    make_points(_of_number(parts, number), parts, asked, output)


@zoo.command()
def blocks(
    files: Annotated[
        list[Path], typer.Argument(help="Diagrams of all parts, and points of all, in their order.")
    ],
    output: Output,
    spec: Spec,
    number: Number,
) -> None:
    """Compute the distances of the networks of a part from those of half of the parts."""
    from topoprint.comparison.zoo.blocks import make_blocks
    from topoprint.comparison.zoo.points import FORMAT

    asked = parse_json(ZooSpec, spec, "--spec")
    parts, points = _split(files, FORMAT, "points")
    _of_number(parts, number)
    make_blocks(number, parts, points, asked, output)


@zoo.command()
def gather(
    files: Annotated[
        list[Path], typer.Argument(help="Diagrams of all parts, and blocks of all, in their order.")
    ],
    output: Output,
    spec: Spec,
    skip_unreadable: Skip = False,
    groups: Groups = None,
) -> None:
    """Put the blocks of all parts together to one file of distances."""
    from topoprint.comparison.zoo.blocks import FORMAT
    from topoprint.comparison.zoo.gather import gather as run
    from topoprint.comparison.zoo.groups import load_groups
    from topoprint.comparison.zoo.parts import load_head

    asked = parse_json(ZooSpec, spec, "--spec")
    parts, blocks = _split(files, FORMAT, "blocks")
    every = [file for part in parts for file in load_head(part).files]
    of_groups = load_groups(groups, every) if groups else None
    make_parents(output)
    _tell(run(parts, blocks, asked, output, skip_unreadable, of_groups), len(every))


def _tell(found: "Zoo", count: int) -> None:
    """Say which files were left out, and which are copies."""
    from topoprint.comparison.zoo.gather import copies

    for file, why in found.unreadable.items():
        print(f"left out: {why if file in why else f'{file}: {why}'}", file=sys.stderr)
    if found.unreadable:
        print(f"{len(found.unreadable)} of {count} files were left out", file=sys.stderr)
    alike = copies(found)
    if alike:
        print(
            f"{sum(map(len, alike)) - len(alike)} files have the content of another, such as "
            f"{' and '.join(alike[0][:2])}: their distance is 0",
            file=sys.stderr,
        )


def _split(files: list[Path], kind: str, what: str) -> tuple[list[Path], list[Path]]:
    """Tell the diagrams of parts from what is made of them, one each; by their content."""
    others = [path for path in files if format_of(path) == kind]
    parts = [path for path in files if path not in others]
    if len(parts) != len(others):
        raise InputError(
            f"{len(parts)} files of diagrams and {len(others)} of {what}; give one each for all "
            "parts"
        )
    return parts, others


def _files(files: list[str], listed: Path | None) -> list[str]:
    """Files that a command is given, and those that a text lists."""
    every = list(files)
    if listed is not None:
        check_readable(listed)
        every += [line for line in listed.read_text().splitlines() if line.strip()]
    if not every:
        raise InputError("no networks: give their files, or --list a text that names them")
    return every


def _spec(
    measure: list[str],
    grid: str,
    bins: int,
    zeta: float | None,
    bias: bool | None,
    max_dimension: int,
    layers: str | None,
) -> ZooSpec:
    made = parse_measures(measure, grid=grid, bins=bins, **given(zeta=zeta, bias=bias))
    return ZooSpec.made(made, max_dimension, split_names(layers))


def _of_number(parts: list[Path], number: int) -> Path:
    if number >= len(parts):
        raise InputError(f"--number {number}: the parts are 0 … {len(parts) - 1}")
    return parts[number]
