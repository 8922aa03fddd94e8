"""Subcommands that hold the distances of networks against those of their null models."""

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
    GridOption,
    Infinity,
    Layers,
    MinPersistence,
    Output,
    Zeta,
    app,
    common_identity,
    make_parent,
)
from topoprint.errors import InputError
from topoprint.networks.network import Network

Measures = Annotated[
    list[str], typer.Option("--measure", help="Measure; may be repeated.", show_default="all")
]
# Nulls that are trained, or were before their training: files beside each network.
STORED_NULLS = ("initial", "random_labels")


@app.command()
def study(
    networks: Annotated[
        list[Path], typer.Argument(help="Trained networks, in the order of the rows.")
    ],
    output: Output,
    null: Annotated[
        list[str],
        typer.Option(
            help="Null model: shuffled_layers, shuffled_network, gaussian, resampled, or initial "
            "and random_labels, which read the untrained network and the one trained on random "
            "labels beside each; may be repeated."
        ),
    ] = [],  # noqa: B006
    repetitions: Annotated[int, typer.Option(min=1, help="Nulls of each network.")] = 2,
    measure: Measures = [],  # noqa: B006
    activations: Annotated[
        list[Path],
        typer.Option(help="What the networks answer (`topoprint activations`); may be repeated."),
    ] = [],  # noqa: B006
    grid: GridOption = "paper",
    bins: Bins = 200,
    min_persistence: MinPersistence = 0.01,
    infinity: Infinity = 1.0,
    zeta: Zeta = 1e-6,
    bias: Bias = True,
    across: Across = False,
    across_seeds: Annotated[
        bool, typer.Option("--across-seeds", help="Compare networks of several seeds.")
    ] = False,
) -> None:
    """Compare networks, and null models of them, by many measures."""
    from topoprint.comparison.study import study as compare
    from topoprint.measures.measures import Discretisation
    from topoprint.measures.registry import Subject
    from topoprint.responses.responses import Activations, load_activations

    loaded = [Network.load(path) for path in networks]
    identities = [made.identity for made in loaded]
    kind = "dataset" if across else "seed" if across_seeds else None
    identity, labels = common_identity(networks, identities, kind)  # type: ignore[arg-type]
    answers: dict[tuple[str, ...], Activations] = {}
    for path in activations:
        of_file, of = load_activations(path)
        answers |= {(of["dataset"], of["seed"], *key): found for key, found in of_file.items()}

    def subjects(nets: Sequence[Network], state: str) -> list[Subject]:
        named = [[of.get(key, "") for key in ("dataset", "seed", "network")] for of in identities]
        return [
            Subject(network, zeta, bias, answers.get((*name, state)))
            for network, name in zip(nets, named, strict=True)
        ]

    def nulls_of(model: str) -> Iterator[list[Subject]]:
        if model in STORED_NULLS:
            stored = [Network.load(path.with_suffix(f".{model}.safetensors")) for path in networks]
            yield subjects(stored, model)
            return
        names = [(*identity.values(), label) for label in labels]
        for repetition in range(repetitions):
            yield subjects(_made(loaded, names, model, repetition), model)

    made = compare(
        subjects(loaded, "trained"),
        labels,
        {model: nulls_of(model) for model in dict.fromkeys(null)},
        list(dict.fromkeys(measure)) or None,
        Discretisation(grid, bins, min_persistence, infinity),  # type: ignore[arg-type]
    )
    make_parent(output)
    made.save(output, identity)


@app.command()
def verdict(
    files: Annotated[list[Path], typer.Argument(help="Networks, at least two.")],
    measure: Measures = [],  # noqa: B006
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
    from topoprint.comparison.study import study as compare
    from topoprint.measures.registry import Subject
    from topoprint.networks.nulls import NULLS

    if len(files) < 2:
        raise InputError("verdict needs at least two networks")
    networks = [Network.load(path, layers.split(",") if layers else None) for path in files]

    def subjects(nets: Sequence[Network]) -> list[Subject]:
        return [Subject(network, zeta, bias) for network in nets]

    names = [("verdict", position) for position in range(len(files))]

    def nulls_of(model: str) -> Iterator[list[Subject]]:
        for repetition in range(repetitions):
            yield subjects(_made(networks, names, model, repetition))

    made = compare(
        subjects(networks),
        [str(path) for path in files],
        {model: nulls_of(model) for model in list(dict.fromkeys(null)) or NULLS},
        list(dict.fromkeys(measure)) or None,
    )
    found = made.z_scores()
    if as_json:
        print(json.dumps(_as_json(made.labels, found), indent=2))
        return
    for number, (name, pairs) in enumerate(found.items()):
        print(f"{'' if number == 0 else chr(10)}{name}")
        for pair in pairs:
            scores = ", ".join(f"{model} {z:+.1f}" for model, z in pair["z"].items())
            told = f"{pair['distance']:.6g}   z: {scores}"
            if math.isnan(pair["distance"]):
                told = "cannot be compared: they have different shapes"
            print(f"  {pair['one']} – {pair['other']}: {told}")


def _made(
    networks: Sequence[Network],
    names: Sequence[tuple[str | int, ...]],
    model: str,
    repetition: int,
) -> list[Network]:
    """One null of each network, from random streams of their names."""
    from topoprint.experiment.design import stream
    from topoprint.networks.nulls import null_network

    return [
        null_network(network, model, stream(*name, model, repetition))
        for network, name in zip(networks, names, strict=True)
    ]


def _as_json(labels: Sequence[str], found: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Make ready for JSON, which knows neither NaN nor ∞."""
    for pair in chain.from_iterable(found.values()):
        pair["distance"] = pair["distance"] if math.isfinite(pair["distance"]) else None
        pair["z"] = {model: z if math.isfinite(z) else None for model, z in pair["z"].items()}
    return {"labels": list(labels), "measures": dict(found)}
