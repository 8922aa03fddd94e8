"""The subcommand that holds the distances of anybody's networks against those of null models."""

import json
import math
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from topoprint.cli.options import Bias, Layers, Measures, Zeta, app, parse_measures
from topoprint.errors import InputError
from topoprint.measures.registry import measures
from topoprint.networks.network import Network
from topoprint.networks.nulls import NULLS


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
    from topoprint.evaluation.pairs import pair_tests

    if len(files) < 2:
        raise InputError("verdict needs at least two networks")
    networks = [Network.load(path, layers.split(",") if layers else None) for path in files]
    # Those that draw units refuse small networks, and take long.
    of_weights = [
        name for name, known in measures().items() if not known.needs & {"responses", "units"}
    ]
    asked = parse_measures(measure or of_weights, zeta=zeta, bias=bias)
    labels = [str(path) for path in files]
    found = pair_tests(networks, labels, asked, list(dict.fromkeys(null or NULLS)), repetitions)
    by_measure = {name: list(tests) for name, tests in groupby(found, lambda test: test.measure)}
    if as_json:
        told = {
            name: [
                {
                    "one": test.one,
                    "other": test.other,
                    "distance": _finite(test.distance),
                    "z": {model: _finite(z) for model, z in test.z.items()},
                }
                for test in tests
            ]
            for name, tests in by_measure.items()
        }
        print(json.dumps({"labels": labels, "measures": told}, indent=2))
        return
    for number, (name, tests) in enumerate(by_measure.items()):
        print(f"{'' if number == 0 else chr(10)}{name}")
        for test in tests:
            scores = ", ".join(f"{model} {z:+.1f}" for model, z in test.z.items())
            said = f"{test.distance:.6g}   z: {scores}"
            if math.isnan(test.distance):
                said = "cannot be compared: they have different shapes"
            print(f"  {test.one} – {test.other}: {said}")


def _finite(number: float) -> float | None:
    """Make ready for JSON, which knows neither NaN nor ∞."""
    return number if math.isfinite(number) else None
