"""The app, and what its subcommands share."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from topoprint.errors import InputError

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


def common_identity(
    paths: Sequence[Path],
    identities: Sequence[Mapping[str, str]],
    across: Literal["dataset", "seed"] | None = None,
) -> tuple[dict[str, str], list[str]]:
    """Find what all networks share, seed and data set, and their labels, which must differ.

    Networks of several data sets, or of several seeds, are named with these.
    """
    shared = {key: identities[0].get(key, "") for key in ("dataset", "seed")}
    if across:
        shared[across] = {"dataset": "control", "seed": "all"}[across]
    seen: dict[str, Path] = {}
    for path, identity in zip(paths, identities, strict=True):
        for key in shared:
            if key != across and identity.get(key, "") != shared[key]:
                raise InputError(
                    f"{path} is of {key} {identity.get(key, '')!r}, {paths[0]} of "
                    f"{shared[key]!r}; a file holds one seed of one data set"
                )
        label = identity.get("network", "")
        if across == "dataset":
            label = f"{identity.get('dataset', '')}/{label}"
        elif across == "seed":
            label = f"{label}/seed{identity.get('seed', '')}"
        if label in seen:
            raise InputError(f"{path} and {seen[label]} are both of network {label!r}")
        seen[label] = path
    return shared, list(seen)
