"""All measures: those of this package, and those that installed packages bring.

A package brings measures by an entry point of the group ``topoprint.measures`` that names a module
with a tuple ``MEASURES``, as each module here has one.
"""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Annotated, Any

import numpy as np
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import core_schema

import topoprint.measures
from topoprint.errors import InputError
from topoprint.measures.base import Measure
from topoprint.validation import explain

# Those of the paper, which are computed where nothing else is asked for.
PAPER = ("landscape", "silhouette", "heat")


@cache
def measures() -> dict[str, Measure]:
    """Every measure that has a name, with the parameters that it has by that name."""
    names = (module.name for module in iter_modules(topoprint.measures.__path__))
    own = [import_module(f"topoprint.measures.{name}") for name in names if name != "registry"]
    brought = [point.load() for point in sorted(entry_points(group="topoprint.measures"))]
    found: dict[str, Measure] = {}
    for module in [*own, *brought]:
        for measure in getattr(module, "MEASURES", ()):
            if measure.name in found:
                raise InputError(f"measure {measure.name!r} of {module.__name__} has a taken name")
            found[measure.name] = measure
    return found


@cache
def kinds() -> dict[str, type[Measure]]:
    """Every kind of measure."""
    found: dict[str, type[Measure]] = {}
    for measure in measures().values():
        kind = type(measure)
        if found.setdefault(measure.kind, kind) is not kind:
            raise InputError(f"kind {measure.kind!r} of {kind.__module__} is a taken one")
    return found


def make_measure(measure: "str | Mapping[str, Any] | Measure", **parameters: Any) -> Measure:
    """Make a measure.

    Parameters
    ----------
    measure : str, mapping or Measure
        The name of a measure; or its kind, parameters and perhaps a name; or the measure itself.
    **parameters
        Laid over its own.

    Raises
    ------
    InputError
        If it is not known, or a parameter is not known or out of range.
    """
    if isinstance(measure, str):
        if measure not in measures():
            near = difflib.get_close_matches(measure, measures(), n=1, cutoff=0)[0]
            raise InputError(
                f"measure {measure!r} is not known; did you mean {near!r}? `topoprint measures` "
                "lists all"
            )
        measure = measures()[measure]
    if isinstance(measure, Measure):
        if not parameters:
            return measure
        measure = {"kind": measure.kind, **measure.model_dump(exclude_unset=True)}
    if not isinstance(measure, Mapping):
        told = repr(measure)
        told = told if len(told) < 60 and told.isprintable() else f"a {type(measure).__name__}"
        raise InputError(f"{told} is no measure: give its name, or its kind and parameters")
    values = {key: _plain(value) for key, value in {**measure, **parameters}.items()}
    kind = kinds().get(str(values.get("kind")))
    if kind is None:
        raise InputError(f"kind {values.get('kind')!r} is not known; choose {', '.join(kinds())}")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InputError(f"measure {values['kind']}: {explain(error, kind)}") from error


def _plain(value: Any) -> Any:
    """Numbers and lists of numpy as those of Python."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def with_settings(measure: Measure, settings: Mapping[str, Any]) -> Measure:
    """Lay settings that many measures share under a measure's own, those that it has."""
    known = type(measure).model_fields.keys() - measure.model_fields_set
    return make_measure(measure, **{k: v for k, v in settings.items() if k in known})


def make_measures(asked: "Iterable[str | Mapping[str, Any] | Measure] | None") -> list[Measure]:
    """Make several measures, by default those of the paper; refuse a name that stands twice."""
    if isinstance(asked, str) or not isinstance(asked, Iterable | None):
        raise InputError(f"a {type(asked).__name__} is no list of measures: give ['heat', …]")
    made = [make_measure(one) for one in (PAPER if asked is None else asked)]
    names = [measure.name for measure in made]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"measure {name!r} is asked for twice; give one another name")
    return made


def table() -> list[dict[str, str]]:
    """Say in words what every measure declares: a row a measure, for listings and the docs."""
    ranges = {np.inf: "[0, ∞)", 1.0: "[0, 1]", np.pi / 2: "[0, π/2]", np.pi: "[0, π]"}
    rows = []
    for name, measure in measures().items():
        own = measure.model_dump(mode="json", exclude_unset=True, exclude={"name", "kind"})
        rows.append(
            {
                "measure": name,
                "what it is": (type(measure).__doc__ or "").splitlines()[0].rstrip("."),
                "parameters of its own": ", ".join(f"{key}: {own[key]}" for key in own) or "–",
                "needs": ", ".join(sorted(measure.needs)),
                "range": ranges.get(measure.greatest, f"[0, {measure.greatest:g}]"),
                "metric": "yes" if measure.metric else "no",
                "invariant under": ", ".join(sorted(measure.invariances)) or "–",
            }
        )
    return rows


def markdown() -> str:
    """Write that table as Markdown, as it stands in docs/measures.md."""
    rows = table()
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    escaped = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in escaped)


class _Entry:
    """How pydantic reads a measure: a name, or a kind with parameters."""

    @staticmethod
    def __get_pydantic_core_schema__(
        source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            make_measure,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda measure: {
                    "kind": measure.kind,
                    "name": measure.name,
                    **measure.model_dump(mode="json", exclude_unset=True),
                }
            ),
        )

    @staticmethod
    def __get_pydantic_json_schema__(
        schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # Each kind stands once in a schema, and is referred to.
        known = [kind.__pydantic_core_schema__ for kind in kinds().values()]
        written: list[core_schema.CoreSchema | tuple[core_schema.CoreSchema, str]] = [
            core_schema.literal_schema(list(measures()))
        ]
        for one in known:
            ref = str(one.get("ref", ""))  # none where its parameters are models of their own
            written.append(core_schema.definition_reference_schema(ref) if ref else one)
        return handler(core_schema.definitions_schema(core_schema.union_schema(written), known))


# A measure in a model: written as its name, or as its kind and parameters.
MeasureEntry = Annotated[Measure, _Entry]
