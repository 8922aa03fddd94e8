"""The command ``topoprint``: one subcommand a stage, each usable by hand."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.options import (
    Bias,
    Bins,
    Device,
    DistanceEngine,
    GridOption,
    HeatSigma,
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
)
from topoprint.topology.diagram import Diagram
from topoprint.topology.errors import InputError
from topoprint.topology.graph import Graph, LayeredGraph, is_graph_file, to_graph
from topoprint.topology.homology import persistence
from topoprint.topology.matrix import DistanceMatrix, average, save_average, save_distances
from topoprint.topology.measures import METRICS, distance_matrix
from topoprint.topology.network import Network
from topoprint.topology.storage import atomic_path

# Modules that a single stage needs are imported in its function, so that no stage waits for the
# imports of another: ``diagram`` never loads torch.

app = typer.Typer(
    help=__doc__.split("\n")[0] if __doc__ else None,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def config(
    files: Annotated[
        list[Path], typer.Argument(help="YAML files, each laid over those before it.")
    ] = [Path("config.yaml")],  # noqa: B006
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema instead.")
    ] = False,
) -> None:
    """Check a config and say how many networks it asks for."""
    from topoprint.experiment.config import json_schema, load_config
    from topoprint.experiment.design import cells

    if schema:
        sys.stdout.write(json_schema())
        return
    count = len(list(cells(load_config(*files))))
    print(f"{', '.join(map(str, files))}: valid, {count} networks")


@app.command()
def data(
    output: Output,
    spec: Annotated[str, typer.Option(help="The data set's part of the config, as JSON.")],
    root: Annotated[
        Path, typer.Option(envvar="TOPOPRINT_DATA", help="Folder of the data sets' files.")
    ] = Path("data"),
) -> None:
    """Fetch and prepare a data set."""
    from topoprint.experiment.config import parse_slice
    from topoprint.experiment.datasets import DatasetConfig, load_dataset

    dataset = parse_slice(DatasetConfig, spec, "--spec")
    samples = load_dataset(dataset, root)
    _parent(output)
    samples.save(output, dataset.model_dump(mode="json"))


@app.command()
def features(
    samples: Annotated[Path, typer.Argument(help="Data file of images.")],
    output: Output,
    network: Annotated[Path, typer.Option(help="File to write the convolutional network to.")],
    spec: Annotated[str, typer.Option(help="How it is trained, as JSON.")] = "{}",
    device: Device = "auto",
) -> None:
    """Train a convolutional network on images and keep the features that it makes of them."""
    from safetensors.numpy import save

    from topoprint.experiment.config import parse_slice
    from topoprint.experiment.datasets.base import FeatureSettings
    from topoprint.experiment.datasets.samples import Samples
    from topoprint.experiment.features import extract
    from topoprint.experiment.training import choose_device

    settings: FeatureSettings = parse_slice(FeatureSettings, spec, "--spec")
    made, weights = extract(Samples.load(samples), settings, choose_device(device))
    for path in (output, network):
        _parent(path)
    with atomic_path(network) as temporary:
        temporary.write_bytes(save(weights))
    made.save(output, settings.model_dump(mode="json"))


@app.command()
def train(
    samples: Annotated[Path, typer.Argument(help="Data file that `topoprint data` wrote.")],
    output: Output,
    initial: Annotated[Path, typer.Option(help="File to write the untrained network to.")],
    network: Annotated[str, typer.Option(help="Name of the network.")],
    seed: Annotated[int, typer.Option(help="Seed of the network.")],
    spec: Annotated[str, typer.Option(help="Architecture and training, as JSON.")] = "{}",
    device: Device = "auto",
) -> None:
    """Train one network from its own random stream."""
    from topoprint.experiment.config import parse_slice
    from topoprint.experiment.datasets.samples import Samples
    from topoprint.experiment.design import Cell, NetworkSpec
    from topoprint.experiment.training import choose_device
    from topoprint.experiment.training import train as run

    parsed: NetworkSpec = parse_slice(NetworkSpec, spec, "--spec")
    labels = parsed.architecture.number_of_labels
    loaded = Samples.load(samples, None if labels == "all" else labels)
    result = run(Cell(loaded.name, network, seed), parsed, loaded, choose_device(device))
    for path, made in ((initial, result.initial), (output, result.trained)):
        _parent(path)
        made.save(path)


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
    _parent(output)
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
    engine: DistanceEngine = "exact",
    across: Annotated[
        bool, typer.Option("--across", help="Compare networks of several data sets.")
    ] = False,
) -> None:
    """Compute the distances between the networks of one seed of one data set, or of several."""
    loaded = [Diagram.load(path) for path in diagrams]
    identity, labels = _common_identity(diagrams, loaded, across)
    matrices = _matrices(
        loaded, metric, grid, bins, min_persistence, infinity, engine, labels,
        landscape={"layers": landscape_layers},
        silhouette={"power": silhouette_power},
        heat={"sigma": heat_sigma},
    )  # fmt: skip
    _parent(output)
    save_distances(output, matrices, identity)


@app.command(name="average")
def average_command(
    distances: Annotated[list[Path], typer.Argument(help="Distance files, one a seed.")],
    output: Output,
) -> None:
    """Average the distances of several seeds."""
    matrices, identity = average(distances)
    _parent(output)
    save_average(output, matrices, identity)


@app.command()
def figures(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
) -> None:
    """Draw the heatmaps of the averaged matrices."""
    from topoprint.analysis.figures import write_heatmaps
    from topoprint.topology.matrix import load_average

    averaged, _ = load_average(matrices)
    output.mkdir(parents=True, exist_ok=True)
    for matrix in averaged:
        write_heatmaps(output, matrix)


@app.command()
def tables(
    matrices: Annotated[Path, typer.Argument(help="matrices.h5 that `topoprint average` wrote.")],
    statistics: Annotated[Path, typer.Option(help="CSV to write: statistics of the groups.")],
    distances: Annotated[Path, typer.Option(help="CSV to write: averaged distances.")],
) -> None:
    """Write the averaged distances and their statistics as tables."""
    from topoprint.analysis.tables import write_distances, write_statistics
    from topoprint.topology.matrix import load_average

    averaged, _ = load_average(matrices)
    for path in (statistics, distances):
        _parent(path)
    write_statistics(statistics, averaged)
    write_distances(distances, averaged)


@app.command()
def accuracy(
    networks: Annotated[list[Path], typer.Argument(help="Trained networks.")],
    output: Output,
    figures: Annotated[Path | None, typer.Option(help="Folder to draw them into.")] = None,
) -> None:
    """Collect the test accuracy of trained networks, as a table and a figure."""
    from topoprint.analysis.tables import read_accuracies, write_accuracies

    scores = read_accuracies(networks)
    _parent(output)
    write_accuracies(output, scores)
    if figures:
        from topoprint.analysis.figures import write_accuracies as draw

        figures.mkdir(parents=True, exist_ok=True)
        draw(figures, scores)


@app.command()
def report(
    matrices: Annotated[list[Path], typer.Argument(help="matrices.h5, one a data set.")],
    output: Output,
    accuracy: Annotated[
        list[Path], typer.Option(help="Table of accuracies; may be repeated.")
    ] = [],  # noqa: B006
    config: Annotated[str, typer.Option(help="The config to show, as JSON.")] = "{}",
    benchmarks: Annotated[Path | None, typer.Option(help="Folder of benchmark files.")] = None,
) -> None:
    """Write the report, one self-contained HTML page."""
    from topoprint.analysis.report import write_report
    from topoprint.analysis.tables import load_accuracies
    from topoprint.topology.matrix import load_average

    by_dataset = {}
    for path in matrices:
        averaged, identity = load_average(path)
        by_dataset[identity["dataset"]] = averaged
    scores = [score for path in accuracy for score in load_accuracies(path)]
    try:
        shown = json.loads(config)
    except json.JSONDecodeError as error:
        raise InputError(f"--config is not JSON ({error})") from error
    _parent(output)
    write_report(output, by_dataset, scores, shown, benchmarks)


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
        loaded, metric, grid, bins, min_persistence, infinity, "exact", [str(p) for p in files],
        landscape={"layers": landscape_layers},
        silhouette={"power": silhouette_power},
        heat={"sigma": heat_sigma},
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


def main() -> None:
    """Run the command; input that cannot be used gives one sentence and exit status 2."""
    # A terminated process removes its temporary files, as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except InputError as error:
        print(f"topoprint: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"topoprint: {error.filename or 'a file'}: {error.strerror}", file=sys.stderr)
        sys.exit(1)


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
            labels=labels,
            **own.get(metric, {}),
        )
        for metric in dict.fromkeys(metrics or METRICS)
    ]


def _common_identity(
    paths: Sequence[Path], diagrams: Sequence[Diagram], across: bool
) -> tuple[dict[str, str], list[str]]:
    """Find what all diagrams share, seed and data set, and their labels, which must differ."""
    identities = [diagram.identity for diagram in diagrams]
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


def _parent(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    main()
