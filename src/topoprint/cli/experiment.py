"""Subcommands of the experiment: config → data → features → trained networks."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.cli.options import Device, app
from topoprint.cli.outputs import (
    FILLED,
    NetworkOutput,
    Output,
    filled,
    make_parents,
    network_option,
    table_option,
)
from topoprint.errors import InputError
from topoprint.identity import Index, NetworkId
from topoprint.networks.network import Network
from topoprint.parts import Part, kept_beside, make_all, remove_kept
from topoprint.responses.of_files import respond_to_probes
from topoprint.responses.probes import load_probes
from topoprint.responses.responses import Responses, save_responses
from topoprint.storage import digest, format_of, write_bytes
from topoprint.validation import parse_json


@app.command()
def config(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="YAML files, each laid over those before it.", show_default="config.yaml"
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema instead.")
    ] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a table of the settings instead.")
    ] = False,
) -> None:
    """Check a config and say how many networks it asks for."""
    from topoprint.experiment.collections import find
    from topoprint.experiment.config import json_schema, load_config
    from topoprint.experiment.design import cells
    from topoprint.experiment.settings import markdown

    if schema or as_markdown:
        sys.stdout.write(json_schema() if schema else markdown())
        return
    given = files or [Path("config.yaml")]
    found = load_config(*given)
    count = len(list(cells(found)))
    told = f"{count} networks"
    if found.collections:
        elsewhere = sum(len(find(one)) for one in found.collections)
        told = f"{count} networks to train, {elsewhere} that were trained elsewhere"
    print(f"{', '.join(map(str, given))}: valid, {told}")


@app.command()
def prepare(
    output: Output,
    spec: Annotated[str, typer.Option(help="The data set's part of the config, as JSON.")],
    root: Annotated[
        Path, typer.Option(envvar="TOPOPRINT_DATA", help="Folder of the data sets' files.")
    ] = Path("data"),
) -> None:
    """Fetch and prepare a data set."""
    from topoprint.experiment.datasets import DatasetConfig, load_dataset

    dataset = parse_json(DatasetConfig, spec, "--spec")
    samples = load_dataset(dataset, root)
    make_parents(output)
    samples.save(output, dataset.model_dump(mode="json"))


@app.command()
def features(
    samples: Annotated[Path, typer.Argument(help="Data file of images.")],
    output: Output,
    network: Annotated[Path, network_option("convolutional")],
    spec: Annotated[str, typer.Option(help="How it is trained, as JSON.")] = "{}",
    device: Device = "auto",
) -> None:
    """Train a convolutional network on images and keep the features that it makes of them.

    Where the command is interrupted, the same command again goes on after the last whole epoch.
    """
    from importlib.metadata import version

    from safetensors.numpy import save

    from topoprint.devices import choose_device
    from topoprint.experiment.checkpoint import Checkpoint
    from topoprint.experiment.datasets.base import FeatureSettings
    from topoprint.experiment.datasets.samples import Samples
    from topoprint.experiment.features import extract

    settings: FeatureSettings = parse_json(FeatureSettings, spec, "--spec")
    loaded, chosen = Samples.load(samples), choose_device(device)
    told = settings.model_dump(mode="json")
    made_of = [digest(samples), told, chosen, version("topoprint"), version("torch")]
    made, weights = extract(loaded, settings, chosen, Checkpoint(kept_beside(output, made_of)))
    make_parents(output, network)
    write_bytes(network, save(weights))
    made.save(output, told)
    remove_kept(output)


@app.command()
def train(
    samples: Annotated[Path, typer.Argument(help="Data file that `topoprint prepare` wrote.")],
    output: NetworkOutput,
    network: Annotated[str, typer.Option(help="Name of the network.")],
    seed: Annotated[list[int], typer.Option(help="Seed of the network; may be repeated.")],
    initial: Annotated[Path | None, network_option("untrained", FILLED)] = None,
    snapshot: Annotated[
        Path | None,
        network_option("snapshots; {step} in its name is the epochs of each", FILLED),
    ] = None,
    scores: Annotated[
        Path | None,
        table_option("scores before, at each snapshot of the spec, and after", FILLED),
    ] = None,
    spec: Annotated[str, typer.Option(help="Architecture and training, as JSON.")] = "{}",
    random_labels: Annotated[
        bool, typer.Option("--random-labels", help="Train on the labels in random order.")
    ] = False,
    device: Device = "auto",
) -> None:
    """Train a network with each of some seeds, each from its own random stream.

    Of several seeds, all files are put in their places when the last is trained. Where one fails or
    the command is interrupted, the same command again trains only what is missing. A GPU trains all
    seeds of a perceptron at once.
    """
    from importlib.metadata import version

    from topoprint.devices import choose_device
    from topoprint.experiment.datasets.samples import Samples
    from topoprint.experiment.models import NetworkSpec
    from topoprint.experiment.snapshots import Score
    from topoprint.experiment.together import AtOnce
    from topoprint.experiment.training import train as run
    from topoprint.reporting.tables import write_records

    parsed: NetworkSpec = parse_json(NetworkSpec, spec, "--spec")
    if snapshot and len(parsed.training.between) > 1 and "{step}" not in snapshot.name:
        raise InputError(f"{snapshot}: is to hold several networks; write {{step}} into its name")
    if (snapshot or scores) and not parsed.training.snapshots:
        raise InputError("the spec asks for no snapshots; name some: training.snapshots")
    labels = parsed.architecture.number_of_labels
    loaded = Samples.load(samples, None if labels == "all" else labels)
    chosen = choose_device(device)
    told = (parsed, loaded, chosen, random_labels)
    cells = [NetworkId(loaded.name, network, one) for one in dict.fromkeys(seed)]
    at_once = AtOnce(cells, *told)
    together = chosen != "cpu" and parsed.architecture.kind == "mlp"

    def plan(one: int) -> Part:
        cell = NetworkId(loaded.name, network, one)
        named = {"trained": output, "initial": initial, "scores": scores}
        files = {what: filled(path, cell) for what, path in named.items() if path}
        if snapshot:
            steps = [f"{step:g}" for step in parsed.training.between]
            of_cell = filled(snapshot, cell)
            names = {step: of_cell.name.replace("{step}", step) for step in steps}
            files |= {step: of_cell.with_name(name) for step, name in names.items()}

        def made_of() -> Any:
            asked = [parsed.told, cell.to_json(), random_labels, chosen]
            return [digest(samples), *asked, version("topoprint"), version("torch")]

        def make(paths: Sequence[Path]) -> None:
            result = at_once(cell) if together else run(cell, *told)
            networks = {"trained": result.trained, "initial": result.initial}
            networks |= {f"{step:g}": made for step, made in result.snapshots.items()}
            make_parents(*paths)
            for what, path in zip(files, paths, strict=True):
                if what == "scores":
                    write_records(path, Score, result.scores)
                else:
                    networks[what].save(path)

        return Part(tuple(files.values()), made_of, make)

    make_all(seed, plan)


@app.command()
def respond(
    samples: Annotated[
        Path,
        typer.Argument(
            help="Data file that the networks were trained on; or probes for any networks of "
            "chained dense layers, or convolutional ones of the experiment: npy, npz, safetensors "
            "or CSV, a row an input."
        ),
    ],
    networks: Annotated[list[Path], typer.Argument(help="Networks.")],
    output: Output,
    own: Annotated[
        bool,
        typer.Option(
            "--own",
            help="Keep all hidden outputs: for samples of each network's own, or for all probes.",
        ),
    ] = False,
    device: Device = "auto",
) -> None:
    """Keep what networks answer to the test samples, or to probes of a file."""
    if format_of(samples):
        index, responses, told = _to_samples(samples, networks, own, device)
    else:
        index, responses, told = respond_to_probes(load_probes(samples), networks, own)
    index.check_distinct()
    make_parents(output)
    save_responses(output, index, responses, told)


def _to_samples(
    samples: Path, networks: Sequence[Path], own: bool, device: str
) -> tuple[Index, list[Responses], dict[str, str | int]]:
    """Let networks of the experiment answer the test samples that they were trained beside."""
    from topoprint.experiment.datasets.samples import Samples
    from topoprint.experiment.input_order import in_order
    from topoprint.experiment.models import NetworkSpec
    from topoprint.responses.respond import probes
    from topoprint.responses.respond import respond as run

    loaded = Samples.load(samples)
    rows, responses = [], []
    for path in networks:
        network = Network.load(path)
        if network.id.dataset != loaded.name or "spec" not in network.metadata:
            raise InputError(
                f"{path}: is of data set {network.id.dataset!r}, the samples are of "
                f"{loaded.name!r}; give networks that `topoprint train` trained on them"
            )
        seen = NetworkSpec.model_validate(network.metadata["spec"])
        try:
            inputs = in_order(loaded, seen, loaded.x_test, network.id.seed)
            responses.append(run(network, inputs, device, own))
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        rows.append(network.row)
    return Index(rows), responses, probes(loaded.x_test, own)
