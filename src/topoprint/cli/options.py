"""The app, and what its subcommands share."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.cli.help import Grouped
from topoprint.errors import InputError
from topoprint.measures.base import Measure
from topoprint.measures.registry import PAPER, make_measure, make_measures, with_settings
from topoprint.networks.models import Model
from topoprint.validation import parse_json

app = typer.Typer(
    cls=Grouped,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


# Groups of options.
NETWORKS, MEASURES, GRAPHS, OUTPUTS = "Networks", "Measures", "Graphs and diagrams", "Output"


def _print_version(asked: bool) -> None:
    if asked:
        print(f"topoprint {version('topoprint')}")
        raise typer.Exit


@app.callback()
def _command(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Topological fingerprints of neural networks: a subcommand a stage, each usable by hand."""


Layers = Annotated[
    str | None,
    typer.Option(
        help="Names of the dense layers, first to last, separated by commas; or names, prefixes "
        "and globs of what to take (`topoprint layers` lists them). FILE::GLOB: of one file.",
        rich_help_panel=NETWORKS,
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Architecture that the weights of each file fill: torchvision:NAME, as in "
        "torchvision:resnet18; it is followed on an example, and convolutions are unrolled.",
        rich_help_panel=NETWORKS,
    ),
]
InputShape = Annotated[
    str | None,
    typer.Option(
        help="Channels, height and width of the example of --model, as in 3,32,32.",
        show_default="that of torchvision's own weights",
        rich_help_panel=NETWORKS,
    ),
]
Zeta = Annotated[float, typer.Option(help="Smoothing parameter of equation 1.")]
Bias = Annotated[bool, typer.Option(help="Whether biases are edges.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, or auto: cuda if there is one.")]
GivenZeta = Annotated[
    float | None,
    typer.Option(
        help="Smoothing parameter of equation 1.", show_default="1e-06", rich_help_panel=GRAPHS
    ),
]
GivenBias = Annotated[
    bool | None,
    typer.Option(help="Whether biases are edges.", show_default="bias", rich_help_panel=GRAPHS),
]
Grid = Annotated[
    str, typer.Option(help="paper (each pair its own) or shared.", rich_help_panel=MEASURES)
]
Bins = Annotated[int, typer.Option(help="Grid points.", rich_help_panel=MEASURES)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=OUTPUTS)]
MaxDimension = Annotated[
    int, typer.Option(help="Largest homology dimension.", rich_help_panel=GRAPHS)
]
Measures = Annotated[
    list[str],
    typer.Option(
        "--measure",
        help="Measure by its name, or with parameters as in heat:sigma=0.5,name=wide; may be "
        "repeated. `topoprint compare --help` lists all, `topoprint measures` what each declares.",
        show_default="those of the paper",
        rich_help_panel=MEASURES,
    ),
]

Probes = Annotated[
    list[Path],
    typer.Option(
        "--probes",
        help="Inputs that the networks answer: npy, npz, safetensors or CSV, a row an input; once "
        "for all networks, or once for each. Chained dense layers answer with ReLU between them. "
        "Without it, measures of units look at noise.",
        show_default="noise",
        rich_help_panel=NETWORKS,
    ),
]


def given(**settings: Any) -> dict[str, Any]:
    """Keep the settings that were asked for: those that are not None."""
    return {name: value for name, value in settings.items() if value is not None}


def model_of(model: str | None, input_shape: str | None) -> Model | None:
    """Make the architecture that a command line asks for.

    Raises
    ------
    InputError
        If it is of no form that is known, or a shape is given without it.
    """
    if model is None:
        if input_shape is not None:
            raise InputError("--input-shape is that of a model's example; give --model too")
        return None
    shape = None if input_shape is None else [_whole(part) for part in input_shape.split(",")]
    found: Model = parse_json(Model, json.dumps({"model": model, "input_shape": shape}), "--model")
    return found


def _whole(text: str) -> int | str:
    return int(text) if text.strip().isdecimal() else text


def parse_measures(asked: Sequence[str], **settings: Any) -> list[Measure]:
    """Make the measures that a command line asks for, with settings that all share.

    Raises
    ------
    InputError
        If one is not known, or is asked for twice.
    """
    made = make_measures(_parse(one) for one in asked or PAPER)
    return [with_settings(measure, settings) for measure in made]


def _parse(asked: str) -> Measure:
    """Read ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``."""
    name, _, rest = asked.partition(":")
    parameters: dict[str, Any] = {}
    for part in _split(rest):
        key, equals, value = part.partition("=")
        if not equals:
            raise InputError(f"--measure {asked}: {part!r} is no KEY=VALUE, as in {name}:bins=100")
        try:
            parameters[key.strip()] = json.loads(value)
        except json.JSONDecodeError:
            parameters[key.strip()] = value.strip()
    return make_measure(name, **parameters)


def _split(text: str) -> list[str]:
    """Split at commas, but for those in brackets."""
    parts = [""]
    depth = 0
    for letter in text:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]
