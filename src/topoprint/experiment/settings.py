"""The table of all settings of the config, from its models."""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from topoprint.experiment.architectures import KINDS
from topoprint.experiment.config import Config


def markdown() -> str:
    """Markdown table of the settings, their defaults and what they say.

    Of the entries of lists, such as ``datasets`` and ``measures``, it has no rows: these follow
    the type of the data set or the kind of the measure.
    """
    rows = ["| setting | default | what |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {default} | {told} |" for name, default, told in _rows(Config, "")]
    return "\n".join(rows) + "\n"


def _rows(model: type[BaseModel], section: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        path = f"{section}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _rows(field.annotation, f"{path}.")
            continue
        if path == "base":
            yield path, "", field.description or ""
            yield from _axes()
        else:
            yield path, _default(field), field.description or ""


def _axes() -> Iterator[tuple[str, str, str]]:
    """Rows of the base network, whichever kind it is; what kinds share is told once."""
    axes: dict[str, tuple[str, str]] = {}
    for kind in KINDS.values():
        for axis, default, text in _rows(kind, "base."):
            former, said = axes.setdefault(axis, (default, text))
            if text not in said:
                axes[axis] = (former, f"{said}; {text}")
    yield from ((axis, *told) for axis, told in axes.items())


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        value: Any = extra["default"]
    elif field.is_required():
        return ""
    else:
        value = field.get_default(call_default_factory=True)
    told: str = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    told = told.removesuffix("...\n").strip()  # YAML ends a value that stands alone so
    return f"`{told}`"
