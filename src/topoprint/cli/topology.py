"""Subcommands of the topology: networks → diagrams → distances → averaged matrices."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
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
    make_parent,
)
from topoprint.topology.diagram import Diagram
from topoprint.topology.errors import InputError
from topoprint.topology.graph import Graph, LayeredGraph, is_graph_file, to_graph
from topoprint.topology.homology import persistence
from topoprint.topology.matrix import DistanceMatrix, average, save_average, save_distances
from topoprint.topology.measures import METRICS, Discretisation, distance_matrix
from topoprint.topology.network import Network


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
    identity, labels = _common_identity(diagrams, [made.identity for made in loaded], across)
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
    from topoprint.topology.baselines import baseline_matrices

    loaded = [Network.load(path) for path in networks]
    identity, labels = _common_identity(networks, [made.identity for made in loaded], across)
    graphs = [to_graph(made, zeta, bias) for made in loaded]
    matrices = baseline_matrices(graphs, labels, baseline or None)
    make_parent(output)
    save_distances(output, matrices, identity)


@app.command(name="study")
def study_command(
    networks: Annotated[
        list[Path], typer.Argument(help="Trained networks, in the order of the rows.")
    ],
    output: Output,
    null: Annotated[
        list[str],
        typer.Option(
            help="Null model: shuffled_layers, shuffled_network, gaussian, resampled, or initial, "
            "which reads the untrained network beside each; may be repeated."
        ),
    ] = [],  # noqa: B006
    repetitions: Annotated[int, typer.Option(min=1, help="Nulls of each network.")] = 2,
    grid: GridOption = "paper",
    bins: Bins = 200,
    min_persistence: MinPersistence = 0.01,
    infinity: Infinity = 1.0,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
) -> None:
    """Compare networks, and null models of them, by many measures."""
    from topoprint.experiment.design import stream
    from topoprint.topology.nulls import null_network
    from topoprint.topology.study import study

    loaded = [Network.load(path) for path in networks]
    identity, labels = _common_identity(networks, [made.identity for made in loaded], False)

    def nulls_of(model: str) -> Iterator[list[Network]]:
        if model == "initial":
            yield [Network.load(path.with_suffix(".initial.safetensors")) for path in networks]
            return
        for repetition in range(repetitions):
            yield [
                null_network(network, model, stream(*identity.values(), label, model, repetition))
                for network, label in zip(loaded, labels, strict=True)
            ]

    made = study(
        loaded,
        labels,
        {model: nulls_of(model) for model in dict.fromkeys(null)},
        how=Discretisation(grid, bins, min_persistence, infinity),  # type: ignore[arg-type]
        zeta=zeta,
        bias=bias,
    )
    make_parent(output)
    made.save(output, identity)


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


@app.command()
def verdict(
    files: Annotated[list[Path], typer.Argument(help="Networks, at least two.")],
    measure: Annotated[
        list[str], typer.Option(help="Measure; may be repeated.", show_default="all")
    ] = [],  # noqa: B006
    null: Annotated[
        list[str], typer.Option(help="Null model; may be repeated.", show_default="all four")
    ] = [],  # noqa: B006
    repetitions: Annotated[int, typer.Option(min=2, help="Nulls of each network.")] = 20,
    layers: Layers = None,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the distances between networks, each beside those between their null models.

    z is a distance less the mean of its nulls' distances, in their standard deviations. Where it
    lies within ±2, networks that keep only what the null keeps would be as far apart.
    """
    from topoprint.experiment.design import stream
    from topoprint.topology.nulls import NULLS, null_network
    from topoprint.topology.study import MEASURES, study

    if len(files) < 2:
        raise InputError("verdict needs at least two networks")
    networks = [Network.load(path, layers.split(",") if layers else None) for path in files]

    def nulls_of(model: str) -> Iterator[list[Network]]:
        for repetition in range(repetitions):
            yield [
                null_network(network, model, stream("verdict", position, model, repetition))
                for position, network in enumerate(networks)
            ]

    models = list(dict.fromkeys(null)) or list(NULLS)
    made = study(
        networks,
        [str(path) for path in files],
        {model: nulls_of(model) for model in models},
        list(dict.fromkeys(measure)) or MEASURES,
        zeta=zeta,
        bias=bias,
    )
    found = made.z_scores()
    if as_json:
        for pair in chain.from_iterable(found.values()):
            pair["z"] = {model: z if math.isfinite(z) else None for model, z in pair["z"].items()}
        print(json.dumps({"labels": made.labels, "measures": found}, indent=2))
        return
    for number, (name, pairs) in enumerate(found.items()):
        print(f"{'' if number == 0 else chr(10)}{name}")
        for pair in pairs:
            scores = ", ".join(f"{model} {z:+.1f}" for model, z in pair["z"].items())
            print(f"  {pair['one']} – {pair['other']}: {pair['distance']:.6g}   z: {scores}")


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


def _common_identity(
    paths: Sequence[Path], identities: Sequence[Mapping[str, str]], across: bool
) -> tuple[dict[str, str], list[str]]:
    """Find what all networks share, seed and data set, and their labels, which must differ."""
    shared = {key: identities[0].get(key, "") for key in ("dataset", "seed")}
    if across:
        shared["dataset"] = "control"
    seen: dict[str, Path] = {}
    for path, identity in zip(paths, identities, strict=True):
        for key in ("seed",) if across else ("dataset", "seed"):
            if identity.get(key, "") != shared[key]:
                raise InputError(
                    f"{path} is of {key} {identity.get(key, '')!r}, {paths[0]} of "
                    f"{shared[key]!r}; a distance file holds one seed of one data set"
                )
        label = identity.get("network", "")
        if across:
            label = f"{identity.get('dataset', '')}/{label}"
        if label in seen:
            raise InputError(f"{path} and {seen[label]} are both of network {label!r}")
        seen[label] = path
    return shared, list(seen)
