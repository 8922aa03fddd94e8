"""The subcommand that reads a network in a chosen way, and writes it for all the others."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from topoprint.cli.help import YOURS
from topoprint.cli.options import Layers, app
from topoprint.cli.outputs import NetworkOutput, make_parents
from topoprint.errors import InputError
from topoprint.networks.network import Network
from topoprint.networks.readers.choice import split_names
from topoprint.networks.readers.kinds import open_file
from topoprint.storage import name_of


@app.command(rich_help_panel=YOURS)
def network(
    file: Annotated[
        Path, typer.Argument(help="File of a network, as `topoprint layers` lists it.")
    ],
    output: NetworkOutput,
    layers: Layers = None,
    positions: Annotated[
        Literal["each", "channels"],
        typer.Option(help="channels: a kernel is edges between channels, its norms over the taps."),
    ] = "each",
    architecture: Annotated[
        bool, typer.Option("--architecture", help="Follow the graph of an ONNX file.")
    ] = False,
    example: Annotated[
        Path | None,
        typer.Option(
            help="npz with an array for each input of the graph, by name: one example, which is "
            "followed. Inputs of floats whose sizes are declared need none."
        ),
    ] = None,
) -> None:
    """Write the network of a file, read in a chosen way, for the other commands.

    Networks that are to be compared must be read alike.
    """
    if architecture or example:
        if positions != "each":
            raise InputError("--positions follows no graph; leave --architecture and --example out")
        made = Network.from_onnx(file, split_names(layers), True, _example(example))
    else:
        made = Network.load(file, split_names(layers), positions)
    if not made.id.network:
        own = {**made.metadata.get("identity", {}), "network": name_of(file.stem)}
        made = replace(made, metadata={**made.metadata, "identity": own})
    make_parents(output)
    made.save(output)


def _example(path: Path | None) -> dict[str, Any] | None:
    """Read the arrays of an example, by their names."""
    if path is None:
        return None
    groups = open_file(path).groups
    if len(groups) != 1:
        raise InputError(f"{path}: holds arrays of {len(groups)} groups; an example has one")
    return {name: tensor.read() for name, tensor in next(iter(groups.values())).items()}
