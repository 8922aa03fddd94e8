"""Subcommand that describes a run for an archive."""

from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.options import app
from topoprint.errors import InputError
from topoprint.storage import write_bytes


@app.command()
def crate(
    folder: Annotated[Path, typer.Argument(help="Results of a run.")],
    author: Annotated[str, typer.Option(help="Name of the person who ran it.")],
    license: Annotated[
        str, typer.Option(help="Of the results: an SPDX name such as CC-BY-4.0, or an address.")
    ],
    config: Annotated[
        list[Path] | None,
        typer.Option(
            help="YAML file of the run's config, each laid over those before it.",
            show_default="config.yaml",
        ),
    ] = None,
) -> None:
    """Describe a run as an RO-Crate: FOLDER/ro-crate-metadata.json.

    Versions and the commit are those of what is installed now: call it after the run.
    """
    from topoprint.experiment.config import load_config

    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder of results")
    try:
        from topoprint.reporting.crate import NAME
        from topoprint.reporting.crate import crate as run
    except ModuleNotFoundError as error:
        raise InputError(
            "crates need the package rocrate: pip install 'topoprint[crate]'"
        ) from error
    asked = load_config(*(config or [Path("config.yaml")]))
    write_bytes(folder / NAME, run(folder, asked.science, author, license))
