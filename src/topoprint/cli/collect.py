"""The subcommand that takes a network that was trained elsewhere, with its architecture."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.help import YOURS
from topoprint.cli.options import InputShape, ModelOption, app, model_of
from topoprint.cli.outputs import file_option, make_parents
from topoprint.errors import InputError
from topoprint.networks.collected import CollectSpec
from topoprint.networks.collected import collect as run
from topoprint.networks.readers.parameters import names_of
from topoprint.validation import parse_json


@app.command(rich_help_panel=YOURS)
def collect(
    network: Annotated[
        Path, typer.Argument(help="File of a network (`topoprint layers`), or FILE::KEY.")
    ],
    output: Annotated[
        Path, file_option(".safetensors", "Network to write, whole.", "--output", "-o")
    ],
    model: ModelOption = None,
    input_shape: InputShape = None,
    spec: Annotated[
        str | None, typer.Option(help="Identity, group and model as JSON, in place of these.")
    ] = None,
) -> None:
    """Read a network that was trained elsewhere, and write it with all its units and maps.

    With --model, the file's weights fill that architecture, which is followed on an example; what
    is written is read by every command.
    """
    if spec and (model or input_shape):
        raise InputError("--spec says the model; leave --model and --input-shape out")
    asked = (
        parse_json(CollectSpec, spec, "--spec")
        if spec
        else CollectSpec(model=model_of(model, input_shape))
    )
    found = run(network, asked)
    make_parents(output)
    found.save(output)
    told = f"{network}: {found.n_edges} edges of {found.n_units} units"
    if (coverage := found.metadata.get("coverage", 1.0)) < 1:
        told += f"; {100 * coverage:.1f} % of its trained weights are edges, all but those of "
        told += names_of(found.metadata["outside"])
    print(told, file=sys.stderr)
