"""The app, and what its subcommands share."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Topological fingerprints of neural networks: a subcommand a stage, each usable by hand.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Output = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]
Layers = Annotated[
    str | None,
    typer.Option(help="Names of the dense layers, first to last, separated by commas."),
]
Zeta = Annotated[float, typer.Option(help="Smoothing parameter of equation 1.")]
Bias = Annotated[bool, typer.Option(help="Whether biases are edges.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, or auto: cuda if there is one.")]
HomologyEngine = Annotated[str, typer.Option("--engine", help="auto, forest or flagser.")]
MaxDimension = Annotated[int, typer.Option(help="Largest homology dimension.")]
Metric = Annotated[
    list[str],
    typer.Option(help="landscape, silhouette or heat; may be repeated.", show_default="all three"),
]
Across = Annotated[bool, typer.Option("--across", help="Compare networks of several data sets.")]
GridOption = Annotated[str, typer.Option(help="paper (each pair its own) or shared.")]
Bins = Annotated[int, typer.Option(help="Grid points.")]
MinPersistence = Annotated[float, typer.Option(help="Bars of at most this length are dropped.")]
Infinity = Annotated[float, typer.Option(help="What stands for a death at infinity.")]
Dimensions = Annotated[
    list[int],
    typer.Option(
        "--dimension", help="Homology dimension to compare; may be repeated.", show_default="all"
    ),
]
HeatUnitMass = Annotated[
    bool, typer.Option("--heat-unit-mass", help="Divide each heat image by its number of bars.")
]
LandscapeLayers = Annotated[int, typer.Option(help="Layers of the landscape.")]
SilhouettePower = Annotated[float, typer.Option(help="Power of the silhouette's weights.")]
HeatSigma = Annotated[float, typer.Option(help="Width of the heat kernel.")]
DistanceEngine = Annotated[str, typer.Option(help="exact, or giotto (giotto-tda's own code).")]


def make_parent(path: Path) -> None:
    """Make the folder that a file is to be written in."""
    path.parent.mkdir(parents=True, exist_ok=True)
