"""Help in plain text whose subcommands and options stand in groups.

Plain, so that it is the same on every terminal, in pipes and in logs. The groups are typer's own
panels (``rich_help_panel``).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from typer.core import TyperCommand, TyperGroup

from topoprint.measures.registry import measures

# Groups of subcommands; one that names none is a stage.
YOURS, STAGES = "Your networks", "Stages of the experiment"


class Grouped(TyperGroup):
    """The command, whose subcommands are those for anybody's networks, and stages."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the subcommands, a section a group."""
        known = [(name, command) for name in self.list_commands(ctx)
                 if (command := self.get_command(ctx, name)) and not command.hidden]  # fmt: skip
        width = formatter.width - 6 - max(len(name) for name, _ in known)
        for group in (YOURS, STAGES):
            rows = [
                (name, command.get_short_help_str(width))
                for name, command in known
                if (getattr(command, "rich_help_panel", None) or STAGES) == group
            ]
            _section(formatter, group, rows)


class Comparing(TyperCommand):
    """A subcommand whose options stand in groups, followed by a list of all measures."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, a section a group, and the measures."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            kind = "Arguments" if parameter.param_type_name == "argument" else "Other options"
            group = getattr(parameter, "rich_help_panel", None) or kind
            if row:
                groups.setdefault(group, []).append(row)
        last = groups.pop("Other options", [])
        for group, rows in {**groups, "Other options": last}.items():
            _section(formatter, group, rows)
        for group, rows in _measures():
            _section(formatter, group, rows)


def _measures() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """List all measures by what they look at."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, measure in measures().items():
        needs = measure.needs
        if "responses" in needs:
            group = "Measures of answers to the same inputs (--probes)"
            if not measure.paired:
                group = "Measures of answers to inputs of any kind (--probes)"
        elif needs & {"units", "own inputs"}:
            group = "Measures of hidden units, by answers to probes or noise or by paths"
        elif needs <= {"diagram"}:
            group = "Measures of persistence diagrams"
        else:
            group = "Measures of weights"
        about = (type(measure).__doc__ or "").splitlines()[0]
        own = measure.model_dump(mode="json", exclude_unset=True, exclude={"name", "kind"})
        told = ", ".join(f"{key}={value}" for key, value in own.items())
        groups.setdefault(group, []).append((name, f"{about} {told}".strip()))
    yield from groups.items()


def _section(formatter: Any, title: str, rows: Iterable[tuple[str, str]]) -> None:
    if rows := list(rows):
        with formatter.section(title):
            formatter.write_dl(rows)
