"""What is seen of long work on a terminal: a bar with the time left. Elsewhere nothing."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer


def shown(todo: Sequence[Any]) -> Iterator[Any]:
    """Give one by one what is to be done, and show on a terminal how much of it is."""
    if not sys.stderr.isatty() or len(todo) < 2:
        yield from todo
        return
    with typer.progressbar(
        todo, label="null models", file=sys.stderr, show_pos=True, width=24
    ) as bar:
        parts: Iterable[Any] = bar
        yield from parts
