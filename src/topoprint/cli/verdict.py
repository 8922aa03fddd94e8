"""The subcommand that holds the distances of anybody's networks against those of null models."""

import json
import math
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from topoprint.cli.help import YOURS, Comparing
from topoprint.cli.options import (
    AsJson,
    Bins,
    GivenBias,
    GivenZeta,
    Grid,
    Layers,
    MaxDimension,
    Measures,
    Probes,
    app,
    given,
    parse_measures,
)
from topoprint.cli.progress import shown
from topoprint.comparison.compare import load
from topoprint.comparison.naming import short_names
from topoprint.errors import InputError
from topoprint.homology.files import DiagramSpec
from topoprint.networks.nulls import NULLS
from topoprint.networks.readers.choice import split_names
from topoprint.responses.probes import load_probes

if TYPE_CHECKING:  # its own imports take longer than most stages
    from topoprint.evaluation.pairs import AmongNulls, PairTest


NULL_MODELS = "Null models"


@app.command(cls=Comparing, rich_help_panel=YOURS)
def verdict(
    files: Annotated[
        list[Path], typer.Argument(help="Networks, graphs or diagrams, at least two, as `compare`.")
    ],
    measure: Measures = [],  # noqa: B006
    null: Annotated[
        list[str],
        typer.Option(
            help=f"Null model, of {', '.join(NULLS)}; may be repeated.",
            show_default="all",
            rich_help_panel=NULL_MODELS,
        ),
    ] = [],  # noqa: B006
    repetitions: Annotated[
        int, typer.Option(min=2, help="Nulls of each network.", rich_help_panel=NULL_MODELS)
    ] = 20,
    layers: Layers = None,
    grid: Grid = "paper",
    bins: Bins = 200,
    zeta: GivenZeta = None,
    bias: GivenBias = None,
    max_dimension: MaxDimension = 3,
    probes: Probes = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Print the distances between networks, each beside those between their null models.

    Null models keep something of the networks, such as the weights of each layer, and lose the
    rest. Of R nulls, k are nearer; p is the probability that a null is as near (or as far, where
    that is less), at least 1 / (R + 1). z is the distance less the mean of its nulls' distances, in
    their standard deviations: nulls are skewed, so that p says more.
    """
    from topoprint.comparison.compare import subjects_of
    from topoprint.comparison.probed import on_probes, probes_of
    from topoprint.evaluation.pairs import pair_tests, testable_measures

    if len(files) < 2:
        raise InputError("verdict needs at least two networks")
    settings = given(zeta=zeta, bias=bias)
    for_graphs = DiagramSpec(max_dimension=max_dimension, **settings)
    networks = [load(path, split_names(layers), for_graphs) for path in files]
    asked = parse_measures(measure or testable_measures(networks), grid=grid, bins=bins, **settings)
    names = [str(path) for path in files]
    labels = short_names(files)
    each = probes_of([load_probes(path) for path in probes] or None, len(files))
    found = pair_tests(
        networks,
        labels,
        on_probes(asked, each),
        list(dict.fromkeys(null or NULLS)),
        repetitions,
        subjects_of(networks, networks, names, each),
        shown,
    )
    by_measure = {name: list(tests) for name, tests in groupby(found, lambda test: test.measure)}
    if as_json:
        told = {name: [_as_json(test) for test in tests] for name, tests in by_measure.items()}
        print(json.dumps({"labels": names, "measures": told}, indent=2))
        return
    for number, (name, tests) in enumerate(by_measure.items()):
        print(f"{'' if number == 0 else chr(10)}{name}")
        for test in tests:
            _print(test)


def _print(test: "PairTest") -> None:
    distance = "" if math.isnan(test.distance) else f"{test.distance:.6g}: "
    print(f"  {test.one} – {test.other}: {distance}{test.said}")
    if test.same or math.isnan(test.distance):
        return
    width = max(map(len, test.nulls), default=0)
    for model, one in test.nulls.items():
        print(f"    {model:{width}}  {_place(one)}")


def _place(one: "AmongNulls") -> str:
    """Say where a distance stands among those of its nulls."""
    if not one.repetitions:
        return "no null could be made"
    p, side = min((one.p_nearer, "as near"), (one.p_farther, "as far"))
    floor = " (the floor)" if p <= one.floor else ""
    ranked = f"{one.nearer} of {one.repetitions} nulls are nearer"
    return f"{ranked}; p of one {side}: {p:.2g}{floor}; z {one.z:+.1f}"


def _as_json(test: "PairTest") -> dict[str, Any]:
    return {
        "one": test.one,
        "other": test.other,
        "distance": _finite(test.distance),
        "same": test.same,
        "said": test.said,
        "nulls": {
            model: {key: _finite(value) for key, value in asdict(one).items()}
            | {"floor": _finite(one.floor)}
            for model, one in test.nulls.items()
        },
    }


def _finite(number: float) -> float | None:
    """Make ready for JSON, which knows neither NaN nor ∞."""
    return number if math.isfinite(number) else None
