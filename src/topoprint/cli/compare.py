"""The subcommand that compares anybody's networks: distances printed, written and drawn."""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from topoprint.cli.help import YOURS, Comparing
from topoprint.cli.options import (
    OUTPUTS,
    AsJson,
    Bins,
    GivenBias,
    GivenZeta,
    Grid,
    InputShape,
    Layers,
    MaxDimension,
    Measures,
    ModelOption,
    Probes,
    app,
    given,
    model_of,
    parse_measures,
)
from topoprint.cli.outputs import file_option, make_parents
from topoprint.comparison.compare import compare as run
from topoprint.comparison.compare import load
from topoprint.comparison.files import save_distances
from topoprint.comparison.matrix import Comparison, DistanceMatrix
from topoprint.comparison.naming import index_of, short_names
from topoprint.comparison.zoo.spec import ZooSpec, is_zoos
from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.files import DiagramSpec
from topoprint.networks.network import Network
from topoprint.networks.readers.choice import split_names
from topoprint.responses.probes import load_probes
from topoprint.storage import name_of

# More networks than this have no table on a terminal.
MOST_PRINTED = 50
# More networks than this are compared in parts, and drawn as a map alone.
MOST_TOGETHER = 500


@app.command(cls=Comparing, rich_help_panel=YOURS)
def compare(
    files: Annotated[list[Path], typer.Argument(help="Networks or diagrams, at least two.")],
    measure: Measures = [],  # noqa: B006
    layers: Layers = None,
    model: ModelOption = None,
    input_shape: InputShape = None,
    grid: Grid = "paper",
    bins: Bins = 200,
    zeta: GivenZeta = None,
    bias: GivenBias = None,
    max_dimension: MaxDimension = 3,
    probes: Probes = [],  # noqa: B006
    output: Annotated[
        Path | None,
        file_option(
            (".csv", ".h5"),
            "File to write, in place of the printed tables: .csv, a row a pair of networks and "
            "measure, or .h5, which `topoprint` and topoprint.load_distances read.",
            "--output",
            "-o",
            panel=OUTPUTS,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        file_option(
            (".svg", ".pdf", ".png"),
            "Figure to draw, .svg, .pdf or .png: of each measure a dendrogram, the distances in "
            "its order, and a map of the networks.",
            panel=OUTPUTS,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the distances between networks, or write or draw them."""
    if len(files) < 2:
        raise InputError("compare needs at least two networks or diagrams")
    settings = given(zeta=zeta, bias=bias)
    asked = parse_measures(measure, grid=grid, bins=bins, **settings)
    architecture = model_of(model, input_shape)
    weights_alone = not (probes or as_json or architecture)
    if plot and len(files) > MOST_TOGETHER and weights_alone and all(map(is_zoos, asked)):
        _as_zoo(files, ZooSpec.made(asked, max_dimension, split_names(layers)), output, plot)
        return
    for_graphs = DiagramSpec(max_dimension=max_dimension, **settings)
    chosen = split_names(layers)
    loaded = [load(path, chosen, for_graphs, model=architecture) for path in files]
    inputs = [load_probes(path) for path in probes] or None
    found = run(loaded, asked, labels=[name_of(path) for path in files], probes=inputs)
    named = _with_index(found, index_of(loaded, short_names(files)))
    if output:
        _write(output, named, loaded, files)
    if as_json:
        _print_json(found)
    elif not output:
        _print(named)
    if plot:
        make_parents(plot)
        named.plot(plot)


def _as_zoo(files: list[Path], spec: ZooSpec, output: Path | None, plot: Path) -> None:
    """Compare thousands of networks in parts, and draw a map of them."""
    from topoprint.comparison.zoo.run import compare_zoo, cores, tell_time
    from topoprint.figures.style import save_as
    from topoprint.reporting.zoo_map import draw_maps

    if output and output.suffix.lower() == ".csv":
        raise InputError(
            f"{output}: pairs of {len(files)} networks are too many for a table; write .h5"
        )
    tell_time(spec, len(files))
    make_parents(plot, *([output] if output else []))
    with tempfile.TemporaryDirectory() as folder:
        written = output or Path(folder) / "distances.h5"
        compare_zoo(
            [str(path) for path in files], spec, written, Path(folder) / "parts", processes=cores()
        )
        save_as(draw_maps(written), plot)


def _with_index(found: Comparison, index: Any) -> Comparison:
    """Give the same distances another table of networks."""
    matrices = {name: replace(matrix, index=index) for name, matrix in found.items()}
    return replace(found, index=index, matrices=matrices)


def _write(
    output: Path, named: Comparison, loaded: list[Network | Diagram], files: list[Path]
) -> None:
    """Write the distances; to HDF5 with all that is known of the networks."""
    make_parents(output)
    if output.suffix.lower() == ".csv":
        from topoprint.reporting.tables import write_comparison

        write_comparison(output, named)
    else:
        own = index_of(loaded, names=short_names(files))
        save_distances(output, _with_index(named, own))


def _print_json(found: Comparison) -> None:
    told = {
        name: {"parameters": dict(matrix.parameters), "distances": matrix.values.tolist()}
        for name, matrix in found.items()
    }
    print(json.dumps({"labels": list(found.labels), "measures": told}, indent=2))


def _print(named: Comparison) -> None:
    many = len(named.index) > MOST_PRINTED and sys.stdout.isatty()
    for number, (name, matrix) in enumerate(named.items()):
        told = _summary(matrix) if many else matrix.to_text()
        print(f"{'' if number == 0 else chr(10)}{name}\n{told}")
    if many:
        print(
            f"\nA table of {len(named.index)} networks is too wide for a terminal: write it with "
            "--output distances.csv (or .h5), draw it with --plot distances.svg, or pipe it."
        )


def _summary(matrix: DistanceMatrix) -> str:
    """Say between which networks the least, median and greatest distance are."""
    rows, columns = np.triu_indices(len(matrix), k=1)
    values = matrix.values[rows, columns]
    order = np.argsort(values, kind="stable")
    order = order[: np.count_nonzero(~np.isnan(values))]
    if not len(order):
        return "  no two networks can be compared"
    places = {"least": order[0], "median": order[len(order) // 2], "greatest": order[-1]}
    labels = matrix.labels
    return "\n".join(
        f"  {name:8}  {values[at]:.6g}  {labels[rows[at]]} – {labels[columns[at]]}"
        for name, at in places.items()
    )
