"""YAML files as mappings; a key that stands twice is refused, of which PyYAML takes the last."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from topoprint.errors import InputError


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a file that holds a mapping.

    Raises
    ------
    InputError
        If it cannot be read, is no valid YAML or no mapping, or a key stands twice in it.
    """
    import yaml

    try:
        values = yaml.safe_load(_read(path))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from error
    if not isinstance(values, dict):
        raise InputError(f"{path}: expected a mapping of keys to values")
    refuse_repeated_keys(path)
    return values


def refuse_repeated_keys(path: str | Path) -> None:
    """Refuse a file in which a key stands twice in one mapping.

    A file that is no valid YAML is let pass: whoever reads it says so.

    Raises
    ------
    InputError
        If it cannot be read; or with the key and both of its lines.
    """
    import yaml

    try:
        root = yaml.compose(_read(path), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    for keys in _keys(root, set()):
        lines: dict[tuple[str, str], int] = {}
        for key in keys:
            line = key.start_mark.line + 1
            known = (key.tag, str(key.value))
            if known in lines:
                where = sorted({lines[known], line})
                told = f"line{'s' if len(where) > 1 else ''} {' and '.join(map(str, where))}"
                raise InputError(f"{path}, {told}: {key.value!r} stands twice; keep one")
            lines[known] = line


def _keys(node: Any, seen: set[int]) -> Iterator[list[Any]]:
    """Give the nodes of the keys of each mapping in a tree of nodes; aliases are met once."""
    if node is None or id(node) in seen or isinstance(node.value, str):
        return
    seen.add(id(node))
    pairs = [entry for entry in node.value if isinstance(entry, tuple)]
    yield [key for key, _ in pairs]
    for part in [value for _, value in pairs] or node.value:
        yield from _keys(part, seen)


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
