"""Values that users give, held to their models; a mistake is told in one sentence."""

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from topoprint.errors import InputError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


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
    """One sentence a mistake: the key, what is wrong with it, and the nearest known key."""
    schema = TypeAdapter(model).json_schema()
    sentences = []
    for problem in error.errors():
        path, known = _place(schema, problem["loc"])
        where = ".".join(map(str, path)) or "the config"
        if problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            sentences.append(f"{where} is not a known key{hint}")
        elif problem["type"] == "union_tag_not_found":
            sentences.append(f"{where}: the key 'type' is missing")
        elif problem["type"] == "union_tag_invalid":
            tag, expected = problem["ctx"]["tag"], problem["ctx"]["expected_tags"]
            sentences.append(f"{where}.type: {tag!r} is not known; choose one of {expected}")
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
