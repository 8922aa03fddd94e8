"""Values that users give, held to their models; a mistake is told in one sentence."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import takewhile
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from topoprint.errors import InputError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
# How alike (difflib's ratio) a key beside a mistake must be to be meant rather than any other.
CLOSE = 0.75


class Strict(BaseModel):
    """Base of all models: frozen, unknown keys refused, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def refuse_repeats(values: Sequence[object], what: str) -> None:
    """Refuse a list in which something stands twice."""
    repeated = sorted({str(value) for value in values if list(values).count(value) > 1})
    if repeated:
        raise ValueError(f"{what} stand twice: {', '.join(repeated)}")


def parse_json(model: Any, text: str, what: str) -> Any:
    """Validate JSON that a command is given, such as a slice of the config.

    Raises
    ------
    InputError
        One sentence a mistake, after ``what`` the text is.
    """
    try:
        return TypeAdapter(model).validate_json(text)
    except ValidationError as error:
        raise InputError(f"{what}: {explain(error, model)}") from error


def explain(error: ValidationError, model: Any) -> str:
    """One sentence a mistake: the key, what is wrong with it, and the nearest known key.

    The nearest key is looked for beside the mistake first, then anywhere in the model.
    """
    schema = TypeAdapter(model).json_schema()
    sentences = []
    for problem in error.errors():
        path, known = _place(schema, problem["loc"])
        where = ".".join(map(str, path)) or "the config"
        if problem["type"] == "extra_forbidden":
            near = _nearest(path, known, schema)
            told = f"did you mean {near!r}?" if near else f"known here are {', '.join(known)}"
            sentences.append(f"{where} is not a known key; {told}")
        elif problem["type"] == "union_tag_not_found":
            sentences.append(f"{where}: the key 'type' is missing")
        elif problem["type"] == "union_tag_invalid":
            tag, expected = problem["ctx"]["tag"], problem["ctx"]["expected_tags"]
            key = problem["ctx"]["discriminator"].strip("'")
            sentences.append(f"{where}.{key}: {tag!r} is not known; choose one of {expected}")
        elif problem["type"] == "value_error":
            sentences.append(f"{where}: {problem['ctx']['error']}")
        else:
            given = problem["input"]
            shown = "" if isinstance(given, dict | list) else f", not {_shown(given)}"
            if isinstance(given, str) and _is_number(given):
                shown += " (YAML takes it for text: write it with a point, as in 1.0e-7)"
            sentences.append(f"{where}: {problem['msg'][0].lower()}{problem['msg'][1:]}{shown}")
    return "; ".join(dict.fromkeys(sentences))


def _place(
    schema: Mapping[str, Any], location: Sequence[int | str]
) -> tuple[list[int | str], list[str]]:
    """Path to a mistake in the user's own terms, and the keys known beside it.

    pydantic's locations also hold the ``type`` of a data set, which is no key of the config.
    """
    part: Mapping[str, Any] = schema
    path: list[int | str] = []
    known: list[str] = []
    for step in location:
        if "discriminator" in part:
            part = _resolve(schema, {"$ref": part["discriminator"]["mapping"][step]})
            continue
        if not {"properties", "items"} & part.keys():
            break  # names that pydantic gives the members of a union
        path.append(step)
        known = sorted(part.get("properties", {}))
        inner = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step)
        part = _resolve(schema, inner or {})
    return path, known


def _nearest(
    path: Sequence[int | str], beside: Sequence[str], schema: Mapping[str, Any]
) -> str | None:
    """Find the key that is spelled most alike, one close beside it or else of all; None if none is.

    A key from elsewhere is named from the top, with [] for the parts of a list, as in
    ``datasets[].name``; of several as near, the one that shares most of its way, then the highest.
    """
    place = [step for step in path if isinstance(step, str)]
    if near := get_close_matches(place[-1], beside, n=1, cutoff=CLOSE):
        return near[0]
    everywhere = dict.fromkeys(_keys(schema, schema, ()))
    if not (near := get_close_matches(place[-1], {keys[-1] for keys in everywhere}, n=1)):
        return None

    def farness(keys: tuple[str, ...]) -> tuple[int, int]:
        along = zip(place[:-1], (key.removesuffix("[]") for key in keys), strict=False)
        return -sum(1 for _ in takewhile(lambda both: both[0] == both[1], along)), len(keys)

    named = [keys for keys in everywhere if keys[-1] == near[0]]
    return ".".join(sorted(named, key=farness)[0])


def _keys(
    schema: Mapping[str, Any], part: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Give the way to every key of a model from its top."""
    for option in _options(schema, part):
        for name, inner in option.get("properties", {}).items():
            yield (*above, name)
            yield from _keys(schema, inner, (*above, name))
        if above and "items" in option:
            yield from _keys(schema, option["items"], (*above[:-1], f"{above[-1]}[]"))


def _options(schema: Mapping[str, Any], part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that a part may be, references followed."""
    inner = [*part.get("anyOf", []), *part.get("oneOf", [])]
    if "$ref" in part:
        inner.append(schema["$defs"][part["$ref"].rpartition("/")[2]])
    return [part, *(found for option in inner for found in _options(schema, option))]


def _resolve(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, also that of an optional part."""
    for option in [part, *part.get("anyOf", [])]:
        if "$ref" in option:
            found: Mapping[str, Any] = schema["$defs"][option["$ref"].rpartition("/")[2]]
            return found
    return part


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
