"""What the server of the tests of downloads has and was asked for."""

from dataclasses import dataclass, field


@dataclass
class Server:
    """What it serves by path, which of it breaks off halfway, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
