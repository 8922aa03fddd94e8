"""Subcommands of the topology: networks → diagrams → distances → averaged matrices."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.cli.options import (
    Across,
    Bias,
    Bins,
    Dimensions,
    DistanceEngine,
    GridOption,
    HeatSigma,
    HeatUnitMass,
    HomologyEngine,
    Infinity,
    LandscapeLayers,
    Layers,
    MaxDimension,
    Metric,
    MinPersistence,
    Output,
    SilhouettePower,
    Zeta,
    app,
    common_identity,
    make_parent,
)
from topoprint.comparison.matrix import DistanceMatrix, average, save_average, save_distances
from topoprint.errors import InputError
from topoprint.homology.diagram import Diagram
from topoprint.homology.graph import Graph, LayeredGraph, is_graph_file, to_graph
from topoprint.homology.persistence import persistence
from topoprint.measures.measures import METRICS, distance_matrix
from topoprint.networks.network import Network


@app.command()
def diagram(
    network: Annotated[Path, typer.Argument(help="Network: safetensors or .pt; or a graph.")],
    output: Output,
    layers: Layers = None,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    engine: HomologyEngine = "auto",
    max_dimension: MaxDimension = 3,
) -> None:
    """Compute the persistence diagram of a network."""
    made = _diagram_of(network, layers, zeta, bias, engine, max_dimension)
    make_parent(output)
    made.save(output)


@app.command()
def distances(
    diagrams: Annotated[
        list[Path], typer.Argument(help="Diagram files, in the order of the rows.")
    ],
    output: Output,
    metric: Metric = [],  # noqa: B006 - typer copies it
    grid: GridOption = "paper",
    bins: Bins = 200,
    min_persistence: MinPersistence = 0.01,
    infinity: Infinity = 1.0,
    landscape_layers: LandscapeLayers = 1,
    silhouette_power: SilhouettePower = 1.0,
    heat_sigma: HeatSigma = 0.1,
    heat_unit_mass: HeatUnitMass = False,
    dimension: Dimensions = [],  # noqa: B006
    engine: DistanceEngine = "exact",
    across: Across = False,
) -> None:
    """Compute the distances between the networks of one seed of one data set, or of several."""
    loaded = [Diagram.load(path) for path in diagrams]
    identity, labels = common_identity(
        diagrams, [made.identity for made in loaded], "dataset" if across else None
    )
    matrices = _matrices(
        loaded, metric, grid, bins, min_persistence, infinity, engine, dimension, labels,
        landscape={"layers": landscape_layers},
        silhouette={"power": silhouette_power},
        heat={"sigma": heat_sigma, "unit_mass": heat_unit_mass},
    )  # fmt: skip
    make_parent(output)
    save_distances(output, matrices, identity)


@app.command()
def baselines(
    networks: Annotated[
        list[Path], typer.Argument(help="Trained networks, in the order of the rows.")
    ],
    output: Output,
    baseline: Annotated[
        list[str],
        typer.Option(
            help="one_norm, frobenius_norm, number_of_edges or weight_histogram; may be repeated.",
            show_default="all four",
        ),
    ] = [],  # noqa: B006
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    across: Across = False,
) -> None:
    """Compute simpler distances between the networks themselves, to compare with."""
    from topoprint.measures.baselines import baseline_matrices

    loaded = [Network.load(path) for path in networks]
    identity, labels = common_identity(
        networks, [made.identity for made in loaded], "dataset" if across else None
    )
    graphs = [to_graph(made, zeta, bias) for made in loaded]
    matrices = baseline_matrices(graphs, labels, baseline or None)
    make_parent(output)
    save_distances(output, matrices, identity)


@app.command(name="average")
def average_command(
    distances: Annotated[
        list[Path], typer.Argument(help="Distance files; a seed may have several.")
    ],
    output: Output,
) -> None:
    """Average the distances of several seeds."""
    matrices, identity = average(distances)
    make_parent(output)
    save_average(output, matrices, identity)


@app.command()
def compare(
    files: Annotated[list[Path], typer.Argument(help="Networks or diagrams, at least two.")],
    metric: Metric = [],  # noqa: B006
    grid: GridOption = "paper",
    bins: Bins = 200,
    min_persistence: MinPersistence = 0.01,
    infinity: Infinity = 1.0,
    landscape_layers: LandscapeLayers = 1,
    silhouette_power: SilhouettePower = 1.0,
    heat_sigma: HeatSigma = 0.1,
    heat_unit_mass: HeatUnitMass = False,
    dimension: Dimensions = [],  # noqa: B006
    layers: Layers = None,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    max_dimension: MaxDimension = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the distances between networks."""
    if len(files) < 2:
        raise InputError("compare needs at least two networks or diagrams")
    loaded = [
        Diagram.load(path)
        if path.suffix in (".h5", ".hdf5")
        else _diagram_of(path, layers, zeta, bias, "auto", max_dimension)
        for path in files
    ]
    matrices = _matrices(
        loaded, metric, grid, bins, min_persistence, infinity, "exact", dimension,
        [str(path) for path in files],
        landscape={"layers": landscape_layers},
        silhouette={"power": silhouette_power},
        heat={"sigma": heat_sigma, "unit_mass": heat_unit_mass},
    )  # fmt: skip
    if as_json:
        found = {
            matrix.measure: {
                "parameters": dict(matrix.parameters),
                "distances": matrix.values.tolist(),
            }
            for matrix in matrices
        }
        print(json.dumps({"labels": [str(path) for path in files], "measures": found}, indent=2))
        return
    for number, matrix in enumerate(matrices):
        print(f"{'' if number == 0 else chr(10)}{matrix.measure}\n{matrix.to_text()}")


def _diagram_of(
    path: Path, layers: str | None, zeta: float, bias: bool, engine: Any, max_dimension: int
) -> Diagram:
    identity, state = {"network": path.stem}, ""
    try:
        graph: Graph | LayeredGraph
        if is_graph_file(path):
            graph = Graph.load(path, zeta)
        else:
            network = Network.load(path, layers.split(",") if layers else None)
            identity, state = network.identity or identity, network.metadata.get("state", "")
            graph = to_graph(network, zeta, bias)
        found = persistence(graph, max_dimension, engine)
    except InputError as error:
        named = str(error) if str(error).startswith(str(path)) else f"{path}: {error}"
        raise InputError(named) from error
    parameters = {"zeta": zeta, "bias": bias, "engine": engine, "state": state}
    return Diagram(found.births, found.deaths, identity, parameters)


def _matrices(
    diagrams: Sequence[Diagram],
    metrics: Sequence[str],
    grid: Any,
    bins: int,
    min_persistence: float,
    infinity: float,
    engine: Any,
    dimensions: Sequence[int],
    labels: Sequence[str] | None,
    **own: dict[str, float],
) -> list[DistanceMatrix]:
    return [
        distance_matrix(
            diagrams,
            metric,
            grid,
            bins,
            engine,
            min_persistence=min_persistence,
            infinity=infinity,
            dimensions=dimensions or None,
            labels=labels,
            **own.get(metric, {}),
        )
        for metric in dict.fromkeys(metrics or METRICS)
    ]
