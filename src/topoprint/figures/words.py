"""Names as words, and short where they are long."""

from collections.abc import Iterable, Sequence
from itertools import takewhile


def spoken(name: str) -> str:
    """Return a name of the config as words."""
    return name.replace("_", " ").replace("-", " ")


def shared_length(some: Iterable[Sequence[str]]) -> int:
    """Count the letters, or other parts, that all begin with."""
    return sum(1 for _ in takewhile(lambda parts: len(set(parts)) == 1, zip(*some, strict=False)))


def shortened(names: Sequence[str], longest: int = 34) -> list[str]:
    """Return names, with what all begin and end with, and then their middle, left out of long ones.

    Parameters
    ----------
    names : sequence of str
    longest : int
        Letters that none is to exceed; where one does, all are shortened.
    """
    if max(map(len, names)) > longest and len(set(names)) > 1:
        begin = shared_length(names)
        end = shared_length([name[begin:][::-1] for name in names])
        ends = [name[begin : len(name) - end] for name in names]
        names = [f"{'…' * (begin > 0)}{name}{'…' * (end > 0)}" for name in ends]
    half = (longest - 1) // 2
    return [n if len(n) <= longest else f"{n[:half]}…{n[-half:]}" for n in names]
